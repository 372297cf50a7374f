"""The native engine: `NativeCore` without I/O for tests, `NativeEngine` with its thread."""

from __future__ import annotations

import ctypes
import os
import time
from ctypes import byref
from typing import Literal

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import LocalError
from ringfence.kernel.limits import MEDIA_PORT_TRIES, MEDIA_SOCKET_BUFFER
from ringfence.media.engine import library as lib
from ringfence.media.engine import protocol as p
from ringfence.media.engine.interface import Audio, Clockwork, Datagram, Identity
from ringfence.media.engine.ledger import DO, AnyNotice, Ledger, LegOnBooks
from ringfence.media.engine.ports import Ports

_EVENTS = 256
_PIECES = 64
"""Chunks fetched at a time."""
_DATAGRAMS = 64
_ADDRESS_IN_USE = 98
_FULL_WAIT_MS = 2_000
"""The audio thread empties the ring of orders every 5 ms; this long means that it is gone."""
_SPARE_CHUNKS = 32
_LIVE_CHUNKS = 50
"""A second of a channel somebody listens to, while this process is late to fetch it."""
WireWish = Literal["auto", "epoll"]
"""``auto``: io_uring where the kernel has it and allows it."""
_WISHES: dict[WireWish, int] = {"auto": 1, "epoll": 2}


class NativeCore(Ledger):
    """engine.c without sockets and thread: an `interface.Core`."""

    kind: p.EngineKind = "native"

    def __init__(self, library: ctypes.CDLL) -> None:
        super().__init__(library)
        self._core = library.rf_core_new()
        self._post = self._obey
        self._event = ctypes.create_string_buffer(lib.EVENT.size)
        self._last_names: dict[int, str] = {}
        """Who had a handle last."""
        self._packets = (lib.Packet * _DATAGRAMS)()
        self._source = lib.Address()
        self._chunks: list[Audio] = []
        self._now = 0

    def _obey(self, order: bytes) -> None:
        self._lib.rf_core_do(self._core, order, self._now)
        self._collect()

    def _closed(self, leg: LegOnBooks) -> None:
        self._last_names[leg.handle] = leg.name

    def _collect_audio(self) -> None:
        while chunk := self._lib.rf_core_take_chunk(self._core):
            self._chunks.append(self._audio(chunk))
            self._lib.rf_core_return_chunk(self._core, chunk)

    def _collect(self) -> None:
        # A notice may post an order, whose events come after those already here.
        while self._lib.rf_core_take_events(self._core, self._event, 1):
            self._take_events(memoryview(self._event))

    def open(self, leg: str, identity: Identity) -> bool:
        """Make room for a leg; False where it exists or there are too many."""
        if leg in self._legs or not self._free:
            return False
        pointer = self._lib.rf_leg_new(self._free[-1], *identity)
        if pointer is not None:
            self._open_leg(leg, pointer, 0)
        return pointer is not None

    def do(self, command: p.AnyCommand, now: Ms) -> None:
        """Carry out a command, answered by notices."""
        self._now = now
        DO[type(command)](self, command)

    def receive(
        self, leg: str, data: bytes, host: str, port: int, now: Ms, *, rtcp: bool = False
    ) -> None:
        """Take one datagram."""
        known = self._legs.get(leg)
        ip = lib.pack_ip(host)
        if known is None or ip is None:
            return
        self._source.ip[:] = ip
        self._source.port = port
        source = byref(self._source)
        self._lib.rf_core_receive(self._core, known.handle, rtcp, source, data, len(data), now)
        self._collect()

    def tick(self, now: Ms) -> None:
        """5 ms have passed."""
        self._now = now
        self._lib.rf_core_tick(self._core, now)
        self._collect()

    def take_output(self) -> list[Datagram]:
        """Return what is to be sent, in order."""
        found: list[Datagram] = []
        while count := self._lib.rf_core_take_datagrams(self._core, self._packets, _DATAGRAMS):
            for packet in self._packets[:count]:
                # A leg that has just said goodbye is known no more, but its datagram is.
                leg = self._by_handle.get(packet.leg)
                name = leg.name if leg is not None else self._last_names[packet.leg]
                host = lib.unpack_ip(bytes(packet.to.ip))
                data = ctypes.string_at(packet.data, packet.size)
                found.append(Datagram(name, bool(packet.rtcp), host, packet.to.port, data))
        return found

    def take_audio(self) -> list[Audio]:
        """Return recorded chunks."""
        self._collect_audio()
        found, self._chunks = self._chunks, []
        return found

    def close(self) -> None:
        """Free the core; it is of no further use."""
        self._free_all()
        self._lib.rf_core_free(self._core)


