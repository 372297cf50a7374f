"""Our views in the shapes of Twilio's 2010 interface: strings for numbers, RFC 2822 dates."""

from __future__ import annotations

from time import gmtime
from typing import Any

from ringfence.api import views
from ringfence.api.twilio.question import VERSION, Question
from ringfence.api.views_desk import Hook
from ringfence.calls.causes import Cause, word
from ringfence.numbers.plan import formatted, kind_of

_OPEN = {"offered": "ringing", "ringing": "ringing", "answered": "in-progress"}
_RECORDED = {
    "in-progress": "in-progress",
    "saved": "completed",
    "failed": "absent",
    "refused": "absent",
    "expired": "deleted",
    "erased": "deleted",
    "paused": "paused",
    "stopping": "processing",
    "deleted": "deleted",
}
_SOURCES = {
    "voicemail": "RecordVerb",
    "dial": "DialVerb",
    "conference": "Conference",
    "queue": "DialVerb",
    "api": "StartCallRecordingAPI",
    "placing": "OutboundAPI",
}


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip


def moment(instant: int | None) -> str | None:
    """Return an instant as RFC 2822 writes it, in UTC."""
    if instant is None:
        return None
    at = gmtime(instant // 1000)
    return (
        f"{_DAYS[at.tm_wday]}, {at.tm_mday:02} {_MONTHS[at.tm_mon - 1]} {at.tm_year:04}"
        f" {at.tm_hour:02}:{at.tm_min:02}:{at.tm_sec:02} +0000"
    )


def call_status(call: views.Call) -> str:
    """Return the status of a call in Twilio's words."""
    if call.status == "offered" and call.direction == "outbound":
        return "queued"
    if call.status != "ended":
        return _OPEN.get(call.status, "queued")
    if call.cause is None:
        return "completed"
    return word(Cause(call.cause), answered=call.answered is not None)


def direction(call: views.Call) -> str:
    """Return who began a call, in Twilio's words."""
    if call.direction == "inbound":
        return "inbound"
    return "outbound-api" if call.parent is None else "outbound-dial"


def call(asked: Question, found: views.Call, *, number: str | None = None) -> dict[str, Any]:
    """Return a call. ``number``: the SID of our number in it."""
    here = f"/Calls/{found.sid}"
    seconds = None
    if found.ended is not None:
        seconds = str(round((found.ended - found.answered) / 1000) if found.answered else 0)
    caller, called = found.caller or "", found.called or ""
    parts = (
        "Events", "Notifications", "Payments", "Recordings", "Siprec", "Streams", "Transcriptions",
    )  # fmt: skip
    return {
        "sid": found.sid,
        "account_sid": asked.account,
        "parent_call_sid": found.parent,
        "phone_number_sid": number or "",
        "to": called,
        "to_formatted": formatted(called),
        "from": caller,
        "from_formatted": formatted(caller),
        "status": call_status(found),
        "direction": direction(found),
        "date_created": moment(found.offered),
        "date_updated": moment(found.ended or found.answered or found.offered),
        "start_time": moment(found.answered or found.offered),
        "end_time": moment(found.ended),
        "duration": seconds,
        "price": None,
        "price_unit": "USD",
        "answered_by": found.answered_by,
        "forwarded_from": found.forwarded_from,
        "group_sid": None,
        "caller_name": None,
        "queue_time": "0",
        "trunk_sid": "",
        "api_version": VERSION,
        "uri": asked.url(f"{here}.json"),
        "subresource_uris": {part.lower(): asked.url(f"{here}/{part}.json") for part in parts},
    }


def recording(asked: Question, found: views.Recording) -> dict[str, Any]:
    """Return a recording; its audio is at ``media_url``, with ``.wav`` or without."""
    here = f"/Recordings/{found.sid}"
    parts = {"add_on_results": "AddOnResults", "transcriptions": "Transcriptions"}
    return {
        "sid": found.sid,
        "account_sid": asked.account,
        "call_sid": found.call,
        "conference_sid": found.conference,
        "status": _RECORDED.get(found.status, "absent"),
        "source": _SOURCES.get(found.source, "DialVerb"),
        "channels": found.channels,
        "duration": None if found.duration_ms is None else str(round(found.duration_ms / 1000)),
        "start_time": moment(found.created),
        "date_created": moment(found.created),
        "date_updated": moment(found.created + (found.duration_ms or 0)),
        "price": None,
        "price_unit": "USD",
        "error_code": None,
        "encryption_details": None,
        "api_version": VERSION,
        "media_url": asked.url(here),
        "uri": asked.url(f"{here}.json"),
        "subresource_uris": {
            name: asked.url(f"{here}/{part}.json") for name, part in parts.items()
        },
    }


def call_recording(asked: Question, found: views.Recording) -> dict[str, Any]:
    """Return a recording as it is shown below its call."""
    shown = recording(asked, found)
    del shown["media_url"], shown["subresource_uris"]
    uri = asked.url(f"/Calls/{found.call}/Recordings/{found.sid}.json")
    return shown | {"track": found.track, "uri": uri}


def hook(name: str, found: Hook | None) -> dict[str, Any]:
    """Return a URL and its method; ``name``: ``voice`` gives ``voice_url``, ``voice_method``."""
    url = name if name.endswith("callback") else f"{name}_url"
    return {url: "" if found is None else found.url,
            f"{name}_method": "POST" if found is None else found.method}  # fmt: skip


def number(asked: Question, found: views.Number) -> dict[str, Any]:
    """Return a number of ours."""
    hooks = found.hooks
    shown = {
        "sid": found.sid,
        "account_sid": asked.account,
        "phone_number": found.number,
        "friendly_name": found.name or formatted(found.number),
        "origin": "hosted",
        "status": "in-use",
        "type": kind_of(found.number),
        "beta": False,
        "address_sid": None,
        "address_requirements": "none",
        "bundle_sid": None,
        "identity_sid": None,
        "trunk_sid": None,
        "emergency_status": "Inactive",
        "emergency_address_sid": None,
        "emergency_address_status": "unregistered",
        "capabilities": {"voice": True, "sms": True, "mms": False, "fax": False},
        "voice_receive_mode": "voice",
        "voice_url": found.voice_url or "",
        "voice_method": found.voice_method or "POST",
        "voice_application_sid": found.application or "",
        "voice_caller_id_lookup": found.caller_name_lookup,
        "sms_application_sid": found.sms_application or "",
        "date_created": moment(found.created),
        "date_updated": moment(found.created),
        "api_version": VERSION,
        "uri": asked.url(f"/IncomingPhoneNumbers/{found.sid}.json"),
    }
    for theirs, ours in NUMBER_HOOKS.items():
        shown |= hook(theirs, hooks.get(ours))
    return shown


NUMBER_HOOKS = {
    "voice_fallback": "fallback",
    "status_callback": "status",
    "sms": "sms",
    "sms_fallback": "sms_fallback",
}
"""Our word for each URL of a number, by theirs."""


def account(_asked: Question, found: views.Account) -> dict[str, Any]:
    """Return an account; its token where it has just been made."""
    here = f"/{VERSION}/Accounts/{found.sid}"
    parts = ("Calls", "Recordings", "IncomingPhoneNumbers", "Notifications")
    names = {"IncomingPhoneNumbers": "incoming_phone_numbers"}
    return {
        "sid": found.sid,
        "owner_account_sid": found.owner or found.sid,
        "friendly_name": found.name,
        "status": {"suspended": "suspended", "closed": "closed"}.get(found.status, "active"),
        "type": "Trial" if found.status == "trial" else "Full",
        "auth_token": found.token,
        "date_created": moment(found.created),
        "date_updated": moment(found.created),
        "uri": f"{here}.json",
        "subresource_uris": {
            names.get(part, part.lower()): f"{here}/{part}.json" for part in parts
        },
    }
