"""``/v1/conferences``: who is in them, and what is done to them."""

from __future__ import annotations

from ringfence.api import views_rooms as views
from ringfence.api.resources import Body, Instant, resource
from ringfence.api.v1.calls import Listened, Recorded


class ConferenceList(Body, frozen=True, kw_only=True):
    """The query of ``GET /v1/conferences``."""

    name: str | None = None
    status: str | None = None
    created_since: Instant | None = None
    created_until: Instant | None = None
    updated_since: Instant | None = None
    updated_until: Instant | None = None


class ConferenceAnnounce(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/conferences/{sid}/announce``."""

    url: str
    method: str = "POST"


class ParticipantList(Body, frozen=True, kw_only=True):
    """The query of ``GET /v1/conferences/{conference}/participants``."""

    muted: bool | None = None
    held: bool | None = None
    coaching: bool | None = None


class ParticipantAdd(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/conferences/{conference}/participants``."""

    to: str
    caller: str | None = None
    label: str = ""
    muted: bool = False
    beep: str = "true"
    start_on_enter: bool = True
    end_on_exit: bool = False
    wait_url: str | None = None
    wait_method: str = "POST"
    max_participants: int = 250
    coach: str = ""
    record: bool = False
    """Their voice is part of the conference's recording; ``trim``: without silence at its ends."""
    trim: bool = False
    record_call: Recorded | None = None
    """The call itself is recorded."""
    listen: Listened | None = None
    ring_s: int = 60
    limit_s: int = 14400
    sip_username: str | None = None
    sip_password: str | None = None
    status_url: str | None = None
    status_method: str = "POST"
    status_events: list[str] | None = None
    news_url: str | None = None
    news_method: str = "POST"
    news_events: list[str] | None = None
    recording_url: str | None = None
    recording_method: str = "POST"
    recording_events: list[str] | None = None
    about: str = "service"
    customer: bool = False
    reason: str = ""
    display: str = ""
    """Why we call and who we are, in words that the far end may show."""
    call_token: str = ""
    trunk: str | None = None


class ParticipantUpdate(Body, frozen=True, kw_only=True):
    """The body of ``POST /v1/conferences/{conference}/participants/{call}``."""

    muted: bool | None = None
    held: bool | None = None
    hold_url: str | None = None
    hold_method: str = "POST"
    announce_url: str | None = None
    announce_method: str = "POST"
    wait_url: str | None = None
    wait_method: str = "POST"
    beep_on_exit: bool | None = None
    end_on_exit: bool | None = None
    coaching: bool | None = None
    coach: str | None = None


HANDLERS = (
    resource(
        "GET /v1/conferences",
        "conference.list",
        views.ConferencePage,
        "Conferences, newest first; `status`: init, running, ended.",
        query=ConferenceList,
        paged=True,
    ),
    resource(
        "GET /v1/conferences/{sid:str}", "conference.show", views.Conference, "One conference."
    ),
    resource(
        "POST /v1/conferences/{sid:str}/announce",
        "conference.announce",
        views.Conference,
        "Let everybody in a conference hear the document at `url`.",
        body=ConferenceAnnounce,
    ),
    resource(
        "POST /v1/conferences/{sid:str}/end",
        "conference.end",
        views.Conference,
        "Send everybody out of a conference.",
    ),
    resource(
        "GET /v1/conferences/{conference:str}/participants",
        "participant.list",
        list[views.Participant],
        "Who is in a conference, in order of coming; of one that has ended, who was.",
        query=ParticipantList,
    ),
    resource(
        "POST /v1/conferences/{conference:str}/participants",
        "participant.add",
        views.Participant,
        "Call somebody into a conference: `conference` is its SID, or a name; then it may be new.",
        body=ParticipantAdd,
        status=201,
    ),
    resource(
        "GET /v1/conferences/{conference:str}/participants/{call:str}",
        "participant.show",
        views.Participant,
        "One of them: `call` is the SID of their call, or their label.",
    ),
    resource(
        "POST /v1/conferences/{conference:str}/participants/{call:str}",
        "participant.update",
        views.Participant,
        "Mute, hold, address, coach a participant, or change what their leaving does.",
        body=ParticipantUpdate,
    ),
    resource(
        "DELETE /v1/conferences/{conference:str}/participants/{call:str}",
        "participant.remove",
        None,
        "Put somebody out of a conference; one who is still being called is given up.",
    ),
)
