"""Recordings: list and fetch; the audio is beside them, without ``.json``."""

from __future__ import annotations

from typing import Any

from ringfence.api import views
from ringfence.api.twilio import wire
from ringfence.api.twilio.operations import DESK
from ringfence.api.twilio.problems import NOT_FOUND
from ringfence.api.twilio.question import Answer, Question


@DESK.operation("ListRecording", "ListCallRecording", missing="filters by date and conference")
async def list_(asked: Question) -> Answer:
    """Return recordings, newest first; of one call where ``CallSid`` says so."""
    size = asked.page_size
    found: list[views.Recording] = await asked.run(
        "recording.list",
        limit=size,
        before=asked.token,
        call=asked.path.get("CallSid") or asked.get("CallSid"),
    )
    rows = [_shown(asked, one) for one in found]
    return asked.listing("recordings", rows, found[-1].sid if len(found) == size else None)


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
    found: views.Recording = await asked.run("recording.show", sid=asked.path["Sid"])
    if asked.path.get("CallSid") not in {None, found.call}:
        raise NOT_FOUND
    return found


def _shown(asked: Question, found: views.Recording) -> dict[str, Any]:
    shape = wire.call_recording if "CallSid" in asked.path else wire.recording
    return shape(asked, found)
