"""Recordings: list and fetch; the audio is beside them, without ``.json``."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from ringfence.api import views
from ringfence.api.twilio import wire
from ringfence.api.twilio.operations import DESK
from ringfence.api.twilio.problems import NOT_FOUND, Problem
from ringfence.api.twilio.question import Answer, Question
from ringfence.api.twilio.steps import known, warn
from ringfence.kernel.errors import Refused


@DESK.operation("ListCallRecording", "ListRecording")
async def list_(asked: Question) -> Answer:
    """Return recordings, newest first: of a call, a conference, some days where that is asked.

    ``ConferenceSid`` finds what ``Conferences/{Sid}/Recordings`` does: all voices in one. A call
    that is not there is 404 in the path, and has no recordings as a filter.
    """
    size = asked.page_size
    since, until = asked.span("DateCreated")
    try:
        found: list[views.Recording] = await asked.run(
            "recording.list",
            limit=size + 1,
            before=asked.token("recording"),
            call=asked.path.get("CallSid") or asked.get("CallSid"),
            conference=None if "CallSid" in asked.path else asked.get("ConferenceSid"),
            since=since,
            until=until,
            removed=asked.flag("IncludeSoftDeleted"),
            newest=True,
        )
    except Refused as refused:
        if refused.code != "not_found" or "CallSid" in asked.path:
            raise
        found = []
    rows = [_shown(asked, one) for one in found[:size]]
    return asked.listing("recordings", rows, found[size - 1].sid if len(found) > size else None)


@DESK.operation("CreateCallRecording")
async def create(asked: Question) -> Answer:
    """Record a call in progress, as far as the law lets it."""
    wish = recording_wish(asked, "RecordingStatusCallback", trim="do-not-trim")
    made: views.Recording = await asked.run("recording.start", call=asked.path["CallSid"], **wish)
    await warn(asked, asked.path["CallSid"])
    return Answer(201, _shown(asked, made))


def recording_wish(asked: Question, callback: str, *, trim: str) -> dict[str, Any]:
    """Return what a form says of a recording of a whole call; ``trim``: what holds unsaid."""
    wish: dict[str, Any] = {
        "dual": asked.get("RecordingChannels") == "dual",
        "track": asked.get("RecordingTrack") or "both",
        "trim": (asked.get("Trim") or trim) == "trim-silence",
    }
    if (url := asked.get(callback)) is not None:
        events = known(asked, f"{callback}Event")
        wish |= {
            "status_url": url,
            "status_method": asked.method(f"{callback}Method"),
            "status_events": events or ["completed"],
        }
    return wish


@DESK.operation("UpdateCallRecording")
async def update(asked: Question) -> Answer:
    """Pause a recording, go on with it, or stop it; ``Twilio.CURRENT`` is the one that runs."""
    status = asked.get("Status")
    if status not in {"paused", "in-progress", "stopped"}:
        raise Problem(20001, "Status is paused, in-progress or stopped", status=400)
    sid = asked.path["Sid"]
    found: views.Recording = await asked.run(
        "recording.control",
        call=asked.path["CallSid"],
        sid="current" if sid == "Twilio.CURRENT" else sid,
        to=status,
        keep_time=asked.get("PauseBehavior") != "skip",
    )
    return Answer(200, _shown(asked, found))


@DESK.operation("DeleteRecording", "DeleteCallRecording")
async def delete(asked: Question) -> Answer:
    """Remove a recording."""
    await _find(asked)
    await asked.run("recording.remove", sid=asked.path["Sid"])
    return Answer(204)


@DESK.operation("FetchRecording", "FetchCallRecording")
async def fetch(asked: Question) -> Answer:
    """Return one recording."""
    return Answer(200, _shown(asked, await _find(asked)))


async def _find(asked: Question) -> views.Recording:
    found: views.Recording = await asked.run(
        "recording.show", sid=asked.path["Sid"], removed=asked.flag("IncludeSoftDeleted")
    )
    call = asked.path.get("CallSid")
    if call not in {None, found.call}:
        child: views.Call = await asked.run("call.show", sid=call)
        if child.parent != found.call:
            raise NOT_FOUND
        of_leg: list[views.Recording] = await asked.run("recording.list", call=call, limit=100)
        if found.sid not in {one.sid for one in of_leg}:
            raise NOT_FOUND
    return found


def _shown(asked: Question, found: views.Recording) -> dict[str, Any]:
    call = asked.path.get("CallSid")
    if call is None:
        return wire.recording(asked, found)
    # Of a leg that was dialled the talk is recorded in the call that rang it: one recording.
    return wire.call_recording(asked, replace(found, call=call))
