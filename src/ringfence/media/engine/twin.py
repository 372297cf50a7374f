"""The twin with sockets: what carries the audio where the native engine could not be built.

It runs on the worker's only thread, which calls `TwinEngine.pump` every 5 ms. Good for some tens
of calls; ``ringfence doctor`` says that it is in use.
"""

from __future__ import annotations

import select
import socket
import struct
from ipaddress import ip_address

from ringfence.kernel.clock import Clock, Ms
from ringfence.kernel.limits import (
    MEDIA_LEG_BURST,
    MEDIA_PORT_TRIES,
    MEDIA_SOCKET_BUFFER,
    RTP_PACKET_MAX,
)
from ringfence.media.engine import protocol as p
from ringfence.media.engine.interface import (
    LATENESS_BIN_US,
    LATENESS_BINS,
    TICK_MS,
    Audio,
    Clockwork,
    Core,
    Identity,
    RecordingEnded,
)
from ringfence.media.engine.ports import Ports

_CATCH_UP = 40
"""Ticks made up for after a stall; older ones are skipped."""
_EXPEDITED = 0xB8
"""DSCP EF, RFC 4594 4.1."""
_IP_PKTINFO = 8
"""ip(7); Python's socket module names it only from 3.14 on."""
_PKTINFO = struct.Struct("=i4s4s")
_PKTINFO6 = struct.Struct("=16si")
_CONTROL_BYTES = 64


_NOWHERE = ("", 0)


class _Pair:
    """The two sockets of a leg."""

    __slots__ = ("aim", "leg", "port", "rtcp", "rtp", "source")

    def __init__(self, leg: str, port: int, rtp: socket.socket, rtcp: socket.socket) -> None:
        self.leg = leg
        self.port = port
        self.rtp = rtp
        self.rtcp = rtcp
        self.aim = _NOWHERE
        """Where audio was sent last."""
        self.source: list[tuple[int, int, bytes]] = []
        """Has datagrams leave from the address of ours the far end sends to (see wire.c)."""


