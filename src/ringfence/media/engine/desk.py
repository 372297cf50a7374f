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

import sys
from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol

import msgspec

from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.limits import MEDIA_TONE_CLIPS, MEDIA_TONE_MS_MAX, MEDIA_TONE_MS_MIN
from ringfence.media.engine import protocol as p
from ringfence.media.engine.interface import Audio, Engine, Identity, RecordingEnded
from ringfence.media.engine.recorder import Broke, Finished, Opened, Outcome
from ringfence.media.engine.taps import OWN, Taps
from ringfence.media.quality import mos
from ringfence.media.ring_tones import RING_TONES
from ringfence.media.tones import TONES, Oscillator, Segment, Tone, dtmf

_OWN = OWN
_DIGITS = frozenset("0123456789*#ABCDw")
_GAP_MS_MOST = 1_000
_WAIT_MS = 500
_RATE = 8_000


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
        self._closing: set[str] = set()
        self._ahead: set[str] = set()
        """Opened before a call needs them."""
        self._plays: dict[str, str] = {}
        """The play begun last on each leg."""
        self._tone_ends: dict[tuple[str, str], Ms] = {}
        self._tone_clips: OrderedDict[str, None] = OrderedDict()
        self._clips: set[str] = set()
        self._recordings: dict[str, _Recording] = {}
        self._notices: list[p.AnyNotice] = []
        self._taps = Taps(engine, self._say)

    def _say(self, notice: p.AnyNotice) -> None:
        self._notices.append(notice)

    # ------------------------------------------------------------------ the server's side

    def do(self, command: p.AnyCommand, now: Ms) -> None:
        """Carry out a command of the server."""
        match command:
            case p.OpenLeg(leg=leg, ahead=ahead):
                if ahead:
                    self._ahead.add(leg)
                self._open(leg)
            case p.ConnectLeg(leg=leg):
                self._ahead.discard(leg)
                if leg in self._legs:
                    self._legs[leg] = command.dtmf_payload_type is not None
                    self._codecs[leg] = command.codec
                self._engine.do(command)
            case p.CloseLeg(leg=leg):
                self._close(leg)
            case p.LoadClip(clip=clip):
                self._clips.add(clip)
                self._engine.do(command)
            case p.DropClip(clip=clip):
                self._clips.discard(clip)
                self._engine.do(command)
            case p.Play(leg=leg, play=play):
                self._begin(command, leg, play)
            case p.Tone():
                self._tone(command, now)
            case p.SendDtmf(leg=leg) if not self._legs.get(leg, True):
                self._sound_digits(command)
            case p.ReadEngine():
                self._report()
            case p.StartRecording():
                self._record(command)
            case p.PauseRecording() | p.ResumeRecording() | p.StopRecording() | p.RedactDigits():
                self._change_recording(command)
            case p.StartTap() | p.PauseTap() | p.StopTap():
                self._taps.do(command)
            case p.Feed():
                self._feed(command)
            case _:
                self._engine.do(command)

    def hang_up(self) -> None:
        """The server is gone: drop every leg and clip; recordings end by themselves."""
        for leg in list(self._legs):
            self._close(leg)
        for clip in self._clips:
            self._engine.do(p.DropClip(clip))
        self._clips.clear()
        self._tone_ends.clear()

    @property
    def idle(self) -> bool:
        """Whether every recording is finished and every closed leg gone."""
        return not self._recordings and not self._closing

    @property
    def recording(self) -> bool:
        """Whether there may be audio to fetch."""
        return bool(self._recordings)

    @property
    def tapping(self) -> bool:
        """Whether somebody listens now, and waits for every frame."""
        return bool(self._taps)

    def can_wait(self, notice: p.AnyNotice) -> bool:
        """Whether nobody waits for it: that a leg is gone, or that a spare one is there."""
        match notice:
            case p.LegClosed():
                return True
            case p.PlayFinished(leg=leg):
                return leg not in self._legs
            case p.LegOpened(leg=leg):
                return leg in self._ahead
            case _:
                return False

    def take_notices(self) -> list[p.AnyNotice]:
        """Return what the server is to be told, in order."""
        notices, self._notices = self._notices, []
        return notices

    def _open(self, leg: str) -> None:
        draw = self._entropy.token(18)
        identity = Identity(
            ssrc=int.from_bytes(draw[:4], "big"),
            sequence=int.from_bytes(draw[4:6], "big"),
            timestamp=int.from_bytes(draw[6:10], "big"),
            cname=draw[10:].hex().encode(),
        )
        outcome = self._engine.open(leg, identity)
        if isinstance(outcome, int):
            self._legs[leg] = True
            self._notices.append(p.LegOpened(leg, outcome))
        else:
            self._ahead.discard(leg)
            self._notices.append(p.LegFailed(leg, outcome))

    def _report(self) -> None:
        found = self._engine.clockwork()
        self._notices.append(
            p.EngineReport(
                legs=len(self._legs),
                recordings=len(self._recordings),
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

    def _close(self, leg: str) -> None:
        if self._legs.pop(leg, None) is not None:
            self._closing.add(leg)
        self._codecs.pop(leg, None)
        self._ahead.discard(leg)
        self._engine.do(p.CloseLeg(leg))

    # ------------------------------------------------------------------ tones and digits

    def _begin(self, command: p.Play, leg: str, play: str) -> None:
        if leg in self._legs:
            self._plays[leg] = play
        self._engine.do(command)

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
            self._notices.append(p.PlayFinished(command.leg, command.play, "failed", 0))
            return
        clip = self._clip(command.name, tone)
        if command.duration_ms:
            self._tone_ends[command.leg, command.play] = Ms(now + command.duration_ms)
        loop = 0 if tone.repeats else 1
        self._begin(p.Play(command.leg, command.play, [clip], loop), command.leg, command.play)

    def _sound_digits(self, command: p.SendDtmf) -> None:
        """RFC 4733 was not negotiated: the digits become tones."""
        if (
            not command.digits
            or not _DIGITS.issuperset(command.digits)
            or not MEDIA_TONE_MS_MIN <= command.tone_ms <= MEDIA_TONE_MS_MAX
            or not 0 <= command.gap_ms <= _GAP_MS_MOST
        ):
            self._notices.append(p.CommandRefused("SendDtmf", command.leg, "invalid"))
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
        self._begin(p.Play(command.leg, _OWN + "digits", clips), command.leg, _OWN + "digits")

    def _feed(self, command: p.Feed) -> None:
        """A clip of its own that is gone when it was heard."""
        clip = _OWN + command.play
        self._engine.do(p.LoadClip(clip, _RATE, command.pcm))
        self._begin(
            p.Play(command.leg, command.play, [clip], queue=True), command.leg, command.play
        )
        self._engine.do(p.DropClip(clip))

    def deadline(self) -> Ms | None:
        """When a tone is to end next."""
        return min(self._tone_ends.values(), default=None)

    def fire(self, now: Ms) -> None:
        """End the tones whose time has come."""
        for (leg, play), end in list(self._tone_ends.items()):
            if end <= now:
                self._tone_ends[leg, play] = Ms(1 << 62)
                if self._plays.get(leg) == play:
                    self._engine.do(p.StopPlay(leg))

    # ------------------------------------------------------------------ recordings

    def _record(self, command: p.StartRecording) -> None:
        if command.recording in self._recordings:
            self._notices.append(p.RecordingFailed(command.recording, "exists"))
        elif not command.channels:
            self._notices.append(p.RecordingFailed(command.recording, "invalid"))
        elif any(channel.leg not in self._legs for channel in command.channels):
            self._notices.append(p.RecordingFailed(command.recording, "unknown"))
        else:
            if not command.coding:
                command = msgspec.structs.replace(command, coding=self._coding(command))
            self._recordings[command.recording] = _Recording(command)
            channels, coding = command.channels, command.coding
            self._files.open(command.recording, channels, command.rate, coding)

    def _coding(self, command: p.StartRecording) -> p.Coding:
        """What came in one law and is kept in it has lost nothing, and takes half the room."""
        if command.rate != _RATE:
            return "s16"
        laws = {self._codecs.get(channel.leg) for channel in command.channels}
        return "PCMA" if laws == {"PCMA"} else "s16" if "G722" in laws else "PCMU"

    def _change_recording(self, command: RecordingCommand) -> None:
        recording = self._recordings.get(command.recording)
        if recording is None or recording.state == "finishing":
            name = type(command).__name__
            self._notices.append(p.CommandRefused(name, command.recording, "unknown"))
        elif recording.state == "running":
            self._engine.do(command)
        else:
            recording.waiting.append(command)
            if recording.state == "beeping" and isinstance(command, p.StopRecording):
                self._engine.do(p.StopPlay(recording.command.channels[0].leg))

    def sealed(self, outcome: Outcome) -> None:
        """Take what came of work on files."""
        recording = self._recordings.get(outcome.recording)
        if recording is None:
            return
        match outcome:
            case Opened(recording=name, fault=fault):
                if fault is None:
                    self._opened(recording)
                else:
                    del self._recordings[name]
                    self._notices.append(p.RecordingFailed(name, fault))
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
            self._begin(p.Play(leg, play, [clip]), leg, play)
        else:
            self._start(recording)

    def _start(self, recording: _Recording) -> None:
        recording.state = "starting"
        self._engine.do(recording.command)

    def _finished(self, name: str, recording: _Recording, files: list[p.ChannelFile]) -> None:
        del self._recordings[name]
        ended = recording.ended
        if ended is not None:
            reason = recording.reason or ended.reason
            self._notices.append(p.RecordingFinished(name, ended.duration_ms, reason, files))

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
        if self._taps:
            chunks = self._taps.heard(chunks, crowded=crowded)
        if chunks and not self._files.append(chunks):
            for name in {chunk.recording for chunk in chunks}:
                self.sealed(Broke(name, full=False))
        for notice in notices:
            self._notice(notice)

    def _notice(self, notice: p.AnyNotice | RecordingEnded) -> None:
        match notice:
            case (
                RecordingEnded(recording=name)
                | p.RecordingStarted(recording=name)
                | p.RecordingFailed(recording=name)
            ) if name.startswith(_OWN):
                self._taps.news(notice)
            case p.PlayFinished():
                self._play_finished(notice)
            case p.LegClosed(leg=leg, stats=stats):
                self._plays.pop(leg, None)
                self._closing.discard(leg)
                self._notices.append(p.LegClosed(leg, scored(stats)))
            case p.LegReport(leg=leg, stats=stats):
                self._notices.append(p.LegReport(leg, scored(stats)))
            case p.RecordingStarted(recording=name):
                self._started(notice, name)
            case p.RecordingFailed(recording=name):
                self._recordings.pop(name, None)
                self._files.abandon(name)
                self._notices.append(notice)
            case RecordingEnded(recording=name):
                recording = self._recordings.get(name)
                if recording is not None:
                    recording.state = "finishing"
                    recording.ended = notice
                    self._files.finish(name)
            case p.CommandRefused(subject=subject) if subject.startswith(_OWN):
                pass  # a tone clip was dropped twice; nobody waits for it
            case _:
                self._notices.append(notice)

    def _started(self, notice: p.RecordingStarted, name: str) -> None:
        self._notices.append(notice)
        recording = self._recordings.get(name)
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
            if self._tone_ends.pop((leg, play), 0) >= 1 << 62 and notice.reason == "stopped":
                # We stopped it ourselves, because its time had come.
                notice = msgspec.structs.replace(notice, reason="done")
            self._notices.append(notice)
        elif play == _OWN + "digits":
            self._notices.append(p.DtmfSent(leg))
        else:
            recording = self._recordings.get(play.rpartition(" ")[2])
            if recording is not None and recording.state == "beeping":
                self._start(recording)


def scored(stats: p.Stats) -> p.Stats:
    """Return the statistics with their mean opinion score."""
    score = mos(
        expected=stats.packets_in + stats.lost,
        lost=stats.lost,
        late=stats.late,
        jitter_ms=stats.jitter_ms,
        rtt_ms=stats.rtt_ms,
        codec=stats.codec,
    )
    return msgspec.structs.replace(stats, mos=score)
