"""The sockets under the SIP agent: read, call the core, send what it returns, re-arm one timer.

UDP is read by a reader callback that drains the socket, because one wake-up per datagram costs
more than the datagram. TCP and TLS connections are *flows* with a number; the agent names the
flow it wants to answer on, and a flow of zero lets this file pick one or open it.

No protocol decision is made here (style 3).
"""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from ringfence.kernel.clock import Clock
from ringfence.kernel.errors import Refused, RemoteError
from ringfence.kernel.limits import (
    SIP_CONNECT_MS,
    SIP_CONNECTIONS_MAX,
    SIP_CONNECTIONS_PER_HOST_MAX,
    SIP_DATAGRAM_BYTES_MAX,
    SIP_DRAIN_BATCH,
    SIP_PORT_TRIES,
    SIP_SOCKET_BUFFER_BYTES,
    SIP_STREAM_BACKLOG_BYTES,
    SIP_STREAM_IDLE_MS,
)
from ringfence.observe.logs import get_logger
from ringfence.sip import commands
from ringfence.sip.agent import Agent
from ringfence.sip.events import Peer, SipEvent, Transmit, Transport
from ringfence.sip.stream import Framer
from ringfence.switch.noise import Noise

log = get_logger(__name__)

_UDP_FLOW = 1
_BUSY_MS = 1
"""Woken again so soon: there is a crowd at the door."""
_FIRST_STREAM_FLOW = 16
_PASSING = {errno.ENOBUFS, errno.ENOMEM, errno.EPERM}
"""What a later try may overcome: no memory, or a firewall whose table of connections is full."""

_CERTIFICATES = {
    9: "certificate_not_yet_valid",
    10: "certificate_expired",
    18: "certificate_self_signed",
    19: "certificate_self_signed",
    20: "certificate_of_unknown_issuer",
    21: "certificate_of_unknown_issuer",
    62: "certificate_of_another_name",
    64: "certificate_of_another_name",
}
"""OpenSSL's X509_V_ERR numbers: why a far end's certificate was not taken."""


@dataclass(slots=True)
class _Connection:
    """One TCP or TLS connection, ours or theirs."""

    flow: int
    peer: Peer
    transport: asyncio.Transport | None = None
    framer: Framer = field(default_factory=Framer)
    waiting: list[bytes] = field(default_factory=list)
    heard_at: int = 0


class _StreamProtocol(asyncio.Protocol):
    """Bytes of one connection into messages."""

    __slots__ = ("_connection", "_owner", "_transport_name")

    def __init__(
        self, owner: SipTransport, transport_name: Transport, connection: _Connection | None = None
    ) -> None:
        self._owner = owner
        self._transport_name = transport_name
        self._connection = connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not derive from asyncio's.
        stream = cast("asyncio.Transport", transport)
        if self._connection is None:
            host, port = stream.get_extra_info("peername")[:2]
            self._connection = self._owner.accepted(self._transport_name, host, port)
            if self._connection is None:
                stream.abort()
                return
        self._owner.opened(self._connection, stream)

    def data_received(self, data: bytes) -> None:
        if self._connection is not None:
            self._owner.stream_received(self._connection, data)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        if self._connection is not None:
            self._owner.closed(self._connection)


