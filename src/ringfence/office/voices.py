"""The voices that make the recording of a conference, each at rest by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.kernel.ids import RecordingId, is_id
from ringfence.storage.recordings import Recording, StoredChannel

if TYPE_CHECKING:
    from ringfence.office import Office


def mix_of(office: Office, recording: RecordingId) -> list[tuple[int, StoredChannel]] | None:
    """Return the voices of a conference's recording, with the ms at which each begins.

    None where the recording is no conference's, or one voice of it that is not the first.
    Purpose: deliver_content.
    """
    book, reading = office.store.rooms.conferences, office.store.db.reading
    conference = book.recorded_in(reading, recording) if is_id(recording, "recording") else None
    if conference is None:
        return None
    ids_ = book.recordings_of(reading, conference)
    if recording != ids_[0]:
        return None
    voices = [one for one in voices_of(office, ids_) if one.state == "saved"]
    if not voices:
        return []
    start = min(began(voice) for voice in voices)
    return [
        (began(voice) - start, channel)
        for voice in voices
        if voice.removed_at is None
        for channel in office.store.recordings.channels(reading, voice.id)
    ]


def voices_of(office: Office, found: list[RecordingId]) -> list[Recording]:
    """Return the recordings of these SIDs."""
    known = (office.store.recordings.get(one) for one in found)
    return [one for one in known if one is not None and one.account == office.account.id]


def began(voice: Recording) -> int:
    """Return when a voice begins."""
    return voice.started_at or voice.requested_at
