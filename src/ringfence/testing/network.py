"""A bad network, repeatable from a seed: loss, delay, jitter, overtaking, copies.

`Line` is the rule for one direction of one path. `Network` is a machine of the usual shape that
holds what is under way between addresses. `BadLineAgent` puts a line before a SIP agent. `Relay`
is the adapter for programs of others: a UDP port that passes datagrams on to a target, and back.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from types import TracebackType
from typing import NamedTuple

from ringfence.kernel.clock import Clock, Ms, SystemClock
from ringfence.kernel.entropy import Entropy, SystemEntropy
from ringfence.kernel.errors import LocalError
from ringfence.kernel.limits import RELAY_CLIENTS_MAX
from ringfence.sip.admission import Admission
from ringfence.sip.agent import Agent
from ringfence.sip.commands import Command
from ringfence.sip.config import AgentConfig
from ringfence.sip.events import Peer, Transmit

Address = tuple[str, int]
"""IP address and port."""

PER_MILLE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """How bad a line is. Shares are packets in a thousand, times milliseconds.

    ``delay_ms`` is everybody's, ``jitter_ms`` the most that is added to it at random. Packets keep
    their order unless they are among those in ``reorder``: these arrive ``hold_ms`` late and let
    others pass. A packet in ``duplicate`` arrives twice.
    """

    loss: int = 0
    duplicate: int = 0
    reorder: int = 0
    delay_ms: int = 0
    jitter_ms: int = 0
    hold_ms: int = 60


GOOD = Quality()
"""Everything arrives at once."""


class Line:
    """One direction of a path."""

    __slots__ = ("_entropy", "_last", "carried", "lost", "quality")

    def __init__(self, quality: Quality, entropy: Entropy) -> None:
        self.quality = quality
        self.carried = 0
        self.lost = 0
        self._entropy = entropy
        self._last = Ms(0)

    def send(self, now: Ms) -> list[Ms]:
        """Return when the copies of a packet sent now arrive: none where it is lost."""
        quality = self.quality
        self.carried += 1
        if self._chance(quality.loss):
            self.lost += 1
            return []
        arrival = Ms(max(now + quality.delay_ms + self._below(quality.jitter_ms + 1), self._last))
        if self._chance(quality.reorder):
            arrival = Ms(arrival + quality.hold_ms)
        else:
            self._last = arrival
        if not self._chance(quality.duplicate):
            return [arrival]
        return [arrival, Ms(arrival + self._below(quality.jitter_ms + 1))]

    def _chance(self, share: int) -> bool:
        return share > 0 and self._below(PER_MILLE) < share

    def _below(self, bound: int) -> int:
        return int.from_bytes(self._entropy.token(4), "big") % bound if bound > 1 else 0


class Arrival(NamedTuple):
    """A datagram at its destination."""

    data: bytes
    source: Address
    target: Address


class Network:
    """Everything under way between addresses; each pair of hosts has a line of its own.

    ``between``: the quality of the line from one host to another; called once for each pair.
    """

    def __init__(self, entropy: Entropy, between: Callable[[str, str], Quality]) -> None:
        self._entropy = entropy
        self._between = between
        self._lines: dict[tuple[str, str], Line] = {}
        self._under_way: list[tuple[Ms, int, Arrival]] = []
        self._order = count()
        self._arrived: list[Arrival] = []

    def send(self, data: bytes, source: Address, target: Address, now: Ms) -> None:
        """Put a datagram on its way."""
        for instant in self.line(source[0], target[0]).send(now):
            arrival = Arrival(data, source, target)
            heappush(self._under_way, (instant, next(self._order), arrival))

    def line(self, source: str, target: str) -> Line:
        """Return the line from one host to another."""
        line = self._lines.get((source, target))
        if line is None:
            quality = self._between(source, target)
            line = self._lines[(source, target)] = Line(quality, self._entropy)
        return line

    def deadline(self) -> Ms | None:
        """Return when the next datagram arrives."""
        return self._under_way[0][0] if self._under_way else None

    def fire(self, now: Ms) -> None:
        """Let everything arrive whose time has come."""
        while self._under_way and self._under_way[0][0] <= now:
            self._arrived.append(heappop(self._under_way)[2])

    def take_output(self) -> list[Arrival]:
        """Return what arrived, in order, once."""
        arrived, self._arrived = self._arrived, []
        return arrived

    @property
    def lost(self) -> int:
        """How many datagrams were lost so far."""
        return sum(line.lost for line in self._lines.values())


class BadLineAgent(Agent):
    """A SIP agent at the end of a bad line: a machine like `Agent`, whose messages fare so."""

    def __init__(
        self, config: AgentConfig, entropy: Entropy, admission: Admission, quality: Quality
    ) -> None:
        super().__init__(config, entropy, admission)
        self._out = Line(quality, entropy)
        self._in = Line(quality, entropy)
        self._leaving: list[tuple[Ms, int, Transmit]] = []
        self._coming: list[tuple[Ms, int, bytes, Peer]] = []
        self._order = count()
        self._now = Ms(0)

    def receive(self, data: bytes, peer: Peer, now: Ms) -> None:
        """Take a datagram from the network, which is the far end of the line."""
        self._now = now
        if peer.transport != "udp":
            super().receive(data, peer, now)  # TCP mends what its line spoils
            return
        for instant in self._in.send(now):
            heappush(self._coming, (instant, next(self._order), data, peer))
        self._arrive(now)

    def do(self, command: Command, now: Ms) -> None:
        """Carry out a command."""
        self._now = now
        super().do(command, now)

    def deadline(self) -> Ms | None:
        """Return the earliest instant at which the agent or the line has something to do."""
        due = super().deadline()
        waiting = [queue[0][0] for queue in (self._leaving, self._coming) if queue]
        return min(waiting if due is None else [due, *waiting], default=None)

    def fire(self, now: Ms) -> None:
        """Do everything whose time has come."""
        self._now = now
        super().fire(now)
        self._arrive(now)

    def take_output(self) -> list[Transmit]:
        """Return what leaves the line now."""
        now = self._now
        left: list[Transmit] = []
        for transmit in super().take_output():
            if transmit.peer.transport != "udp":
                left.append(transmit)
                continue
            for instant in self._out.send(now):
                heappush(self._leaving, (instant, next(self._order), transmit))
        while self._leaving and self._leaving[0][0] <= now:
            left.append(heappop(self._leaving)[2])
        return left

    def _arrive(self, now: Ms) -> None:
        while self._coming and self._coming[0][0] <= now:
            _, _, data, peer = heappop(self._coming)
            super().receive(data, peer, now)


class Relay:
    """A UDP port whose datagrams reach ``target`` over a bad line, as do the answers.

    async with Relay(("127.0.0.1", 5060), quality=Quality(loss=100)) as relay:
        ...  # talk to ("127.0.0.1", relay.port)

    Each client speaks to the target from a port of its own, as behind an address translator.
    """

    def __init__(
        self,
        target: Address,
        *,
        quality: Quality,
        host: str = "127.0.0.1",
        clock: Clock | None = None,
        entropy: Entropy | None = None,
    ) -> None:
        entropy = entropy or SystemEntropy()
        self.there = Line(quality, entropy)
        self.back = Line(quality, entropy)
        self.port = 0
        self._target = target
        self._host = host
        self._clock = clock or SystemClock()
        self._front: socket.socket | None = None
        self._clients: dict[Address, socket.socket] = {}

    async def __aenter__(self) -> Relay:
        self._front = self._bound()
        self.port = int(self._front.getsockname()[1])
        asyncio.get_running_loop().add_reader(self._front.fileno(), self._from_client)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        sockets = [*self._clients.values(), *([self._front] if self._front is not None else [])]
        for open_ in sockets:
            asyncio.get_running_loop().remove_reader(open_.fileno())
            open_.close()
        self._clients.clear()
        self._front = None

    def _bound(self) -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.setblocking(False)
        made.bind((self._host, 0))
        return made

    def _from_client(self) -> None:
        assert self._front is not None
        for data, client in _received(self._front):
            upstream = self._clients.get(client)
            if upstream is None:
                if len(self._clients) >= RELAY_CLIENTS_MAX:
                    raise LocalError("a relay for tests has more clients than it has sockets")
                upstream = self._clients[client] = self._bound()
                asyncio.get_running_loop().add_reader(upstream.fileno(), self._from_target, client)
            self._later(self.there, upstream, data, self._target)

    def _from_target(self, client: Address) -> None:
        for data, _ in _received(self._clients[client]):
            if self._front is not None:
                self._later(self.back, self._front, data, client)

    def _later(self, line: Line, out: socket.socket, data: bytes, target: Address) -> None:
        now = self._clock.now()
        loop = asyncio.get_running_loop()
        for instant in line.send(now):
            loop.call_later((instant - now) / 1000, _send, out, data, target)


def _received(source: socket.socket) -> list[tuple[bytes, Address]]:
    found: list[tuple[bytes, Address]] = []
    while True:
        try:
            found.append(source.recvfrom(65_535))
        except (BlockingIOError, InterruptedError):
            return found
        except OSError:
            continue  # an ICMP error for an earlier datagram


def _send(out: socket.socket, data: bytes, target: Address) -> None:
    try:
        out.sendto(data, target)
    except OSError:
        pass  # lost, as on any network; or the relay was closed meanwhile