class NativeEngine(Ledger):
    """engine.c with its thread: sockets of its own, woken through an eventfd."""

    kind: p.EngineKind = "native"
    abi = lib.ABI
    wake: int | None
    """Readable when `take` has something to give."""

    def __init__(
        self, library: ctypes.CDLL, *, bind: str, ports: Ports, wire: WireWish = "auto"
    ) -> None:
        super().__init__(library)
        ip = lib.pack_ip(bind)
        if ip is None:
            raise LocalError("the address to bind media to is no literal address")
        self._address = lib.Address()
        self._address.ip[:] = ip
        self._ports = ports
        self._orders: list[bytes] = []
        """Posted with the next `take`."""
        self._post = self._orders.append
        self._chunks: list[Audio] = []
        self._events = ctypes.create_string_buffer(_EVENTS * lib.EVENT.size)
        self._pieces = ctypes.create_string_buffer(_PIECES * lib.PIECE.size)
        self.wake = self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._engine = library.rf_engine_new(self._wake, _WISHES[wire])
        if self._engine is None:
            os.close(self._wake)
            raise LocalError("the audio thread could not be started")

    def _hand_over(self) -> None:
        """Give the audio thread the orders that wait."""
        for _ in range(_FULL_WAIT_MS):
            orders = self._orders
            taken = self._lib.rf_engine_do(self._engine, b"".join(orders), len(orders))
            del orders[:taken]
            if not orders:
                return
            time.sleep(0.001)
        raise LocalError("the audio thread takes no orders")

    def _closed(self, leg: LegOnBooks) -> None:
        self._ports.give_back(leg.port)

    def _channels_changed(self) -> None:
        # A channel fills one chunk while another one is on its way here.
        # A live one fills a chunk every 20 ms.
        wanted = 2 * self._channels + _SPARE_CHUNKS if self._channels else 0
        wanted += _LIVE_CHUNKS * self._live_channels
        self._lib.rf_engine_provide_chunks(self._engine, wanted)

    @property
    def busy(self) -> bool:
        """Whether a leg is open."""
        return bool(self._legs)

    def open(self, leg: str, identity: Identity) -> int | p.LegFailure:
        """Bind a port pair and make the leg; return the RTP port, or why not."""
        if leg in self._legs:
            return "exists"
        pointer = self._lib.rf_leg_new(self._free[-1], *identity) if self._free else None
        if pointer is None:
            return "limit"
        for _ in range(MEDIA_PORT_TRIES):
            port = self._ports.take()
            if port is None:
                break
            self._address.port = port
            error = self._lib.rf_engine_bind(
                self._engine, pointer, byref(self._address), MEDIA_SOCKET_BUFFER
            )
            if error == 0:
                self._open_leg(leg, pointer, port)
                return port
            self._ports.give_back(port)
            if error != _ADDRESS_IN_USE:
                break
        self._lib.rf_leg_free(pointer)
        return "no_port"

    def do(self, command: p.AnyCommand) -> None:
        """Carry out a command, answered by notices."""
        DO[type(command)](self, command)

    def awake(self) -> None:
        """Make notices of what the audio thread has to tell: ``wake`` was readable."""
        try:
            os.eventfd_read(self._wake)
        except BlockingIOError:
            pass
        count = _EVENTS
        while count == _EVENTS:  # fewer: there are no more, and later ones wake us
            count = self._lib.rf_engine_take_events(self._engine, self._events, _EVENTS)
            self._take_events(memoryview(self._events)[: count * lib.EVENT.size])

    def take(self) -> tuple[list[Audio], list[AnyNotice]]:
        """Return recorded chunks and notices; handle the chunks first (see `RecordingEnded`)."""
        if self._orders:
            self._hand_over()
        if self._names:
            self._collect_audio()
        chunks, self._chunks = self._chunks, []
        notices, self._notices = self._notices, []
        return chunks, notices

    def _collect_audio(self) -> None:
        pieces = self._pieces
        while count := self._lib.rf_engine_take_chunks(self._engine, pieces, _PIECES):
            found = memoryview(pieces)[: count * lib.PIECE.size]
            for _, recording, at, channel, size, zeros, _ in lib.PIECE.iter_unpack(found):
                self._chunks.append(self._piece(recording, at, channel, size, zeros))
            self._lib.rf_engine_return_chunks(self._engine, pieces, count)

    def pump(self) -> None:
        """Nothing to do: the thread runs by itself."""

    def clockwork(self) -> Clockwork:
        """Return how punctual the thread has been."""
        found = lib.Counts()
        self._lib.rf_engine_clockwork(self._engine, byref(found))
        return Clockwork(
            found.ticks, found.late_ticks, found.skipped_ticks, found.datagrams_in,
            found.datagrams_out, found.send_errors, tuple(found.lateness), lib.WIRES[found.way],
        )  # fmt: skip

    def close(self) -> None:
        """Stop the thread, free what it had."""
        if self._engine is None:
            return
        self._lib.rf_engine_free(self._engine)
        self._engine = None
        self._free_all()
        os.close(self._wake)
