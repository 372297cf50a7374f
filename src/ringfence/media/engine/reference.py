"""The reference core: the native engine's twin in Python, and what serves without a compiler.

`interface` says what a core does; this is the readable way to do it, and the differential tests
hold the native engine to the same bytes. It is fast enough for some tens of calls: G.711 is coded
by table, clips are kept coded, nobody's audio is decoded unless somebody listens.

The legs are in `reference_leg`, recordings in `reference_record`, RTCP in `reference_rtcp`; here
are the commands and the clockwork.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Literal, assert_never

import msgspec

from ringfence.kernel.clock import Ms
from ringfence.kernel.limits import (
    MEDIA_CHANNELS_MAX,
    MEDIA_CLIP_BYTES,
    MEDIA_CLIP_TOTAL_BYTES,
    MEDIA_CLIPS_MAX,
    MEDIA_DIGITS_MAX,
    MEDIA_LEGS_MAX,
    MEDIA_PLAY_CLIPS,
    MEDIA_PLAY_QUEUE,
    MEDIA_RECORDINGS_MAX,
    MEDIA_ROOM_MEMBERS,
    MEDIA_TONE_MS_MAX,
    MEDIA_TONE_MS_MIN,
)
from ringfence.media.dtmf import EventSender
from ringfence.media.engine import protocol as p
from ringfence.media.engine.interface import PHASES, Audio, Datagram, Identity, RecordingEnded
from ringfence.media.engine.reference_leg import Leg
from ringfence.media.engine.reference_play import Clip, Playing
from ringfence.media.engine.reference_record import Recording
from ringfence.media.engine.reference_room import Room

Reason = Literal["unknown", "busy", "limit", "invalid"]

_RATES = frozenset({8_000, 16_000})
_PTIMES = frozenset({10, 20, 30, 40, 60})
_DIGITS = frozenset("0123456789*#ABCDw")
_GAP_MS_MOST = 1_000
_NUMBER_MOST = 0x7FFF_FFFF
_DURATION_MOST = 0xFFFF_FFFF


@lru_cache(maxsize=4096)
def _host(text: str) -> str | None:
    """Return an address in its one spelling, an IPv4-mapped one as IPv4; None if it is none."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return None
        address = address.ipv4_mapped or address
    return str(address)


