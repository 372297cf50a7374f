"""Media streams of a call: begun and stopped while it goes on."""

from __future__ import annotations

from typing import Any

from ringfence.api import views_streams as views
from ringfence.api.twilio.operations import DESK
from ringfence.api.twilio.problems import Problem
from ringfence.api.twilio.question import Answer, Question
from ringfence.api.twilio.wire import moment

_PARAMETERS = 99


@DESK.operation("CreateStream")
async def create(asked: Question) -> Answer:
    """Let a server hear a call, as far as the law lets it."""
    url = asked.get("Url")
    if url is None:
        raise Problem(21205, "Url is required", status=400)
    args: dict[str, Any] = {
        "call": asked.path["CallSid"],
        "url": url,
        "name": asked.get("Name") or "",
        "track": asked.get("Track") or "inbound_track",
        "parameters": parameters(asked),
    }
    if (status := asked.get("StatusCallback")) is not None:
        args |= {"status_url": status, "status_method": asked.method("StatusCallbackMethod")}
    made: views.Stream = await asked.run("stream.start", **args)
    return Answer(200, shown(asked, made))


@DESK.operation("UpdateStream")
async def update(asked: Question) -> Answer:
    """Stop a stream, by its SID or its name."""
    if asked.get("Status") != "stopped":
        raise Problem(20001, "Status is stopped", status=400)
    path = asked.path
    found: views.Stream = await asked.run("stream.stop", call=path["CallSid"], stream=path["Sid"])
    return Answer(200, shown(asked, found))


def parameters(asked: Question) -> dict[str, str]:
    """Return ``Parameter1.Name`` with ``Parameter1.Value``, and so on to 99."""
    found: dict[str, str] = {}
    for number in range(1, _PARAMETERS + 1):
        name = asked.get(f"Parameter{number}.Name")
        if name is not None:
            found[name] = asked.get(f"Parameter{number}.Value") or ""
    return found


def shown(asked: Question, found: views.Stream) -> dict[str, Any]:
    """Return a stream in Twilio's form."""
    return {
        "sid": found.sid,
        "account_sid": asked.account,
        "call_sid": found.call,
        "name": found.name or None,
        "status": found.status,
        "date_updated": moment(asked.now),
        "uri": asked.url(f"/Calls/{found.call}/Streams/{found.sid}.json"),
    }
