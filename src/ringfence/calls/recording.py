"""One recording from the wish to the file: it ends as ``saved`` or ``failed``, never as nothing.

    requested ─began─▶ recording ⇄ paused ─stop─▶ stopping ─ended─▶ saved
        └────────────── broke, or waited too long        ────▶ failed(reason)

``recovering``: the media process died; whoever recovers its spool reports what was found. Waiting
is bounded: a ``requested`` one is closed after a while, ``stopping`` and ``recovering`` then fail.
"""

from __future__ import annotations

from typing import Literal

from ringfence.calls.effects import Channel, StartRecording
from ringfence.calls.words import RecordingEnd, RecordingSource
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import LegId, PartyId, RecordingId
from ringfence.kernel.limits import RECORDING_SPOKEN_MIN_MS

RecordingState = Literal[
    "requested", "recording", "paused", "stopping", "recovering", "saved", "failed"
]
RecordingTrigger = Literal[
    "began",  # the media worker keeps sound
    "pause",
    "resume",
    "stop",  # we want it closed
    "ended",  # it is closed and durable
    "broke",  # it does not exist
    "lost",  # the media process is gone
]

RECORDING_TABLE: dict[RecordingState, dict[RecordingTrigger, RecordingState]] = {
    "requested": {
        "began": "recording",
        "stop": "stopping",
        "ended": "saved",
        "broke": "failed",
        "lost": "recovering",
    },
    "recording": {
        "pause": "paused",
        "stop": "stopping",
        "ended": "saved",
        "broke": "failed",
        "lost": "recovering",
    },
    "paused": {
        "resume": "recording",
        "stop": "stopping",
        "ended": "saved",
        "broke": "failed",
        "lost": "recovering",
    },
    "stopping": {
        "ended": "saved",
        "broke": "failed",
        "lost": "recovering",
    },
    "recovering": {
        "ended": "saved",
        "broke": "failed",
    },
    "saved": {},
    "failed": {},
}
"""Every transition of a recording. A trigger that is not in a state's row changes nothing."""

_RUNNING = frozenset({"requested", "recording", "paused"})
_FINAL = frozenset({"saved", "failed"})


class Recording:
    """A recording's state and what was asked for."""

    __slots__ = (
        "began_at",
        "channels",
        "ended_by_digit",
        "finish_on",
        "held_back",
        "id",
        "min_ms",
        "redacting",
        "resumes",
        "silence_ms",
        "source",
        "state",
    )

    def __init__(
        self,
        id: RecordingId,  # noqa: A002 - the word of the trade
        *,
        source: RecordingSource,
        channels: tuple[Channel, ...],
        min_ms: int = 0,
        silence_ms: int = 0,
        finish_on: str = "",
    ) -> None:
        self.id = id
        self.source: RecordingSource = source
        self.channels = channels
        self.min_ms = min_ms
        self.silence_ms = silence_ms
        self.finish_on = finish_on
        self.ended_by_digit = ""
        self.redacting = False
        self.resumes = True
        """Whether it goes on once whoever came in was told."""
        self.held_back: StartRecording | None = None
        """What is to be carried out once everybody was told."""
        self.began_at: Ms | None = None
        self.state: RecordingState = "requested"

    def step(self, trigger: RecordingTrigger) -> bool:
        """Move along the table; False when the state has no such transition."""
        state = RECORDING_TABLE[self.state].get(trigger)
        if state is None:
            return False
        self.state = state
        return True

    def hears(self, leg: LegId) -> bool:
        """Whether one of its channels is of ``leg``."""
        return any(channel.leg == leg for channel in self.channels)

    @property
    def parties(self) -> tuple[PartyId | None, ...]:
        """Whose words are on each channel, None where it is not one party's."""
        return tuple(channel.party for channel in self.channels)

    @property
    def running(self) -> bool:
        """Whether it may still be stopped."""
        return self.state in _RUNNING

    @property
    def final(self) -> bool:
        """Whether its outcome is known."""
        return self.state in _FINAL

    def is_empty(self, reason: RecordingEnd, duration_ms: int) -> bool:
        """Whether a closed recording holds too little to be kept.

        The silence that ended it does not count as something said.
        """
        spoken = duration_ms
        least = self.min_ms
        if reason == "silence":
            spoken -= self.silence_ms
            least = max(least, int(RECORDING_SPOKEN_MIN_MS))
        return duration_ms <= 0 or spoken < least
