"""One leg of the reference core: what arrives, and the frame every 20 ms.

The rules are in `interface`; this module joins their parts: `reference_latch`, `reference_ear`,
`reference_stream`, `reference_rtcp`, `reference_record`.
"""

from __future__ import annotations

from array import array
from collections import deque
from typing import Final, Protocol

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import RemoteError
from ringfence.kernel.limits import MEDIA_LEG_BURST, MEDIA_PAYLOAD_MAX
from ringfence.media import dtmf, rtp
from ringfence.media.engine.interface import FRAME_TICKS, Datagram, Identity
from ringfence.media.engine.protocol import (
    AnyNotice,
    ConnectLeg,
    DtmfReceived,
    DtmfSent,
    PlayEnd,
    PlayFinished,
    RtpStarted,
    RtpTimedOut,
    Stats,
)
from ringfence.media.engine.reference_ear import Ear
from ringfence.media.engine.reference_latch import Address, Latch
from ringfence.media.engine.reference_play import (
    CODED_SILENCE,
    SILENCE,
    Piece,
    Playing,
    coded,
    linear,
)
from ringfence.media.engine.reference_record import Sink, Tap, record
from ringfence.media.engine.reference_room import Room
from ringfence.media.engine.reference_rtcp import Reporter
from ringfence.media.engine.reference_stream import Stream
from ringfence.media.g711 import ALAW_TO_ULAW, ULAW_TO_ALAW
from ringfence.media.quality import mos
from ringfence.media.resample import Downsampler, Upsampler, resampler

_STATIC = {"PCMU": 0, "PCMA": 8}
_TO_LAW = {"PCMU": ALAW_TO_ULAW, "PCMA": ULAW_TO_ALAW}
"""The table that makes a codec's payload out of the other law's."""
_RATE = {"PCMU": 8_000, "PCMA": 8_000, "G722": 16_000}
_SENDS = frozenset({"sendrecv", "sendonly"})
_RECEIVES = frozenset({"sendrecv", "recvonly"})
_MS_MOST: Final = 0x7FFF_FFFF
_PORT_MOST: Final = 0xFFFF


class Outlet(Sink, Protocol):
    """Where a leg's output goes."""

    def send(self, datagram: Datagram) -> None:
        """Take a datagram."""
        ...

    def notice(self, notice: AnyNotice) -> None:
        """Take a notice."""
        ...


