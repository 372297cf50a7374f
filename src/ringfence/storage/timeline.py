"""What happened, in order: the stored facts of a call, or of everything since an event."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from ringfence.calls.events import CallFact
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import AccountId, CallId, MessageId
from ringfence.storage.event_numbers import newest
from ringfence.storage.facts import read_fact
from ringfence.storage.schema import events, text_events
from ringfence.storage.sqlite import Database
from ringfence.storage.statement import Row, Statement, at_most

_e = events.c
_COLUMNS = (_e.id, _e.call_id, _e.account_id, _e.at, _e.name, _e.body, _e.leaf)
_OF_CALL = Statement(
    select(*_COLUMNS).where(_e.call_id == bindparam("call")).order_by(_e.call_id, _e.id)
)
_SINCE = Statement(
    at_most(select(*_COLUMNS).where(_e.id > bindparam("after")).order_by(_e.id), "count"),
    "after",
    "count",
)


_t = text_events.c
_TEXTS_SINCE = Statement(
    at_most(
        select(_t.id, _t.text_id, _t.account_id, _t.at, _t.name, _t.body)
        .where(_t.id > bindparam("after"))
        .order_by(_t.id),
        "count",
    ),
    "after",
    "count",
)


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One row of the event table. ``body``: JSON; ``leaf``: its index in the audit log."""

    id: int
    call: CallId
    account: AccountId
    at: Ms
    name: str
    body: str
    leaf: int | None

    def fact(self) -> CallFact | None:
        """Return the fact, or None for a kind this version does not know any more."""
        return read_fact(self.name, self.at, self.call, self.account, self.body)


@dataclass(frozen=True, slots=True)
class StoredNews:
    """One fact of a text message. ``body``: JSON of its other fields."""

    id: int
    message: MessageId
    account: AccountId
    at: Ms
    name: str
    body: str


class Timeline:
    """Reads events."""

    __slots__ = ("_db",)

    def __init__(self, db: Database) -> None:
        self._db = db

    def of_call(self, call: CallId) -> list[StoredEvent]:
        """Return the events of a call in the order they were recorded."""
        return [_event(row) for row in self._db.reading.rows(_OF_CALL, (call,))]

    def facts_of(self, call: CallId) -> list[CallFact]:
        """Return the facts of a call in the order they were recorded."""
        facts = (event.fact() for event in self.of_call(call))
        return [fact for fact in facts if fact is not None]

    def since(self, event: int, *, count: int) -> list[StoredEvent]:
        """Return events of all calls recorded after event number ``event``, oldest first."""
        return [_event(row) for row in self._db.reading.rows(_SINCE, (event, count))]

    def news(self, event: int, *, count: int) -> list[StoredEvent | StoredNews]:
        """Return what happened to calls and to messages after an event, oldest first."""
        reading = self._db.reading
        found: list[StoredEvent | StoredNews] = [*self.since(event, count=count)]
        found += [StoredNews(*row) for row in reading.rows(_TEXTS_SINCE, (event, count))]
        return sorted(found, key=lambda stored: stored.id)[:count]

    def newest(self) -> int:
        """Return the number of the newest event, 0 where there is none."""
        return newest(self._db.reading)


def _event(row: Row) -> StoredEvent:
    return StoredEvent(*row)
