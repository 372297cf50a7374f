"""What the controlling side of the native engine knows: names, handles, and who owns what.

The native core trusts its commands, so they are checked here (interface.py, "Refusals") before they
become orders with handles and pointers, and its events become notices with names here. The ledger
does no I/O: a subclass posts orders, to a core without I/O or to the ring of an engine's thread.

Objects (legs, clips, plays, rooms, recordings) are made and freed here. One that was handed over is
freed only when the event that gives it back arrives; rooms and recordings, which late orders may
still name, make a last round trip (DROP, DROPPED) first.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from ctypes import addressof
from typing import Any

from ringfence.kernel.limits import (
    MEDIA_CHANNELS_MAX,
    MEDIA_DIGITS_MAX,
    MEDIA_LEGS_MAX,
    MEDIA_PLAY_QUEUE,
    MEDIA_RECORDINGS_MAX,
    MEDIA_ROOM_MEMBERS,
    MEDIA_TONE_MS_MAX,
    MEDIA_TONE_MS_MIN,
)
from ringfence.media.engine import library as lib
from ringfence.media.engine import protocol as p
from ringfence.media.engine.interface import Audio, RecordingEnded
from ringfence.media.engine.shelf import RATES, Shelf
from ringfence.media.quality import mos

AnyNotice = p.AnyNotice | RecordingEnded

_PTIMES = frozenset((10, 20, 30, 40, 60))
_DIGITS = frozenset("0123456789*#ABCDw")
_GAP_MS_MAX = 1_000
_NO_LEG = 0xFFFF_FFFF
_HEAD_SIZE = lib.CHUNK_HEAD.size
_ENDS: tuple[p.RecordingEnd, ...] = ("stopped", "max", "silence", "leg_closed")
_PLAY_ENDS: tuple[p.PlayEnd, ...] = ("done", "stopped")


class _Room:
    __slots__ = ("members", "pointer", "rate")

    def __init__(self, pointer: int, rate: int) -> None:
        self.pointer = pointer
        self.rate = rate
        self.members: set[str] = set()


class LegOnBooks:
    """A leg that the engine has, and what it is part of."""

    __slots__ = ("events", "handle", "name", "peer", "plays", "pointer", "port", "rate", "room")

    def __init__(self, name: str, handle: int, pointer: int, port: int) -> None:
        self.name = name
        self.handle = handle
        self.pointer = pointer
        self.port = port
        self.rate = 8_000
        self.events = False
        """Whether telephone-event was negotiated."""
        self.peer: LegOnBooks | None = None
        self.room: str | None = None
        self.plays: list[int] = []


class Ledger:
    """Turns commands into orders and events into notices."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._lib = library
        self._counters = ctypes.create_string_buffer(lib.STATS.size)
        self._legs: dict[str, LegOnBooks] = {}
        self._by_handle: dict[int, LegOnBooks] = {}
        self._free = list(range(MEDIA_LEGS_MAX - 1, -1, -1))
        self._shelf = Shelf(library)
        self._rooms: dict[str, _Room] = {}
        self._recordings: dict[str, int] = {}
        self._names: dict[int, tuple[str, bytes]] = {}
        """Recording and its silence, by pointer, until it is dropped: chunks come late."""
        self._channels = 0
        self._live: dict[int, int] = {}
        """Channels of live recordings, by pointer."""
        self._dropped: dict[int, bool] = {}
        """Pointer on its last round trip: whether it is a room."""
        self._reports: dict[int, tuple[str, ctypes.Array[ctypes.c_char]]] = {}
        self._notices: list[AnyNotice] = []

    # ------------------------------------------------------------------ what a subclass does

    _post: Callable[[bytes], None]
    """Have the core obey an order, now or soon."""

    def _closed(self, leg: LegOnBooks) -> None:
        """A leg is gone."""

    def _channels_changed(self) -> None:
        """Recordings came or went."""

    def _collect_audio(self) -> None:
        """Take over chunks while the recordings they name are still known."""

    @property
    def _live_channels(self) -> int:
        return sum(self._live.values())

    # ------------------------------------------------------------------ commands

    def _open_leg(self, name: str, pointer: int, port: int) -> None:
        """Take a leg, made with the next free handle, into the books."""
        handle = self._free.pop()
        self._legs[name] = self._by_handle[handle] = LegOnBooks(name, handle, pointer, port)
        self._post(lib.ORDER.pack(lib.OPEN, handle, 0, 0, 0, 0, pointer))

    def rename(self, leg: str, name: str) -> bool:
        """Call a leg that nothing has happened to by another name; False where that cannot be."""
        found = self._legs.get(leg)
        if found is None or name in self._legs:
            return False
        found.name = name
        self._legs[name] = self._legs.pop(leg)
        return True

    def _send(
        self,
        kind: int,
        leg: LegOnBooks | None,
        *,
        other: int = 0,
        number: int = 0,
        target: int = 0,
    ) -> None:
        handle = leg.handle if leg is not None else _NO_LEG
        self._post(lib.ORDER.pack(kind, handle, other, number, 0, 0, target))

    def _refuse(self, command: p.Command, subject: str, reason: p.Refusal) -> None:
        self._notices.append(p.CommandRefused(type(command).__name__, subject, reason))

    def _known(self, command: p.Command, name: str) -> LegOnBooks | None:
        leg = self._legs.get(name)
        if leg is None:
            self._refuse(command, name, "unknown")
        return leg

    def _connect(self, command: p.ConnectLeg) -> None:
        leg = self._legs.get(command.leg)
        if leg is None:
            self._notices.append(p.LegFailed(command.leg, "unknown"))
            return
        ip = lib.pack_ip(command.host)
        dtmf, theirs = command.dtmf_payload_type, command.event_payload_type
        if (
            ip is None
            or not 0 < command.port <= 0xFFFF
            or not 0 <= command.payload_type <= 127
            or (dtmf is not None and (not 0 <= dtmf <= 127 or dtmf == command.payload_type))
            or (theirs is not None and (not 0 <= theirs <= 127 or theirs == command.payload_type))
            or command.ptime not in _PTIMES
            or not 0 <= command.latch_ms < 1 << 31
            or not 0 <= command.timeout_ms < 1 << 31
        ):
            self._notices.append(p.LegFailed(command.leg, "invalid"))
            return
        leg.events = dtmf is not None
        rate = 16_000 if command.codec == "G722" else 8_000
        if rate != leg.rate:
            for play in leg.plays:
                self._shelf.prepare(play, rate)
        leg.rate = rate
        order = lib.ORDER_TO_CONNECT.pack(
            lib.CONNECT, leg.handle, 0, 0, 0, 0, 0, ip, command.port, lib.CODECS[command.codec],
            command.payload_type, lib.NO_TYPE if dtmf is None else dtmf,
            lib.DIRECTIONS[command.direction], command.ptime,
            lib.NO_TYPE if theirs is None else theirs, 0, command.latch_ms, command.timeout_ms,
        )  # fmt: skip
        self._post(order)

    def _close(self, command: p.CloseLeg) -> None:
        leg = self._legs.pop(command.leg, None)
        if leg is None:
            self._notices.append(p.LegFailed(command.leg, "unknown"))
            return
        if leg.peer is not None:
            self._part(leg)
        self._post(lib.ORDER.pack(lib.CLOSE, leg.handle, 0, 0, 0, 0, 0))
        if leg.room is not None:
            self._leave_room(leg)

    def _part(self, leg: LegOnBooks) -> None:
        if leg.peer is not None:
            leg.peer.peer = None
            leg.peer = None

    # -- clips and plays

    def _load(self, command: p.LoadClip) -> None:
        refusal = self._shelf.load(command.clip, command.rate, command.pcm)
        if refusal is not None:
            self._refuse(command, command.clip, refusal)

    def _drop(self, command: p.DropClip) -> None:
        if not self._shelf.drop(command.clip):
            self._refuse(command, command.clip, "unknown")

    def _play(self, command: p.Play) -> None:
        leg = self._legs.get(command.leg)
        play = (
            self._shelf.begin(command.play, command.clips, command.loop, leg.rate)
            if leg is not None and not (command.queue and len(leg.plays) >= MEDIA_PLAY_QUEUE)
            else None
        )
        if leg is None or play is None:
            self._notices.append(p.PlayFinished(command.leg, command.play, "failed", 0))
            return
        leg.plays.append(play)
        self._post(lib.ORDER.pack(lib.PLAY, leg.handle, 0, command.queue, 0, 0, play))

    def _play_ended(self, handle: int, stopped: int, ms: int, _: int, play: int) -> None:
        leg = self._by_handle[handle]
        leg.plays.remove(play)
        name, reason = self._shelf.end(play), _PLAY_ENDS[stopped]
        self._notices.append(p.PlayFinished(leg.name, name, reason, ms))

    # -- one leg

    def _stop_play(self, command: p.StopPlay) -> None:
        leg = self._known(command, command.leg)
        if leg is not None:
            self._send(lib.STOP_PLAY, leg, number=command.patient)

    def _detect(self, command: p.DetectTones) -> None:
        leg = self._known(command, command.leg)
        if leg is not None:
            self._send(lib.DETECT, leg, number=command.on)

    def _mute(self, command: p.SetMute) -> None:
        leg = self._known(command, command.leg)
        if leg is not None:
            self._send(lib.MUTE, leg, number=command.on)

    def _digits(self, command: p.SendDtmf) -> None:
        leg = self._known(command, command.leg)
        if leg is None:
            return
        if (
            not leg.events
            or not command.digits
            or not _DIGITS.issuperset(command.digits)
            or not MEDIA_TONE_MS_MIN <= command.tone_ms <= MEDIA_TONE_MS_MAX
            or not 0 <= command.gap_ms <= _GAP_MS_MAX
        ):
            self._refuse(command, command.leg, "invalid")
            return
        if len(command.digits) > MEDIA_DIGITS_MAX:
            self._refuse(command, command.leg, "limit")
            return
        order = lib.ORDER_OF_DIGITS.pack(
            lib.DIGITS, leg.handle, 0, command.tone_ms, command.gap_ms, 0, 0,
            command.digits.encode(),
        )  # fmt: skip
        self._post(order)

    def _read(self, command: p.ReadLeg) -> None:
        leg = self._known(command, command.leg)
        if leg is None:
            return
        counters = ctypes.create_string_buffer(lib.STATS.size)
        self._reports[addressof(counters)] = (command.leg, counters)
        self._send(lib.READ, leg, target=addressof(counters))

    def _ping(self, command: p.Ping) -> None:
        self._send(lib.PING, None, number=command.token & 0x7FFF_FFFF)

    # -- company

    def _bridge(self, command: p.Bridge) -> None:
        a = self._known(command, command.a)
        b = self._known(command, command.b) if a is not None else None
        if a is None or b is None:
            return
        for leg in (a, b):
            if leg.peer is not None or leg.room is not None:
                self._refuse(command, leg.name, "busy")
                return
        a.peer, b.peer = b, a
        self._send(lib.BRIDGE, a, other=b.handle)

    def _unbridge(self, command: p.Unbridge) -> None:
        a = self._known(command, command.a)
        b = self._known(command, command.b) if a is not None else None
        if a is None or b is None:
            return
        if a.peer is not b:
            self._refuse(command, command.a, "unknown")
            return
        self._part(a)
        self._send(lib.UNBRIDGE, a, other=b.handle)

    def _join(self, command: p.JoinConference) -> None:
        if command.rate not in RATES:
            self._refuse(command, command.leg, "invalid")
            return
        leg = self._known(command, command.leg)
        if leg is None:
            return
        if leg.peer is not None or leg.room not in {None, command.room}:
            self._refuse(command, command.leg, "busy")
            return
        room = self._rooms.get(command.room)
        if room is not None and leg.room is None and len(room.members) >= MEDIA_ROOM_MEMBERS:
            self._refuse(command, command.leg, "limit")
            return
        if room is None:
            pointer = self._lib.rf_room_new(command.rate)
            if pointer is None:
                self._refuse(command, command.leg, "limit")
                return
            room = self._rooms[command.room] = _Room(pointer, command.rate)
        room.members.add(leg.name)
        leg.room = command.room
        self._send(lib.JOIN, leg, number=command.muted, target=room.pointer)

    def _leave(self, command: p.LeaveConference) -> None:
        leg = self._known(command, command.leg)
        if leg is None:
            return
        if leg.room != command.room:
            self._refuse(command, command.leg, "unknown")
            return
        self._send(lib.LEAVE, leg)
        self._leave_room(leg)

    def _whisper(self, command: p.Whisper) -> None:
        leg = self._known(command, command.leg)
        to = leg if leg is None or command.to is None else self._known(command, command.to)
        if leg is None or to is None:
            return
        if leg.room is None or to.room != leg.room:
            self._refuse(command, command.leg, "invalid")
            return
        self._send(lib.WHISPER, leg, number=command.to is not None, other=to.handle)

    def _leave_room(self, leg: LegOnBooks) -> None:
        name = leg.room or ""
        room = self._rooms[name]
        room.members.discard(leg.name)
        leg.room = None
        if not room.members:
            del self._rooms[name]
            self._last_trip(room.pointer, room=True)

    def _last_trip(self, pointer: int, *, room: bool) -> None:
        self._dropped[pointer] = room
        self._send(lib.DROP, None, target=pointer)

    # -- recordings

    def _record(self, command: p.StartRecording) -> None:
        fault: p.RecordingFault | None = None
        if command.recording in self._recordings:
            fault = "exists"
        elif (
            not command.channels
            or command.rate not in RATES
            or (command.coding in {"PCMU", "PCMA"} and command.rate != 8_000)
            or not 0 <= command.max_ms < 1 << 32
            or not 0 <= command.silence_ms < 1 << 32
        ):
            fault = "invalid"
        elif any(channel.leg not in self._legs for channel in command.channels):
            fault = "unknown"
        elif (
            len(command.channels) > MEDIA_CHANNELS_MAX
            or len(self._recordings) >= MEDIA_RECORDINGS_MAX
        ):
            fault = "limit"
        pointer = None if fault else self._make_recording(command)
        if pointer is None:
            self._notices.append(p.RecordingFailed(command.recording, fault or "limit"))
            return
        self._recordings[command.recording] = pointer
        self._names[pointer] = (command.recording, lib.SILENCE[command.coding])
        if command.live:
            self._live[pointer] = len(command.channels)
        self._channels += len(command.channels)
        self._channels_changed()
        self._notices.append(p.RecordingStarted(command.recording))
        self._send(lib.RECORD, None, target=pointer)

    def _make_recording(self, command: p.StartRecording) -> int | None:
        pointer: int | None = self._lib.rf_recording_new(
            command.rate,
            command.max_ms // 20,
            command.silence_ms // 20,
            command.redact | command.live << 1,
            lib.CODINGS[command.coding],
            len(command.channels),
        )
        for number, channel in enumerate(command.channels if pointer is not None else ()):
            handle = self._legs[channel.leg].handle
            self._lib.rf_recording_set(pointer, number, handle, channel.direction == "out")
        return pointer

    def _recording(
        self, command: p.PauseRecording | p.ResumeRecording | p.StopRecording | p.RedactDigits
    ) -> None:
        pointer = self._recordings.get(command.recording)
        if pointer is None:
            self._refuse(command, command.recording, "unknown")
            return
        match command:
            case p.PauseRecording():
                self._send(lib.PAUSE, None, number=command.keep_time, target=pointer)
            case p.ResumeRecording():
                self._send(lib.RESUME, None, target=pointer)
            case p.StopRecording():
                self._send(lib.STOP_RECORD, None, target=pointer)
            case p.RedactDigits():
                self._send(lib.REDACT, None, number=command.on, target=pointer)

    def _recording_ended(self, _: int, reason: int, ms: int, __: int, pointer: int) -> None:
        name, _silence = self._names[pointer]
        del self._recordings[name]
        self._notices.append(RecordingEnded(name, ms, _ENDS[reason]))
        self._last_trip(pointer, room=False)

    # ------------------------------------------------------------------ events

    def _take_events(self, events: memoryview) -> None:
        for kind, handle, a, b, c, _, target in lib.EVENT.iter_unpack(events):
            _TAKE[kind](self, handle, a, b, c, target)

    def _report(self, _: int, __: int, ___: int, ____: int, counters: int) -> None:
        name, filled = self._reports.pop(counters)
        self._notices.append(p.LegReport(name, stats_of(filled)))

    def _pong(self, _: int, token: int, __: int, ___: int, ____: int) -> None:
        self._notices.append(p.Pong(token))

    def _digit(self, handle: int, character: int, ms: int, inband: int, _: int) -> None:
        name = self._by_handle[handle].name
        self._notices.append(p.DtmfReceived(name, chr(character), ms, bool(inband)))

    def _started(self, handle: int, _: int, __: int, ___: int, ____: int) -> None:
        self._notices.append(p.RtpStarted(self._by_handle[handle].name))

    def _timed_out(self, handle: int, _: int, __: int, ___: int, ____: int) -> None:
        self._notices.append(p.RtpTimedOut(self._by_handle[handle].name))

    def _digits_sent(self, handle: int, _: int, __: int, ___: int, ____: int) -> None:
        self._notices.append(p.DtmfSent(self._by_handle[handle].name))

    def _not_done(self, handle: int, kind: int, _: int, __: int, ___: int) -> None:
        leg = self._by_handle.get(handle)
        if leg is not None and kind == lib.DIGITS:
            self._notices.append(p.CommandRefused("SendDtmf", leg.name, "limit"))

    def _leg_closed(self, handle: int, _: int, __: int, ___: int, pointer: int) -> None:
        self._lib.rf_leg_end(pointer, self._counters)
        leg = self._by_handle.pop(handle)
        self._free.append(handle)
        self._closed(leg)
        self._notices.append(p.LegClosed(leg.name, stats_of(self._counters)))

    def _free_dropped(self, _: int, __: int, ___: int, ____: int, pointer: int) -> None:
        if self._dropped.pop(pointer):
            self._lib.rf_room_free(pointer)
            return
        self._collect_audio()
        del self._names[pointer]
        self._live.pop(pointer, None)
        self._channels -= self._lib.rf_recording_channels(pointer)
        self._lib.rf_recording_free(pointer)
        self._channels_changed()

    def _free_all(self) -> None:
        """The core is gone, or about to go and idle: free every object it was lent."""
        for leg in self._by_handle.values():
            self._lib.rf_leg_free(leg.pointer)
        self._shelf.free()
        for room in self._rooms.values():
            self._lib.rf_room_free(room.pointer)
        for pointer in self._names:
            self._lib.rf_recording_free(pointer)
        for pointer, is_room in self._dropped.items():
            if is_room:
                self._lib.rf_room_free(pointer)

    def _audio(self, chunk: int) -> Audio:
        """Copy the chunk at an address; a struct a field at a time would cost more than that."""
        head = ctypes.string_at(chunk, _HEAD_SIZE)
        recording, _, channel, size, zeros, _ = lib.CHUNK_HEAD.unpack(head)
        return self._piece(recording, chunk + _HEAD_SIZE, channel, size, zeros)

    def _piece(self, recording: int, at: int, channel: int, size: int, zeros: int) -> Audio:
        name, silence = self._names[recording]
        data = ctypes.string_at(at, size)
        return Audio(name, channel, silence * zeros + data if zeros else data)

    def take_notices(self) -> list[AnyNotice]:
        """Return what happened, in order."""
        notices, self._notices = self._notices, []
        return notices


