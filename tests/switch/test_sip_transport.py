"""The sockets under the agent; whole exchanges over them are in tests/system and tests/interop."""

import asyncio
import errno
import socket

import pytest
from sip_net import OFFER, make_agent, request

from ringfence.kernel.clock import VirtualClock
from ringfence.kernel.errors import Refused
from ringfence.sip import commands
from ringfence.sip.events import InviteReceived, Peer, SipEvent
from ringfence.sip.parser import parse
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

    def recvfrom(self, _: int) -> tuple[bytes, tuple[str, int]]:
        if not self.arriving:
            raise BlockingIOError
        return self.arriving.pop(0), ("192.0.2.1", 5060)

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


class Ports:
    """A loop and its sockets: UDP gets one number after the other, TCP finds the first taken."""

    def __init__(self, taken: int) -> None:
        self.taken = taken
        self.bound = 40_000
        self.closed: list[int] = []

    def socket(self, _host: str, port: int) -> "Ports.Udp":
        self.bound += 1
        return Ports.Udp(self, port or self.bound)

    async def create_server(self, _make: object, _host: str, _port: int, **_: object) -> str:
        self.taken -= 1
        if self.taken >= 0:
            raise OSError(errno.EADDRINUSE, "x")
        return "server"

    def add_reader(self, *_: object) -> None:
        pass

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
        assert len(ports.closed) == taken
