"""Recurring jobs: one per slot, whatever starts twice or fails or was down meanwhile."""

import asyncio

from ringfence.jobs.schedule import Again, Recurring, begin
from ringfence.jobs.worker import Worker
from ringfence.kernel.clock import DAY, HOUR
from ringfence.kernel.errors import Refused

HOURLY = Recurring("tick", HOUR, 5 * 60_000)


def run(coroutine):
    return asyncio.run(coroutine)


def test_slots_lie_at_fixed_instants():
    day = Recurring("x", DAY, 3 * HOUR)
    midnight = 1_700_006_400_000 // DAY * DAY
    assert day.next_slot(midnight) == midnight + 3 * HOUR
    assert day.next_slot(midnight + 3 * HOUR - 1) == midnight + 3 * HOUR
    assert day.next_slot(midnight + 3 * HOUR) == midnight + DAY + 3 * HOUR
    assert day.next_slot(midnight + 23 * HOUR) == midnight + DAY + 3 * HOUR


def test_starting_twice_asks_once(queue, clock):
    for _ in range(2):
        run(begin([HOURLY], queue, now=clock.now()))
    [row] = queue.rows.values()
    assert row.run_at == HOURLY.next_slot(clock.now())


def series(queue, clock, handler):
    return Worker(queue, {"tick": Again(HOURLY, handler, queue)}, clock=clock)


def test_each_slot_asks_for_the_next(queue, clock, does):
    handler = does()
    run(begin([HOURLY], queue, now=clock.now()))
    one = series(queue, clock, handler)
    for _ in range(3):
        [row] = queue.rows.values()
        clock.set(row.run_at)
        assert run(one.step()) == 1
    assert len(handler.seen) == 3
    [row] = queue.rows.values()
    assert row.run_at == clock.now() + HOUR


def test_a_slot_that_fails_for_good_does_not_end_the_series(queue, clock, does):
    run(begin([HOURLY], queue, now=clock.now()))
    clock.set(queue.next_due())
    run(series(queue, clock, does(Refused("no", "no"))).step())
    assert queue.states() == [("tick", "dead"), ("tick", "ready")]


def test_slots_missed_while_down_are_done_once(queue, clock, does):
    handler = does()
    run(begin([HOURLY], queue, now=clock.now()))
    clock.advance(10 * HOUR)
    one = series(queue, clock, handler)
    assert run(one.step()) == 1
    assert run(one.step()) == 0
    assert len(handler.seen) == 1
    assert queue.next_due() == HOURLY.next_slot(clock.now())


def test_the_series_has_the_patience_of_its_handler(queue, does):
    handler = does(timeout_ms=77)
    again = Again(HOURLY, handler, queue)
    assert again.tries is handler.tries
    assert again.timeout_ms == 77
