"""The sockets under the agent; whole exchanges over them are in tests/system and tests/interop."""

import asyncio
import errno
import socket
import ssl

import pytest
from logged import listen
from sip_net import OFFER, make_agent, reply, request

from ringfence.kernel.clock import Ms, VirtualClock
from ringfence.kernel.errors import LocalError, Refused
from ringfence.kernel.limits import GARBAGE_LINE_MS, SIP_HEAD_MAX, SIP_STREAM_IDLE_MS
from ringfence.sip import commands
from ringfence.sip.events import Ended, InviteReceived, Peer, RegistrationKey, SipEvent
from ringfence.sip.leg import Leg
from ringfence.sip.message import Request
from ringfence.sip.parser import parse
from ringfence.sip.registrar import Binding
from ringfence.sip.uri import Uri
from ringfence.switch.sip_transport import SipTransport, port_refused


def test_a_port_that_cannot_be_had_is_explained() -> None:
    for number, code in (
        (errno.EADDRINUSE, "sip_port_taken"),
        (errno.EACCES, "sip_port_denied"),
        (errno.EADDRNOTAVAIL, "sip_bind_failed"),
    ):
        refused = port_refused("192.0.2.1", 5060, OSError(number, "x"))
        assert isinstance(refused, Refused)
        assert refused.code == code
        assert "--sip-tls" not in refused.reason
        tls = port_refused("192.0.2.1", 5061, OSError(number, "x"), flag="--sip-tls")
        assert "--sip-tls" in tls.reason
    assert "no address of this machine" in refused.reason


class Deaf:
    """A socket that sends nothing."""

    def __init__(self, number: int) -> None:
        self.number = number

    def sendto(self, data: bytes, address: tuple[str, int]) -> int:
        raise OSError(self.number, "x")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("number", "reported"),
    [
        (errno.ENETUNREACH, True),
        (errno.EINVAL, True),  # bound to loopback, the far end is elsewhere
        (errno.EACCES, True),  # a broadcast address
        (socket.EAI_ADDRFAMILY, True),  # IPv6, from a socket of IPv4
        (errno.ENOBUFS, False),
        (errno.EPERM, False),
    ],
)
async def test_what_can_never_be_sent_is_reported_at_once(number: int, reported: bool) -> None:
    transport = SipTransport.__new__(SipTransport)
    transport._loop = asyncio.get_running_loop()
    transport._udp = Deaf(number)  # type: ignore[assignment]
    transport.sent = transport.dropped = 0
    told: list[object] = []
    transport.do = told.append  # type: ignore[method-assign, assignment]
    peer = Peer("udp", "192.0.2.9", 5060)
    transport._send((b"x", peer))
    await asyncio.sleep(0)
    assert told == ([commands.SendFailed(peer=peer)] if reported else [])
    assert transport.dropped == (0 if reported else 1)


class Wire:
    """A UDP socket that is read and written by the test."""

    def __init__(self, *arriving: bytes) -> None:
        self.arriving = list(arriving)
        self.sent: list[bytes] = []

    def recvfrom_into(self, buffer: memoryview) -> tuple[int, tuple[str, int]]:
        if not self.arriving:
            raise BlockingIOError
        data = self.arriving.pop(0)
        buffer[: len(data)] = data
        return len(data), ("192.0.2.1", 5060)

    def sendto(self, data: bytes, address: tuple[str, int]) -> int:
        assert address == ("192.0.2.1", 5060)
        self.sent.append(data)
        return len(data)


@pytest.mark.anyio
@pytest.mark.parametrize(("at_once", "statuses"), [(True, [486]), (False, [100, 486])])
async def test_what_a_report_leads_to_leaves_in_the_same_turn(
    at_once: bool, statuses: list[int]
) -> None:
    events: list[SipEvent] = []

    def reject() -> None:
        (event,) = events
        assert isinstance(event, InviteReceived)
        transport.do(commands.Reject(leg=event.leg, status=486))

    def on_event(event: SipEvent) -> None:
        events.append(event)
        if at_once:
            reject()

    transport = SipTransport(make_agent("192.0.2.9"), VirtualClock(), on_event)
    udp = Wire(request(body=OFFER).to_bytes())
    transport._udp = udp  # type: ignore[assignment]
    transport._udp_readable()
    if not at_once:
        reject()
    assert [parse(data).status for data in udp.sent] == statuses  # type: ignore[union-attr]


