"""Short codes: those of our numbers that are written with a few digits and no country.

One is a number like any other (``ringfence number add 54321``); its SID is the number's, with the
letters that clients expect of a short code.
"""

from __future__ import annotations

import re
from typing import Any

from ringfence.api import views
from ringfence.api.twilio.applications import URL_CODES
from ringfence.api.twilio.numbers import sms_fields
from ringfence.api.twilio.operations import DESK
from ringfence.api.twilio.problems import NOT_FOUND
from ringfence.api.twilio.question import VERSION, Answer, Question
from ringfence.api.twilio.wire import hook, moment

_OURS, _THEIRS = "PN", "SC"


def is_short(number: str) -> bool:
    """Whether a number is a short code."""
    return not number.startswith("+")


@DESK.operation("ListShortCode")
async def list_(asked: Question) -> Answer:
    """Return short codes; ``ShortCode`` finds by any digits, ``*`` for any one."""
    found: list[views.Number] = await asked.run("number.list")
    name, digits = asked.get("FriendlyName"), asked.get("ShortCode") or ""
    pattern = re.compile(re.escape(digits).replace(r"\*", "[0-9]"))
    rows = [
        one
        for one in found
        if is_short(one.number)
        and pattern.search(one.number)
        and name in {None, one.name or one.number}
    ]
    return asked.paged("short_codes", rows, _shown)


@DESK.operation("FetchShortCode")
async def fetch(asked: Question) -> Answer:
    """Return one."""
    return Answer(200, _shown(asked, await _found(asked)))


@DESK.operation("UpdateShortCode", codes=URL_CODES)
async def update(asked: Question) -> Answer:
    """Change what it is called and who answers its messages."""
    known = await _found(asked)
    changed = await asked.run(
        "number.change", sid=known.sid, name=asked.said("FriendlyName"), **sms_fields(asked)
    )
    return Answer(200, _shown(asked, changed))


async def _found(asked: Question) -> views.Number:
    sid = asked.path["Sid"]
    if not sid.startswith(_THEIRS):
        raise NOT_FOUND
    found: views.Number = await asked.run("number.show", sid=_OURS + sid.removeprefix(_THEIRS))
    if not is_short(found.number):
        raise NOT_FOUND
    return found


def _shown(asked: Question, found: views.Number) -> dict[str, Any]:
    sid = _THEIRS + found.sid.removeprefix(_OURS)
    shown = {
        "sid": sid,
        "account_sid": asked.account,
        "short_code": found.number,
        "friendly_name": found.name or found.number,
        "api_version": VERSION,
        **hook("sms", found.hooks.get("sms")),
        **hook("sms_fallback", found.hooks.get("sms_fallback")),
        "date_created": moment(found.created),
        "date_updated": moment(found.created),
        "uri": asked.url(f"/SMS/ShortCodes/{sid}.json"),
    }
    if found.sms_flow is not None:
        shown["sms_url"] = f"flow:{found.sms_flow}"
    return shown
