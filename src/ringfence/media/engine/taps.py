"""Somebody listens to a leg while it speaks: taps, made of live recordings that no file knows.

StartTap -> StartRecording (live) -> a chunk for each frame -> TapAudio
StopTap, the leg closes           -> RecordingEnded         -> TapEnded
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from ringfence.media.engine import protocol as p
from ringfence.media.engine.interface import FRAME_TICKS, Audio, Engine, RecordingEnded

OWN: Final = "\x01"
"""Begins every clip, play and recording of the worker itself; ids of the server are letters."""


class Taps:
    """The taps of one worker."""

    def __init__(self, engine: Engine, tell: Callable[[p.AnyNotice], None]) -> None:
        self._engine = engine
        self._tell = tell
        self.dropped: dict[str, int] = {}
        """Frames lost so far, of each tap there is."""
        self._frame: dict[str, int] = {}

    def do(self, command: p.StartTap | p.PauseTap | p.StopTap) -> None:
        """Carry out a command of the server."""
        name = OWN + command.tap
        match command:
            case p.StartTap(leg=leg, directions=directions):
                if name in self.dropped:
                    self._tell(p.CommandRefused("StartTap", command.tap, "busy"))
                    return
                self.dropped[name] = 0
                self._frame[name] = FRAME_TICKS * (2 if command.coding == "s16" else 1)
                channels = [p.Channel(leg, direction, b"", "") for direction in directions]
                self._engine.do(p.StartRecording(name, channels, coding=command.coding, live=True))
            case p.PauseTap(on=on) if name in self.dropped:
                self._engine.do(
                    p.PauseRecording(name, keep_time=True) if on else p.ResumeRecording(name)
                )
            case p.StopTap() if name in self.dropped:
                self._engine.do(p.StopRecording(name))
            case _:
                pass  # it has just ended by itself

    def heard(self, chunks: Sequence[Audio], *, crowded: bool) -> list[Audio]:
        """Tell of what was tapped; return the rest, which is recorded."""
        rest: list[Audio] = []
        for chunk in chunks:
            lost = self.dropped.get(chunk.recording)
            if lost is None:
                rest.append(chunk)
                continue
            frames = len(chunk.pcm) // self._frame[chunk.recording]
            self.dropped[chunk.recording] = lost + (frames if crowded else frames - 1)
            if not crowded:
                self._tell(p.TapAudio(chunk.recording[len(OWN) :], chunk.channel, chunk.pcm))
        return rest

    def news(self, notice: RecordingEnded | p.RecordingStarted | p.RecordingFailed) -> None:
        """A live recording began, ended, or could not be."""
        match notice:
            case RecordingEnded(recording=name, reason=reason):
                lost = self.dropped.get(name, 0)
                if reason == "leg_closed":
                    self._ended(name, p.TapEnded(name[len(OWN) :], "leg_closed", lost))
                else:
                    self._ended(name, p.TapEnded(name[len(OWN) :], "stopped", lost))
            case p.RecordingFailed(recording=name):
                self._ended(name, p.TapEnded(name[len(OWN) :], "failed"))
            case _:
                pass

    def _ended(self, name: str, notice: p.TapEnded) -> None:
        self.dropped.pop(name, None)
        self._frame.pop(name, None)
        self._tell(notice)
