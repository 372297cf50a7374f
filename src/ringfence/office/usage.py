"""What the account used, by category and period."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from ringfence.accounts.usage import CATEGORIES, Period, records, span_of
from ringfence.api import views_desk as views
from ringfence.billing.tariffs import written
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import USAGE_DAYS_MAX
from ringfence.office.billing import ledger_of
from ringfence.office.table import KNOWN, TABLE
from ringfence.storage.usage import used

if TYPE_CHECKING:
    from ringfence.office import Office

_PERIODS: dict[str, Period] = {
    "whole": "whole", "daily": "daily", "monthly": "monthly", "yearly": "yearly",
}  # fmt: skip
_FROM_NOW = re.compile(r"([+-]\d{1,5})days?")


@TABLE.use_case(
    "usage.records", actors=KNOWN, purpose=("billing", "call_record"), category="user.telephony"
)
async def list_records(
    office: Office,
    *,
    period: str = "whole",
    span: str | None = None,
    since: str | None = None,
    until: str | None = None,
    category: str | None = None,
    below: bool = False,
) -> list[views.UsageRecord]:
    """Calls, recordings and messages counted, by day, month, year or the whole span.

    ``since``, ``until``: days (UTC), both included, as 2030-01-31 or -30days; ``span`` in their
    place: today, yesterday, this_month, last_month. ``below``: with the accounts below this one.
    """
    if period not in _PERIODS:
        raise Refused("bad_argument", f"a period is one of: {', '.join(_PERIODS)}")
    now = office.clock.now()
    today = _day(now)
    if span is not None:
        named = span_of(span, today)
        if named is None:
            raise Refused("bad_argument", "a span is today, yesterday, this_month or last_month")
        start, end = named
    else:
        end = _read(until, today) or today
        start = _read(since, today) or min(_day(office.account.created_at), end)
    if start > end or (end - start).days > USAGE_DAYS_MAX:
        raise Refused("bad_argument", f"a span has from 1 to {USAGE_DAYS_MAX} days")
    some = [office, *(office.branches.values() if below else ())]
    accounts = [one.account.id for one in some]
    async with office.store.aside() as reader:
        found = await asyncio.to_thread(
            lambda: [
                one for account in accounts for one in used(reader, account, since=start, until=end)
            ]
        )
    currency = ledger_of(office).book.currency
    return [
        views.UsageRecord(
            category=one.category,
            says=CATEGORIES[one.category].says,
            start=one.start.isoformat(),
            end=one.end.isoformat(),
            count=one.count,
            count_unit=CATEGORIES[one.category].count_unit,
            usage=one.usage,
            usage_unit=CATEGORIES[one.category].usage_unit,
            as_of=now,
            price=None if currency is None else written(one.price),
            currency=currency,
        )
        for one in records(found, period=_PERIODS[period], since=start, until=end)
        if category in {None, one.category}
    ]


def _day(at: Ms) -> date:
    return datetime.fromtimestamp(at / 1000, UTC).date()


def _read(text: str | None, today: date) -> date | None:
    if not text:
        return None
    offset = _FROM_NOW.fullmatch(text)
    try:
        if offset is not None:
            return today + timedelta(days=int(offset[1]))
        return date.fromisoformat(text)
    except (ValueError, OverflowError):
        raise Refused("bad_argument", "a day is written as 2030-01-31, or as -30days") from None
