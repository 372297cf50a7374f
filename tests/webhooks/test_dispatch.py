"""Who is told when, in virtual time: order, room, pauses, and nobody slowed by somebody else."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

import pytest

from ringfence.kernel.clock import Ms
from ringfence.kernel.limits import (
    BREAKER_FIRST_MS,
    DELIVERY_AT_ONCE,
    DELIVERY_FIRST_MS,
    DELIVERY_FLYING_MAX,
    DELIVERY_LIFE_MS,
    DELIVERY_LONGEST_MS,
    DELIVERY_SHARE,
)
from ringfence.webhooks.dispatch import Dispatch, Drop, Load, Try, Verdict, verdict, wait

NOW = Ms(1_000_000)
A, B = b"a", b"b"


@dataclass(frozen=True)
class Item:
    id: str
    destination: bytes = A
    attempts: int = 0
    created_at: Ms = NOW
    spare: bool = False


def items(count: int, destination: bytes = A, **more: object) -> list[Item]:
    name = destination.decode()
    return [Item(f"DL{name}{number:04x}", destination, **more) for number in range(count)]  # type: ignore[arg-type]


def tried(dispatch: Dispatch[Item]) -> list[Item]:
    return [out.delivery for out in dispatch.take_output() if isinstance(out, Try)]


# --- what follows from an answer ------------------------------------------------------------------


def test_it_is_tried_for_a_day_and_then_given_up():
    item, now, waits = Item("DL00"), NOW, []
    while True:
        ruled = verdict(item, status=503, failure="fetch_status", now=now)
        if ruled.ending == "dead":
            break
        waits.append((ruled.at - now) // 1000)
        now = ruled.at
        item = replace(item, attempts=item.attempts + 1)
    assert waits[:9] == [10, 20, 40, 80, 160, 320, 640, 1280, 2560]
    assert set(waits[9:-1]) == {3600}
    assert now == NOW + DELIVERY_LIFE_MS, "the last try is at the end of the day"
    assert ruled.error == "answered_503"


def test_what_failed_together_does_not_come_back_together():
    waits = {wait(Item(f"DL{number:02x}")) for number in range(64)}
    assert len(waits) == 64
    assert max(waits) < DELIVERY_FIRST_MS * 1.25


def test_a_server_may_ask_for_more_time_but_not_for_ever():
    item = Item("DL00")
    assert wait(item, 120_000) == 120_000
    assert wait(item, 10**9) == DELIVERY_LONGEST_MS


@pytest.mark.parametrize("failure", ["bad_url", "fetch_refused"])
def test_what_we_refuse_ourselves_is_not_tried_again(failure):
    assert verdict(Item("DL00"), status=0, failure=failure, now=NOW) == Verdict(
        "dead", error=failure
    )


# --- one server -----------------------------------------------------------------------------------


def test_a_server_gets_so_many_at_once_and_then_the_next():
    dispatch: Dispatch[Item] = Dispatch()
    told = items(DELIVERY_AT_ONCE + 3)
    for item in told:
        dispatch.offer(item, NOW)
    first = tried(dispatch)
    assert first == told[: int(DELIVERY_AT_ONCE)]
    dispatch.ended(first[0], answered=True, now=NOW)
    assert tried(dispatch) == [told[int(DELIVERY_AT_ONCE)]]


def test_beyond_a_bound_they_wait_in_the_database_and_are_read_when_there_is_room():
    dispatch: Dispatch[Item] = Dispatch()
    told = items(200)
    taken = [dispatch.offer(item, NOW) for item in told]
    assert not all(taken)
    flying = tried(dispatch)
    orders: list[Load] = []
    for item in flying:
        dispatch.ended(item, answered=True, now=NOW)
        dispatch.settled(item, NOW)
        orders += [out for out in dispatch.take_output() if isinstance(out, Load)]
    assert len(orders) == 1
    assert orders[0].destination == A


def test_what_is_at_hand_is_not_taken_twice():
    dispatch: Dispatch[Item] = Dispatch()
    (item,) = items(1)
    dispatch.offer(item, NOW)
    dispatch.offer(item, NOW)
    dispatch.loaded(A, [item], None, NOW)
    assert tried(dispatch) == [item]
    dispatch.ended(item, answered=True, now=NOW)
    dispatch.loaded(A, [item], None, NOW)
    assert tried(dispatch) == [], "what became of it is not written down yet"
    dispatch.settled(item, NOW)
    dispatch.loaded(A, [item], None, NOW)
    assert tried(dispatch) == [item]


def test_what_is_due_later_is_read_later():
    dispatch: Dispatch[Item] = Dispatch()
    dispatch.due(A, Ms(NOW + 500), NOW)
    assert dispatch.take_output() == []
    assert dispatch.deadline() == NOW + 500
    dispatch.fire(Ms(NOW + 500))
    (order,) = dispatch.take_output()
    assert isinstance(order, Load)
    dispatch.due(A, NOW, NOW)
    dispatch.loaded(A, [], None, NOW)
    assert isinstance(dispatch.take_output()[0], Load), "told while reading: read again"


def test_a_server_that_fails_gets_less_each_time_and_then_nothing():
    dispatch: Dispatch[Item] = Dispatch()
    for item in items(60):
        dispatch.offer(item, NOW)
    flying = tried(dispatch)
    for item in flying[:5]:
        dispatch.ended(item, answered=False, now=NOW)
        assert tried(dispatch) == []
    assert dispatch.states() == {A: "open"}
    for item in flying[5:]:
        dispatch.ended(item, answered=False, now=NOW)
    assert tried(dispatch) == []
    due = dispatch.deadline()
    assert due == NOW + BREAKER_FIRST_MS
    dispatch.fire(due)
    (trial,) = tried(dispatch)
    dispatch.ended(trial, answered=True, now=due)
    assert len(tried(dispatch)) == 9, "it is back: the rest goes at once"


def test_while_a_server_is_left_alone_second_urls_are_used_and_the_old_are_given_up():
    dispatch: Dispatch[Item] = Dispatch()
    for item in items(5):
        dispatch.offer(item, NOW)
    for item in tried(dispatch):
        dispatch.ended(item, answered=False, now=NOW)
        dispatch.settled(item, NOW)
    spare = Item("DL21", spare=True)
    dispatch.offer(spare, NOW)
    assert dispatch.take_output() == [Try(spare, spare=True)]
    dispatch.ended(spare, answered=None, now=NOW)
    assert dispatch.states() == {A: "open"}, "the second URL says nothing about the first"
    old = Item("DL22", created_at=Ms(NOW - DELIVERY_LIFE_MS))
    dispatch.offer(old, NOW)
    assert dispatch.take_output() == [Drop(old)]


# --- many servers ---------------------------------------------------------------------------------


def test_when_many_servers_are_slow_each_gets_a_share_and_a_newcomer_is_served():
    dispatch: Dispatch[Item] = Dispatch()
    for number in range(20):
        for item in items(int(DELIVERY_AT_ONCE), bytes([number + 33])):
            dispatch.offer(item, NOW)
    counts = Counter(item.destination for item in tried(dispatch))
    assert sum(counts.values()) <= DELIVERY_FLYING_MAX
    assert set(list(counts.values())[5:]) == {int(DELIVERY_SHARE)}
    newcomer = Item("DL77", b"new")
    dispatch.offer(newcomer, NOW)
    assert tried(dispatch) == [newcomer]


@dataclass
class World:
    """Servers in virtual time: each answers after its delay, or never."""

    delays: dict[bytes, int]
    now: int = NOW
    dispatch: Dispatch[Item] = field(default_factory=Dispatch)
    flying: list[tuple[int, Item, bool]] = field(default_factory=list)
    done: dict[str, int] = field(default_factory=dict)

    def step(self) -> None:
        for out in self.dispatch.take_output():
            if isinstance(out, Try):
                delay = self.delays[out.delivery.destination]
                answered = delay < 15_000
                self.flying.append((self.now + min(delay, 15_000), out.delivery, answered))
        self.flying.sort(key=lambda one: one[0])

    def run(self, until: int) -> None:
        self.step()
        while self.flying and self.flying[0][0] <= until:
            self.now, item, answered = self.flying.pop(0)
            self.dispatch.fire(Ms(self.now))
            self.dispatch.ended(item, answered=answered, now=Ms(self.now))
            if answered:
                self.done[item.id] = self.now
            self.dispatch.settled(item, Ms(self.now))
            self.step()
        self.now = until


def test_an_endpoint_that_hangs_slows_no_other():
    def finished(with_hanging: bool) -> list[int]:
        world = World({A: 10**9, B: 20})
        for number in range(600):
            world.run(NOW + number * 2)
            if with_hanging:
                world.dispatch.offer(Item(f"DLa{number:04x}"), Ms(world.now))
            world.dispatch.offer(Item(f"DLb{number:04x}", B), Ms(world.now))
        world.run(NOW + 60_000)
        return list(world.done.values())

    assert finished(True) == finished(False)
    assert len(finished(True)) == 600