class SipTransport:
    """All SIP sockets of the process and the agent they feed.

    ``on_event`` gets every fact of the agent, in order, right after the bytes that caused it.
    ``tls_name``: the name that the certificate at an address has to prove.
    """

    def __init__(
        self,
        agent: Agent,
        clock: Clock,
        on_event: Callable[[SipEvent], None],
        *,
        tls_name: Callable[[Peer], str] = lambda peer: peer.host,
    ) -> None:
        self.agent = agent
        self.tls_name = tls_name
        self.refused_certificates: dict[tuple[str, int], str] = {}
        """Why the certificate at an address was not taken when we last called there."""
        self._clock = clock
        self._on_event = on_event
        self._loop = asyncio.get_running_loop()
        self._udp: socket.socket | None = None
        self._datagram = memoryview(bytearray(SIP_DATAGRAM_BYTES_MAX))
        self._woken_at = 0
        """When the last datagram came."""
        self._servers: list[asyncio.Server] = []
        self._connections: dict[int, _Connection] = {}
        self._by_peer: dict[tuple[str, str, int], _Connection] = {}
        self._per_host: dict[str, int] = {}
        self._next_flow = _FIRST_STREAM_FLOW
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at: int | None = None
        self._pumping = False
        self._noise = Noise()
        self._tasks: set[asyncio.Task[None]] = set()
        self._client_tls = ssl.create_default_context()
        self.received = 0
        self.sent = 0
        self.dropped = 0

    async def listen(
        self,
        host: str,
        port: int,
        *,
        tls_at: tuple[str, int] = ("", 0),
        tls: ssl.SSLContext | None = None,
    ) -> int:
        """Bind UDP and TCP on ``host:port`` (0: any free one), TLS on ``tls_at``; the port."""
        bound = await self._bind(host, port)
        try:
            if tls is not None:
                self._servers.append(await self._serve("tls", *tls_at, tls))
        except OSError as error:
            await self.close()
            raise port_refused(*tls_at, error, flag="--sip-tls") from None
        except BaseException:
            await self.close()  # whoever opens it was given up
            raise
        return bound

    async def _serve(
        self, kind: Transport, host: str, port: int, tls: ssl.SSLContext | None = None
    ) -> asyncio.Server:
        """Take connections; raises `OSError` where the port is taken."""
        server = await self._loop.create_server(
            lambda: _StreamProtocol(self, kind), host, port,
            ssl=tls, reuse_address=True, start_serving=False,
        )  # fmt: skip
        try:
            await server.start_serving()
        except BaseException:
            server.close()  # nobody else knows it, so nobody else would
            raise
        return server

    async def _bind(self, host: str, port: int) -> int:
        """Bind UDP and TCP to one number. One that is free for UDP may be taken for TCP."""
        tries = 1 if port else int(SIP_PORT_TRIES)
        while True:
            udp = _udp_socket(host, port)
            bound = int(udp.getsockname()[1])
            try:
                server = await self._serve("tcp", host, bound)
            except OSError as error:
                udp.close()
                tries -= 1
                if not tries:
                    raise port_refused(host, bound, error) from None
                continue
            except BaseException:
                udp.close()  # whoever opens it was given up
                raise
            self._udp = udp
            self._loop.add_reader(udp.fileno(), self._udp_readable)
            self._servers.append(server)
            return bound

    async def close(self) -> None:
        """Close every socket; what the agent still wants to send is dropped."""
        if self._timer is not None:
            self._timer.cancel()
        for server in self._servers:
            server.close()
        for connection in list(self._connections.values()):
            if connection.transport is not None:
                connection.transport.abort()
        for task in list(self._tasks):
            task.cancel()
        if self._udp is not None:
            self._loop.remove_reader(self._udp.fileno())
            self._udp.close()
            self._udp = None

    # -- the driver ---------------------------------------------------------------------------

    def do(self, command: commands.Command) -> None:
        """Give the agent a command and carry out what follows."""
        try:
            self.agent.do(command, self._clock.now())
        finally:
            self._pump()

    def _pump(self) -> None:
        """Report and send until the agent has nothing more; a report may give new commands.

        What a report leads to leaves with the rest: a call that is answered at once needs no 100.
        """
        if self._pumping:
            return
        self._pumping = True
        try:
            agent = self.agent
            while True:
                events = agent.take_events()
                for event in events:
                    try:
                        self._on_event(event)
                    except Exception:
                        log.exception("sip_event_failed", event_name=type(event).__name__)
                if events:
                    continue
                output = agent.take_output()
                if not output:
                    break
                for transmit in output:
                    self._send(transmit)
        finally:
            self._pumping = False
        self._arm()

    def _arm(self) -> None:
        deadline = self.agent.deadline()
        if deadline == self._timer_at:
            return
        if self._timer is not None:
            # A later deadline may wait for the earlier timer: it fires, finds nothing, re-arms.
            if deadline is None or (self._timer_at is not None and deadline > self._timer_at):
                return
            self._timer.cancel()
            self._timer = None
        self._timer_at = deadline
        if deadline is not None:
            delay = max(deadline - self._clock.now(), 0) / 1000
            self._timer = self._loop.call_later(delay, self._timer_fired)

    def _timer_fired(self) -> None:
        self._timer = None
        self._timer_at = None
        try:
            self.agent.fire(self._clock.now())
        except Exception:
            # One call that cannot go on must not keep the others from being woken.
            log.exception("sip_timer_failed")
        self._pump()

    # -- UDP ----------------------------------------------------------------------------------

    def _udp_readable(self) -> None:
        udp = self._udp
        if udp is None:
            return
        now = self._clock.now()
        # Mostly one datagram is there, and to hear that there is no second costs an exception;
        # where there is, the loop comes back at once, and then all of them are taken.
        most = SIP_DRAIN_BATCH if now - self._woken_at <= _BUSY_MS else 1
        self._woken_at = now
        receive = self.agent.receive
        for _ in range(most):
            try:
                count, address = udp.recvfrom_into(self._datagram)
            except (BlockingIOError, InterruptedError):
                break
            except OSError:
                # An ICMP error for an earlier datagram surfaces here; the transaction's own
                # timer deals with the silence.
                continue
            self.received += 1
            peer = Peer("udp", address[0], address[1], _UDP_FLOW)
            try:
                receive(bytes(self._datagram[:count]), peer, now)
            except Exception:
                # One hostile datagram must never stop the others.
                log.exception("sip_receive_failed")
            self._pump()

    def _send(self, transmit: Transmit) -> None:
        data, peer = transmit
        self.sent += 1
        if peer.transport == "udp":
            if self._udp is None:
                return
            try:
                self._udp.sendto(data, (peer.host, peer.port))
            except (BlockingIOError, InterruptedError):
                self.dropped += 1
            except OSError as error:
                if error.errno in _PASSING:
                    self.dropped += 1
                else:  # no route, or no address that this socket could ever send to
                    self._loop.call_soon(self.do, commands.SendFailed(peer=peer))
            return
        self._send_stream(data, peer)

    # -- TCP and TLS --------------------------------------------------------------------------

    def _send_stream(self, data: bytes, peer: Peer) -> None:
        connection = self._connections.get(peer.flow) if peer.flow else None
        if connection is None and peer.flow == 0:
            connection = self._by_peer.get((peer.transport, peer.host, peer.port))
        if connection is None:
            if peer.flow:
                self._loop.call_soon(self.do, commands.SendFailed(peer=peer))
                return
            connection = self._connect(peer)
        if connection.transport is None:
            connection.waiting.append(data)
            return
        if connection.transport.get_write_buffer_size() > SIP_STREAM_BACKLOG_BYTES:
            self.dropped += 1
            connection.transport.abort()
            return
        connection.transport.write(data)

    def _connect(self, peer: Peer) -> _Connection:
        connection = self._new_connection(peer.transport, peer.host, peer.port)
        task = self._loop.create_task(self._open(connection, peer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return connection

    async def _open(self, connection: _Connection, peer: Peer) -> None:
        tls = self._client_tls if peer.transport == "tls" else None
        try:
            async with asyncio.timeout(SIP_CONNECT_MS / 1000):
                await self._loop.create_connection(
                    lambda: _StreamProtocol(self, peer.transport, connection),
                    peer.host,
                    peer.port,
                    ssl=tls,
                    server_hostname=self.tls_name(peer) if tls is not None else None,
                )
        except (OSError, TimeoutError, ssl.SSLError) as error:
            if isinstance(error, ssl.SSLCertVerificationError):
                # It looks like a host that is down to everybody else (RFC 5922 7.3).
                code = _CERTIFICATES.get(error.verify_code, "certificate_invalid")
                log.warning("sip_certificate_refused", code=code)
                self.refused_certificates[peer.host, peer.port] = code
            self._forget(connection)
            self.do(commands.SendFailed(peer=peer))
        else:
            self.refused_certificates.pop((peer.host, peer.port), None)

    def accepted(self, transport: Transport, host: str, port: int) -> _Connection | None:
        """A connection came in: its record, or None where there are too many already."""
        if (
            len(self._connections) >= SIP_CONNECTIONS_MAX
            or self._per_host.get(host, 0) >= SIP_CONNECTIONS_PER_HOST_MAX
        ):
            self.dropped += 1
            return None
        return self._new_connection(transport, host, port)

    def _new_connection(self, transport: Transport, host: str, port: int) -> _Connection:
        flow = self._next_flow
        self._next_flow += 1
        connection = _Connection(flow, Peer(transport, host, port, flow))
        connection.heard_at = self._clock.now()
        self._connections[flow] = connection
        self._by_peer[(transport, host, port)] = connection
        self._per_host[host] = self._per_host.get(host, 0) + 1
        return connection

    def opened(self, connection: _Connection, transport: asyncio.Transport) -> None:
        """The connection stands: what waited for it leaves."""
        connection.transport = transport
        for data in connection.waiting:
            transport.write(data)
        connection.waiting.clear()

    def stream_received(self, connection: _Connection, data: bytes) -> None:
        """Bytes of a connection; a broken frame ends the connection (RFC 3261 18.3)."""
        now = self._clock.now()
        connection.heard_at = now
        try:
            messages = connection.framer.feed(data)
        except RemoteError as error:
            count = self._noise.heard(connection.peer.host, now)
            if count:
                log.info("sip_stream_broken", hint=error.hint, count=count)
            messages = []
            if connection.transport is not None:
                connection.transport.close()
        pong = connection.framer.take_output()
        if pong and connection.transport is not None:
            connection.transport.write(pong)
        for message in messages:
            self.received += 1
            try:
                self.agent.receive(message, connection.peer, now)
            except Exception:
                log.exception("sip_receive_failed")
            self._pump()
        if connection.framer.closed and connection.transport is not None:
            # What follows a broken head cannot be framed (RFC 3261 18.3): the answer has left.
            connection.transport.close()

    def closed(self, connection: _Connection) -> None:
        """A connection ended: its flow is gone for the agent too."""
        if self._forget(connection):
            peer = connection.peer._replace(flow=0)
            self.do(commands.FlowClosed(flow=connection.flow, peer=peer))

    def _forget(self, connection: _Connection) -> bool:
        if self._connections.pop(connection.flow, None) is None:
            return False
        peer = connection.peer
        key = (peer.transport, peer.host, peer.port)
        if self._by_peer.get(key) is connection:
            del self._by_peer[key]
        left = self._per_host.get(peer.host, 1) - 1
        if left > 0:
            self._per_host[peer.host] = left
        else:
            self._per_host.pop(peer.host, None)
        return True

    def close_idle(self) -> int:
        """Close connections that were silent too long; how many.

        Not those that a phone is registered over, nor those of a call: many a phone says nothing
        for an hour, and who closes its connection makes it unreachable or ends what it talks about.
        Nor those over which we are registered ourselves: calls to us come in over them.
        """
        limit = self._clock.now() - SIP_STREAM_IDLE_MS
        used, homes = self.agent.flows(), self.agent.homes()
        idle = [
            each
            for each in self._connections.values()
            if each.heard_at < limit
            and each.flow not in used
            and each.peer._replace(flow=0) not in homes
        ]
        for connection in idle:
            if connection.transport is not None:
                connection.transport.close()
        return len(idle)


def _udp_socket(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ipaddress.ip_address(host).version == 6 else socket.AF_INET
    udp = socket.socket(family, socket.SOCK_DGRAM)
    try:
        udp.setblocking(False)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            udp.setsockopt(socket.SOL_SOCKET, option, SIP_SOCKET_BUFFER_BYTES)
        udp.bind((host, port))
    except OSError as error:
        udp.close()
        raise port_refused(host, port, error) from None
    return udp


def port_refused(host: str, port: int, error: OSError, *, flag: str = "--sip") -> Refused:
    """Why a port cannot be had, and what to do; ``flag``: what chooses another."""
    if error.errno == errno.EADDRINUSE:
        return Refused(
            "sip_port_taken",
            f"another program uses port {port} on {host}; stop it or choose another with {flag}",
        )
    if error.errno == errno.EACCES:
        return Refused(
            "sip_port_denied", f"port {port} needs more rights; choose one above 1023 with {flag}"
        )
    if error.errno == errno.EADDRNOTAVAIL:
        reason = f"{host} is no address of this machine; choose one with {flag}"
        return Refused("sip_bind_failed", reason)
    return Refused("sip_bind_failed", f"cannot listen on {host}:{port}; check {flag}")
