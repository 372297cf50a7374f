"""``/v1/lookups``, ``/v1/usage``: what a number is, what was used.

A number stands in a body, never in a path: paths end up in logs of proxies.
"""

from __future__ import annotations

from ringfence.api import views_desk as views
from ringfence.api.resources import Body, resource


class NumberLookup(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/lookups``."""

    number: str
    country: str | None = None


class NumberLookupAsk(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/lookups/ask``."""

    number: str
    fields: list[str]
    country: str | None = None


class UsageRecords(Body, frozen=True, kw_only=True):
    """The query of ``GET /v1/usage``."""

    period: str = "whole"
    span: str | None = None
    since: str | None = None
    until: str | None = None
    category: str | None = None
    below: bool | None = None
    """With the accounts below this one."""


HANDLERS = (
    resource(
        "POST /v1/lookups",
        "number.lookup",
        views.Lookup,
        "What a number is by its digits: whether it can exist, where, of what kind.",
        body=NumberLookup,
    ),
    resource(
        "POST /v1/lookups/ask",
        "number.lookup.ask",
        views.Lookup,
        "What others know of a number besides; it is asked for a purpose the asker has.",
        body=NumberLookupAsk,
    ),
    resource(
        "GET /v1/usage",
        "usage.records",
        list[views.UsageRecord],
        "Calls, recordings and messages counted, by day, month, year or the whole span.",
        query=UsageRecords,
    ),
)
