"""Recordings of the reference core: taps, chunks, and why a recording ends."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Protocol

from ringfence.kernel.clock import Ms
from ringfence.media.engine.interface import (
    CHUNK_BYTES,
    CODED_CHUNK_BYTES,
    FRAME_TICKS,
    SILENCE_LEVEL,
    Audio,
    RecordingEnded,
)
from ringfence.media.engine.protocol import Coding, RecordingEnd
from ringfence.media.engine.reference_play import ENCODE, SILENCE
from ringfence.media.redaction import Redactor
from ringfence.media.resample import Downsampler, Upsampler, resampler
from ringfence.media.wav import to_little_endian

if TYPE_CHECKING:
    from ringfence.media.engine.reference_leg import Leg


class Sink(Protocol):
    """Where chunks and the news of an end go."""

    def audio(self, chunk: Audio) -> None:
        """Take a chunk."""
        ...

    def recording_ended(self, ended: RecordingEnded) -> None:
        """Take the end, after the last chunk."""
        ...


class Tap:
    """One channel of a recording: takes a frame per frame of its leg."""

    __slots__ = (
        "_channel", "_chunk", "_converter", "_line", "_recording", "leg", "out", "silent", "taken",
    )  # fmt: skip

    def __init__(self, recording: Recording, channel: int, leg: Leg, *, out: bool) -> None:
        self._recording = recording
        self._channel = channel
        self.leg = leg
        self.out = out
        self.taken = 0
        """Frames, those still in the look-ahead line included."""
        self.silent = 0
        """Frames in a row."""
        self._line = Redactor(rate=recording.rate)
        self._converter: Upsampler | Downsampler | None = None
        self._chunk = bytearray()

    @property
    def recording(self) -> Recording:
        """The recording this is a channel of."""
        return self._recording

    def redact(self, *, on: bool) -> None:
        """Begin or stop replacing digits."""
        self._line.switch(on=on)

    def afresh(self) -> None:
        """The leg's codec changed: forget the resampler's past."""
        self._converter = None

    def take(self, frame: array[int], now: Ms) -> None:
        """Take the leg's frame of 20 ms, at the leg's rate."""
        recording, leg = self._recording, self.leg
        if recording.paused:
            if not recording.keep_time:
                return
            frame = SILENCE[recording.rate]
        elif recording.rate != leg.rate:
            if self._converter is None:
                self._converter = resampler(leg.rate, recording.rate)
            if self._converter is not None:
                frame = self._converter.feed(frame)
        self.taken += 1
        if recording.silence_frames:
            quiet = sum(map(abs, frame)) < SILENCE_LEVEL * len(frame)
            self.silent = self.silent + 1 if quiet else 0
        presser = leg.peer if self.out else leg
        pressed = presser is not None and presser.events.held(now)
        if recording.live:
            self._keep(frame)
            return
        leaving = self._line.push(frame, pressed=pressed)
        if leaving is not None:
            self._keep(leaving)

    def finish(self) -> None:
        """Give out what waits in the line and the chunk."""
        for frame in self._line.drain():
            self._keep(frame)
        self._flush()

    def _keep(self, frame: array[int]) -> None:
        coding = self._recording.coding
        self._chunk += ENCODE[coding](frame) if coding in ENCODE else to_little_endian(frame)
        if len(self._chunk) == self._recording.chunk_bytes:
            self._flush()

    def _flush(self) -> None:
        if self._chunk:
            recording = self._recording
            recording.sink.audio(Audio(recording.name, self._channel, bytes(self._chunk)))
            self._chunk = bytearray()


class Recording:
    """One recording and its taps."""

    __slots__ = (
        "chunk_bytes", "coding", "keep_time", "live", "max_frames", "name", "paused", "rate",
        "silence_frames", "sink", "taps",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        sink: Sink,
        *,
        rate: int,
        max_ms: int,
        silence_ms: int,
        coding: Coding = "",
        live: bool = False,
    ) -> None:
        self.name = name
        self.sink = sink
        self.rate = rate
        self.coding = coding
        self.live = live
        self.chunk_bytes = CODED_CHUNK_BYTES if coding in ENCODE else CHUNK_BYTES
        if live:
            self.chunk_bytes = FRAME_TICKS if coding in ENCODE else FRAME_TICKS * rate // 4_000
        self.max_frames = max_ms // 20
        self.silence_frames = silence_ms // 20
        self.paused = self.keep_time = False
        self.taps: list[Tap] = []

    def start(self, channels: list[tuple[Leg, bool]], *, redact: bool) -> None:
        """Put a tap on each leg; True is the direction ``out``."""
        for number, (leg, out) in enumerate(channels):
            tap = Tap(self, number, leg, out=out)
            tap.redact(on=redact)
            leg.taps.append(tap)
            self.taps.append(tap)

    def redact(self, *, on: bool) -> None:
        """Begin or stop replacing digits on every channel."""
        for tap in self.taps:
            tap.redact(on=on)

    def stop(self, reason: RecordingEnd) -> None:
        """Take the taps off, give out what is left, and say so."""
        for tap in self.taps:
            tap.leg.taps.remove(tap)
            tap.finish()
        frames = max(tap.taken for tap in self.taps)
        self.sink.recording_ended(RecordingEnded(self.name, frames * 20, reason))

    def reason_to_end(self, tap: Tap) -> RecordingEnd | None:
        """Why the recording ends with the frame ``tap`` took, if it does."""
        if self.max_frames and tap.taken >= self.max_frames:
            return "max"
        if self.silence_frames == 0:
            return None
        heard = [other for other in self.taps if not other.out]
        if heard and all(other.silent >= self.silence_frames for other in heard):
            return "silence"
        return None


def record(leg: Leg, said: array[int], now: Ms) -> None:
    """Let every tap on a leg take its frame."""
    for tap in tuple(leg.taps):
        if tap not in leg.taps:
            continue  # its recording ended with a tap before it
        tap.take(said if tap.out else leg.heard, now)
        reason = tap.recording.reason_to_end(tap)
        if reason is not None:
            tap.recording.stop(reason)
