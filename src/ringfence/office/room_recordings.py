"""Recordings of conferences: voice by voice at rest, one to whoever asks.

A conference is shown as one recording under the SID of its first voice; its sound is all of them
together, each where it was. Whose voice was erased is silence in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from ringfence.api import views
from ringfence.billing.tariffs import written
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import ConferenceId
from ringfence.office.billing import priced
from ringfence.office.records import CALL, CALL_LOG, recording_view
from ringfence.office.rooms import known_conference
from ringfence.office.table import KNOWN, TABLE
from ringfence.office.voices import began, heard_of, voices_of
from ringfence.privacy.purposes import exchange_itself
from ringfence.switch.room_recording import RoomRecordingState

if TYPE_CHECKING:
    from ringfence.office import Office

_OPEN = frozenset({"requested", "recording", "paused"})
_TO: dict[str, RoomRecordingState] = {
    "paused": "paused",
    "in-progress": "in-progress",
    "stopped": "stopped",
}
_LOOK: dict[str, Any] = {
    "actors": KNOWN,
    "purpose": CALL_LOG,
    "category": CALL,
    "also": ("operate",),
}


@TABLE.use_case("conference.recording.list", **_LOOK)
async def list_recordings(office: Office, *, conference: str) -> list[views.Recording]:
    """What was recorded of a conference: one recording, or none."""
    room = known_conference(office, conference)
    whole = whole_of(office, room.id)
    return [] if whole is None else [whole]


@TABLE.use_case("conference.recording.show", **_LOOK)
async def show_recording(office: Office, *, conference: str, sid: str) -> views.Recording:
    """The recording of a conference."""
    whole = whole_of(office, known_conference(office, conference).id)
    if whole is None or whole.sid != sid:
        raise Refused("not_found", "no recording of that SID in this conference")
    return whole


@TABLE.use_case(
    "conference.recording.control",
    actors=KNOWN,
    live=True,
    purpose="connect_call",
    category=CALL,
    also=("call_record", "operate"),
)
async def control(
    office: Office, *, conference: str, sid: str, to: str, skip: bool = False
) -> views.Recording:
    """Pause what is recorded of a conference, go on with it, or stop it.

    ``skip``: a pause is left out of it; else it is silence.
    """
    if to not in _TO:
        raise Refused("bad_argument", f"say one of: {', '.join(_TO)}")
    found: views.Recording = await show_recording(office, conference=conference, sid=sid)
    with exchange_itself():
        office.live.rooms.control_recording(conference, _TO[to], skip=skip)
    await office.settled()
    return msgspec.structs.replace(found, status={"stopped": "in-progress"}.get(to, to))


@TABLE.use_case("conference.recording.remove", actors=KNOWN, purpose="erase", category="user")
async def remove(office: Office, *, conference: str, sid: str) -> None:
    """Remove every voice of it, keys and sound at once."""
    found = office.store.rooms.conferences.recordings_of(
        office.store.db.reading, ConferenceId(conference)
    )
    if sid not in found[:1]:
        raise Refused("not_found", "no recording of that SID in this conference")
    from ringfence.office.removing import remove_recording

    for voice in voices_of(office, found):
        if voice.removed_at is None:
            await remove_recording(office, sid=voice.id)


def whole_of_known(office: Office, sid: str, *, removed: bool) -> views.Recording | None:
    """Return the recording of whatever conference has a SID, None where none has it."""
    try:
        room = known_conference(office, sid)
    except Refused as refused:
        if refused.code != "not_found":
            raise
        return None
    return whole_of(office, room.id, removed=removed)


def whole_of(
    office: Office, conference: ConferenceId, *, removed: bool = False
) -> views.Recording | None:
    """Return a conference's recording as one, None where there is none.

    ``removed``: one whose every voice was deleted, too.
    """
    reading = office.store.db.reading
    found = voices_of(office, office.store.rooms.conferences.recordings_of(reading, conference))
    voices = [voice for voice in found if voice.removed_at is None]
    if removed and not voices:
        voices = found
    if not voices:
        return None
    first = recording_view(office, voices[0])
    kept = heard_of([voice for voice in voices if voice.state == "saved"])
    start = min(began(voice) for voice in kept or voices)
    status = first.status if not kept else "saved"
    if any(voice.state in _OPEN for voice in voices):
        status = "in-progress"
    last = max((began(voice) + voice.duration_ms for voice in kept), default=start)
    costs = list(priced(office, [voice.id for voice in voices]).values())
    return msgspec.structs.replace(
        first,
        price=written(sum(cost.micros for cost in costs)) if costs else None,
        status=status,
        source="conference",
        conference=conference,
        channels=1,
        created=start,
        duration_ms=(last - start) or None,
    )
