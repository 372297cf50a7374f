"""Events from storage and as they happen: no gap, no buffer, nothing about anybody."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from types import SimpleNamespace
from typing import Any

import pytest

from ringfence.calls import events
from ringfence.calls.events import CallFact
from ringfence.kernel import ids
from ringfence.kernel.entropy import SystemEntropy
from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.office import Office, happening
from ringfence.office.happening import told

CALLER = "+12025550123"


class Live(SimpleNamespace):
    """As much of a running server as a stream looks at."""

    def __init__(self, office: Office) -> None:
        super().__init__(runner=SimpleNamespace(watchers=[]))
        self.office = office

    def record(self) -> None:
        """A call is offered: written, then told."""
        office, entropy, now = self.office, SystemEntropy(), self.office.clock.now()
        party = office.store.party_room.resolve(Phone(CALLER), now)
        fact = events.CallOffered(
            at=now, call=ids.make("call", now, entropy), account=office.account.id,
            leg=ids.make("leg", now, entropy), caller=party, called=party,
        )  # type: ignore[arg-type]  # fmt: skip
        office.store.calls.record([fact], now)
        for watcher in self.runner.watchers:
            watcher([fact])


@pytest.fixture
def live(office: Office) -> Live:
    made = Live(office)
    office.attach(made)  # type: ignore[arg-type]
    return made


def ask(office: Office, **args: Any) -> Any:
    return asyncio.run(office.run("event.list", args, actor="api"))


def test_events_are_listed_page_by_page(office: Office, live: Live) -> None:
    for _ in range(5):
        live.record()
    asyncio.run(office.settled())
    found, after = [], None
    while True:
        page = ask(office, limit=2, before=after)
        found += page.events
        after = page.next
        if after is None:
            break
    assert [event.id for event in found] == sorted({event.id for event in found})
    assert [event.type for event in found] == ["CallOffered"] * 5
    assert ask(office, types=["CallEnded"]).events == []
    for wrong in ({"before": "x"}, {"types": ["a b"]}, {"limit": 0}):
        with pytest.raises(Refused):
            ask(office, **wrong)


def test_nothing_is_told_about_anybody(office: Office, live: Live) -> None:
    live.record()
    asyncio.run(office.settled())
    [event] = ask(office).events
    assert CALLER not in repr(event)
    assert not {"caller", "called"} & event.data.keys()
    for kind in CallFact.__subclasses__():
        assert not {"caller", "called", "digits", "url"} & set(told(kind)), kind


async def _follow(
    office: Office, count: int, *, actor: str = "api", live: Live | None = None, **args: Any
) -> list[Any]:
    found = []
    async with aclosing(office.follow("event.follow", args, actor=actor)) as stream:
        async for event in stream:
            found.append(event)
            if live is not None and len(found) == 1:
                live.record()
            if len(found) == count:
                break
    return found


def test_what_happens_is_told_as_it_happens(office: Office, live: Live) -> None:
    live.record()
    asyncio.run(office.settled())
    first, then = asyncio.run(_follow(office, 2, live=live))
    assert (first.type, then.type) == ("heartbeat", "CallOffered")
    assert then.id > first.id
    assert live.runner.watchers == []
    assert office.streams == 0


def test_a_reader_goes_on_where_it_stopped(office: Office, live: Live) -> None:
    for _ in range(3):
        live.record()
    asyncio.run(office.settled())
    every = [event.id for event in ask(office).events]
    found = asyncio.run(_follow(office, 3, after=str(every[0])))
    assert [event.id for event in found] == [every[0], *every[1:]]


def test_a_reader_from_the_future_begins_at_what_is_now(office: Office, live: Live) -> None:
    """A backup was restored, so that the id it saw last is yet to come."""
    live.record()
    asyncio.run(office.settled())
    [last] = [event.id for event in ask(office).events]
    first, then = asyncio.run(_follow(office, 2, live=live, after=str(last + 10**9)))
    assert (first.id, then.type) == (last, "CallOffered")


def test_whoever_is_too_far_behind_is_told_to_come_back(
    office: Office, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(happening, "EVENT_BATCH", 1)
    monkeypatch.setattr(happening, "EVENT_BEHIND_MAX", 1)
    for _ in range(4):
        live.record()
    asyncio.run(office.settled())
    _, seen, behind = asyncio.run(_follow(office, 9, after="0"))
    assert (seen.type, behind.type, behind.id) == ("CallOffered", "behind", seen.id)


def test_a_quiet_stream_has_a_heartbeat_and_ends_with_its_key(
    office: Office, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(happening, "EVENT_HEARTBEAT", 1)
    made = asyncio.run(
        office.run("key.add", {"name": "x", "purposes": ["call_record"]}, actor="operator")
    )
    beats = asyncio.run(_follow(office, 3, actor=f"key:{made.sid}"))
    assert {beat.type for beat in beats} == {"heartbeat"}

    async def revoked() -> None:
        async with aclosing(office.follow("event.follow", {}, actor=f"key:{made.sid}")) as stream:
            await anext(stream)
            await office.run("key.revoke", {"sid": made.sid}, actor="operator")
            async for _ in stream:
                pass

    with pytest.raises(Refused) as refused:
        asyncio.run(revoked())
    assert refused.value.code == "key_expired"


def test_streams_have_an_end_and_a_purpose(
    office: Office, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = asyncio.run(
        office.run("key.add", {"name": "x", "purposes": ["operate"]}, actor="operator")
    )
    with pytest.raises(Refused, match="purpose_not_declared"):
        asyncio.run(_follow(office, 1, actor=f"key:{made.sid}"))
    monkeypatch.setattr(happening, "EVENT_STREAMS_MAX", 0)
    with pytest.raises(Refused, match="too_many_requests"):
        asyncio.run(_follow(office, 1))


def test_an_event_that_there_is_not_is_refused(office: Office) -> None:
    with pytest.raises(Refused) as refused:
        ask(office, types=["CallEnded", "CallEndet"])
    assert refused.value.code == "bad_argument"
    assert ask(office, types=["MessageSent"]).events == []
