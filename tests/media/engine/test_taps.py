"""Who listens to a leg: commands become live recordings, their chunks notices."""

from __future__ import annotations

from typing import Any

from ringfence.media.engine import protocol as p
from ringfence.media.engine.interface import Audio, RecordingEnded
from ringfence.media.engine.taps import OWN, Taps


class Engine:
    """Notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[p.AnyCommand] = []

    def do(self, command: p.AnyCommand) -> None:
        self.asked.append(command)


def _taps() -> tuple[Taps, Engine, list[Any]]:
    engine, told = Engine(), []
    return Taps(engine, told.append), engine, told  # type: ignore[arg-type]


def test_a_tap_is_a_live_recording_without_files() -> None:
    taps, engine, told = _taps()
    assert not taps.dropped
    taps.do(p.StartTap("T", "A", ["in", "out"]))
    assert taps.dropped
    channels = [p.Channel("A", "in", b"", ""), p.Channel("A", "out", b"", "")]
    assert engine.asked == [p.StartRecording(OWN + "T", channels, coding="PCMU", live=True)]
    taps.do(p.StartTap("T", "A", ["in"]))
    assert told == [p.CommandRefused("StartTap", "T", "busy")]


def test_frames_are_told_and_recordings_left_alone() -> None:
    taps, _, told = _taps()
    taps.do(p.StartTap("T", "A", ["in"]))
    kept = Audio("RE", 0, b"x" * 8000)
    assert taps.heard([Audio(OWN + "T", 0, b"a" * 160), kept], crowded=False) == [kept]
    assert told == [p.TapAudio("T", 0, b"a" * 160)]


def test_lost_frames_are_counted() -> None:
    taps, _, told = _taps()
    taps.do(p.StartTap("T", "A", ["in"], "s16"))
    taps.heard([Audio(OWN + "T", 0, bytes(320 * 4))], crowded=False)
    taps.heard([Audio(OWN + "T", 0, bytes(320))], crowded=True)
    taps.news(RecordingEnded(OWN + "T", 100, "leg_closed"))
    assert told[-1] == p.TapEnded("T", "leg_closed", 4)
    assert not taps.dropped


def test_a_tap_that_could_not_be_has_ended() -> None:
    taps, engine, told = _taps()
    taps.do(p.StartTap("T", "?", ["in"]))
    taps.news(p.RecordingFailed(OWN + "T", "unknown"))
    assert told == [p.TapEnded("T", "failed")]
    taps.do(p.StopTap("T"))
    taps.do(p.PauseTap("T", True))
    assert len(engine.asked) == 1


def test_a_pause_keeps_the_time() -> None:
    taps, engine, _ = _taps()
    taps.do(p.StartTap("T", "A", ["in"]))
    for command in (p.PauseTap("T", True), p.PauseTap("T", False), p.StopTap("T")):
        taps.do(command)
    name = OWN + "T"
    assert engine.asked[1:] == [
        p.PauseRecording(name, keep_time=True), p.ResumeRecording(name), p.StopRecording(name),
    ]  # fmt: skip