class TwinEngine:
    """A core with Python's sockets: an `interface.Engine`."""

    kind: p.EngineKind = "reference"
    abi = 0
    wake: int | None = None

    def __init__(self, core: Core, *, bind: str, ports: Ports, clock: Clock) -> None:
        self._core = core
        self._bind = bind
        self._family = socket.AF_INET6 if ":" in bind else socket.AF_INET
        self._anywhere = ip_address(bind).is_unspecified
        self._ports = ports
        self._clock = clock
        self._pairs: dict[str, _Pair] = {}
        self._sockets: dict[int, tuple[_Pair, bool]] = {}
        self._epoll = select.epoll()
        self._due = Ms(clock.now() + TICK_MS)
        self._pongs: list[p.AnyNotice] = []
        self._ticks = self._late = self._skipped = self._in = self._out = self._errors = 0
        self._lateness = [0] * LATENESS_BINS

    @property
    def busy(self) -> bool:
        """Whether a leg is open."""
        return bool(self._pairs)

    def open(self, leg: str, identity: Identity) -> int | p.LegFailure:
        """Bind a port pair and make the leg; return the RTP port, or why not."""
        if leg in self._pairs:
            return "exists"
        pair = self._bind_pair(leg)
        if pair is None:
            return "no_port"
        if not self._core.open(leg, identity):
            self._release(pair)
            return "limit"
        if not self._pairs:
            self._due = Ms(self._clock.now() + TICK_MS)  # the clock stood still
        self._pairs[leg] = pair
        for sock, rtcp in ((pair.rtp, False), (pair.rtcp, True)):
            self._sockets[sock.fileno()] = (pair, rtcp)
            self._epoll.register(sock.fileno(), select.EPOLLIN)
        return pair.port

    def rename(self, leg: str, name: str) -> bool:
        """Call a leg that nothing has happened to by another name; False where that cannot be."""
        if not self._core.rename(leg, name):
            return False
        pair = self._pairs[name] = self._pairs.pop(leg)
        pair.leg = name
        return True

    def _bind_pair(self, leg: str) -> _Pair | None:
        for _ in range(MEDIA_PORT_TRIES):
            port = self._ports.take()
            if port is None:
                return None
            rtp = self._bind_one(port)
            rtcp = self._bind_one(port + 1) if rtp is not None else None
            if rtp is not None and rtcp is not None:
                return _Pair(leg, port, rtp, rtcp)
            if rtp is not None:
                rtp.close()
            self._ports.give_back(port)
        return None

    def _bind_one(self, port: int) -> socket.socket | None:
        try:
            sock = socket.socket(self._family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        except OSError:
            return None
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, MEDIA_SOCKET_BUFFER)
            if self._family == socket.AF_INET:
                sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, _EXPEDITED)
            if self._anywhere and self._family == socket.AF_INET:
                sock.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
            elif self._anywhere:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
            sock.bind((self._bind, port))
        except OSError:
            sock.close()
            return None
        return sock

    def _release(self, pair: _Pair) -> None:
        for sock in (pair.rtp, pair.rtcp):
            if self._sockets.pop(sock.fileno(), None) is not None:
                self._epoll.unregister(sock.fileno())
            sock.close()
        self._ports.give_back(pair.port)

    def do(self, command: p.AnyCommand) -> None:
        """Carry out a command."""
        if isinstance(command, p.Ping):
            self._pongs.append(p.Pong(command.token))
            return
        self._core.do(command, self._clock.now())
        self._send()
        if isinstance(command, p.CloseLeg):
            pair = self._pairs.pop(command.leg, None)
            if pair is not None:
                self._release(pair)

    def take(self) -> tuple[list[Audio], list[p.AnyNotice | RecordingEnded]]:
        """Return recorded chunks and notices."""
        pongs, self._pongs = self._pongs, []
        return self._core.take_audio(), [*self._core.take_notices(), *pongs]

    def awake(self) -> None:
        """Nothing wakes the worker for the twin."""

    def clockwork(self) -> Clockwork:
        """Return how punctual the worker's loop has been."""
        return Clockwork(
            self._ticks, self._late, self._skipped, self._in, self._out, self._errors,
            tuple(self._lateness), "python",
        )  # fmt: skip

    def pump(self) -> None:
        """Run the ticks that are due, then read the sockets."""
        now = self._clock.now()
        behind = (now - self._due) // TICK_MS
        self._late += behind > 0
        if behind > _CATCH_UP:
            self._skipped += behind
            self._due = now
        while self._due <= now:
            self._core.tick(self._due)
            sent = self._send()
            late_us = (self._clock.now() - self._due) * 1_000
            self._lateness[min(late_us // LATENESS_BIN_US, LATENESS_BINS - 1)] += sent
            self._ticks += 1
            self._due = Ms(self._due + TICK_MS)
        self._receive(now)
        self._send()

    def _receive(self, now: Ms) -> None:
        for fd, _ in self._epoll.poll(0):
            pair, rtcp = self._sockets[fd]
            sock = pair.rtcp if rtcp else pair.rtp
            for _ in range(MEDIA_LEG_BURST):
                try:
                    data, control, _, source = sock.recvmsg(RTP_PACKET_MAX + 1, _CONTROL_BYTES)
                except BlockingIOError:
                    break
                except OSError:
                    continue  # an ICMP error, taken off the socket by reading it
                self._in += 1
                self._core.receive(pair.leg, data, source[0], source[1], now, rtcp=rtcp)
                # Before anything was sent there is no aim yet: whoever speaks first is answered.
                if self._anywhere and pair.aim in {_NOWHERE, source[:2]}:
                    pair.source = _reply_from(control) or pair.source

    def _send(self) -> int:
        output = self._core.take_output()
        for datagram in output:
            pair = self._pairs.get(datagram.leg)
            if pair is None:
                continue
            sock = pair.rtcp if datagram.rtcp else pair.rtp
            try:
                to = (datagram.host, datagram.port)
                pair.aim = pair.aim if datagram.rtcp else to
                sock.sendmsg([datagram.data], pair.source, 0, to)
            except OSError:
                # The network is down or the buffer full: the packet is lost like any other.
                self._errors += 1
        self._out += len(output)
        return len(output)

    def close(self) -> None:
        """Close every socket."""
        for pair in self._pairs.values():
            self._release(pair)
        self._pairs.clear()
        self._epoll.close()


def _reply_from(control: list[tuple[int, int, bytes]]) -> list[tuple[int, int, bytes]]:
    """Return the control message that answers from where a datagram came to; empty if unknown."""
    for level, kind, body in control:
        if level == socket.IPPROTO_IP and kind == _IP_PKTINFO and len(body) == _PKTINFO.size:
            _, local, _ = _PKTINFO.unpack(body)
            return [(level, kind, _PKTINFO.pack(0, local, bytes(4)))]
        if level == socket.IPPROTO_IPV6 and kind == socket.IPV6_PKTINFO:
            local, _ = _PKTINFO6.unpack(body)
            return [(level, kind, _PKTINFO6.pack(local, 0))]
    return []