class ReferenceCore:
    """A `Core` in Python."""

    kind: p.EngineKind = "reference"

    def __init__(self) -> None:
        self._legs: dict[str, Leg] = {}
        self._phases: tuple[dict[str, Leg], ...] = tuple({} for _ in range(PHASES))
        self._clips: dict[str, Clip] = {}
        self._clip_bytes = 0
        self._rooms: dict[str, Room] = {}
        self._recordings: dict[str, Recording] = {}
        self._ticks = 0
        self._output: list[Datagram] = []
        self._notices: list[p.AnyNotice | RecordingEnded] = []
        self._audio: list[Audio] = []

    def open(self, leg: str, identity: Identity) -> bool:
        """Make room for a leg; False where it exists or `MEDIA_LEGS_MAX` are open."""
        if leg in self._legs or len(self._legs) >= MEDIA_LEGS_MAX:
            return False
        phase = min(range(PHASES), key=lambda k: len(self._phases[k]))
        opened = Leg(leg, identity, self, phase=phase)
        self._legs[leg] = self._phases[phase][leg] = opened
        return True

    def rename(self, leg: str, name: str) -> bool:
        """Call a leg that nothing has happened to by another name; False where that cannot be."""
        found = self._legs.get(leg)
        if found is None or name in self._legs:
            return False
        found.name = name
        self._legs[name] = self._legs.pop(leg)
        phase = self._phases[found.phase]
        phase[name] = phase.pop(leg)
        return True

    def receive(
        self, leg: str, data: bytes, host: str, port: int, now: Ms, *, rtcp: bool = False
    ) -> None:
        """Take one datagram that arrived at a leg's RTP or RTCP port."""
        found = self._legs.get(leg)
        if found is not None:
            found.receive(data, (_host(host) or host, port), now, rtcp=rtcp)

    def tick(self, now: Ms) -> None:
        """5 ms have passed."""
        phase = self._phases[self._ticks % PHASES]
        self._ticks += 1
        for leg in phase.values():
            leg.frame(now)

    def take_output(self) -> list[Datagram]:
        """Return what is to be sent, in order."""
        output, self._output = self._output, []
        return output

    def take_notices(self) -> list[p.AnyNotice | RecordingEnded]:
        """Return what happened, in order."""
        notices, self._notices = self._notices, []
        return notices

    def take_audio(self) -> list[Audio]:
        """Return recorded chunks."""
        audio, self._audio = self._audio, []
        return audio

    # The outlet of legs and recordings.

    def send(self, datagram: Datagram) -> None:
        """Take a datagram from a leg."""
        self._output.append(datagram)

    def notice(self, notice: p.AnyNotice) -> None:
        """Take a notice from a leg."""
        self._notices.append(notice)

    def audio(self, chunk: Audio) -> None:
        """Take a chunk from a recording."""
        self._audio.append(chunk)

    def recording_ended(self, ended: RecordingEnded) -> None:
        """Forget a recording and say that it ended."""
        del self._recordings[ended.recording]
        self._notices.append(ended)

    # ------------------------------------------------------------------ commands

    def do(self, command: p.AnyCommand, now: Ms) -> None:
        """Carry out a command; every answer is a notice."""
        match command:
            case p.ConnectLeg():
                self._connect(command, now)
            case p.CloseLeg(leg=name):
                self._close(name, now)
            case p.ReadLeg():
                if (leg := self._leg(command, command.leg)) is not None:
                    self.notice(p.LegReport(command.leg, leg.stats()))
            case p.LoadClip() | p.DropClip():
                self._clip(command)
            case p.Play():
                self._play(command)
            case p.StopPlay():
                if (leg := self._leg(command, command.leg)) is not None:
                    leg.stop_plays()
            case p.DetectTones(on=on):
                if (leg := self._leg(command, command.leg)) is not None:
                    leg.detect(on=on)
            case p.SendDtmf():
                self._send_dtmf(command)
            case p.Bridge() | p.Unbridge():
                self._bridge(command)
            case p.JoinConference():
                self._join(command)
            case p.Whisper():
                self._whisper(command)
            case p.LeaveConference():
                self._leave(command)
            case p.SetMute(on=on):
                if (leg := self._leg(command, command.leg)) is not None:
                    leg.muted = on
            case p.StartRecording():
                self._record(command)
            case p.PauseRecording() | p.ResumeRecording() | p.StopRecording() | p.RedactDigits():
                self._change_recording(command)
            case p.OpenLeg() | p.Tone() | p.Ping() | p.ReadEngine():
                pass  # the worker's own
            case p.StartTap() | p.PauseTap() | p.StopTap() | p.Feed():
                pass  # likewise
            case _:
                assert_never(command)

    def _refuse(self, command: p.Command, subject: str, reason: Reason) -> None:
        self.notice(p.CommandRefused(type(command).__name__, subject, reason))

    def _leg(self, command: p.Command, name: str) -> Leg | None:
        leg = self._legs.get(name)
        if leg is None:
            self._refuse(command, name, "unknown")
        return leg

    def _connect(self, command: p.ConnectLeg, now: Ms) -> None:
        leg = self._legs.get(command.leg)
        if leg is None:
            self.notice(p.LegFailed(command.leg, "unknown"))
            return
        host = _host(command.host)
        kind, theirs = command.dtmf_payload_type, command.event_payload_type
        if (
            host is None
            or not 1 <= command.port <= 0xFFFF
            or not 0 <= command.payload_type <= 127
            or (kind is not None and not 0 <= kind <= 127)
            or (theirs is not None and not 0 <= theirs <= 127)
            or command.payload_type in {kind, theirs}
            or command.ptime not in _PTIMES
            or not 0 <= command.latch_ms <= _NUMBER_MOST
            or not 0 <= command.timeout_ms <= _NUMBER_MOST
        ):
            self.notice(p.LegFailed(command.leg, "invalid"))
            return
        leg.connect(msgspec.structs.replace(command, host=host), now)

    def _close(self, name: str, now: Ms) -> None:
        leg = self._legs.get(name)
        if leg is None:
            self.notice(p.LegFailed(name, "unknown"))
            return
        room = leg.room
        leg.finish(now)
        self._forget_empty(room)
        del self._legs[name]
        del self._phases[leg.phase][name]
        self.notice(p.LegClosed(name, leg.stats()))

    def _clip(self, command: p.LoadClip | p.DropClip) -> None:
        old = self._clips.get(command.clip)
        if isinstance(command, p.DropClip):
            if old is None:
                self._refuse(command, command.clip, "unknown")
            else:
                del self._clips[command.clip]
                self._clip_bytes -= old.bytes
            return
        size = len(command.pcm)
        if command.rate not in _RATES or size % 2 or size > MEDIA_CLIP_BYTES:
            self._refuse(command, command.clip, "invalid")
            return
        total = self._clip_bytes + size - (old.bytes if old is not None else 0)
        if total > MEDIA_CLIP_TOTAL_BYTES or (old is None and len(self._clips) >= MEDIA_CLIPS_MAX):
            self._refuse(command, command.clip, "limit")
            return
        self._clips[command.clip] = Clip(rate=command.rate, pcm=command.pcm)
        self._clip_bytes = total

    def _play(self, command: p.Play) -> None:
        leg = self._legs.get(command.leg)
        clips = [self._clips[name] for name in command.clips if name in self._clips]
        if (
            leg is None
            or not 0 < len(clips) == len(command.clips) <= MEDIA_PLAY_CLIPS
            or not 0 <= command.loop <= _NUMBER_MOST
            or (command.queue and len(leg.plays) >= MEDIA_PLAY_QUEUE)
        ):
            self.notice(p.PlayFinished(command.leg, command.play, "failed", 0))
            return
        if not command.queue:
            leg.stop_plays()
        leg.plays.append(Playing(command.play, clips, loops=command.loop))

    def _send_dtmf(self, command: p.SendDtmf) -> None:
        leg = self._leg(command, command.leg)
        if leg is None:
            return
        if (
            not command.digits
            or not _DIGITS.issuperset(command.digits)
            or not MEDIA_TONE_MS_MIN <= command.tone_ms <= MEDIA_TONE_MS_MAX
            or not 0 <= command.gap_ms <= _GAP_MS_MOST
            or leg.settings is None
            or leg.settings.dtmf_payload_type is None
        ):
            self._refuse(command, command.leg, "invalid")
            return
        queued = sum(sender.remaining for sender in leg.digits)
        if queued + len(command.digits) > MEDIA_DIGITS_MAX:
            self._refuse(command, command.leg, "limit")
            return
        leg.digits.append(
            EventSender(command.digits, tone_ms=command.tone_ms, gap_ms=command.gap_ms)
        )

    def _bridge(self, command: p.Bridge | p.Unbridge) -> None:
        a = self._leg(command, command.a)
        if a is None:
            return
        b = self._leg(command, command.b)
        if b is None:
            return
        if isinstance(command, p.Unbridge):
            if a.peer is b:
                a.part()
            else:
                self._refuse(command, command.a, "unknown")
            return
        for leg in (a, b):
            if leg.peer is not None or leg.room is not None:
                self._refuse(command, leg.name, "busy")
                return
        a.meet(b)
        b.meet(a)

    def _join(self, command: p.JoinConference) -> None:
        if command.rate not in _RATES:
            self._refuse(command, command.leg, "invalid")
            return
        leg = self._leg(command, command.leg)
        if leg is None:
            return
        room = self._rooms.get(command.room)
        if leg.peer is not None or (leg.room is not None and leg.room is not room):
            self._refuse(command, command.leg, "busy")
        elif leg.room is not None:
            leg.muted = command.muted
        elif room is not None and room.members >= MEDIA_ROOM_MEMBERS:
            self._refuse(command, command.leg, "limit")
        else:
            if room is None:
                room = self._rooms[command.room] = Room(command.room, rate=command.rate)
            leg.join(room)
            leg.muted = command.muted

    def _leave(self, command: p.LeaveConference) -> None:
        leg = self._leg(command, command.leg)
        if leg is None:
            return
        room = leg.room
        if room is None or room.name != command.room:
            self._refuse(command, command.leg, "unknown")
            return
        leg.leave()
        self._forget_empty(room)

    def _whisper(self, command: p.Whisper) -> None:
        leg = self._leg(command, command.leg)
        to = leg if leg is None or command.to is None else self._leg(command, command.to)
        if leg is None or to is None:
            return
        if leg.room is None or to.room is not leg.room:
            self._refuse(command, command.leg, "invalid")
            return
        leg.whisper(None if command.to is None else to)

    def _forget_empty(self, room: Room | None) -> None:
        if room is not None and room.members == 0:
            del self._rooms[room.name]

    def _record(self, command: p.StartRecording) -> None:
        reason = self._fault(command)
        if reason is not None:
            self.notice(p.RecordingFailed(command.recording, reason))
            return
        recording = Recording(
            command.recording,
            self,
            rate=command.rate,
            max_ms=command.max_ms,
            silence_ms=command.silence_ms,
            coding=command.coding,
            live=command.live,
        )
        self._recordings[command.recording] = recording
        recording.start(
            [(self._legs[c.leg], c.direction == "out") for c in command.channels],
            redact=command.redact,
        )
        self.notice(p.RecordingStarted(command.recording))

    def _fault(self, command: p.StartRecording) -> p.RecordingFault | None:
        if command.recording in self._recordings:
            return "exists"
        if (
            not command.channels
            or command.rate not in _RATES
            or (command.coding in {"PCMU", "PCMA"} and command.rate != 8_000)
            or not 0 <= command.max_ms <= _DURATION_MOST
            or not 0 <= command.silence_ms <= _DURATION_MOST
            or any(c.direction not in {"in", "out"} for c in command.channels)
        ):
            return "invalid"
        if any(c.leg not in self._legs for c in command.channels):
            return "unknown"
        if (
            len(command.channels) > MEDIA_CHANNELS_MAX
            or len(self._recordings) >= MEDIA_RECORDINGS_MAX
        ):
            return "limit"
        return None

    def _change_recording(
        self,
        command: p.PauseRecording | p.ResumeRecording | p.StopRecording | p.RedactDigits,
    ) -> None:
        recording = self._recordings.get(command.recording)
        if recording is None:
            self._refuse(command, command.recording, "unknown")
            return
        match command:
            case p.PauseRecording(keep_time=keep_time):
                recording.paused, recording.keep_time = True, keep_time
            case p.ResumeRecording():
                recording.paused = False
            case p.StopRecording():
                recording.stop("stopped")
            case p.RedactDigits(on=on):
                recording.redact(on=on)
            case _:
                assert_never(command)
