"""Finding calls by who, when and how they ended, newest first, a page at a time.

Whatever is asked, a page is read off an index in the order it is shown: calls of an account by id
(ids are in the order of time), calls of one person through ``call_parties``. The cost of a page
does not grow with the number of calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import starmap
from operator import attrgetter
from typing import Any

from sqlalchemy import String, and_, bindparam, func, literal_column, or_, select

from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import LocalError
from ringfence.kernel.ids import AccountId, CallId, PartyId, leg_of
from ringfence.storage.call_legs import record_of_leg
from ringfence.storage.call_records import CallRecord
from ringfence.storage.schema import call_legs, call_parties, calls
from ringfence.storage.statement import Statement, at_most, of_account, word
from ringfence.storage.unit_of_work import Queries

_p = call_parties.c
_DIGITS = func.substr(call_legs.c.id, literal_column("3"))
_GIVEN_BY = select(literal_column("'CA'", String) + _DIGITS).where(
    call_legs.c.call_id == bindparam("parent"), call_legs.c.state == word("given")
)
"""Calls that were legs of another one: their ids are the legs' with another prefix."""
_ID = attrgetter("id")
_LAST = "CB"
"""Above every call id."""
_LAST_LEG = "LH"


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
    (from the first, before the second). ``endings``: any of these. ``children``: legs that calls
    rang as well, as calls of their own; of ``parent`` alone. ``alone``: no other account has calls,
    or hardly any; what is found is the same, but where they have many it takes long.
    """

    caller: PartyId | None = None
    called: PartyId | None = None
    since: Ms | None = None
    until: Ms | None = None
    ended_since: Ms | None = None
    ended_until: Ms | None = None
    endings: tuple[Ending, ...] = ()
    parent: CallId | None = None
    children: bool = False
    alone: bool = False


def search(
    queries: Queries, account: AccountId, wanted: Wanted, *, before: CallId | None, count: int
) -> list[CallRecord]:
    """Return calls, newest first, older than ``before``."""
    found: list[CallRecord] = []
    if wanted.parent is None or wanted.children:
        found = _read(queries, account, wanted, before=before, count=count)
    if wanted.caller is not None and wanted.called is None and wanted.parent is None:
        placed = _read(queries, account, wanted, before=before, count=count, placed=True)
        found = sorted({one.id: one for one in (*found, *placed)}.values(), key=_ID, reverse=True)
        found = found[:count]
    if wanted.children:
        # Ids are in the order of time, so two pages of one length make the page of both; legs that
        # are older than the last call of a full page are not on it.
        last = found[-1].id if len(found) == count else None
        found += _read(queries, account, wanted, before=before, count=count, legs=True, last=last)
        found.sort(key=_ID, reverse=True)
    return found[:count]


def _read(
    queries: Queries,
    account: AccountId,
    wanted: Wanted,
    *,
    before: CallId | None,
    count: int,
    legs: bool = False,
    placed: bool = False,
    last: CallId | None = None,
) -> list[CallRecord]:
    """``legs``: of calls, in place of calls. ``placed``: calls of ours, by what they showed."""
    above = _LAST if wanted.until is None else ids.floor("call", wanted.until)
    below = last or ids.floor("call", wanted.since or Ms(0))
    above = min(above, before) if before is not None else above
    values: dict[str, Any] = {
        "account": account,
        "above": above if not legs else _LAST_LEG if above == _LAST else leg_of(CallId(above)),
        "below": leg_of(CallId(below)) if legs else below,
        "ended_since": wanted.ended_since,
        "ended_until": wanted.ended_until,
        "caller": wanted.caller,
        "called": wanted.called,
        "parent": wanted.parent,
        "count": count,
    }
    statement = _statement(
        legs,
        frozenset(name for name in _ASKED if values[name] is not None),
        wanted.endings,
        wanted.alone,
        placed,
    )
    bound = tuple(values[name] for name in statement.names)
    rows = queries.rows(statement, bound)
    return [record_of_leg(row) for row in rows] if legs else list(starmap(CallRecord, rows))


_ASKED = ("caller", "called", "parent", "ended_since", "ended_until")


@lru_cache(maxsize=256)
def _statement(
    legs: bool,
    asked: frozenset[str],
    endings: Sequence[Ending],
    alone: bool = False,
    placed: bool = False,
) -> Statement:
    table = call_legs if legs else calls
    c = table.c
    query = select(*c).where(c.removed_at.is_(None))
    if asked.isdisjoint({"caller", "called", "parent"}):
        # Parties and parents are of one account. Left out, their own index is taken.
        query = query.where(of_account(table, alone=alone))
    if placed:
        query = query.where(c.direction == word("outbound"))
    if "caller" in asked and not (legs or placed) and asked.isdisjoint({"called", "parent"}):
        # Callers are many and have no index of their own: the links of a person have one.
        query = query.join(call_parties, _p.call_id == c.id).where(
            _p.party_id == bindparam("caller"),
            _p.call_id < bindparam("above"),
            _p.call_id >= bindparam("below"),
            c.caller_id == _p.party_id,
        )
        query = query.order_by(_p.call_id.desc())
    else:
        query = query.where(c.id < bindparam("above"), c.id >= bindparam("below"))
        if "caller" in asked:
            query = query.where(c.caller_id == bindparam("caller"))
        query = query.order_by(c.id.desc())
    if "called" in asked:
        query = query.where(c.called_id == bindparam("called"))
    if "parent" in asked and legs:
        query = query.where(c.call_id == bindparam("parent"))
    elif "parent" in asked:
        query = query.where(c.id.in_(_GIVEN_BY))
    if legs:
        query = query.where(c.state != word("given"))
    if "ended_since" in asked:
        query = query.where(c.ended_at >= bindparam("ended_since"))
    if "ended_until" in asked:
        query = query.where(c.ended_at < bindparam("ended_until"))
    if endings:
        query = query.where(or_(*(_ending(c, ending) for ending in endings)))
    return Statement(at_most(query, "count"))


def _ending(c: Any, ending: Ending) -> Any:
    if not ending.states:
        raise LocalError("an ending has states")
    terms = [c.state.in_([word(state) for state in ending.states])]
    if ending.answered is not None:
        terms.append(c.answered_at.is_not(None) if ending.answered else c.answered_at.is_(None))
    if ending.causes:
        terms.append(c.cause.in_([word(cause) for cause in ending.causes]))
    return and_(*terms)
