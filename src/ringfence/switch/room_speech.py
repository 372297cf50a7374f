"""Who speaks in a room at the moment: a tap of each member's line, by its loudness alone.

Only where somebody asked for the news of it. Nothing is kept but whether the line is silent.

    silent ──sound for 200 ms──▶ speaking ──silence for a second──▶ silent
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ringfence.kernel.ids import LegId
from ringfence.media.answering import FRAME_MS, Frame, Meter
from ringfence.media.engine import protocol as media
from ringfence.switch.media_link import MediaLink

_TAP = "speech:"
"""Begins the name of each tap of ours; the leg follows."""
_BEGINS_MS = 200
"""A cough is shorter."""
_ENDS_MS = 1_000
"""Between two sentences people are silent for half of that."""


class SpeechWatch:
    """Whether one line speaks: fed frames of 20 ms, it says when that changes."""

    __slots__ = ("_changed_ms", "speaking")

    def __init__(self) -> None:
        self.speaking = False
        self._changed_ms = 0
        """For how long the line has not been what we say it is."""

    def feed(self, frame: Frame) -> bool:
        """Take a frame; True where the line begins to speak or falls silent with it."""
        if (frame.sound != "silence") == self.speaking:
            self._changed_ms = 0
            return False
        self._changed_ms += FRAME_MS
        if self._changed_ms < (_ENDS_MS if self.speaking else _BEGINS_MS):
            return False
        self.speaking = not self.speaking
        self._changed_ms = 0
        return True


@dataclass(slots=True)
class _Line:
    link: MediaLink
    meter: Meter = field(default_factory=Meter)
    watch: SpeechWatch = field(default_factory=SpeechWatch)


class RoomSpeech:
    """Every line that is watched. ``told``: a member began to speak, or is silent."""

    def __init__(self) -> None:
        self._lines: dict[str, _Line] = {}
        self.told: Callable[[LegId, bool], None] = lambda _leg, _on: None

    def watch(self, leg: LegId, link: MediaLink) -> None:
        """Say of a leg from now on when it speaks; again is fine."""
        name = _TAP + leg
        if name not in self._lines:
            self._lines[name] = _Line(link)
            link.send(media.StartTap(tap=name, leg=leg, directions=["in"], coding="s16"))

    def forget(self, leg: LegId) -> None:
        """Watch a leg no longer; one that is not watched is fine."""
        line = self._lines.pop(_TAP + leg, None)
        if line is not None:
            line.link.send(media.StopTap(tap=_TAP + leg))

    def heard(self, notice: media.TapAudio) -> bool:
        """Take what a line said; False where it is not one of ours."""
        line = self._lines.get(notice.tap)
        if line is not None:
            for frame in line.meter.feed(notice.data):
                if line.watch.feed(frame):
                    self.told(LegId(notice.tap.removeprefix(_TAP)), line.watch.speaking)
        return notice.tap.startswith(_TAP)

    def ended(self, notice: media.TapEnded) -> bool:
        """A tap is over; False where it is not one of ours."""
        self._lines.pop(notice.tap, None)
        return notice.tap.startswith(_TAP)
