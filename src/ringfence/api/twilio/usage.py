"""Usage records: what was used, by category and period."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ringfence.api import views_desk as views
from ringfence.api.twilio.operations import DESK
from ringfence.api.twilio.prices import number, unit
from ringfence.api.twilio.question import VERSION, Answer, Question

_PARTS = {
    "all_time": "AllTime", "daily": "Daily", "last_month": "LastMonth", "monthly": "Monthly",
    "this_month": "ThisMonth", "today": "Today", "yearly": "Yearly", "yesterday": "Yesterday",
}  # fmt: skip
_SPANS = {
    "Today": "today", "Yesterday": "yesterday", "ThisMonth": "this_month",
    "LastMonth": "last_month",
}  # fmt: skip
_PERIODS = {"Daily": "daily", "Monthly": "monthly", "Yearly": "yearly"}


def _lister(name: str) -> Any:
    async def list_of_period(asked: Question) -> Answer:
        found: list[views.UsageRecord] = await asked.run(
            "usage.records",
            period=_PERIODS.get(name, "whole"),
            span=_SPANS.get(name),
            since=asked.get("StartDate"),
            until=asked.get("EndDate"),
            category=asked.get("Category"),
            below=asked.choice("IncludeSubaccounts") is not False,
        )
        first = asked.page * asked.page_size
        page = found[first : first + asked.page_size]
        more = str(asked.page + 1) if len(found) > first + len(page) else None
        return asked.listing("usage_records", [_shown(asked, one) for one in page], more)

    return list_of_period


def _shown(asked: Question, found: views.UsageRecord) -> dict[str, Any]:
    here = "/Usage/Records"
    query = f"?Category={found.category}"
    money = unit(found.currency).lower()
    span = f"{query}&StartDate={found.start}&EndDate={found.end}"
    return {
        "account_sid": asked.account,
        "api_version": VERSION,
        "as_of": datetime.fromtimestamp(found.as_of / 1000, UTC).isoformat(timespec="seconds"),
        "category": found.category,
        "count": str(found.count),
        "count_unit": found.count_unit,
        "description": found.says,
        "start_date": found.start,
        "end_date": found.end,
        "usage": str(found.usage) if found.usage_unit else found.price or "0",
        "usage_unit": found.usage_unit or money,
        "price": number(found.price),
        "price_unit": money,
        "uri": asked.url(f"{here}.json{span}"),
        "subresource_uris": {
            name: asked.url(f"{here}/{part}.json{query}") for name, part in _PARTS.items()
        },
    }


for _name in ("", *_PARTS.values()):
    DESK.operation(f"ListUsageRecord{_name}")(_lister(_name))
