"""The voices that make the recording of a conference, each at rest by itself."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, NamedTuple

from ringfence.kernel.ids import RecordingId, is_id
from ringfence.storage.recordings import Recording, StoredChannel

if TYPE_CHECKING:
    from ringfence.office import Office


_SLACK_MS = 100
"""A file may be a few frames longer than what was said of it; a silence that was cut is longer."""


class Part(NamedTuple):
    """One channel of a recording, from when on it is heard (``at``, ms), and what of its file.

    ``span``: where in the file it begins and how long it lasts, in ms.
    """

    at: int
    channel: StoredChannel
    span: tuple[int, int]

    def cut(self, pcm: array[int], rate: int) -> array[int]:
        """Return the samples of its file without the silence that was trimmed."""
        return cut(pcm, self.span, rate)


def cut(pcm: array[int], span: tuple[int, int], rate: int) -> array[int]:
    """Return what lies in a span of ms; all to the end where that is as good as its end."""
    first, last = (at * rate // 1000 for at in (span[0], sum(span)))
    if not span[1] or len(pcm) - last <= _SLACK_MS * rate // 1000:
        return pcm[first:]
    return pcm[first:last]


def span_of(recording: Recording) -> tuple[int, int]:
    """Return what of a recording's files is heard: from when on, and how long, in ms."""
    return recording.from_ms or 0, recording.duration_ms


def mix_of(office: Office, recording: RecordingId) -> list[Part] | None:
    """Return the voices of a conference's recording, each from its own moment on.

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
    voices = heard_of([one for one in voices_of(office, ids_) if one.state == "saved"])
    if not voices:
        return []
    start = min(began(voice) for voice in voices)
    return [
        Part(began(voice) - start, channel, span_of(voice))
        for voice in voices
        if voice.removed_at is None
        for channel in office.store.recordings.channels(reading, voice.id)
    ]


def heard_of(voices: list[Recording]) -> list[Recording]:
    """Return those who said something; all where nobody did."""
    return [voice for voice in voices if voice.duration_ms] or voices


def voices_of(office: Office, found: list[RecordingId]) -> list[Recording]:
    """Return the recordings of these SIDs."""
    known = (office.store.recordings.get(one) for one in found)
    return [one for one in known if one is not None and one.account == office.account.id]


def began(voice: Recording) -> int:
    """Return when a voice begins to be heard."""
    return (voice.started_at or voice.requested_at) + (voice.from_ms or 0)
