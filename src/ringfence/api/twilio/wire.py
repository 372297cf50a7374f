"""Our views in the shapes of Twilio's 2010 interface: strings for numbers, RFC 2822 dates."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from time import gmtime
from typing import Any

import msgspec

from ringfence.api import views
from ringfence.api.drawn import Drawn
from ringfence.api.twilio.prices import charged, unit
from ringfence.api.twilio.question import VERSION, Question
from ringfence.api.twilio.shape import Shape, or_null, quoted
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


_DAY_S = 86_400
_MINUTES = tuple(f"{minute // 60:02}:{minute % 60:02}:" for minute in range(_DAY_S // 60))
_SECONDS = tuple(f"{second:02} +0000" for second in range(60))


@lru_cache(maxsize=1024)
def _day(number: int) -> str:
    at = gmtime(number * _DAY_S)
    return f"{_DAYS[at.tm_wday]}, {at.tm_mday:02} {_MONTHS[at.tm_mon - 1]} {at.tm_year:04} "


def moment(instant: int | None) -> str | None:
    """Return an instant as RFC 2822 writes it, in UTC."""
    return None if instant is None else _moment(instant // 1000)


@lru_cache(maxsize=4096)
def _moment(second: int) -> str:
    day, rest = divmod(second, _DAY_S)
    return _day(day) + _MINUTES[rest // 60] + _SECONDS[rest % 60]


def call_status(call: views.Call) -> str:
    """Return the status of a call in Twilio's words."""
    if call.status == "offered" and call.direction == "outbound":
        return "queued"
    if call.status != "ended":
        return _OPEN.get(call.status, "queued")
    if call.cause is None:
        return "completed"
    if call.answered is not None:
        return "completed"
    return word(Cause(call.cause), answered=False)


def direction(call: views.Call) -> str:
    """Return who began a call, in Twilio's words."""
    if call.direction == "inbound":
        return "inbound"
    return "outbound-api" if call.parent is None else "outbound-dial"


_HERE = f"/{VERSION}/Accounts/{{account}}/Calls/{{sid}}"
_CALL = Shape({
    "sid": "{sid}",
    "account_sid": "{account}",
    "parent_call_sid": "<parent>",
    "phone_number_sid": "<number>",
    "to": "<to>",
    "to_formatted": "<to_formatted>",
    "from": "<from>",
    "from_formatted": "<from_formatted>",
    "status": "{status}",
    "direction": "{direction}",
    "date_created": "{created}",
    "date_updated": "{updated}",
    "start_time": "{started}",
    "end_time": "<ended>",
    "duration": "<duration>",
    "price": "<price>",
    "price_unit": "{unit}",
    "answered_by": "<answered_by>",
    "forwarded_from": "<forwarded_from>",
    "group_sid": None,
    "caller_name": None,
    "queue_time": "0",
    "trunk_sid": "",
    "api_version": VERSION,
    "uri": f"{_HERE}.json",
    "subresource_uris": {
        part.lower(): f"{_HERE}/{part}.json"
        for part in (
            "Events", "Notifications", "Payments", "Recordings", "Siprec", "Streams",
            "Transcriptions",
        )
    },
})  # fmt: skip


_DRAWN = Drawn()
"""A view is of one account, and so is what is written of it."""


@lru_cache(maxsize=64)
def _call_of(account: str) -> Shape:
    return _CALL.given({"account": account})


def call(asked: Question, found: views.Call) -> msgspec.Raw:
    """Return a call."""
    return calls(asked, [found])[0]


def calls(asked: Question, found: Sequence[views.Call]) -> list[msgspec.Raw]:
    """Return calls; whoever is in several of them is written once.

    What was written of a view that the office hands out again is handed out again.
    """
    written: dict[str | None, tuple[str, str]] = {}
    shape = _call_of(asked.account)
    shown: list[msgspec.Raw] = []
    for one, drawn in zip(found, _DRAWN.of(found), strict=True):
        if drawn is not None:
            shown.append(drawn)
            continue
        caller, called = written.get(one.caller), written.get(one.called)
        if caller is None:
            caller = written[one.caller] = _written(one.caller)
        if called is None:
            called = written[one.called] = _written(one.called)
        ended, answered = one.ended, one.answered
        created = _moment(one.offered // 1000)
        started = created if not answered else _moment(answered // 1000)
        over = None if ended is None else _moment(ended // 1000)
        talked = 0 if ended is None or not answered else round((ended - answered) / 1000)
        forwarded = one.forwarded_from
        places = {
            "sid": one.sid,
            "parent": or_null(one.parent),
            "number": '""' if one.number is None else quoted(one.number),
            "to": called[0],
            "to_formatted": called[1],
            "from": caller[0],
            "from_formatted": caller[1],
            "status": call_status(one),
            "direction": direction(one),
            "created": created,
            "updated": over or started,
            "started": started,
            "ended": or_null(over),
            "duration": or_null(None if ended is None else str(talked)),
            "answered_by": or_null(one.answered_by),
            "price": or_null(charged(one.price)),
            "unit": unit(one.currency),
            "forwarded_from": "null" if forwarded is None else quoted(forwarded),
        }
        filled = shape.filled(places)
        if over is not None and not one.legs:  # else it is of this request alone
            _DRAWN.keep(one, filled)
        shown.append(filled)
    return shown


def _written(address: str | None) -> tuple[str, str]:
    """Return an address, and as people write it, as JSON."""
    text = address or ""
    if text[1:].isdigit() and text[0] == "+" and text.isascii():
        return f'"{text}"', f'"{formatted(text)}"'  # nothing in it that JSON escapes
    return quoted(text), quoted(formatted(text))


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
        "price": charged(found.price),
        "price_unit": unit(found.currency),
        "error_code": None,
        "encryption_details": None,
        "api_version": VERSION,
        "media_url": asked.site() + asked.url(here),
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
    hooks, stock = found.hooks, found.stock or _UNSAID
    shown = {
        "sid": found.sid,
        "account_sid": asked.account,
        "phone_number": found.number,
        "friendly_name": found.name or formatted(found.number),
        "origin": "hosted",
        "status": "in-use",
        "type": kind_of(found.number),
        "beta": stock.beta,
        "address_sid": found.address,
        "address_requirements": stock.address,
        "bundle_sid": found.bundle,
        "identity_sid": found.identity,
        "trunk_sid": found.trunk,
        "emergency_status": "Active" if found.emergency else "Inactive",
        "emergency_address_sid": found.emergency_address,
        "emergency_address_status": "unregistered",  # nobody outside is told of it
        "capabilities": {
            "voice": stock.voice,
            "sms": stock.sms,
            "mms": stock.mms,
            "fax": stock.fax,
        },
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
    if found.sms_flow is not None:
        shown["sms_url"] = f"flow:{found.sms_flow}"
    return shown


_UNSAID = views.NumberStock(sms=True)
"""Of a number that no range of the stock says anything of."""
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
