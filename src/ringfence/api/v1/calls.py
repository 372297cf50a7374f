"""``/v1/calls``: list, search, place, show, follow up on and end calls."""

from __future__ import annotations

from typing import Literal

from ringfence.api import views
from ringfence.api.resources import Body, Instant, resource


class Listed(Body, frozen=True, kw_only=True):
    """The query of ``GET /v1/calls``."""

    status: Literal["offered", "ringing", "answered", "ended"] | None = None


class Searched(Body, frozen=True, kw_only=True):
    """What calls to look for. Numbers stand in a body, because paths end up in logs of proxies."""

    caller: str | None = None
    called: str | None = None
    since: Instant | None = None
    """Offered from then on, epoch milliseconds; ``until`` is exclusive."""
    until: Instant | None = None
    ended_since: Instant | None = None
    ended_until: Instant | None = None
    statuses: list[str] | None = None


class Place(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/calls``: whom to call and what then happens."""

    to: str
    caller: str | None = None
    flow: str | None = None
    voice_url: str | None = None
    voice_method: str | None = None
    fallback_url: str | None = None
    fallback_method: str | None = None
    twiml: str | None = None
    ring_s: int | None = None
    limit_s: int | None = None
    digits: str | None = None
    """Keys to press once it is answered."""
    sip_username: str | None = None
    sip_password: str | None = None
    status_url: str | None = None
    status_method: str | None = None
    status_events: list[str] | None = None
    about: str | None = None
    """service, or marketing: then consent and the hours of their clock count."""
    customer: bool | None = None
    reason: str | None = None
    display: str | None = None
    """Why we call and who we are, in words that the far end may show."""
    call_token: str | None = None
    """CallToken of a call that came and is passed on: its caller may be shown."""
    trunk: str | None = None
    """Name or SID of the trunk that a number is called by."""


class Redirect(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/calls/SID/redirect``: what the call goes on with."""

    flow: str | None = None
    voice_url: str | None = None
    voice_method: str = "POST"
    fallback_url: str | None = None
    fallback_method: str = "POST"
    twiml: str | None = None


class Adjust(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/calls/SID/adjust``: how long it may last, who is told of it."""

    limit_s: int | None = None
    status_url: str | None = None
    status_method: str = "POST"
    status_events: list[str] | None = None


class Record(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/calls/SID/recordings``: record a call in flight, where it may be."""

    dual: bool = False
    track: str = "both"
    trim: bool = False
    status_url: str | None = None
    status_method: str = "POST"
    status_events: list[str] | None = None


class Control(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/calls/SID/recordings/SID``: paused, in-progress or stopped."""

    to: str
    keep_time: bool = True


_ONE = "/v1/calls/{sid:str}"

HANDLERS = (
    resource("GET /v1/calls", "call.list", views.CallPage, "Calls, newest first.",
             query=Listed, paged=True),
    resource("POST /v1/calls/search", "call.search", views.CallPage,
             "Calls by number, time and state, newest first.", body=Searched, paged=True),
    resource("POST /v1/calls", "call.place", views.Call,
             "Place a call; the answer is its record as it stands, `status` says how far it is.",
             body=Place, status=201),
    resource(f"GET {_ONE}", "call.show", views.Call, "One call with its legs and recordings."),
    resource(f"GET {_ONE}/timeline", "call.timeline", list[views.Line],
             "What happened in a call, line by line."),
    resource(f"GET {_ONE}/diagnosis", "call.diagnose", list[views.Finding],
             "Why there was no audio, or why it was bad, in words."),
    resource(f"DELETE {_ONE}", "call.remove", None,
             "Remove the record of a call that is over, and everything recorded in it."),
    resource(f"POST {_ONE}/hangup", "call.hangup", views.Call, "End a call."),
    resource("POST /v1/calls/{call:str}/recordings", "recording.start", views.Recording,
             "Record a call that is going on.", body=Record, status=201),
    resource("POST /v1/calls/{call:str}/recordings/{sid:str}", "recording.control",
             views.Recording, "Pause, go on with or stop a recording.", body=Control),
    resource(f"POST {_ONE}/redirect", "call.redirect", views.Call,
             "Let a call go on with another document.", body=Redirect),
    resource(f"POST {_ONE}/adjust", "call.adjust", views.Call,
             "Change how long a call may last, and who is told of it.", body=Adjust),
)  # fmt: skip
