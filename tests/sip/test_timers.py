"""The alarm heap wakes every machine at its deadline, earliest first, and lets go of the rest."""

import gc
import weakref

from hypothesis import given
from hypothesis import strategies as st

from ringfence.kernel.limits import ALARMS_SPARE
from ringfence.sip import timers
from ringfence.sip.timers import Alarms


class Sleeper:
    """A machine that wants to be woken ``at`` an instant, once."""

    def __init__(self, at=None):
        self.at = at
        self.alarm = None
        self.woken = []

    def deadline(self):
        return self.at

    def fire(self, now):
        self.woken.append(now)
        self.at = None


def test_the_values_of_rfc_3261_table_4():
    assert (timers.T1, timers.T2, timers.T4) == (500, 4_000, 5_000)
    assert timers.TIMER_B == timers.TIMER_F == timers.TIMER_H == timers.TIMER_J == 32_000
    assert timers.TIMER_L == timers.TIMER_M == 32_000
    assert timers.TIMER_D >= 32_000
    assert timers.TIMER_I == timers.TIMER_K == timers.T4
    assert timers.TIMER_C >= 180_000


def test_an_empty_heap_has_no_deadline():
    alarms = Alarms()
    assert alarms.deadline() is None
    assert alarms.pop(10**15) is None
    assert len(alarms) == 0


def test_machines_wake_in_the_order_of_their_deadlines():
    alarms = Alarms()
    late, early = Sleeper(200), Sleeper(100)
    alarms.arm(late)
    alarms.arm(early)
    assert alarms.deadline() == 100
    assert alarms.pop(99) is None
    assert alarms.pop(200) is early
    assert alarms.pop(200) is late
    assert alarms.pop(200) is None


def test_equal_deadlines_wake_in_the_order_they_were_set():
    alarms = Alarms()
    sleepers = [Sleeper(7) for _ in range(5)]
    for sleeper in sleepers:
        alarms.arm(sleeper)
    assert [alarms.pop(7) for _ in sleepers] == sleepers


def test_what_may_wait_is_due_together():
    alarms, sleepers = Alarms(), [Sleeper(1_001), Sleeper(1_499), Sleeper(1_500), Sleeper(1_501)]
    for sleeper in sleepers:
        alarms.arm(sleeper, 500)
    alarms.arm(Sleeper(None), 500)
    assert alarms.deadline() == 1_500
    assert alarms.pop(1_499) is None
    assert [alarms.pop(1_500) for _ in range(4)] == [*sleepers[:3], None]
    assert alarms.deadline() == 2_000
    first = sleepers[3].alarm
    alarms.arm(sleepers[3], 500)
    assert sleepers[3].alarm is first  # nothing has changed


def test_a_moved_deadline_counts_once():
    alarms = Alarms()
    sleeper = Sleeper(100)
    alarms.arm(sleeper)
    for sleeper.at in (50, 300, 300, 200):
        alarms.arm(sleeper)
    assert len(alarms) == 1
    assert alarms.deadline() == 200
    assert alarms.pop(1_000) is sleeper
    assert alarms.pop(1_000) is None
    assert len(alarms) == 0


def test_a_machine_that_is_done_is_let_go_of_at_once():
    alarms = Alarms()
    sleeper = Sleeper(10**9)
    alarms.arm(sleeper)
    gone = weakref.ref(sleeper)
    sleeper.at = None
    alarms.arm(sleeper)
    assert alarms.deadline() is None
    del sleeper
    gc.collect()
    assert gone() is None


def test_called_off_alarms_do_not_pile_up():
    alarms = Alarms()
    keeper = Sleeper(10**9)
    alarms.arm(keeper)
    for at in range(20 * ALARMS_SPARE):
        sleeper = Sleeper(1_000_000 + at)
        alarms.arm(sleeper)
        sleeper.at = None
        alarms.arm(sleeper)
    assert len(alarms._heap) <= 2 * ALARMS_SPARE + 4
    assert alarms.deadline() == keeper.at


@given(st.lists(st.tuples(st.integers(0, 9), st.none() | st.integers(0, 50)), max_size=200))
def test_the_deadline_is_always_the_earliest_one_wanted(changes):
    """Invariant: whatever was set, moved and called off, the heap agrees with a plain search."""
    alarms = Alarms()
    sleepers = [Sleeper() for _ in range(10)]
    for index, at in changes:
        sleepers[index].at = at
        alarms.arm(sleepers[index])
        wanted = [sleeper.at for sleeper in sleepers if sleeper.at is not None]
        assert alarms.deadline() == min(wanted, default=None)
        assert len(alarms) == len(wanted)