@pytest.mark.anyio
async def test_a_fault_while_a_command_is_done_keeps_nothing_from_being_told() -> None:
    agent, events = make_agent("192.0.2.9"), list[SipEvent]()
    transport = SipTransport(agent, VirtualClock(), events.append)
    transport._udp = Wire(request(body=OFFER).to_bytes())  # type: ignore[assignment]
    transport._udp_readable()
    (offered,) = events
    assert isinstance(offered, InviteReceived)
    transport.do(commands.Answer(leg=offered.leg, body=OFFER))
    agent.receive(request("ACK", to=f"<sip:a@b>;tag={offered.leg}").to_bytes(), offered.peer, Ms(0))
    with pytest.raises(LocalError):
        transport.do(commands.Bye(leg=offered.leg, headers=(("X-Why", "a\r\nb"),)))
    assert isinstance(events[-1], Ended)


@pytest.mark.anyio
async def test_a_fault_of_one_call_keeps_no_other_from_being_woken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, agent = VirtualClock(), make_agent("192.0.2.9")
    transport = SipTransport(agent, clock, lambda _event: None)
    transport._udp = Wire(request(body=OFFER).to_bytes())  # type: ignore[assignment]
    transport._udp_readable()
    monkeypatch.setattr(Leg, "fire", lambda *_: 1 / 0)
    clock.advance(Ms((agent.deadline() or 0) - clock.now()))
    lines = listen(monkeypatch)
    transport._timer_fired()
    assert [line["event"] for line in lines] == ["sip_timer_failed"]
    assert transport._timer is not None


@pytest.mark.anyio
async def test_broken_streams_of_one_host_share_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = VirtualClock()
    transport = SipTransport(make_agent("192.0.2.9"), clock, lambda _event: None)
    lines = listen(monkeypatch)

    def break_one() -> None:
        connection = transport._new_connection("tcp", "203.0.113.66", 40_000)
        transport.stream_received(connection, b"x" * (SIP_HEAD_MAX + 5))

    for _ in range(100):
        break_one()
    clock.advance(Ms(GARBAGE_LINE_MS))
    break_one()
    assert [(line["event"], line["count"]) for line in lines] == [
        ("sip_stream_broken", 1),
        ("sip_stream_broken", 100),
    ]


@pytest.mark.anyio
async def test_one_datagram_is_taken_when_woken_and_all_when_woken_again_at_once() -> None:
    clock = VirtualClock()
    transport = SipTransport(make_agent("192.0.2.9"), clock, lambda _event: None)
    udp = Wire(*[request("OPTIONS", branch=f"z9hG4bK{n}").to_bytes() for n in range(5)])
    transport._udp = udp  # type: ignore[assignment]
    transport._udp_readable()
    assert len(udp.arriving) == 4
    clock.advance(20)
    transport._udp_readable()
    assert len(udp.arriving) == 3
    transport._udp_readable()
    assert not udp.arriving
    assert transport.received == 5


class Ports:
    """A loop and its sockets: UDP gets one number after the other, TCP finds the first taken."""

    def __init__(self, taken: int) -> None:
        self.taken = taken
        self.bound = 40_000
        self.closed: list[int] = []
        self.servers_closed = 0

    def socket(self, _host: str, port: int) -> "Ports.Udp":
        self.bound += 1
        return Ports.Udp(self, port or self.bound)

    async def create_server(self, _make: object, *_: object, **__: object) -> "Ports.Server":
        return Ports.Server(self)

    def add_reader(self, *_: object) -> None:
        pass

    class Server:
        def __init__(self, ports: "Ports") -> None:
            self.ports = ports

        async def start_serving(self) -> None:
            self.ports.taken -= 1
            if self.ports.taken >= 0:
                raise OSError(errno.EADDRINUSE, "x")

        def close(self) -> None:
            self.ports.servers_closed += 1

    class Udp:
        def __init__(self, ports: "Ports", number: int) -> None:
            self.ports, self.number = ports, number

        def getsockname(self) -> tuple[str, int]:
            return "127.0.0.1", self.number

        def fileno(self) -> int:
            return 1

        def close(self) -> None:
            self.ports.closed.append(self.number)


@pytest.mark.anyio
async def test_a_port_that_is_free_is_free_for_udp_and_tcp(monkeypatch: pytest.MonkeyPatch) -> None:
    def transport(ports: Ports) -> SipTransport:
        made = SipTransport.__new__(SipTransport)
        made._loop, made._servers = ports, []  # type: ignore[assignment]
        monkeypatch.setattr("ringfence.switch.sip_transport._udp_socket", ports.socket)
        return made

    ports = Ports(taken=2)
    assert await transport(ports)._bind("127.0.0.1", 0) == 40_003
    assert ports.closed == [40_001, 40_002]
    for port, taken in ((5060, 1), (0, 20)):
        ports = Ports(taken=taken)
        with pytest.raises(Refused, match="sip_port_taken"):
            await transport(ports)._bind("127.0.0.1", port)
        assert len(ports.closed) == ports.servers_closed == taken


