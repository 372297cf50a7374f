"""Call records: the state that the facts of a call add up to, read."""

from __future__ import annotations

from itertools import starmap

import msgspec
from sqlalchemy import bindparam, func, select

from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import (
    AccountId,
    ApplicationId,
    CallId,
    FlowId,
    NumberId,
    PartyId,
    TrunkId,
)
from ringfence.kernel.limits import ATTEMPTS_COUNTED
from ringfence.storage.schema import call_parties, calls
from ringfence.storage.sqlite import Database
from ringfence.storage.statement import Row, Statement, at_most, of_account, word
from ringfence.storage.unit_of_work import Queries

_c = calls.c
_GET = Statement(select(*_c).where(_c.id == bindparam("call")))
_BEFORE = (_c.id < bindparam("before"), _c.removed_at.is_(None))
_PAGE, _PAGE_ALONE = (
    Statement(
        at_most(
            select(*_c).where(of_account(calls, alone=alone), *_BEFORE).order_by(_c.id.desc()),
            "count",
        ),
        "account",
        "before",
        "count",
    )
    for alone in (False, True)
)
_PAGE_OF_STATE = Statement(
    at_most(
        select(*_c)
        .where(of_account(calls, alone=False), *_BEFORE, _c.state == bindparam("of"))
        .order_by(_c.id.desc()),
        "count",
    ),
    "account",
    "before",
    "of",
    "count",
)
_SINCE = Statement(
    select(func.count())
    .select_from(calls)
    .where(_c.account_id == bindparam("account"), _c.id >= bindparam("since")),
    "account",
    "since",
)
_OF_PARTY = Statement(
    at_most(
        select(call_parties.c.call_id)
        .where(
            call_parties.c.party_id == bindparam("party"),
            call_parties.c.call_id < bindparam("before"),
        )
        .order_by(call_parties.c.call_id.desc()),
        "count",
    ),
    "party",
    "before",
    "count",
)
_IN_VAIN = Statement(
    at_most(
        select(_c.offered_at)
        .select_from(call_parties.join(calls, _c.id == call_parties.c.call_id))
        .where(
            call_parties.c.party_id == bindparam("party"),
            call_parties.c.call_id >= bindparam("since"),
            _c.called_id == call_parties.c.party_id,
            _c.direction == word("outbound"),
            _c.ended_at.is_not(None),
            _c.answered_at.is_(None),
        )
        .order_by(call_parties.c.call_id.desc()),
        "count",
    ),
    "party",
    "since",
    "count",
)
_OPEN = Statement(select(*_c).where(_c.ended_at.is_(None)).order_by(_c.id))

_AFTER_ALL = "CB"
"""Above every call id."""


class CallRecord(msgspec.Struct, frozen=True, gc=False):
    """The state a call's facts add up to, in the order of the table's columns."""

    id: CallId
    account: AccountId
    direction: str
    state: str
    caller: PartyId
    called: PartyId
    answered_by: PartyId | None
    number: NumberId | None
    trunk: TrunkId | None
    offered_at: Ms
    rang_at: Ms | None
    answered_at: Ms | None
    person_at: Ms | None
    ended_at: Ms | None
    duration_ms: int
    talk_ms: int
    cause: str | None
    hung_up_by: str | None
    missed_row: int
    """0 or 1: SQLite knows no others."""
    codec: str
    mos_x100: int
    flow: FlowId | None = None
    parent: CallId | None = None
    forwarded: PartyId | None = None
    detected: str | None = None
    removed_at: Ms | None = None
    application: ApplicationId | None = None

    @property
    def missed(self) -> bool:
        """Whether no person answered."""
        return self.missed_row == 1


class CallRecords:
    """Reads call records."""

    __slots__ = ("_db",)

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, call: CallId) -> CallRecord | None:
        """Return the record of one call."""
        row = self._db.reading.row(_GET, (call,))
        return None if row is None else record_of(row)

    def page(
        self,
        account: AccountId,
        *,
        count: int,
        before: CallId | None = None,
        state: str | None = None,
        alone: bool = False,
    ) -> list[CallRecord]:
        """Return calls, newest first, older than ``before``; ``alone``: nobody else has any."""
        start = before or _AFTER_ALL
        if state is None:
            page = _PAGE_ALONE if alone else _PAGE
            rows = self._db.reading.rows(page, (account, start, count))
        else:
            rows = self._db.reading.rows(_PAGE_OF_STATE, (account, start, state, count))
        return list(starmap(CallRecord, rows))

    def count_since(self, account: AccountId, instant: Ms) -> int:
        """Return how many calls began since ``instant``."""
        found: int = self._db.reading.value(_SINCE, (account, f"CA{instant:012x}"))
        return found

    def of_party(self, party: PartyId, *, count: int, before: CallId | None = None) -> list[CallId]:
        """Return the calls a party took part in, newest first."""
        rows = self._db.reading.rows(_OF_PARTY, (party, before or _AFTER_ALL, count))
        return [CallId(row[0]) for row in rows]

    def unanswered(self, queries: Queries, party: PartyId, *, since: Ms) -> tuple[Ms, ...]:
        """Return when calls to a party rang in vain, newest first."""
        start = ids.floor("call", since)
        rows = queries.rows(_IN_VAIN, (party, start, int(ATTEMPTS_COUNTED)))
        return tuple(Ms(row[0]) for row in rows)

    def open_ones(self, queries: Queries) -> list[CallRecord]:
        """Return calls that have not ended: after a crash, the interrupted ones."""
        return [record_of(row) for row in queries.rows(_OPEN)]


def record_of(row: Row) -> CallRecord:
    """Return the record of a row of the table, its columns in order."""
    return CallRecord(*row)
