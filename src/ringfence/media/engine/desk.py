"""The worker's own part of the control protocol, without sockets or threads.

Most commands go straight to the engine and most notices straight back. Here is what lies between:
ports and identities of legs, tones and digits that become plays of rendered clips, the life of a
recording across engine and `recorder`, the score of a leg.

A recording::

    StartRecording -> opening --Opened--> beeping --PlayFinished--> starting --+
                         |      (no beep) ------------------------------------>|
                         | fault                     RecordingFailed           | RecordingStarted
                         v                                  v                  v
                      RecordingFailed <------------------ abandon           running
                                                                               | RecordingEnded
                      RecordingFinished <--Finished-- finishing <--------------+

Commands about a recording that is not running yet wait until it is.
"""

from __future__ import annotations

import struct
import sys
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import msgspec

from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.limits import MEDIA_TONE_CLIPS, MEDIA_TONE_MS_MAX, MEDIA_TONE_MS_MIN
from ringfence.media.engine import protocol as p
from ringfence.media.engine.interface import Audio, Engine, Identity, RecordingEnded
from ringfence.media.engine.recorder import Broke, Finished, Opened, Outcome
from ringfence.media.engine.taps import OWN, Taps
from ringfence.media.ring_tones import RING_TONES
from ringfence.media.tones import TONES, Oscillator, Segment, Tone, dtmf

_OWN = OWN
_DIGITS = frozenset("0123456789*#ABCDw")
_GAP_MS_MOST = 1_000
_WAIT_MS = 500
_RATE = 8_000
_NEVER_MIND = Ms(0)
"""The time, where it makes no difference."""
_NUMBERS = struct.Struct(">IHI")
"""SSRC, sequence number and timestamp of an `Identity`, out of random bytes."""


class Files(Protocol):
    """What a desk needs of a `recorder.Recorder`; outcomes come back through `Desk.sealed`."""

    def open(
        self, recording: str, channels: Sequence[p.Channel], rate: int, coding: p.Coding
    ) -> None: ...

    def append(self, chunks: Sequence[Audio]) -> bool: ...

    def finish(self, recording: str) -> None: ...

    def abandon(self, recording: str) -> None: ...


RecordingCommand = p.PauseRecording | p.ResumeRecording | p.StopRecording | p.RedactDigits


class _Recording:
    __slots__ = ("command", "ended", "reason", "state", "waiting")

    def __init__(self, command: p.StartRecording) -> None:
        self.command = command
        self.state = "opening"
        self.waiting: list[RecordingCommand] = []
        self.reason: p.RecordingEnd | None = None
        """Known better than by the engine: the disk is full, or broken."""
        self.ended: RecordingEnded | None = None


