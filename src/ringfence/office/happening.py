"""What happens, as a stream that resumes from storage without a gap.

A reader has no buffer here: facts are read from storage when the reader is ready for more, and a
doorbell says that there are some. Who reads slowly falls behind in storage, which costs a call
nothing, and is told to come back when that is too far. Whoever's key or grant ends meanwhile is
told nothing more.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from ringfence.api import views_events as views
from ringfence.calls.events import CallFact
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import (
    EVENT_BATCH,
    EVENT_BEHIND_MAX,
    EVENT_GATHER,
    EVENT_HEARTBEAT,
    EVENT_STREAMS_MAX,
    EVENT_TYPES_MAX,
    PAGE_MAX,
)
from ringfence.office.messaging import news
from ringfence.office.records import CALL, CALL_LOG
from ringfence.office.sentences import line_of
from ringfence.office.table import KNOWN, TABLE
from ringfence.privacy.labels import labels_of
from ringfence.storage.facts import BY_NAME
from ringfence.storage.timeline import StoredEvent, StoredNews

if TYPE_CHECKING:
    from ringfence.office import Office

_ABOUT = ("user.telephony.call.fact", "user.telephony.call.id", "user.telephony.call.time")


@cache
def told(kind: Any) -> tuple[str, ...]:
    """Return the fields of a fact that say how the call went, and nothing about anybody."""
    usual = {"at", "call", "account", "leg"}
    return tuple(
        name
        for name, label in labels_of(kind).items()
        if name not in usual and label.category.startswith(_ABOUT)
    )


def event_of(stored: StoredEvent) -> views.Event | None:
    """Return what is told of a stored fact; None for a kind this version does not know."""
    fact = stored.fact()
    if fact is None:
        return None
    line = line_of(fact)
    data = {name: getattr(fact, name) for name in told(cast("Any", type(fact)))}
    return views.Event(
        id=stored.id,
        type=line.name,
        at=line.at,
        call=line.call,
        leg=line.leg,
        text=line.text,
        level=line.level,
        data={
            name: value
            for name, value in data.items()
            if value is None or isinstance(value, bool | int | str)
        },
    )


def _wanted(types: list[str] | None) -> frozenset[str]:
    found = frozenset(types or ())
    if len(found) > EVENT_TYPES_MAX or any(not name.isidentifier() for name in found):
        raise Refused("bad_argument", "types are names of events, e.g. CallAnswered")
    if not found <= BY_NAME.keys() | news.SENTENCES.keys():
        raise Refused("bad_argument", "no event has one of these names: nothing would ever be told")
    return found


def _some(
    office: Office, after: int, wanted: frozenset[str], count: int
) -> tuple[list[views.Event], int, bool]:
    """Return events after one, where to go on, and whether there may be more."""
    stored = office.store.timeline.news(after, count=count)
    found = []
    for row in stored:
        if row.account == office.account.id and (not wanted or row.name in wanted):
            event = news.event_of(row) if isinstance(row, StoredNews) else event_of(row)
            if event is not None:
                found.append(event)
    return found, stored[-1].id if stored else after, len(stored) == count


@TABLE.use_case("event.list", actors=KNOWN, purpose=CALL_LOG, category=CALL)
async def list_events(
    office: Office, *, limit: int = 50, before: str | None = None, types: list[str] | None = None
) -> views.EventPage:
    """Events from the first one kept, oldest first. ``before``: go on behind this one."""
    if not 1 <= limit <= PAGE_MAX:
        raise Refused("bad_argument", f"limit is a number from 1 to {PAGE_MAX}")
    wanted, after, more = _wanted(types), _id(before), True
    found: list[views.Event] = []
    while more and len(found) < limit:
        some, after, more = _some(office, after, wanted, limit - len(found))
        found += some
        await asyncio.sleep(0)  # a filter that matches little must not hold up a call
    return views.EventPage(events=found, next=str(after) if more else None)


def _id(text: str | None) -> int:
    if text is None:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Refused("bad_argument", "the id of an event is a whole number")
    return int(text)


@TABLE.stream("event.follow", actors=KNOWN, live=True, purpose=CALL_LOG, category=CALL)
async def follow_events(
    office: Office, *, after: str | None = None, types: list[str] | None = None
) -> AsyncIterator[views.Event]:
    """Events after one, from storage and then as they happen; without ``after``: from now on."""
    wanted = _wanted(types)
    watchers = office.live.runner.watchers
    if office.streams >= EVENT_STREAMS_MAX:
        raise Refused("too_many_requests", "that many streams are open; close one")
    bell = asyncio.Event()

    loop = asyncio.get_running_loop()

    def ring(_facts: Sequence[CallFact]) -> None:
        bell.set()

    def ring_outside() -> None:
        loop.call_soon_threadsafe(bell.set)

    office.streams += 1
    watchers.append(ring)
    office.store.rooms.texts.bells.add(ring_outside)
    try:
        newest = office.store.timeline.newest()
        # an id that is yet to come is of before a backup was restored, or of another server's
        last = newest if after is None else min(_id(after), newest)
        yield views.Event(id=last, type="heartbeat", at=office.clock.now())
        while True:
            some, last, more = _some(office, last, wanted, int(EVENT_BATCH))
            for event in some:
                yield event
            if office.store.timeline.newest() - last > EVENT_BEHIND_MAX:
                yield views.Event(id=last, type="behind", at=office.clock.now())
                return
            if not more and not await _rung(office, bell):
                yield views.Event(id=last, type="heartbeat", at=office.clock.now())
    finally:
        watchers.remove(ring)
        office.store.rooms.texts.bells.discard(ring_outside)
        office.streams -= 1


async def _rung(office: Office, bell: asyncio.Event) -> bool:
    """Wait until something happened and can be read; False where nothing did for a while."""
    try:
        async with asyncio.timeout(EVENT_HEARTBEAT / 1000):
            await bell.wait()
    except TimeoutError:
        return False
    bell.clear()
    await asyncio.sleep(EVENT_GATHER / 1000)  # many facts, one look
    await office.settled()
    return True
