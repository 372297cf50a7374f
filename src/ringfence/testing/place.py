"""Where a test phone lives: on real sockets of this machine, or in a world of its own.

A phone needs a clock, randomness, a way to send SIP and a socket for its sound. `ThisMachine` gives
it the real ones; `ringfence.testing.world` gives it simulated ones, and the same phone code runs in
virtual time.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Protocol

from ringfence.kernel.clock import Clock, SystemClock
from ringfence.kernel.entropy import Entropy, SystemEntropy
from ringfence.sip import commands, events
from ringfence.sip.agent import Agent
from ringfence.switch.sip_transport import SipTransport
from ringfence.testing.network import Address, Line, Quality

OnPacket = Callable[[bytes, Address], None]
"""Told every datagram that arrives and where it came from."""


class Datagrams(Protocol):
    """One UDP port."""

    @property
    def port(self) -> int:
        """Its number."""
        ...

    def send(self, data: bytes, target: Address) -> None:
        """Send a datagram; it may be lost."""
        ...

    def close(self) -> None:
        """Let go of the port."""
        ...


class Signals(Protocol):
    """The sockets under a SIP agent, as `SipTransport` has them."""

    async def listen(self, host: str, port: int) -> int:
        """Listen on a port, 0 for any free one; return it."""
        ...

    def do(self, command: commands.Command) -> None:
        """Give the agent a command and carry out what follows."""
        ...

    async def close(self) -> None:
        """Let go of every socket."""
        ...


class Place(Protocol):
    """What surrounds a phone."""

    host: str
    clock: Clock
    entropy: Entropy

    def signals(self, agent: Agent, on_event: Callable[[events.SipEvent], None]) -> Signals:
        """Return the sockets for an agent."""
        ...

    def datagrams(self, on_packet: OnPacket) -> Datagrams:
        """Open a UDP port."""
        ...


class ThisMachine:
    """Real sockets on one address of this machine."""

    def __init__(
        self,
        host: str = "127.0.0.1",
        *,
        clock: Clock | None = None,
        entropy: Entropy | None = None,
    ) -> None:
        self.host = host
        self.clock = clock or SystemClock()
        self.entropy = entropy or SystemEntropy()

    def signals(self, agent: Agent, on_event: Callable[[events.SipEvent], None]) -> Signals:
        """Return real sockets for an agent."""
        return SipTransport(agent, self.clock, on_event)

    def datagrams(self, on_packet: OnPacket) -> Datagrams:
        """Open a real UDP port."""
        return UdpPort(self.host, on_packet)


class UdpPort:
    """A real UDP port, read by the running event loop."""

    def __init__(self, host: str, on_packet: OnPacket) -> None:
        self._on_packet = on_packet
        self._loop = asyncio.get_running_loop()
        self._socket = socket.socket(
            socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM
        )
        self._socket.setblocking(False)
        self._socket.bind((host, 0))
        self._loop.add_reader(self._socket.fileno(), self._readable)

    @property
    def port(self) -> int:
        """Its number."""
        return int(self._socket.getsockname()[1])

    def send(self, data: bytes, target: Address) -> None:
        """Send a datagram."""
        try:
            self._socket.sendto(data, target)
        except OSError:
            pass  # the far end has closed its port: as on any network

    def close(self) -> None:
        """Let go of the port."""
        self._loop.remove_reader(self._socket.fileno())
        self._socket.close()

    def _readable(self) -> None:
        while True:
            try:
                data, source = self._socket.recvfrom(2048)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                continue  # an ICMP error for an earlier datagram
            self._on_packet(data, (source[0], source[1]))


class BadPort:
    """A UDP port at the end of a bad line."""

    def __init__(self, place: Place, quality: Quality, on_packet: OnPacket) -> None:
        self._clock = place.clock
        self._on_packet = on_packet
        self._out = Line(quality, place.entropy)
        self._in = Line(quality, place.entropy)
        self._loop = asyncio.get_running_loop()
        self._open = True
        self._port = place.datagrams(self._received)

    @property
    def port(self) -> int:
        """Its number."""
        return self._port.port

    def send(self, data: bytes, target: Address) -> None:
        """Send a datagram; the line decides what becomes of it."""
        now = self._clock.now()
        for instant in self._out.send(now):
            self._loop.call_later((instant - now) / 1000, self._leave, data, target)

    def close(self) -> None:
        """Let go of the port."""
        self._open = False
        self._port.close()

    def _leave(self, data: bytes, target: Address) -> None:
        if self._open:
            self._port.send(data, target)

    def _received(self, data: bytes, source: Address) -> None:
        now = self._clock.now()
        for instant in self._in.send(now):
            self._loop.call_later((instant - now) / 1000, self._arrive, data, source)

    def _arrive(self, data: bytes, source: Address) -> None:
        if self._open:
            self._on_packet(data, source)
