"""Transcriptions of recordings: list, fetch, remove; below their recording or by themselves."""

from __future__ import annotations

from typing import Any

from ringfence.api import views_transcriptions as views
from ringfence.api.twilio.operations import DESK
from ringfence.api.twilio.prices import charged, number, unit
from ringfence.api.twilio.problems import NOT_FOUND
from ringfence.api.twilio.question import VERSION, Answer, Question
from ringfence.api.twilio.wire import moment

_STATES = {"waiting": "in-progress", "queued": "in-progress", "failed": "failed"}


@DESK.operation("ListTranscription", "ListRecordingTranscription")
async def list_(asked: Question) -> Answer:
    """Return transcriptions, newest first."""
    size = asked.page_size
    found: list[views.Transcription] = await asked.run(
        "transcription.list",
        recording=asked.path.get("RecordingSid"),
        limit=size + 1,
        before=asked.token("transcription"),
    )
    rows = [shown(asked, one) for one in found[:size]]
    following = found[size - 1].sid if len(found) > size else None
    return asked.listing("transcriptions", rows, following)


@DESK.operation("FetchTranscription", "FetchRecordingTranscription")
async def fetch(asked: Question) -> Answer:
    """Return one transcription."""
    return Answer(200, shown(asked, await _find(asked)))


@DESK.operation("DeleteTranscription", "DeleteRecordingTranscription")
async def delete(asked: Question) -> Answer:
    """Remove a transcription; its recording stays."""
    found = await _find(asked)
    await asked.run("transcription.remove", sid=found.sid)
    return Answer(204)


async def _find(asked: Question) -> views.Transcription:
    found: views.Transcription = await asked.run("transcription.show", sid=asked.path["Sid"])
    if asked.path.get("RecordingSid") not in {None, found.recording}:
        raise NOT_FOUND
    return found


def shown(asked: Question, found: views.Transcription) -> dict[str, Any]:
    """Return a transcription in Twilio's form."""
    return {
        "sid": found.sid,
        "account_sid": asked.account,
        "recording_sid": found.recording,
        "status": _STATES.get(found.status, "completed"),
        "transcription_text": found.text,
        "type": "fast",
        "duration": None if found.duration_ms is None else str(round(found.duration_ms / 1000)),
        "date_created": moment(found.created),
        "date_updated": moment(found.settled or found.created),
        "price": number(charged(found.price)),
        "price_unit": unit(found.currency),
        "api_version": VERSION,
        "uri": asked.url(f"/Transcriptions/{found.sid}.json"),
    }
