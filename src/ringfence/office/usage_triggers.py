"""Usage triggers: a server is told once use has reached an amount, in all or in each period.

A round of every few minutes (``jobs.handlers.usage``) looks. What has fired in a period fires no
more in it; the mark is written before anybody is told.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Literal

from ringfence.accounts.resources import UsageTrigger
from ringfence.accounts.usage import CATEGORIES, TOTAL, records
from ringfence.api import views_desk as views
from ringfence.billing.tariffs import micros_of, written
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.markup.exchange import Callback
from ringfence.office import shelf
from ringfence.office.applications import friendly
from ringfence.office.hooks import laid_over
from ringfence.office.table import KNOWN, TABLE
from ringfence.storage.resources import Kept
from ringfence.storage.usage import used

if TYPE_CHECKING:
    from ringfence.office import Office

By = Literal["count", "usage", "price"]
RECURRING = ("alltime", "daily", "monthly", "yearly")
_BY: tuple[By, ...] = ("count", "usage", "price")
_VALUE = re.compile(r"\+?[0-9]{1,12}")
_READ = ("billing", "call_record")
_CATEGORY = "user.telephony"


def _period(recurring: str, today: date, first: date) -> date:
    """Return the first day of the period a day is in."""
    match recurring:
        case "daily":
            return today
        case "monthly":
            return today.replace(day=1)
        case "yearly":
            return today.replace(month=1, day=1)
    return min(first, today)


def _day(at: Ms) -> date:
    return datetime.fromtimestamp(at / 1000, UTC).date()


async def _amount(office: Office, body: UsageTrigger, now: Ms) -> int:
    """Return how much was used since the period began."""
    today, account = _day(now), office.account
    since = _period(body.recurring, today, _day(account.created_at))
    async with office.store.aside() as reader:
        found = await asyncio.to_thread(
            lambda: list(used(reader, account.id, since=since, until=today))
        )
    rows = records(found, period="whole", since=since, until=today)
    row = next(row for row in rows if row.category == body.category)
    match body.by:
        case "count":
            return row.count
        case "price":
            return row.price
    return row.usage


def _wanted(value: str, by: By) -> int:
    """Return an amount that somebody wrote; a price in millionths. Raises `Refused`."""
    if by == "price":
        return micros_of(value.lstrip("+"))
    if not _VALUE.fullmatch(value):
        raise Refused("bad_argument", "an amount is written in digits")
    return int(value.lstrip("+"))


def _view(kept: Kept[UsageTrigger], current: int) -> views.UsageTrigger:
    body = kept.body
    return views.UsageTrigger(
        sid=kept.id,
        name=body.name,
        category=body.category,
        by=body.by,
        recurring=body.recurring,
        value=body.value,
        current=current,
        hook=views.Hook(url=body.hook.url, method=body.hook.method),
        fired=body.fired_at,
        created=kept.created_at,
        changed=kept.changed_at,
    )


@TABLE.use_case("usage.trigger.add", actors=KNOWN, purpose=_READ, category=_CATEGORY)
async def add(
    office: Office,
    *,
    category: str,
    value: str,
    url: str,
    method: str = "POST",
    by: str = "usage",
    recurring: str = "alltime",
    name: str = "",
) -> views.UsageTrigger:
    """Have a server told once a category reaches an amount; ``+5``: five more than now.

    By ``price``: of the currency, as 12.50.
    """
    if category not in CATEGORIES:
        raise Refused("bad_argument", f"a category is one of: {', '.join(CATEGORIES)}")
    measure = next((one for one in _BY if one == by), None)
    if measure is None or recurring not in RECURRING:
        raise Refused("bad_argument", "say count, usage or price, how often, and an amount")
    if category == TOTAL and measure != "price":
        raise Refused("bad_argument", "of the total there is a price alone")
    hook = laid_over(office, {"hook": {"url": url, "method": method}}, {"hook": None})["hook"]
    if hook is None:
        raise Refused("bad_url", "say who is to be told")
    body = UsageTrigger(
        name=friendly(name),
        category=category,
        by=measure,
        recurring=_recurring(recurring),
        value=_wanted(value, measure),
        hook=hook,
    )
    now_used = await _amount(office, body, office.clock.now())
    if value.startswith("+"):
        body = replace(body, value=body.value + now_used)
    return _view(await shelf.keep(office, body), now_used)


def _recurring(word: str) -> Literal["alltime", "daily", "monthly", "yearly"]:
    match word:
        case "daily":
            return "daily"
        case "monthly":
            return "monthly"
        case "yearly":
            return "yearly"
    return "alltime"


@TABLE.use_case("usage.trigger.list", actors=KNOWN, purpose=_READ, category=_CATEGORY)
async def list_(office: Office) -> list[views.UsageTrigger]:
    """Every trigger, and how much was used by now."""
    now = office.clock.now()
    return [
        _view(kept, await _amount(office, kept.body, now))
        for kept in office.shelf.all(UsageTrigger)
    ]


@TABLE.use_case("usage.trigger.show", actors=KNOWN, purpose=_READ, category=_CATEGORY)
async def show(office: Office, *, sid: str) -> views.UsageTrigger:
    """One trigger."""
    kept = office.shelf.find(UsageTrigger, sid)
    return _view(kept, await _amount(office, kept.body, office.clock.now()))


@TABLE.use_case("usage.trigger.change", actors=KNOWN, purpose=_READ, category=_CATEGORY)
async def change(
    office: Office,
    *,
    sid: str,
    name: str | None = None,
    url: str | None = None,
    method: str | None = None,
) -> views.UsageTrigger:
    """Change its name, or who is told."""
    kept = office.shelf.find(UsageTrigger, sid)
    said = {"url": url, "method": method}
    given = {"hook": {key: value for key, value in said.items() if value}}
    hook = laid_over(office, given, {"hook": kept.body.hook})["hook"]
    body = replace(
        kept.body,
        name=kept.body.name if name is None else friendly(name),
        hook=hook or kept.body.hook,
    )
    await shelf.change(office, kept, body)
    shown: views.UsageTrigger = await show(office, sid=sid)
    return shown


@TABLE.use_case("usage.trigger.remove", actors=KNOWN, purpose=_READ, category=_CATEGORY)
async def remove(office: Office, *, sid: str) -> None:
    """Tell nobody any more."""
    await shelf.drop(office, office.shelf.find(UsageTrigger, sid))


async def look(office: Office, now: Ms) -> int:
    """Fire what has reached its amount; how many did. The round of a job."""
    fired = 0
    for kept in office.shelf.all(UsageTrigger):
        body, today = kept.body, _day(now)
        since = _period(body.recurring, today, _day(office.account.created_at))
        if body.fired_at is not None and _day(body.fired_at) >= since:
            continue
        current = await _amount(office, body, now)
        if current < body.value:
            continue
        changed = await shelf.change(office, kept, replace(body, fired_at=now))
        office.live.tell(None, _told(office, changed, current, now))
        fired += 1
    return fired


def _told(office: Office, kept: Kept[UsageTrigger], current: int, now: Ms) -> Callback:
    body = kept.body
    path = f"/2010-04-01/Accounts/{office.account.id}/Usage/Records.json"
    fired = datetime.fromtimestamp(now // 1000, UTC)
    return Callback(
        url=body.hook.url,
        method=body.hook.method,
        subject=kept.id,
        event="usage-trigger",
        params=(
            ("AccountSid", office.account.id),
            ("UsageTriggerSid", kept.id),
            ("UsageCategory", body.category),
            ("Recurring", "" if body.recurring == "alltime" else body.recurring),
            ("TriggerBy", body.by),
            ("TriggerValue", _said(body, body.value)),
            ("CurrentValue", _said(body, current)),
            ("DateFired", fired.strftime("%a, %d %b %Y %H:%M:%S +0000")),
            ("IdempotencyToken", f"{kept.id}-{now}"),
            ("UsageRecordUri", f"{path}?Category={body.category}"),
        ),
    )


def _said(body: UsageTrigger, amount: int) -> str:
    return written(amount) if body.by == "price" else str(amount)
