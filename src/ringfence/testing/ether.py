"""The network of a world: who is bound where, and datagrams that arrive in virtual time."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable

from ringfence.kernel.clock import Clock, Ms
from ringfence.kernel.entropy import Entropy
from ringfence.sip import commands, events
from ringfence.sip.agent import Agent
from ringfence.sip.events import Peer
from ringfence.testing.network import GOOD, Address, Network, Quality
from ringfence.testing.place import OnPacket

_FIRST_PORT = 40_000
_FLOW = 1


class Ether:
    """A `Network` in the running event loop."""

    def __init__(
        self,
        clock: Clock,
        entropy: Entropy,
        between: Callable[[str, str], Quality] = lambda source, target: GOOD,  # noqa: ARG005
    ) -> None:
        self.clock = clock
        self.entropy = entropy
        self.network = Network(entropy, between)
        self.nowhere = 0
        """Datagrams for ports that nobody was bound to."""
        self.watch: Callable[[bytes, Address, Address, Ms], None] | None = None
        """Told every datagram that is sent, also those that are lost."""
        self._loop = asyncio.get_running_loop()
        self._bound: dict[Address, OnPacket] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._next_port = _FIRST_PORT

    @property
    def bound(self) -> list[Address]:
        """Every port in use."""
        return sorted(self._bound)

    def bind(self, address: Address, on_packet: OnPacket) -> Address:
        """Take a port, 0 for any free one; raises OSError where it is taken."""
        host, port = address
        if not port:
            port = self._next_port
            self._next_port += 2
        if (host, port) in self._bound:
            raise OSError(errno.EADDRINUSE, "taken")
        self._bound[(host, port)] = on_packet
        return host, port

    def release(self, address: Address) -> None:
        """Let go of a port."""
        self._bound.pop(address, None)

    def send(self, data: bytes, source: Address, target: Address) -> None:
        """Put a datagram on its way."""
        now = self.clock.now()
        if self.watch is not None:
            self.watch(data, source, target, now)
        self.network.send(data, source, target, now)
        self._arm()

    def _arm(self) -> None:
        deadline = self.network.deadline()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if deadline is not None:
            delay = max(deadline - self.clock.now(), 0) / 1000
            self._timer = self._loop.call_later(delay, self._deliver)

    def _deliver(self) -> None:
        self._timer = None
        self.network.fire(self.clock.now())
        for arrival in self.network.take_output():
            found = self._bound.get(arrival.target)
            if found is None:
                self.nowhere += 1
                continue
            # One at a time, so that an exception of one receiver is no other's.
            self._loop.call_soon(found, arrival.data, arrival.source)
        self._arm()


class EtherPort:
    """One UDP port of a world."""

    def __init__(self, ether: Ether, host: str, on_packet: OnPacket) -> None:
        self._ether = ether
        self._address = ether.bind((host, 0), on_packet)

    @property
    def port(self) -> int:
        """Its number."""
        return self._address[1]

    def send(self, data: bytes, target: Address) -> None:
        """Send a datagram."""
        self._ether.send(data, self._address, target)

    def close(self) -> None:
        """Let go of the port."""
        self._ether.release(self._address)


class EtherSignals:
    """What `ringfence.switch.sip_transport.SipTransport` is on real sockets, for UDP."""

    def __init__(
        self, ether: Ether, agent: Agent, on_event: Callable[[events.SipEvent], None]
    ) -> None:
        self.agent = agent
        self.sent = 0
        self._ether = ether
        self._clock = ether.clock
        self._on_event = on_event
        self._loop = asyncio.get_running_loop()
        self._address: Address | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._pumping = False

    async def listen(self, host: str, port: int) -> int:
        """Listen on a port, 0 for any free one; return it."""
        self._address = self._ether.bind((host, port), self._received)
        return self._address[1]

    async def close(self) -> None:
        """Let go of the port; what the agent still wants to send is dropped."""
        if self._timer is not None:
            self._timer.cancel()
        if self._address is not None:
            self._ether.release(self._address)
            self._address = None

    def do(self, command: commands.Command) -> None:
        """Give the agent a command and carry out what follows."""
        self.agent.do(command, self._clock.now())
        self._pump()

    def _received(self, data: bytes, source: Address) -> None:
        self.agent.receive(data, Peer("udp", *source, _FLOW), self._clock.now())
        self._pump()

    def _fire(self) -> None:
        self._timer = None
        self.agent.fire(self._clock.now())
        self._pump()

    def _pump(self) -> None:
        if self._pumping:
            return
        self._pumping = True
        try:
            while True:
                output, happened = self.agent.take_output(), self.agent.take_events()
                for data, peer in output:
                    self._send(data, peer)
                for event in happened:
                    try:
                        self._on_event(event)
                    except Exception as error:  # noqa: BLE001 - as `SipTransport`: go on
                        self._loop.call_exception_handler(
                            {"message": "a SIP event could not be handled", "exception": error}
                        )
                if not output and not happened:
                    break
        finally:
            self._pumping = False
            self._arm()

    def _send(self, data: bytes, peer: Peer) -> None:
        if self._address is None:
            return
        if peer.transport != "udp":
            # Nobody in a world listens for connections.
            self._loop.call_soon(self.do, commands.SendFailed(peer=peer))
            return
        self.sent += 1
        self._ether.send(data, self._address, (peer.host, peer.port))

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        deadline = self.agent.deadline()
        if deadline is not None and self._address is not None:
            delay = max(deadline - self._clock.now(), 0) / 1000
            self._timer = self._loop.call_later(delay, self._fire)


class EtherPlace:
    """A host of a world, for phones and carriers."""

    def __init__(self, ether: Ether, host: str) -> None:
        self.host = host
        self.clock: Clock = ether.clock
        self.entropy: Entropy = ether.entropy
        self._ether = ether

    def signals(self, agent: Agent, on_event: Callable[[events.SipEvent], None]) -> EtherSignals:
        """Return a SIP port for an agent."""
        return EtherSignals(self._ether, agent, on_event)

    def datagrams(self, on_packet: OnPacket) -> EtherPort:
        """Open a UDP port."""
        return EtherPort(self._ether, self.host, on_packet)
