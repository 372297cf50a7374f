"""Legs that calls rang, one row each: how facts change it, and the row read as a call's record.

A dialled leg is a call to Twilio's clients, the child of the call that rang it; its SID has the
leg's digits (``kernel.ids.own_call``). Once it has been handed over (`LegGiven`) a call under
that SID exists, and its row here is listed no more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import bindparam, select, update

from ringfence.calls import events
from ringfence.calls.events import CallFact
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import AccountId, CallId, LegId, leg_of, own_call
from ringfence.storage.call_records import CallRecord
from ringfence.storage.schema import call_legs
from ringfence.storage.sqlite import Database
from ringfence.storage.statement import Row, Statement, insert_row, word
from ringfence.storage.unit_of_work import Values

Change = tuple[Statement, Values]

_l = call_legs.c
_THIS = _l.id == bindparam("leg")
_ADD = insert_row(call_legs)
_RANG = Statement(
    update(call_legs).where(_THIS).values(state=word("ringing"), rang_at=bindparam("at")),
    "at",
    "leg",
)
_ANSWERED = Statement(
    update(call_legs)
    .where(_THIS)
    .values(state=word("answered"), answered_at=bindparam("at"), codec=bindparam("with_codec")),
    "at",
    "with_codec",
    "leg",
)
_GIVEN = Statement(update(call_legs).where(_THIS).values(state=word("given")), "leg")
_ENDED = Statement(
    update(call_legs)
    .where(_THIS, _l.state != word("given"))
    .values(
        state=word("ended"),
        ended_at=bindparam("at"),
        duration_ms=bindparam("up"),
        cause=bindparam("why"),
        codec=bindparam("with_codec"),
        mos_x100=bindparam("mos"),
    ),
    "at",
    "up",
    "why",
    "with_codec",
    "mos",
    "leg",
)
_DETECTED = Statement(
    update(call_legs).where(_THIS).values(detected=bindparam("who")), "who", "leg"
)
_GET = Statement(select(*_l).where(_THIS))


def _placed(fact: events.LegPlaced, account: AccountId) -> Change | None:
    if fact.caller is None or fact.party is None:
        return None  # the first leg: the call's own record tells of it
    caller = fact.shown or fact.caller
    return _ADD, (
        fact.leg, fact.call, account, "placed", caller, fact.party, fact.at, None, None, None,
        0, None, "", 0, None, None,
    )  # fmt: skip


def leg_detected(fact: events.AnswererDetected) -> Change:
    """It is known who answered a dialled leg."""
    return _DETECTED, (fact.answered_by, fact.leg)


def _ended(fact: events.LegEnded, _account: AccountId) -> Change | None:
    if fact.role != "callee":
        return None
    return _ENDED, (fact.at, fact.up_ms, fact.cause.value, fact.codec, fact.mos_x100, fact.leg)


LEG_CHANGES: dict[type[CallFact], Callable[[Any, AccountId], Change | None]] = {
    events.LegPlaced: _placed,
    events.LegAlerted: lambda fact, _: (_RANG, (fact.at, fact.leg)),
    events.LegConnected: lambda fact, _: (_ANSWERED, (fact.at, fact.codec, fact.leg)),
    events.LegGiven: lambda fact, _: (_GIVEN, (fact.leg,)),
    events.LegEnded: _ended,
}
"""What a fact changes in the row of its leg; the first leg of a call has none."""


class CallLegs:
    """Reads the rows of dialled legs."""

    __slots__ = ("_db",)

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, call: CallId) -> CallRecord | None:
        """Return the record of the leg whose SID a call's would be."""
        row = self._db.reading.row(_GET, (leg_of(call),))
        return None if row is None else record_of_leg(row)


def record_of_leg(row: Row) -> CallRecord:
    """Return a row of the table, its columns in order, as the record of a call."""
    (leg, call, account, state, caller, called, placed, rang, answered, ended, duration, cause,
     codec, mos, removed, detected) = row  # fmt: skip
    return CallRecord(
        id=own_call(LegId(leg)),
        account=account,
        direction="outbound",
        state=state,
        caller=caller,
        called=called,
        answered_by=None,
        number=None,
        trunk=None,
        offered_at=Ms(placed),
        rang_at=rang,
        answered_at=answered,
        person_at=None,
        ended_at=ended,
        duration_ms=duration,
        talk_ms=0,
        cause=cause,
        hung_up_by=None,
        missed_row=0,
        codec=codec,
        mos_x100=mos,
        parent=call,
        detected=detected,
        removed_at=removed,
    )
