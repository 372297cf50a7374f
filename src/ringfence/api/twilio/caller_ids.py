"""Outgoing caller ids: numbers that somebody confirmed on a call."""

from __future__ import annotations

from typing import Any

from ringfence.api import views_desk as views
from ringfence.api.twilio.applications import URL_CODES
from ringfence.api.twilio.operations import DESK
from ringfence.api.twilio.problems import Problem
from ringfence.api.twilio.question import Answer, Question
from ringfence.api.twilio.wire import moment
from ringfence.kernel.limits import CALLER_ID_DELAY_S
from ringfence.numbers.plan import formatted

_CODES = URL_CODES | {
    "invalid_number": 21217, "already_verified": 21450, "check_pending": 21450,
    "bad_digits": 20001,
}  # fmt: skip


def _shown(asked: Question, found: views.CallerId) -> dict[str, Any]:
    return {
        "sid": found.sid,
        "account_sid": asked.account,
        "phone_number": found.number,
        "friendly_name": found.name or formatted(found.number),
        "date_created": moment(found.created),
        "date_updated": moment(found.changed),
        "uri": asked.url(f"/OutgoingCallerIds/{found.sid}.json"),
    }


@DESK.operation("CreateValidationRequest", codes=_CODES)
async def verify(asked: Question) -> Answer:
    """Call a number and have the code entered that is answered here."""
    number = asked.get("PhoneNumber")
    if number is None:
        raise Problem(21217, "PhoneNumber is not specified", status=400)
    found: views.CallerIdCheck = await asked.run(
        "caller_id.verify",
        number=number,
        name=asked.get("FriendlyName") or "",
        digits=asked.get("Extension") or "",
        status_url=asked.get("StatusCallback"),
        status_method=asked.get("StatusCallbackMethod") or "POST",
        delay_s=asked.whole("CallDelay", 0, CALLER_ID_DELAY_S) or 0,
    )
    return Answer(
        200,
        {
            "account_sid": asked.account,
            "call_sid": found.call,
            "phone_number": found.number,
            "friendly_name": found.name or formatted(found.number),
            "validation_code": found.code,
        },
    )


@DESK.operation("ListOutgoingCallerId")
async def list_(asked: Question) -> Answer:
    """Return numbers that were confirmed; ``PhoneNumber`` and ``FriendlyName`` find one."""
    found: list[views.CallerId] = await asked.run("caller_id.list")
    number, name = asked.get("PhoneNumber"), asked.get("FriendlyName")
    rows = [
        one
        for one in found
        if number in {None, one.number} and name in {None, one.name, formatted(one.number)}
    ]
    return asked.paged("outgoing_caller_ids", rows, _shown)


@DESK.operation("FetchOutgoingCallerId")
async def fetch(asked: Question) -> Answer:
    """Return one of them."""
    return Answer(200, _shown(asked, await asked.run("caller_id.show", sid=asked.path["Sid"])))


@DESK.operation("UpdateOutgoingCallerId")
async def update(asked: Question) -> Answer:
    """Call it something else."""
    sid, name = asked.path["Sid"], asked.said("FriendlyName")
    if name is None:
        return await fetch(asked)
    return Answer(200, _shown(asked, await asked.run("caller_id.rename", sid=sid, name=name)))


@DESK.operation("DeleteOutgoingCallerId")
async def delete(asked: Question) -> Answer:
    """Let it be shown no more."""
    await asked.run("caller_id.remove", sid=asked.path["Sid"])
    return Answer(204)