class Leg:
    """State of one leg."""

    __slots__ = (
        "_burst", "_ear", "_from_others", "_into_room", "_latch", "_life", "_outlet", "_receives",
        "_reporter", "_sends", "_started", "_stream", "_timed_out", "coaches", "contribution",
        "digits", "dtmf_in", "events", "foreign", "foreign_type", "malformed", "muted", "name",
        "octets_in", "packets_in", "peer", "phase", "plays", "rate", "room", "settings", "silent",
        "strangers", "taps", "whispers",
    )  # fmt: skip

    def __init__(self, name: str, identity: Identity, outlet: Outlet, *, phase: int) -> None:
        self.name = name
        self.phase = phase
        self._outlet = outlet
        self.settings: ConnectLeg | None = None
        """What was connected last, the host in its one spelling."""
        self.rate = 8_000
        self._sends = self._receives = self.muted = False
        self._burst = 0
        self._latch = Latch()
        self._ear = Ear()
        self._stream = Stream(identity, self._send_rtp)
        self._reporter = Reporter(ssrc=identity.ssrc, cname=identity.cname)
        self._life = Ms(0)
        self._timed_out = self._started = False
        self.digits: deque[dtmf.EventSender] = deque()
        self.plays: deque[Playing] = deque()
        """The one that plays, then those queued behind it."""
        self.events = dtmf.EventReceiver()
        self.peer: Leg | None = None
        self.room: Room | None = None
        self.whispers: Leg | None = None
        """Who alone hears it in the room; itself: nobody."""
        self.coaches: list[Leg] = []
        self.contribution = SILENCE[8_000]
        self._into_room: Upsampler | Downsampler | None = None
        self._from_others: Upsampler | Downsampler | None = None
        self.taps: list[Tap] = []
        self.packets_in = self.octets_in = 0
        self.malformed = self.strangers = self.dtmf_in = self.foreign = self.silent = 0
        self.foreign_type = -1

    @property
    def heard(self) -> array[int]:
        """The last frame heard, zeros where nobody listened."""
        return self._ear.heard

    # ------------------------------------------------------------------ commands

    def connect(self, settings: ConnectLeg, now: Ms) -> None:
        """Start the audio, or change it after a re-INVITE."""
        old = self.settings
        self._latch.point((settings.host, settings.port), window_ms=settings.latch_ms)
        if old is None or settings.codec != old.codec:
            self.rate = _RATE[settings.codec]
            self._ear.change(settings.codec)
            self._into_room = self._from_others = None
            for tap in self.taps:
                tap.afresh()
            self._stream.interrupt()
        elif (settings.payload_type, settings.ptime, settings.direction) != (
            old.payload_type,
            old.ptime,
            old.direction,
        ):
            self._stream.interrupt()
        self.settings = settings
        self._sends = settings.direction in _SENDS
        self._receives = settings.direction in _RECEIVES
        self._life = now
        self._timed_out = False
        if old is None:
            self._reporter.begin(now)

    def detect(self, *, on: bool) -> None:
        """Listen for digits in the audio, or no more."""
        self._ear.detect(on=on)

    def meet(self, peer: Leg) -> None:
        """Be bridged to ``peer`` (which is told likewise)."""
        self.peer = peer
        self._from_others = None

    def part(self) -> None:
        """End the bridge, on both sides."""
        peer = self.peer
        if peer is not None:
            self.peer = peer.peer = None
            self._stream.end_relay()
            peer._stream.end_relay()

    def join(self, room: Room) -> None:
        """Enter a room."""
        self.room = room
        room.members += 1
        self.contribution = SILENCE[room.rate]
        self._into_room = self._from_others = None

    def whisper(self, to: Leg | None) -> None:
        """Be heard by one member alone, by nobody (oneself), or by everybody again."""
        room = self.room
        if room is None:
            return
        silence = SILENCE[room.rate]
        if self.whispers is None:
            room.replace(self.contribution, silence)
        elif self.whispers is not self:
            self.whispers.coaches.remove(self)
        self.whispers = to
        if to is None:
            room.replace(silence, self.contribution)
        elif to is not self:
            to.coaches.append(self)

    def leave(self) -> None:
        """Leave the room, if in one."""
        room = self.room
        if room is not None:
            for coach in tuple(self.coaches):
                coach.whisper(coach)
            self.whisper(None)
            room.replace(self.contribution, SILENCE[room.rate])
            room.members -= 1
            self.room = None

    def stop_plays(self) -> None:
        """Stop what plays and what is queued, and say so."""
        while self.plays:
            self._end_play("stopped")

    def _end_play(self, reason: PlayEnd) -> None:
        play = self.plays.popleft()
        played = min(play.played_ms, _MS_MOST)
        self._outlet.notice(PlayFinished(self.name, play.name, reason, played))

    def _say_plays(self) -> tuple[list[Piece], bool]:
        """Return a frame of what plays, and whether the last of the queue is over."""
        left = FRAME_TICKS * self.rate // 8_000
        pieces: list[Piece] = []
        while True:
            more, left, over = self.plays[0].frame(self.rate, left)
            pieces += more
            if not (over and left and len(self.plays) > 1):
                return pieces, over
            self._end_play("done")

    def finish(self, now: Ms) -> None:
        """Close: the steps in the order of `interface`, but for the notice of the end."""
        self._digits_in(self.events.close(), inband=False)
        self.stop_plays()
        while self.taps:
            self.taps[0].recording.stop("leg_closed")
        self.part()
        self.leave()
        if self.settings is not None:
            self._report(now, bye=True)

    def stats(self) -> Stats:
        """Return what the leg has seen so far."""
        reporter = self._reporter
        reception = reporter.reception
        codec = self.settings.codec if self.settings is not None else ""
        return Stats(
            codec=codec,
            packets_in=self.packets_in,
            octets_in=self.octets_in,
            packets_out=self._stream.packets,
            octets_out=self._stream.octets,
            lost=reception.lost,
            late=self._ear.late,
            concealed_ms=self._ear.concealed_ms,
            jitter_ms=reception.jitter_ms,
            jitter_max_ms=reception.jitter_most_ms,
            rtt_ms=reporter.rtt_ms,
            remote_lost=reporter.remote_lost,
            remote_jitter_ms=reporter.remote_jitter_ms,
            mos=mos(
                expected=self.packets_in + reception.lost,
                lost=reception.lost,
                late=self._ear.late,
                jitter_ms=reception.jitter_ms,
                rtt_ms=reporter.rtt_ms,
                codec=codec,
            ),
            latched=self._latch.moved,
            rtp_from_peer=self._started,
            malformed=self.malformed,
            strangers=self.strangers,
            dtmf_in=self.dtmf_in,
            foreign=self.foreign,
            foreign_type=self.foreign_type,
            silent=self.silent,
        )

    # ----------------------------------------------------------------- receiving

    def receive(self, data: bytes, source: Address, now: Ms, *, rtcp: bool) -> None:
        """Take a datagram."""
        settings = self.settings
        if settings is None:
            return
        self._burst += 1
        if self._burst > MEDIA_LEG_BURST:
            self.malformed += 1
            return
        if rtcp or rtp.is_rtcp(data):
            self._receive_rtcp(data, source, now, own_port=rtcp)
            return
        try:
            packet = rtp.parse(data)
        except RemoteError:
            self.malformed += 1
            return
        kind, size = packet.payload_type, len(packet.payload)
        event = kind in {settings.dtmf_payload_type, settings.event_payload_type}
        convert = False
        if not event and kind != settings.payload_type:
            # Many phones answer with both laws of G.711 and switch between them.
            if settings.codec == "G722" or kind not in {0, 8}:
                self.foreign += 1
                self.foreign_type = kind
                return
            convert = kind != _STATIC[settings.codec]
        if size < 4 if event else not 0 < size <= MEDIA_PAYLOAD_MAX:
            self.malformed += 1
            return
        if not self._latch.admit(source, now):
            self.strangers += 1
            return
        self._life = now
        self._timed_out = False
        if not self._receives:
            return
        self.packets_in += 1
        self.octets_in += size
        self._reporter.reception.receive(packet, audio=not event, now=now)
        if not self._started:
            self._started = True
            self._outlet.notice(RtpStarted(self.name))
        if event:
            self._receive_event(packet, now)
            return
        self.silent += packet.payload.count(packet.payload[0]) == size
        if convert:
            packet = packet._replace(payload=packet.payload.translate(_TO_LAW[settings.codec]))
        self._ear.put(packet)
        if self.peer is not None:
            self._relay(settings, packet, self.peer)

    def _receive_rtcp(self, data: bytes, source: Address, now: Ms, *, own_port: bool) -> None:
        latch = self._latch
        if source[0] != latch.aim[0]:
            self.strangers += 1
        elif not self._reporter.receive(data, now):
            self.malformed += 1
        else:
            self._life = now
            self._timed_out = False
            if own_port and latch.rtcp_aim is None:
                latch.rtcp_aim = source

    def _receive_event(self, packet: rtp.Packet, now: Ms) -> None:
        event = dtmf.parse(packet.payload)
        ended = self.events.receive(event, timestamp=packet.timestamp, ssrc=packet.ssrc, now=now)
        self._digits_in(ended, inband=False)
        to = self.peer
        if to is None or self.muted or to.settings is None or not to._sends:
            return
        kind = to.settings.dtmf_payload_type
        if kind is not None:
            to._stream.relay_event(kind, packet, fast=self._passes(to))

    def _relay(self, settings: ConnectLeg, packet: rtp.Packet, to: Leg) -> None:
        there = to.settings
        if there is None or not self._passes(to):
            to._stream.end_relay()
            return
        payload = packet.payload
        if there.codec != settings.codec:
            payload = payload.translate(_TO_LAW[there.codec])
        to._stream.relay(there.payload_type, packet, payload)

    def _passes(self, to: Leg) -> bool:
        """Whether the fast path from here to ``to`` is open."""
        here, there = self.settings, to.settings
        if here is None or there is None or not self._receives or not to._sends:
            return False
        if self.muted or to.plays or to.digits:
            return False
        return here.codec == there.codec or "G722" not in {here.codec, there.codec}

    def _digits_in(self, digits: list[dtmf.Digit], *, inband: bool) -> None:
        for digit, milliseconds in digits:
            self.dtmf_in += 1
            duration = min(milliseconds, _MS_MOST)
            self._outlet.notice(DtmfReceived(self.name, digit, duration, inband))

    # --------------------------------------------------------------------- frame

    def frame(self, now: Ms) -> None:
        """Run one frame of 20 ms."""
        self._burst = 0
        settings = self.settings
        if settings is None:
            return
        if self.events.pressed:
            self._digits_in(self.events.overdue(now), inband=False)
        if (
            settings.timeout_ms
            and self._receives
            and not self._timed_out
            and now - self._life >= settings.timeout_ms
        ):
            self._timed_out = True
            self._outlet.notice(RtpTimedOut(self.name))
        if self._listens():
            self._digits_in(self._ear.listen(), inband=True)
        else:
            self._ear.skip()
        if self.room is not None:
            self._contribute(self.room)
        said = self._say(settings)
        if self.taps:
            record(self, said, now)
        if now >= self._reporter.due:
            self._reporter.schedule(now)
            if self._sends or self._receives:
                self._report(now, bye=False)

    def _has_tap(self, *, out: bool) -> bool:
        return any(tap.out is out for tap in self.taps)

    def _listens(self) -> bool:
        """Whether anybody needs what this leg says in linear samples."""
        if not self._receives:
            return False
        if self._ear.detecting or (self.taps and self._has_tap(out=False)):
            return True
        if self.muted:
            return False
        if self.room is not None:
            return True
        peer = self.peer
        return peer is not None and (not self._passes(peer) or peer._has_tap(out=True))

    def _contribute(self, room: Room) -> None:
        if self.muted or not self._ear.listening:
            fresh = SILENCE[room.rate]
        elif self.rate == room.rate:
            fresh = self.heard
        else:
            if self._into_room is None:
                self._into_room = resampler(self.rate, room.rate)
            fresh = self._into_room.feed(self.heard) if self._into_room else self.heard
        if self.whispers is None:
            room.replace(self.contribution, fresh)
        self.contribution = fresh

    def _say(self, settings: ConnectLeg) -> array[int]:
        """Send the frame; return it as samples where a recording takes it."""
        peer, stream = self.peer, self._stream
        relayed = peer is not None and peer._passes(self)
        if not relayed:
            stream.end_relay()
        said = SILENCE[self.rate]
        payload = CODED_SILENCE.get(settings.codec)
        digits, over = bool(self.digits), False
        if digits:
            self._say_digit(settings, self.digits[0])
        elif self.plays:
            pieces, over = self._say_plays()
            if settings.codec == "G722" or self.taps:
                said = linear(pieces, self.rate)
            if settings.codec != "G722":
                payload = coded(pieces, settings.codec)
        elif self.room is not None:
            said, payload = self._adapt(self._others(self.room), self.room.rate), None
        elif (
            peer is not None
            and not peer.muted
            and peer.settings is not None
            and (not relayed or self._has_tap(out=True))
        ):
            said, payload = self._adapt(peer.heard, peer.rate), None
        if relayed or not self._sends:
            stream.interrupt()
        elif not digits:
            stream.audio(settings, said, payload)
        stream.advance()
        if over:
            self._end_play("done")
        return said

    def _others(self, room: Room) -> array[int]:
        """Return what the others say: everybody's sum, and whoever whispers to this leg."""
        own = SILENCE[room.rate] if self.whispers is not None else self.contribution
        return room.minus(own, [coach.contribution for coach in self.coaches])

    def _adapt(self, pcm: array[int], rate: int) -> array[int]:
        """Return a frame of another leg or a room at this leg's rate."""
        if rate == self.rate:
            return pcm
        if self._from_others is None:
            self._from_others = resampler(rate, self.rate)
        return self._from_others.feed(pcm) if self._from_others else pcm

    def _say_digit(self, settings: ConnectLeg, sender: dtmf.EventSender) -> None:
        out = sender.step(self._stream.clock)
        kind = settings.dtmf_payload_type
        if out is not None and self._sends and kind is not None:
            self._stream.event(kind, out.timestamp, out.event.to_bytes(), marker=out.marker)
        self._stream.interrupt()
        self._stream.end_relay()
        if sender.done:
            self.digits.popleft()
            self._outlet.notice(DtmfSent(self.name))

    def _send_rtp(self, data: bytes) -> None:
        host, port = self._latch.aim
        self._outlet.send(Datagram(self.name, False, host, port, data))

    def _report(self, now: Ms, *, bye: bool) -> None:
        stream = self._stream
        data = self._reporter.report(
            packets=stream.packets, octets=stream.octets, clock=stream.clock, bye=bye, now=now
        )
        host, port = self._latch.aim
        host, port = self._latch.rtcp_aim or (host, port + 1)
        if port <= _PORT_MOST:
            self._outlet.send(Datagram(self.name, True, host, port, data))
