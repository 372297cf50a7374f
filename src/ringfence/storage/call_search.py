"""Finding calls by who, when and how they ended, newest first, a page at a time.

Whatever is asked, a page is read off an index in the order it is shown: calls of an account by id
(ids are in the order of time), calls of one person through ``call_parties``. The cost of a page
does not grow with the number of calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, bindparam, or_, select

from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import LocalError
from ringfence.kernel.ids import AccountId, CallId, PartyId
from ringfence.storage.call_records import CallRecord, record_of
from ringfence.storage.schema import call_parties, calls
from ringfence.storage.statement import Statement, at_most, word
from ringfence.storage.unit_of_work import Queries

_c, _p = calls.c, call_parties.c
_LAST = "CB"
"""Above every call id."""


@dataclass(frozen=True, slots=True)
class Ending:
    """One way a call may be: in one of ``states``, answered or not, by one of ``causes``."""

    states: tuple[str, ...]
    answered: bool | None = None
    causes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for; None and empty: whatever.

    ``since``, ``until``: when the call began; ``ended_since``, ``ended_until``: when it ended
    (from the first, before the second). ``endings``: any of these.
    """

    caller: PartyId | None = None
    called: PartyId | None = None
    since: Ms | None = None
    until: Ms | None = None
    ended_since: Ms | None = None
    ended_until: Ms | None = None
    endings: tuple[Ending, ...] = ()


def search(
    queries: Queries, account: AccountId, wanted: Wanted, *, before: CallId | None, count: int
) -> list[CallRecord]:
    """Return calls, newest first, older than ``before``."""
    above = _LAST if wanted.until is None else ids.floor("call", wanted.until)
    values: dict[str, Any] = {
        "account": account,
        "above": min(above, before) if before is not None else above,
        "below": ids.floor("call", wanted.since or Ms(0)),
        "ended_since": wanted.ended_since,
        "ended_until": wanted.ended_until,
        "person": wanted.caller or wanted.called,
        "count": count,
    }
    if wanted.caller is not None and wanted.called is not None:
        values["other"] = wanted.called
    statement = _statement(
        wanted.caller is not None,
        wanted.called is not None,
        wanted.ended_since is not None,
        wanted.ended_until is not None,
        wanted.endings,
    )
    bound = tuple(values[name] for name in statement.names)
    return [record_of(row) for row in queries.rows(statement, bound)]


@lru_cache(maxsize=256)
def _statement(
    by_caller: bool,
    by_called: bool,
    ended_since: bool,
    ended_until: bool,
    endings: Sequence[Ending],
) -> Statement:
    query = select(*_c).where(_c.account_id == bindparam("account"))
    if by_caller or by_called:
        query = query.join(call_parties, _p.call_id == _c.id).where(
            _p.party_id == bindparam("person"),
            _p.call_id < bindparam("above"),
            _p.call_id >= bindparam("below"),
            (_c.caller_id if by_caller else _c.called_id) == _p.party_id,
        )
        if by_caller and by_called:
            query = query.where(_c.called_id == bindparam("other"))
        query = query.order_by(_p.call_id.desc())
    else:
        query = query.where(_c.id < bindparam("above"), _c.id >= bindparam("below"))
        query = query.order_by(_c.id.desc())
    if ended_since:
        query = query.where(_c.ended_at >= bindparam("ended_since"))
    if ended_until:
        query = query.where(_c.ended_at < bindparam("ended_until"))
    if endings:
        query = query.where(or_(*map(_ending, endings)))
    return Statement(at_most(query, "count"))


def _ending(ending: Ending) -> Any:
    if not ending.states:
        raise LocalError("an ending has states")
    terms = [_c.state.in_([word(state) for state in ending.states])]
    if ending.answered is not None:
        terms.append(_c.answered_at.is_not(None) if ending.answered else _c.answered_at.is_(None))
    if ending.causes:
        terms.append(_c.cause.in_([word(cause) for cause in ending.causes]))
    return and_(*terms)
