"""Lists of text messages: one statement for each way of asking."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select

from ringfence.storage.schema import texts
from ringfence.storage.statement import Statement, at_most, word

_x = texts.c
AFTER_ALL = "SN"
"""Above every message's id."""
FOR_EVER = 2**62


@lru_cache
def listing(party: bool, own: bool, side: bool, days: bool) -> Statement:
    """Return the statement for what is asked of a list; each reads an index in order of the ids."""
    query: Select[Any] = select(*_x).where(_x.account_id == bindparam("account"))
    names = ["account"]
    if party:
        query = query.where(_x.party_id == bindparam("person"))
        names.append("person")
    if own:
        query = query.where(_x.own_lookup == bindparam("ours"))
        names.append("ours")
    if side:
        query = query.where((_x.direction == word("inbound")) == bindparam("came_in"))
        names.append("came_in")
    if days:
        at = func.coalesce(_x.sent_at, _x.created_at)
        query = query.where(at >= bindparam("since"), at < bindparam("until"))
        names += ["since", "until"]
    query = query.where(_x.id < bindparam("before"), _x.id >= bindparam("from_"))
    names += ["before", "from_"]
    return Statement(at_most(query.order_by(_x.id.desc()), "count"), *names, "count")