class Desk:
    """Between one server and one engine."""

    def __init__(self, engine: Engine, files: Files, entropy: Entropy) -> None:
        self._engine = engine
        self._files = files
        self._entropy = entropy
        self._legs: dict[str, bool] = {}
        """Whether telephone-event was negotiated (True before anything was)."""
        self._codecs: dict[str, str] = {}
        self._closing: dict[str, str] = {}
        """Legs that are being closed, and the spare one that is to take the place of each."""
        self._ahead: set[str] = set()
        """Opened before a call needs them."""
        self._plays: dict[str, str] = {}
        """The play begun last on each leg."""
        self.tone_ends: dict[tuple[str, str], Ms] = {}
        self._tone_clips: OrderedDict[str, None] = OrderedDict()
        self._clips: set[str] = set()
        self.recordings: dict[str, _Recording] = {}
        """Where there is one, there may be audio to fetch."""
        self.unsaid: list[p.AnyNotice] = []
        """What the server is to be told, in order."""
        self.patient = 0
        """How much of it nobody waits for: that a leg is gone, or that a spare one is there."""
        self.taps = Taps(engine, self._say)
        """While somebody listens they wait for every frame."""

    def _say(self, notice: p.AnyNotice) -> None:
        self.unsaid.append(notice)

    # ------------------------------------------------------------------ the server's side

    def do(self, command: p.AnyCommand, now: Ms) -> None:
        """Carry out a command of the server."""
        handle = _DO.get(type(command))
        if handle is None:
            self._engine.do(command)
        else:
            handle(self, command, now)

    def _open_leg(self, command: p.OpenLeg, _now: Ms) -> None:
        if command.spare:
            self._take_spare(command.spare, command.leg)
            return
        port = self._open(command.leg)
        if isinstance(port, str):
            self.unsaid.append(p.LegFailed(command.leg, port))
            return
        if command.ahead:
            self._ahead.add(command.leg)
            self.patient += 1
        self.unsaid.append(p.LegOpened(command.leg, port))

    def _connect_leg(self, command: p.ConnectLeg, _now: Ms) -> None:
        leg = command.leg
        self._ahead.discard(leg)
        if leg in self._legs:
            self._legs[leg] = command.dtmf_payload_type is not None
            self._codecs[leg] = command.codec
        self._engine.do(command)

    def _close_leg(self, command: p.CloseLeg, _now: Ms = _NEVER_MIND) -> None:
        leg = command.leg
        if self._legs.pop(leg, None) is not None:
            self._closing[leg] = command.spare
        elif command.spare:
            self.unsaid.append(p.LegFailed(command.spare, "unknown"))
        self._codecs.pop(leg, None)
        self._ahead.discard(leg)
        self._engine.do(command)

    def _load_clip(self, command: p.LoadClip, _now: Ms) -> None:
        self._clips.add(command.clip)
        self._engine.do(command)

    def _drop_clip(self, command: p.DropClip, _now: Ms) -> None:
        self._clips.discard(command.clip)
        self._engine.do(command)

    def _play(self, command: p.Play, _now: Ms = _NEVER_MIND) -> None:
        self._plays[command.leg] = command.play
        self._engine.do(command)

    def _send_digits(self, command: p.SendDtmf, _now: Ms) -> None:
        if self._legs.get(command.leg, True):
            self._engine.do(command)
        else:
            self._sound_digits(command)

    def _tap(self, command: p.StartTap | p.PauseTap | p.StopTap, _now: Ms) -> None:
        self.taps.do(command)

    def hang_up(self) -> None:
        """The server is gone: drop every leg and clip; recordings end by themselves."""
        self._closing = dict.fromkeys(self._closing, "")
        for leg in list(self._legs):
            self._close_leg(p.CloseLeg(leg))
        for clip in self._clips:
            self._engine.do(p.DropClip(clip))
        self._clips.clear()
        self.tone_ends.clear()

    @property
    def idle(self) -> bool:
        """Whether every recording is finished and every closed leg gone."""
        return not self.recordings and not self._closing

    def take_notices(self) -> list[p.AnyNotice]:
        """Return what the server is to be told, in order."""
        notices, self.unsaid, self.patient = self.unsaid, [], 0
        return notices

    def _open(self, leg: str) -> int | p.LegFailure:
        """Open a leg under random names; its port, or why there is none."""
        draw = self._entropy.token(18)
        ssrc, sequence, timestamp = _NUMBERS.unpack_from(draw)
        identity = Identity(ssrc, sequence, timestamp, draw[10:].hex().encode())
        outcome = self._engine.open(leg, identity)
        if isinstance(outcome, int):
            self._legs[leg] = True
        return outcome

    def _take_spare(self, spare: str, leg: str) -> None:
        """A leg that was opened ahead is needed now, and gets its name."""
        if spare not in self._ahead or not self._engine.rename(spare, leg):
            self.unsaid.append(p.LegFailed(leg, "unknown"))
            return
        self._ahead.discard(spare)
        self._legs[leg] = self._legs.pop(spare)

    def _report(self, _command: p.ReadEngine, _now: Ms) -> None:
        found = self._engine.clockwork()
        self.unsaid.append(
            p.EngineReport(
                legs=len(self._legs),
                recordings=len(self.recordings),
                ticks=found.ticks,
                late_ticks=found.late_ticks,
                skipped_ticks=found.skipped_ticks,
                datagrams_in=found.datagrams_in,
                datagrams_out=found.datagrams_out,
                send_errors=found.send_errors,
                lateness_p50_us=found.percentile(50),
                lateness_p99_us=found.percentile(99),
                wire=found.wire,
                lateness=found.lateness,
            )
        )

    # ------------------------------------------------------------------ tones and digits

    def _clip(self, name: str, tone: Tone) -> str:
        """Have the engine keep one pass of a tone; return the clip's name."""
        clip = _OWN + name
        if clip in self._tone_clips:
            self._tone_clips.move_to_end(clip)
            return clip
        pcm = Oscillator(tone, rate=_RATE).read(tone.duration_ms * _RATE // 1000)
        if sys.byteorder == "big":
            pcm.byteswap()
        self._engine.do(p.LoadClip(clip, _RATE, pcm.tobytes()))
        self._tone_clips[clip] = None
        if len(self._tone_clips) > MEDIA_TONE_CLIPS:
            self._engine.do(p.DropClip(self._tone_clips.popitem(last=False)[0]))
        return clip

    def _tone(self, command: p.Tone, now: Ms) -> None:
        tone = TONES.get(command.name) or RING_TONES.get(command.name)
        if tone is None or command.duration_ms < 0 or command.leg not in self._legs:
            self.unsaid.append(p.PlayFinished(command.leg, command.play, "failed", 0))
            return
        clip = self._clip(command.name, tone)
        if command.duration_ms:
            self.tone_ends[command.leg, command.play] = Ms(now + command.duration_ms)
        loop = 0 if tone.repeats else 1
        self._play(p.Play(command.leg, command.play, [clip], loop))

    def _sound_digits(self, command: p.SendDtmf) -> None:
        """RFC 4733 was not negotiated: the digits become tones."""
        if (
            not command.digits
            or not _DIGITS.issuperset(command.digits)
            or not MEDIA_TONE_MS_MIN <= command.tone_ms <= MEDIA_TONE_MS_MAX
            or not 0 <= command.gap_ms <= _GAP_MS_MOST
        ):
            self.unsaid.append(p.CommandRefused("SendDtmf", command.leg, "invalid"))
            return
        clips = [
            self._clip("wait", Tone((Segment(_WAIT_MS),), repeats=False))
            if digit == "w"
            else self._clip(
                f"dtmf {digit} {command.tone_ms} {command.gap_ms}",
                dtmf(digit, command.tone_ms, command.gap_ms),
            )
            for digit in command.digits
        ]
        self._play(p.Play(command.leg, _OWN + "digits", clips))

    def _feed(self, command: p.Feed, _now: Ms) -> None:
        """A clip of its own that is gone when it was heard."""
        clip = _OWN + command.play
        self._engine.do(p.LoadClip(clip, _RATE, command.pcm))
        self._play(p.Play(command.leg, command.play, [clip], queue=True))
        self._engine.do(p.DropClip(clip))

    def deadline(self) -> Ms | None:
        """When a tone is to end next."""
        return min(self.tone_ends.values()) if self.tone_ends else None

    def fire(self, now: Ms) -> None:
        """End the tones whose time has come."""
        for (leg, play), end in list(self.tone_ends.items()):
            if end <= now:
                self.tone_ends[leg, play] = Ms(1 << 62)
                if self._plays.get(leg) == play:
                    self._engine.do(p.StopPlay(leg))

    # ------------------------------------------------------------------ recordings

    def _record(self, command: p.StartRecording, _now: Ms) -> None:
        if command.recording in self.recordings:
            self.unsaid.append(p.RecordingFailed(command.recording, "exists"))
        elif not command.channels:
            self.unsaid.append(p.RecordingFailed(command.recording, "invalid"))
        elif any(channel.leg not in self._legs for channel in command.channels):
            self.unsaid.append(p.RecordingFailed(command.recording, "unknown"))
        else:
            if not command.coding:
                command = msgspec.structs.replace(command, coding=self._coding(command))
            self.recordings[command.recording] = _Recording(command)
            channels, coding = command.channels, command.coding
            self._files.open(command.recording, channels, command.rate, coding)

    def _coding(self, command: p.StartRecording) -> p.Coding:
        """What came in one law and is kept in it has lost nothing, and takes half the room."""
        if command.rate != _RATE:
            return "s16"
        laws = {self._codecs.get(channel.leg) for channel in command.channels}
        return "PCMA" if laws == {"PCMA"} else "s16" if "G722" in laws else "PCMU"

    def _change_recording(self, command: RecordingCommand, _now: Ms) -> None:
        recording = self.recordings.get(command.recording)
        if recording is None or recording.state == "finishing":
            name = type(command).__name__
            self.unsaid.append(p.CommandRefused(name, command.recording, "unknown"))
        elif recording.state == "running":
            self._engine.do(command)
        else:
            recording.waiting.append(command)
            if recording.state == "beeping" and isinstance(command, p.StopRecording):
                self._engine.do(p.StopPlay(recording.command.channels[0].leg))

    def sealed(self, outcome: Outcome) -> None:
        """Take what came of work on files."""
        recording = self.recordings.get(outcome.recording)
        if recording is None:
            return
        match outcome:
            case Opened(recording=name, fault=fault):
                if fault is None:
                    self._opened(recording)
                else:
                    del self.recordings[name]
                    self.unsaid.append(p.RecordingFailed(name, fault))
            case Broke(recording=name, full=full):
                recording.reason = "disk_full" if full else "failed"
                if recording.state == "running":
                    self._engine.do(p.StopRecording(name))
            case Finished(recording=name, channels=channels):
                self._finished(name, recording, channels)

    def _opened(self, recording: _Recording) -> None:
        command = recording.command
        leg = command.channels[0].leg
        stopping = any(isinstance(late, p.StopRecording) for late in recording.waiting)
        if command.beep and not stopping and leg in self._legs:
            recording.state = "beeping"
            play = f"{_OWN}beep {command.recording}"
            clip = self._clip("beep", TONES["beep"])
            self._play(p.Play(leg, play, [clip]))
        else:
            self._start(recording)

    def _start(self, recording: _Recording) -> None:
        recording.state = "starting"
        self._engine.do(recording.command)

    def _finished(self, name: str, recording: _Recording, files: list[p.ChannelFile]) -> None:
        del self.recordings[name]
        ended = recording.ended
        if ended is not None:
            reason = recording.reason or ended.reason
            self.unsaid.append(p.RecordingFinished(name, ended.duration_ms, reason, files))

    # ------------------------------------------------------------------ the engine's side

    def heard(
        self,
        chunks: Sequence[Audio],
        notices: Sequence[p.AnyNotice | RecordingEnded],
        *,
        crowded: bool = False,
    ) -> None:
        """Take what the engine gave: `interface.Engine.take`.

        ``crowded``: the server does not read as fast as it is told; taps lose frames meanwhile.
        """
        if self.taps.dropped:
            chunks = self.taps.heard(chunks, crowded=crowded)
        if chunks and not self._files.append(chunks):
            for name in {chunk.recording for chunk in chunks}:
                self.sealed(Broke(name, full=False))
        for notice in notices:
            hear = _HEAR.get(type(notice))
            if hear is not None:
                hear(self, notice)
            else:
                self.unsaid.append(notice)  # type: ignore[arg-type]  # RecordingEnded is in _HEAR

    def _leg_closed(self, notice: p.LegClosed) -> None:
        leg = notice.leg
        self._plays.pop(leg, None)
        spare = self._closing.pop(leg, "")
        if spare:
            port = self._open(spare)
            if isinstance(port, str):
                port = 0
            else:
                self._ahead.add(spare)
            notice = p.LegClosed(leg, notice.stats, spare, port)
        self.patient += 1
        self.unsaid.append(notice)

    def _refused(self, notice: p.CommandRefused) -> None:
        if not notice.subject.startswith(_OWN):
            self.unsaid.append(notice)
        # Else a tone clip was dropped twice; nobody waits for it.

    def _failed(self, notice: p.RecordingFailed) -> None:
        name = notice.recording
        if name.startswith(_OWN):
            self.taps.news(notice)
            return
        self.recordings.pop(name, None)
        self._files.abandon(name)
        self.unsaid.append(notice)

    def _ended(self, notice: RecordingEnded) -> None:
        if notice.recording.startswith(_OWN):
            self.taps.news(notice)
            return
        recording = self.recordings.get(notice.recording)
        if recording is not None:
            recording.state = "finishing"
            recording.ended = notice
            self._files.finish(notice.recording)

    def _started(self, notice: p.RecordingStarted) -> None:
        name = notice.recording
        if name.startswith(_OWN):
            self.taps.news(notice)
            return
        self.unsaid.append(notice)
        recording = self.recordings.get(name)
        if recording is None:
            return
        recording.state = "running"
        if recording.reason is not None:
            recording.waiting.append(p.StopRecording(name))
        waiting, recording.waiting = recording.waiting, []
        for command in waiting:
            self._engine.do(command)

    def _play_finished(self, notice: p.PlayFinished) -> None:
        leg, play = notice.leg, notice.play
        if self._plays.get(leg) == play:
            del self._plays[leg]
        if not play.startswith(_OWN):
            stopped = self.tone_ends.pop((leg, play), 0) if self.tone_ends else 0
            if leg in self._closing:
                return  # it ended with its leg, and whoever closed that knows
            if stopped >= 1 << 62 and notice.reason == "stopped":
                # We stopped it ourselves, because its time had come.
                notice = msgspec.structs.replace(notice, reason="done")
            self.unsaid.append(notice)
        elif play == _OWN + "digits":
            self.unsaid.append(p.DtmfSent(leg))
        else:
            recording = self.recordings.get(play.rpartition(" ")[2])
            if recording is not None and recording.state == "beeping":
                self._start(recording)


_DO: dict[type[p.Command], Callable[[Desk, Any, Ms], None]] = {
    p.OpenLeg: Desk._open_leg,
    p.ConnectLeg: Desk._connect_leg,
    p.CloseLeg: Desk._close_leg,
    p.LoadClip: Desk._load_clip,
    p.DropClip: Desk._drop_clip,
    p.Play: Desk._play,
    p.Tone: Desk._tone,
    p.SendDtmf: Desk._send_digits,
    p.ReadEngine: Desk._report,
    p.StartRecording: Desk._record,
    p.PauseRecording: Desk._change_recording,
    p.ResumeRecording: Desk._change_recording,
    p.StopRecording: Desk._change_recording,
    p.RedactDigits: Desk._change_recording,
    p.StartTap: Desk._tap,
    p.PauseTap: Desk._tap,
    p.StopTap: Desk._tap,
    p.Feed: Desk._feed,
}
"""Commands that do not go straight to the engine."""

_HEAR: dict[type, Callable[[Desk, Any], None]] = {
    p.PlayFinished: Desk._play_finished,
    p.LegClosed: Desk._leg_closed,
    p.CommandRefused: Desk._refused,
    p.RecordingStarted: Desk._started,
    p.RecordingFailed: Desk._failed,
    RecordingEnded: Desk._ended,
}
"""Notices that do not go straight to the server."""
