"""The error log, and what was asked and answered during a call.

``Notifications`` are what went wrong: a failed request, or a document with something wrong in it.
``Calls/{sid}/Events`` are all requests made for a call, also those that went well. Both show what
the notification log keeps; of an app that is switched off that is time, status and code.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from ringfence.api import views_notifications as views
from ringfence.api.twilio import wire
from ringfence.api.twilio.operations import DESK
from ringfence.api.twilio.problems import MORE, NOT_FOUND
from ringfence.api.twilio.question import VERSION, Answer, Question

_LEVELS = {"0": "error", "1": "warning"}


@DESK.operation("ListNotification", "ListCallNotification")
async def list_(asked: Question) -> Answer:
    """Return what went wrong, newest first; of one call, of a time, errors or warnings."""
    since, until = asked.span("MessageDate")
    found = await _page(
        asked, failed=True, level=_LEVELS.get(asked.get("Log") or ""), since=since, until=until
    )
    rows = [_line(asked, one) for one in found.notifications]
    return asked.listing("notifications", rows, found.next)


@DESK.operation("FetchNotification", "FetchCallNotification")
async def fetch(asked: Question) -> Answer:
    """Return one with what was sent and what came back."""
    found: views.Notification = await asked.run("notification.show", sid=asked.path["Sid"])
    if found.code is None or asked.path.get("CallSid") not in {None, found.call}:
        raise NOT_FOUND
    said = {
        "request_variables": urlencode(found.params or ()),
        "response_headers": urlencode(found.headers or ()),
        "response_body": "" if found.kind == "problem" else found.body or "",
    }
    return Answer(200, _line(asked, found) | said)


@DESK.operation("ListCallEvent")
async def events(asked: Question) -> Answer:
    """Return every request made for a call and its answer, newest first."""
    found = await _page(asked, requests=True)
    return asked.listing("events", [_event(one) for one in found.notifications], found.next)


async def _page(asked: Question, **wanted: Any) -> views.NotificationPage:
    call = asked.path.get("CallSid")
    if call is not None:
        await asked.run("call.show", sid=call)
    found: views.NotificationPage = await asked.run(
        "notification.whole",
        limit=asked.page_size,
        before=asked.token("notification"),
        call=call,
        **wanted,
    )
    return found


def _line(asked: Question, found: views.Notification) -> dict[str, Any]:
    of_a_call = f"/Calls/{found.call}" if "CallSid" in asked.path else ""
    at = wire.moment(found.at)
    level = "WARN" if found.level == "warning" else "ERROR"
    message = {"LogLevel": level, "ErrorCode": found.code, "Msg": _says(found)}
    if found.status:
        message["httpResponse"] = found.status
    if found.url:
        message["url"] = found.url
    return {
        "sid": found.sid,
        "account_sid": asked.account,
        "call_sid": found.call,
        "api_version": VERSION,
        "log": "1" if found.level == "warning" else "0",
        "error_code": str(found.code),
        "more_info": f"{MORE}{found.code}",
        "message_text": urlencode(message),
        "message_date": at,
        "request_method": found.method or None,
        "request_url": found.url or "",
        "date_created": at,
        "date_updated": at,
        "uri": asked.url(f"{of_a_call}/Notifications/{found.sid}.json"),
    }


def _says(found: views.Notification) -> str:
    if found.kind == "problem":
        return found.body or ""
    if found.status:
        return f"Got HTTP {found.status} response"
    return (found.failure or "").removeprefix("fetch_").replace("_", " ")


def _event(found: views.Notification) -> dict[str, Any]:
    parameters: dict[str, Any] = {}
    for name, value in found.params or ():
        known = parameters.get(name)
        if known is None:
            parameters[name] = value
        else:
            parameters[name] = [*known, value] if isinstance(known, list) else [known, value]
    return {
        "request": {"method": found.method, "url": found.url or "", "parameters": parameters},
        "response": {
            "response_code": found.status,
            "request_duration": found.elapsed_ms,
            "content_type": found.content_type or "",
            "response_body": found.body or "",
            "date_created": wire.moment(found.at),
        },
    }
