"""Usage triggers: whoever is told that use has reached an amount."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ringfence.api import views_desk as views
from ringfence.api.twilio.applications import URL_CODES
from ringfence.api.twilio.operations import DESK
from ringfence.api.twilio.problems import Problem
from ringfence.api.twilio.question import VERSION, Answer, Question
from ringfence.api.twilio.wire import moment


def _shown(asked: Question, found: views.UsageTrigger) -> dict[str, Any]:
    return {
        "sid": found.sid,
        "account_sid": asked.account,
        "api_version": VERSION,
        "friendly_name": found.name,
        "usage_category": found.category,
        "trigger_by": found.by,
        "trigger_value": _amount(found, found.value),
        "current_value": _amount(found, found.current),
        "recurring": found.recurring,
        "callback_url": found.hook.url,
        "callback_method": found.hook.method,
        "date_fired": moment(found.fired),
        "date_created": moment(found.created),
        "date_updated": moment(found.changed),
        "usage_record_uri": asked.url(f"/Usage/Records.json?Category={found.category}"),
        "uri": asked.url(f"/Usage/Triggers/{found.sid}.json"),
    }


def _amount(found: views.UsageTrigger, amount: int) -> str:
    """Return an amount in text: a price comes in millionths."""
    if found.by != "price":
        return str(amount)
    return f"{Decimal(amount).scaleb(-6):f}".rstrip("0").rstrip(".") if amount else "0"


@DESK.operation("CreateUsageTrigger", codes=URL_CODES)
async def create(asked: Question) -> Answer:
    """Have somebody told."""
    needed = {name: asked.get(name) for name in ("UsageCategory", "TriggerValue", "CallbackUrl")}
    for name, value in needed.items():
        if value is None:
            raise Problem(20001, f"{name} is not specified", status=400)
    made = await asked.run(
        "usage.trigger.add",
        category=needed["UsageCategory"],
        value=needed["TriggerValue"],
        url=needed["CallbackUrl"],
        method=asked.get("CallbackMethod") or "POST",
        by=asked.get("TriggerBy") or "usage",
        recurring=asked.get("Recurring") or "alltime",
        name=asked.get("FriendlyName") or "",
    )
    return Answer(201, _shown(asked, made))


@DESK.operation("ListUsageTrigger")
async def list_(asked: Question) -> Answer:
    """Return triggers, by ``UsageCategory``, ``TriggerBy`` and ``Recurring``."""
    found: list[views.UsageTrigger] = await asked.run("usage.trigger.list")
    by, often, category = (asked.get(n) for n in ("TriggerBy", "Recurring", "UsageCategory"))
    rows = [
        one
        for one in found
        if by in {None, one.by} and often in {None, one.recurring} and category in {
            None, one.category,
        }
    ]  # fmt: skip
    return asked.paged("usage_triggers", rows, _shown)


@DESK.operation("FetchUsageTrigger")
async def fetch(asked: Question) -> Answer:
    """Return one of them."""
    found = await asked.run("usage.trigger.show", sid=asked.path["Sid"])
    return Answer(200, _shown(asked, found))


@DESK.operation("UpdateUsageTrigger", codes=URL_CODES)
async def update(asked: Question) -> Answer:
    """Change its name, or who is told."""
    changed = await asked.run(
        "usage.trigger.change",
        sid=asked.path["Sid"],
        name=asked.said("FriendlyName"),
        url=asked.get("CallbackUrl"),
        method=asked.get("CallbackMethod"),
    )
    return Answer(200, _shown(asked, changed))


@DESK.operation("DeleteUsageTrigger")
async def delete(asked: Question) -> Answer:
    """Tell nobody any more."""
    await asked.run("usage.trigger.remove", sid=asked.path["Sid"])
    return Answer(204)
