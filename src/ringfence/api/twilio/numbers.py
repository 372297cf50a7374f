"""Incoming phone numbers: those of this installation."""

from __future__ import annotations

from ringfence.api import views
from ringfence.api.twilio import wire
from ringfence.api.twilio.operations import DESK
from ringfence.api.twilio.problems import NOT_FOUND, Problem
from ringfence.api.twilio.question import Answer, Question

_UNBUILT = "what messages, fallbacks, applications and status callbacks need"


async def _find(asked: Question) -> views.Number:
    numbers: list[views.Number] = await asked.run("number.list")
    for number in numbers:
        if number.sid == asked.path["Sid"]:
            return number
    raise NOT_FOUND


@DESK.operation("ListIncomingPhoneNumber", missing="filters by beta and origin")
async def list_(asked: Question) -> Answer:
    """Return numbers, in the order of their digits; ``PhoneNumber`` finds one."""
    numbers: list[views.Number] = await asked.run("number.list")
    wanted, after = asked.get("PhoneNumber"), asked.token or ""
    rows = sorted(
        (n for n in numbers if wanted is None or wanted.lstrip("+ ") in n.number),
        key=lambda number: number.sid,
    )
    rest = [number for number in rows if number.sid > after]
    shown = rest[: asked.page_size]
    more = shown[-1].sid if len(rest) > len(shown) else None
    return asked.listing("incoming_phone_numbers", [wire.number(asked, n) for n in shown], more)


@DESK.operation("FetchIncomingPhoneNumber")
async def fetch(asked: Question) -> Answer:
    """Return one number."""
    return Answer(200, wire.number(asked, await _find(asked)))


@DESK.operation("CreateIncomingPhoneNumber", missing=_UNBUILT)
async def create(asked: Question) -> Answer:
    """Add a number that a trunk brings, answered by ``VoiceUrl``."""
    number, url = asked.get("PhoneNumber"), asked.get("VoiceUrl")
    if number is None:
        raise Problem(21421, "PhoneNumber is not specified", status=400)
    if url is None:
        raise Problem(21402, "VoiceUrl is not specified: something has to answer", status=400)
    added: views.Number = await asked.run(
        "number.add", number=number, voice_url=url, voice_method=_method(asked)
    )
    return Answer(201, wire.number(asked, added))


@DESK.operation("UpdateIncomingPhoneNumber", missing=_UNBUILT)
async def update(asked: Question) -> Answer:
    """Let another ``VoiceUrl`` answer a number."""
    known = await _find(asked)
    url = asked.get("VoiceUrl") or known.voice_url
    if url is None:
        raise Problem(21402, "VoiceUrl is not specified: a flow answers it now", status=400)
    changed: views.Number = await asked.run(
        "number.add", number=known.number, voice_url=url, voice_method=_method(asked), replace=True
    )
    return Answer(200, wire.number(asked, changed))


@DESK.operation("DeleteIncomingPhoneNumber")
async def delete(asked: Question) -> Answer:
    """Forget a number."""
    known = await _find(asked)
    await asked.run("number.remove", number=known.number)
    return Answer(204)


def _method(asked: Question) -> str:
    method = (asked.get("VoiceMethod") or "POST").upper()
    if method not in {"GET", "POST"}:
        raise Problem(21403, "VoiceMethod is GET or POST", status=400)
    return method