class Stream:
    """A connection that only remembers that it was closed."""

    closed = False

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = True

    def write(self, data: bytes) -> None:
        self.written = data

    def get_write_buffer_size(self) -> int:
        return 0


@pytest.mark.anyio
async def test_an_idle_connection_is_kept_while_a_phone_or_a_call_rests_on_it() -> None:
    """A phone registers for an hour and says nothing; a long call says nothing either."""
    clock = VirtualClock()
    agent = make_agent("192.0.2.9", transport="tcp")
    transport = SipTransport(agent, clock, lambda _: None)
    streams = {}
    for port in (40_001, 40_002, 40_003):
        connection = transport.accepted("tcp", "192.0.2.1", port)
        assert connection is not None
        stream = streams[port] = Stream()
        transport.opened(connection, stream)  # type: ignore[arg-type]
        if port == 40_001:
            via = "SIP/2.0/TCP 192.0.2.1:40001;branch=z9hG4bKx"
            agent.receive(request(body=OFFER, via=via).to_bytes(), connection.peer, clock.now())
        elif port == 40_002:
            binding = Binding(
                Uri.parse("sip:desk@192.0.2.1"),
                connection.peer,
                (),
                1000,
                Ms(clock.now() + 7_200_000),
                "c",
                1,
                None,
            )
            assert agent.restore_binding("desk", binding, clock.now())
    clock.advance(SIP_STREAM_IDLE_MS + 1)
    assert transport.close_idle() == 1
    assert [port for port, stream in streams.items() if stream.closed] == [40_003]
    agent.forget_phone("desk", clock.now())
    assert transport.close_idle() == 2
    assert streams[40_002].closed
    assert not streams[40_001].closed


@pytest.mark.anyio
async def test_the_connection_we_are_registered_over_stays_and_its_loss_is_noticed() -> None:
    """Found with Kamailio over TCP: it calls us over it, and forgets us when it goes."""
    clock = VirtualClock()
    agent = make_agent("192.0.2.9", transport="tcp")
    transport = SipTransport(agent, clock, lambda _: None)
    connection = transport._new_connection("tcp", "192.0.2.2", 5060)
    stream = Stream()
    transport.opened(connection, stream)  # type: ignore[arg-type]
    transport.do(
        commands.Register(
            registration=RegistrationKey("main"),
            targets=(Peer("tcp", "192.0.2.2", 5060),),
            registrar=Uri.parse("sip:192.0.2.2;transport=tcp"),
            aor=Uri.parse("sip:desk@192.0.2.2"),
            contact_user="desk",
        )
    )
    asked = parse(stream.written)
    assert isinstance(asked, Request)
    transport.stream_received(connection, reply(asked, 200, contact=None).to_bytes())
    clock.advance(SIP_STREAM_IDLE_MS + 1)
    assert transport.close_idle() == 0
    transport.closed(connection)
    deadline = agent.deadline()
    assert deadline is not None
    assert deadline <= clock.now() + 30_000
    assert agent.homes() == frozenset()


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("number", "code"),
    [
        (10, "certificate_expired"),
        (18, "certificate_self_signed"),
        (62, "certificate_of_another_name"),
        (99, "certificate_invalid"),
    ],
)
async def test_why_a_certificate_is_not_taken_is_logged(
    monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    """To the agent the far end is unreachable; the operator has to learn why."""

    async def refuse(*_: object, **__: object) -> None:
        error = ssl.SSLCertVerificationError("no")
        error.verify_code = number
        raise error

    lines = listen(monkeypatch)
    transport = SipTransport(make_agent("192.0.2.9"), VirtualClock(), lambda _: None)
    monkeypatch.setattr(transport, "_loop", Refusing(refuse))
    peer = Peer("tls", "192.0.2.1", 5061)
    connection = transport._new_connection("tls", "192.0.2.1", 5061)
    await transport._open(connection, peer)
    assert [(line["event"], line["code"]) for line in lines] == [("sip_certificate_refused", code)]
    assert not transport._connections
    assert transport.refused_certificates == {("192.0.2.1", 5061): code}

    async def take(*_: object, **__: object) -> None:
        """The carrier has a good one now."""

    monkeypatch.setattr(transport, "_loop", Refusing(take))
    await transport._open(transport._new_connection("tls", "192.0.2.1", 5061), peer)
    assert transport.refused_certificates == {}


class Refusing:
    """A loop that opens no connection."""

    def __init__(self, refuse: object) -> None:
        self.create_connection = refuse
