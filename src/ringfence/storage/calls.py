"""Call facts become rows: the event, the state it changes, its audit leaf, its jobs, at once.

`CallStore.record` gives the facts of one turn of a call to the writer as one unit. Units of many
calls share a commit; event rows of all of them go in with one statement at its end. A small
memory of the calls in progress (account, salt, who is linked already) spares a query per fact; it
is thrown away when a transaction is rolled back and filled again from the tables.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import bindparam, select, update

from ringfence.calls import events
from ringfence.calls.events import CallFact
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import LocalError
from ringfence.kernel.ids import AccountId, CallId, PartyId
from ringfence.kernel.limits import CALL_CONTEXTS
from ringfence.privacy.vault import Vault
from ringfence.storage.audit import AuditTrail, record_bytes
from ringfence.storage.call_legs import LEG_CHANGES, leg_detected
from ringfence.storage.event_numbers import EventNumbers
from ringfence.storage.facts import shape_of
from ringfence.storage.keyring import KeyRing
from ringfence.storage.outbox import JobAsked, Outbox
from ringfence.storage.recordings import RECORDING_CHANGES
from ringfence.storage.schema import call_parties, calls
from ringfence.storage.schema import events as event_rows
from ringfence.storage.sqlite import Database
from ringfence.storage.statement import Statement, insert_new, insert_row, word
from ringfence.storage.unit_of_work import Transaction, Values

JobsOf = Callable[[CallFact], Sequence[JobAsked]]
Change = tuple[Statement, Values]
Meter = Callable[[Transaction, CallFact, AccountId], None]

_c = calls.c
_THIS = _c.id == bindparam("call")
_ADD_EVENT = insert_row(event_rows)
_ADD_CALL = insert_row(calls)
_LINK = insert_new(call_parties)
_CONTEXT = Statement(select(_c.account_id, _c.caller_id).where(_THIS))
_RANG = Statement(
    update(calls).where(_THIS).values(state=word("ringing"), rang_at=bindparam("at")), "at", "call"
)
_ANSWERED = Statement(
    update(calls)
    .where(_THIS)
    .values(state=word("answered"), answered_at=bindparam("at"), codec=bindparam("with_codec")),
    "at",
    "with_codec",
    "call",
)
_DETECTED = Statement(update(calls).where(_THIS).values(detected=bindparam("who")), "who", "call")
_PERSON = Statement(
    update(calls).where(_THIS).values(answered_by=bindparam("party"), person_at=bindparam("at")),
    "party",
    "at",
    "call",
)
_ENDED = Statement(
    update(calls)
    .where(_THIS)
    .values(
        state=word("ended"),
        answered_by=bindparam("party"),
        rang_at=bindparam("rang"),
        answered_at=bindparam("answered"),
        person_at=bindparam("person"),
        ended_at=bindparam("ended"),
        duration_ms=bindparam("duration"),
        talk_ms=bindparam("talk"),
        cause=bindparam("why"),
        hung_up_by=bindparam("who"),
        missed=bindparam("was_missed"),
        codec=bindparam("with_codec"),
        mos_x100=bindparam("mos"),
    ),
    "party",
    "rang",
    "answered",
    "person",
    "ended",
    "duration",
    "talk",
    "why",
    "who",
    "was_missed",
    "with_codec",
    "mos",
    "call",
)


def _begun(fact: events.CallOffered | events.CallPlaced, _account: AccountId) -> Change:
    inbound = isinstance(fact, events.CallOffered)
    forwarded = fact.forwarded if isinstance(fact, events.CallOffered) else None
    return _ADD_CALL, (
        fact.call,
        fact.account,
        "inbound" if inbound else "outbound",
        "offered" if inbound else "placed",
        fact.caller,
        fact.called,
        None,
        fact.number,
        fact.trunk,
        fact.at,
        None,
        None,
        None,
        None,
        0,
        0,
        None,
        None,
        False,
        "",
        0,
        fact.flow,
        fact.parent,
        forwarded,
        None,
        None,
        fact.application,
    )


def _ended(fact: events.CallEnded, _account: AccountId) -> Change:
    return _ENDED, (
        fact.answered_by,
        fact.rang_at,
        fact.answered_at,
        fact.answered_by_person_at,
        fact.ended_at,
        fact.duration_ms,
        fact.talk_ms,
        fact.cause.value,
        fact.hung_up_by,
        fact.missed,
        fact.codec,
        fact.mos_x100,
        fact.call,
    )


def _detected(fact: events.AnswererDetected, _account: AccountId) -> Change:
    if fact.leg is not None:
        return leg_detected(fact)
    return _DETECTED, (fact.answered_by, fact.call)


_CHANGES: dict[type[CallFact], Callable[[Any, AccountId], Change | None]] = {
    **RECORDING_CHANGES,
    **LEG_CHANGES,
    events.CallOffered: _begun,
    events.CallPlaced: _begun,
    events.CallRang: lambda fact, _: (_RANG, (fact.at, fact.call)),
    events.CallAnswered: lambda fact, _: (_ANSWERED, (fact.at, fact.codec, fact.call)),
    events.AnswererDetected: _detected,
    events.CallAnsweredByPerson: lambda fact, _: (_PERSON, (fact.party, fact.at, fact.call)),
    events.CallEnded: _ended,
}
"""What a fact changes in the row of its call or recording; others change nothing there."""


class _Context:
    """What the writer remembers of a call in progress."""

    __slots__ = ("account", "linked", "salt")

    def __init__(self, account: AccountId, salt: bytes) -> None:
        self.account = account
        self.salt = salt
        self.linked: set[PartyId] = set()


def _no_jobs(_fact: CallFact) -> Sequence[JobAsked]:
    return ()


class CallStore:
    """Facts in, call records out; a participant of every commit."""

    def __init__(
        self,
        db: Database,
        *,
        vault: Vault,
        keys: KeyRing,
        trail: AuditTrail,
        outbox: Outbox,
        numbers: EventNumbers,
        jobs_of: JobsOf = _no_jobs,
    ) -> None:
        self._db = db
        self._vault = vault
        self._keys = keys
        self._trail = trail
        self._outbox = outbox
        self.jobs_of = jobs_of
        self.meter: Meter | None = None
        """Prices what was used; None where nothing costs."""
        self._contexts: dict[CallId, _Context] = {}
        self._numbers = numbers
        self._rows: list[Values] = []

    # --- writing --------------------------------------------------------------------------------

    def record(self, facts: Sequence[CallFact], now: Ms) -> None:
        """Store facts of one or more calls, in order, in one transaction; waits for nothing.

        A disk that does not work for a while delays them. Raises `Refused` (``storage_...``) only
        where the queue is full or the database damaged.
        """
        self._db.give(lambda tx: self._write(tx, facts, now), asked_about=True)

    def record_durably(self, facts: Sequence[CallFact], now: Ms) -> asyncio.Future[None]:
        """Like `record`; the future is done when the facts are durable."""
        return self._db.post(lambda tx: self._write(tx, facts, now))

    def write(self, tx: Transaction, facts: Sequence[CallFact], now: Ms) -> None:
        """Like `record`, inside a transaction that does more."""
        self._write(tx, facts, now)

    def _write(self, tx: Transaction, facts: Sequence[CallFact], now: Ms) -> None:
        for fact in facts:
            kind = type(fact)
            shape = shape_of(kind)
            call = fact.call
            context = self._contexts.get(call) or self._remember(tx, fact)
            body = shape.body(fact)
            leaf = self._trail.append(context.salt, record_bytes(shape.name, fact.at, call, body))
            number = self._numbers.take()
            self._rows.append(
                (number, call, context.account, fact.at, shape.name, body.decode(), leaf)
            )
            changed = _CHANGES.get(kind)
            change = None if changed is None else changed(fact, context.account)
            if change is not None:
                tx.run(*change)
            if self.meter is not None:
                self.meter(tx, fact, context.account)
            if isinstance(fact, events.LegPlaced) and fact.number and fact.shown:
                context.linked.add(fact.shown)  # a number of ours is nobody
            for party in shape.parties(fact):
                if party not in context.linked:
                    tx.run(_LINK, (party, call))
                    context.linked.add(party)
            for job in self.jobs_of(fact):
                self._outbox.add(tx, job, now=now)
            if kind is events.CallEnded:
                self._contexts.pop(call, None)

    def _remember(self, tx: Transaction, fact: CallFact) -> _Context:
        caller: PartyId | None
        if isinstance(fact, events.CallOffered | events.CallPlaced):
            account, caller = fact.account, fact.caller
        else:
            row = tx.row(_CONTEXT, (fact.call,))
            if row is None:
                raise LocalError(f"{fact.name()} of a call that never began")
            account, caller = row
        salt = self._vault.salt(self._keys.serial(tx, account, caller), fact.call)
        context = self._contexts[fact.call] = _Context(account, salt)
        if isinstance(fact, events.CallOffered) and (fact.number or fact.flow) is not None:
            context.linked.add(fact.called)  # a number or a flow of ours is nobody
        elif isinstance(fact, events.CallPlaced) and fact.number is not None:
            context.linked.add(fact.caller)
        if len(self._contexts) > CALL_CONTEXTS:
            del self._contexts[next(iter(self._contexts))]
        return context

    # --- participant ----------------------------------------------------------------------------

    def begin(self) -> None:
        """Nothing is kept from before."""

    def prepare(self, tx: Transaction) -> None:
        """Write the events of all units at once."""
        if self._rows:
            tx.run_many(_ADD_EVENT, self._rows)

    def committed(self) -> None:
        """The events are durable."""
        self._rows.clear()

    def rolled_back(self) -> None:
        """Forget what was not written."""
        self._rows.clear()
        self._contexts.clear()
