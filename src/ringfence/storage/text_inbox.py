"""Messages that came in, as people read them: what nobody has read first, by number, counted."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select

from ringfence.kernel.ids import AccountId, NumberId, PartyId
from ringfence.storage.schema import texts
from ringfence.storage.statement import Statement, Value, at_most, word
from ringfence.storage.text_lists import AFTER_ALL
from ringfence.storage.texts import Text
from ringfence.storage.unit_of_work import Queries

_x = texts.c
_COUNT = Statement(
    select(_x.number_id, func.count())
    .where(_x.account_id == bindparam("account"), _x.unread.is_not(None))
    .group_by(_x.number_id)
)


@lru_cache
def _page(unread: bool, number: bool, party: bool) -> Statement:
    query: Select[Any] = select(*_x).where(_x.account_id == bindparam("account"))
    names = ["account"]
    query = query.where(_x.unread.is_not(None) if unread else _x.direction == word("inbound"))
    if number:
        query = query.where(_x.number_id == bindparam("ours"))
        names.append("ours")
    if party:
        query = query.where(_x.party_id == bindparam("person"))
        names.append("person")
    query = query.where(_x.id < bindparam("before")).order_by(_x.id.desc())
    return Statement(at_most(query, "count"), *names, "before", "count")


def page(
    queries: Queries,
    account: AccountId,
    *,
    count: int,
    before: str | None = None,
    unread: bool = False,
    number: NumberId | None = None,
    party: PartyId | None = None,
) -> list[Text]:
    """Return messages that came in, newest first, older than ``before``, or the unread alone."""
    values: list[Value] = [account]
    values += [] if number is None else [number]
    values += [] if party is None else [party]
    values += [before or AFTER_ALL, count]
    statement = _page(unread, number is not None, party is not None)
    return [Text(*row) for row in queries.rows(statement, tuple(values))]


def unread(queries: Queries, account: AccountId) -> dict[NumberId | None, int]:
    """Return how many messages nobody has read, by number of ours."""
    return {row[0]: int(row[1]) for row in queries.rows(_COUNT, (account,))}