def stats_of(counters: ctypes.Array[ctypes.c_char] | bytes) -> p.Stats:
    """Return the counters of a leg, an rf_stats, as the protocol says them."""
    (
        number, _, packets_in, octets_in, packets_out, octets_out, lost, late, concealed_ms,
        jitter_ms, jitter_max_ms, rtt_ms, remote_lost, remote_jitter_ms, latched, rtp_from_peer,
        *others,
    ) = lib.STATS.unpack(counters)  # fmt: skip
    codec = lib.CODEC_NAMES[number] if number >= 0 else ""
    score = mos(
        expected=packets_in + lost, lost=lost, late=late, jitter_ms=jitter_ms, rtt_ms=rtt_ms,
        codec=codec,
    )  # fmt: skip
    return p.Stats(
        codec, packets_in, octets_in, packets_out, octets_out, lost, late, concealed_ms,
        jitter_ms, jitter_max_ms, rtt_ms, remote_lost, remote_jitter_ms, score, bool(latched),
        bool(rtp_from_peer), *others,
    )  # fmt: skip


DO: dict[type[p.Command], Callable[[Ledger, Any], None]] = {
    p.ConnectLeg: Ledger._connect,
    p.CloseLeg: Ledger._close,
    p.LoadClip: Ledger._load,
    p.DropClip: Ledger._drop,
    p.Play: Ledger._play,
    p.StopPlay: Ledger._stop_play,
    p.DetectTones: Ledger._detect,
    p.SendDtmf: Ledger._digits,
    p.Bridge: Ledger._bridge,
    p.Unbridge: Ledger._unbridge,
    p.JoinConference: Ledger._join,
    p.LeaveConference: Ledger._leave,
    p.Whisper: Ledger._whisper,
    p.SetMute: Ledger._mute,
    p.StartRecording: Ledger._record,
    p.PauseRecording: Ledger._recording,
    p.ResumeRecording: Ledger._recording,
    p.StopRecording: Ledger._recording,
    p.RedactDigits: Ledger._recording,
    p.ReadLeg: Ledger._read,
    p.Ping: Ledger._ping,
}
"""What carries out a command."""

_TAKE: dict[int, Callable[[Ledger, int, int, int, int, int], None]] = {
    lib.CLOSED: Ledger._leg_closed,
    lib.STARTED: Ledger._started,
    lib.TIMED_OUT: Ledger._timed_out,
    lib.PLAY_ENDED: Ledger._play_ended,
    lib.DIGIT: Ledger._digit,
    lib.DIGITS_SENT: Ledger._digits_sent,
    lib.RECORD_ENDED: Ledger._recording_ended,
    lib.REPORT: Ledger._report,
    lib.PONG: Ledger._pong,
    lib.DROPPED: Ledger._free_dropped,
    lib.REFUSED: Ledger._not_done,
}
"""What takes an event, by its kind: handle of the leg, a, b, c, object."""
