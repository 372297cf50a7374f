"""Calls: place, list, fetch, end."""

from __future__ import annotations

from typing import Any

import msgspec

from ringfence.api import views
from ringfence.api.twilio import wire
from ringfence.api.twilio.operations import DESK
from ringfence.api.twilio.problems import Problem
from ringfence.api.twilio.question import Answer, Question
from ringfence.api.twilio.recordings import recording_wish
from ringfence.api.twilio.steps import known, warn
from ringfence.kernel.limits import CALL_DURATION_MS

NOT_IN_PROGRESS = Problem(21220, "The call is not in progress", status=400)


@DESK.operation("CreateCall")
async def create(asked: Question) -> Answer:
    """Place a call to ``To``; a document (``Url``, else ``Twiml``) runs with whoever answers."""
    to, caller = asked.get("To"), asked.get("CallerId") or asked.get("From")
    if to is None:
        raise Problem(21201, "No 'To' number is specified", status=400)
    if caller is None:
        raise Problem(21213, "No 'From' number is specified", status=400)
    args: dict[str, Any] = {"to": to, "caller": caller}
    if (application := asked.get("ApplicationSid")) is not None:
        args["application"] = application
    else:
        args |= {**_document(asked), **_status(asked)}
    if (seconds := asked.whole("Timeout", 1, 600)) is not None:
        args["ring_s"] = seconds
    if (seconds := asked.whole("TimeLimit", 1, CALL_DURATION_MS // 1000)) is not None:
        args["limit_s"] = seconds
    for name, field in _PLAIN.items():
        if (value := asked.get(field)) is not None:
            args[name] = value
    if (carrier := byoc(asked)) is not None:
        args["trunk"] = carrier
    if asked.flag("Record"):
        args["record"] = recording_wish(asked, "RecordingStatusCallback", trim="trim-silence")
    if (detection := asked.get("MachineDetection")) is not None:
        args["listen"] = listening(asked, detection)
    placed: views.Call = await asked.run("call.place", **args)
    await warn(asked, placed.sid)
    # However far it has come meanwhile: at Twilio a call that was asked for is queued.
    queued = msgspec.structs.replace(placed, status="offered", ringing=None, answered=None)
    return Answer(201, wire.call(asked, queued))


def byoc(asked: Question) -> str | None:
    """Return the trunk named: bring your own carrier, which every trunk here is.

    Its SID may have their letters or ours.
    """
    carrier = asked.get("Byoc")
    return f"TK{carrier[2:]}" if carrier is not None and carrier.startswith("BY") else carrier


def listening(
    asked: Question, detection: str, *, beside: bool = False, told: str = "AsyncAmdStatusCallback"
) -> dict[str, Any]:
    """How it is found out who answers.

    ``beside``: nothing waits for it, whatever ``AsyncAmd`` says; ``told``: the field with the URL.
    """
    if detection not in {"Enable", "DetectMessageEnd"}:
        raise Problem(20001, "MachineDetection is Enable or DetectMessageEnd", status=400)
    found: dict[str, Any] = {"to_the_end": detection == "DetectMessageEnd"}
    for name, field, low, high in _THRESHOLDS:
        if (value := asked.whole(f"MachineDetection{field}", low, high)) is not None:
            found[name] = value
    if beside or asked.flag("AsyncAmd"):
        found["beside"] = True
        if (url := asked.get(told)) is not None:
            method = asked.method(f"{told}Method")
            found |= {"status_url": url, "status_method": method}
    return found


_THRESHOLDS = (
    ("timeout_s", "Timeout", 3, 59),
    ("speech_ms", "SpeechThreshold", 1_000, 6_000),
    ("speech_end_ms", "SpeechEndThreshold", 500, 5_000),
    ("silence_ms", "SilenceTimeout", 2_000, 10_000),
)

_PLAIN = {
    "digits": "SendDigits",
    "reason": "CallReason",
    "call_token": "CallToken",
    "sip_username": "SipAuthUsername",
    "sip_password": "SipAuthPassword",
}


def _document(asked: Question) -> dict[str, Any]:
    """What runs on the call; ``Twiml`` is not looked at where there is a ``Url``."""
    found: dict[str, Any] = {}
    if (url := asked.get("Url")) is not None:
        found |= {"voice_url": url, "voice_method": asked.method("Method")}
    elif (twiml := asked.get("Twiml")) is not None:
        found["twiml"] = twiml
    else:
        raise Problem(21205, "Say one of Url, Twiml and ApplicationSid", status=400)
    if (fallback := asked.get("FallbackUrl")) is not None:
        found |= {"fallback_url": fallback, "fallback_method": asked.method("FallbackMethod")}
    return found


def _status(asked: Question) -> dict[str, Any]:
    """Who is told how the call fares; events nobody knows are not told of, as at Twilio."""
    url = asked.get("StatusCallback")
    if url is None:
        return {}
    events = known(asked, "StatusCallbackEvent")
    return {
        "status_url": url,
        "status_method": asked.method("StatusCallbackMethod"),
        "status_events": events or ["completed"],
    }


@DESK.operation("ListCall")
async def list_(asked: Question) -> Answer:
    """Return calls, newest first: of ``To``, ``From``, ``Status``, ``StartTime``, ``EndTime``.

    Legs that calls rang are calls as well; of one ``ParentCallSid`` where it is said.
    """
    since, until = asked.span("StartTime")
    ended_since, ended_until = asked.span("EndTime")
    status = asked.get("Status")
    found: views.CallPage = await asked.run(
        "call.search",
        limit=asked.page_size,
        before=asked.token("call"),
        caller=asked.get("From"),
        called=asked.get("To"),
        since=since,
        until=until,
        ended_since=ended_since,
        ended_until=ended_until,
        statuses=None if status is None else [status],
        parent=asked.get("ParentCallSid"),
        children=True,
    )
    return asked.listing("calls", wire.calls(asked, found.calls), found.next)


@DESK.operation("FetchCall")
async def fetch(asked: Question) -> Answer:
    """Return one call."""
    found: views.Call = await asked.run("call.show", sid=asked.path["Sid"])
    return Answer(200, wire.call(asked, found))


@DESK.operation("DeleteCall")
async def delete(asked: Question) -> Answer:
    """Remove a call that is over, with what was recorded in it; a law may keep its record a while.

    Kept or not, it is shown to nobody from here on.
    """
    await asked.run("call.remove", sid=asked.path["Sid"])
    return Answer(204)


@DESK.operation("UpdateCall")
async def update(asked: Question) -> Answer:
    """Change a call in flight: end it, give it another document, limit or status callback."""
    sid = asked.path["Sid"]
    found: views.Call = await asked.run("call.show", sid=sid)
    status = asked.get("Status")
    if status is not None and status not in {"completed", "canceled"}:
        raise Problem(21218, "Status is completed or canceled", status=400)
    if found.status == "ended":
        raise NOT_IN_PROGRESS
    if status == "canceled" and found.answered is not None:
        raise Problem(21220, "The call was answered; Status completed ends it", status=400)
    changes = _status(asked)
    if (seconds := asked.whole("TimeLimit", 1, CALL_DURATION_MS // 1000)) is not None:
        changes["limit_s"] = seconds
    if changes:
        found = await asked.run("call.adjust", sid=sid, **changes)
        await warn(asked, sid)
    if status is not None:
        only = {"unanswered": True} if status == "canceled" else {}
        found = await asked.run("call.hangup", sid=sid, **only)
    elif asked.get("Url") is not None or asked.get("Twiml") is not None:
        found = await asked.run("call.redirect", sid=sid, **_document(asked))
    elif not changes:
        raise Problem(20001, "Say one of Status, Url, Twiml and TimeLimit", status=400)
    return Answer(200, wire.call(asked, found))
