"""``/v1/calls``: list, search, place, show, follow up on and end calls."""

from __future__ import annotations

from typing import Literal

from ringfence.api import bounds, views
from ringfence.api.resources import Body, Instant, resource


class Listed(Body, frozen=True, kw_only=True):
    """The query of ``GET /v1/calls``."""

    status: Literal["offered", "ringing", "answered", "ended"] | None = None


class Ended(Body, frozen=True, kw_only=True):
    """The query of ``POST /v1/calls/SID/hangup``: end it only while nobody has answered."""

    unanswered: bool | None = None


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
    parent: str | None = None
    """Legs that this call rang; ``children``: those of every call, too."""
    children: bool | None = None


class Recorded(Body, frozen=True, kw_only=True):
    """How a call is recorded, from its answer on or from now on, where it may be.

    ``track``: both, inbound, outbound; ``dual``: each side in a channel of its own; ``trim``:
    without silence at its ends. ``status_url`` is told of ``status_events``.
    """

    dual: bool = False
    track: str = "both"
    trim: bool = False
    status_url: str | None = None
    status_method: str = "POST"
    status_events: list[str] | None = None


class Listened(Body, frozen=True, kw_only=True):
    """How it is found out by ear whether a person or a machine answers.

    ``to_the_end``: until a machine's words are over. ``beside``: the program does not wait for it;
    ``status_url`` is told.
    """

    to_the_end: bool = False
    beside: bool = False
    timeout_s: int = 30
    speech_ms: int = 2_400
    speech_end_ms: int = 1_200
    silence_ms: int = 5_000
    status_url: str | None = None
    status_method: str = "POST"


class Place(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/calls``: whom to call and what then happens."""

    to: str
    caller: str | None = None
    flow: str | None = None
    voice_url: str | None = None
    voice_method: str | None = None
    fallback_url: str | None = None
    fallback_method: str | None = None
    twiml: bounds.Markup | None = None
    application: str | None = None
    """SID of an application: its URLs, instead of any said here."""
    ring_s: int | None = None
    limit_s: int | None = None
    digits: str | None = None
    """Keys to press once it is answered."""
    sip_username: str | None = None
    sip_password: str | None = None
    status_url: str | None = None
    status_method: str | None = None
    status_events: list[str] | None = None
    record: Recorded | None = None
    """It is recorded from its answer on."""
    listen: Listened | None = None
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
    twiml: bounds.Markup | None = None


class Adjust(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/calls/SID/adjust``: how long it may last, who is told of it."""

    limit_s: int | None = None
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
    resource(f"POST {_ONE}/hangup", "call.hangup", views.Call, "End a call.", query=Ended),
    resource("POST /v1/calls/{call:str}/recordings", "recording.start", views.Recording,
             "Record a call that is going on.", body=Recorded, status=201),
    resource("POST /v1/calls/{call:str}/recordings/{sid:str}", "recording.control",
             views.Recording, "Pause, go on with or stop a recording.", body=Control),
    resource(f"POST {_ONE}/redirect", "call.redirect", views.Call,
             "Let a call go on with another document.", body=Redirect),
    resource(f"POST {_ONE}/adjust", "call.adjust", views.Call,
             "Change how long a call may last, and who is told of it.", body=Adjust),
)  # fmt: skip
