"""The twin's sockets and clock, with sockets that reach nobody."""

from __future__ import annotations

import errno
import select
import socket
from collections import deque
from typing import ClassVar

import pytest

from ringfence.kernel.clock import Ms, VirtualClock
from ringfence.media.engine import protocol as p
from ringfence.media.engine.interface import Audio, Datagram, Identity, RecordingEnded
from ringfence.media.engine.ports import Ports
from ringfence.media.engine.twin import TwinEngine

IDENTITY = Identity(1, 2, 3, b"0123456789abcdef")


class Socket:
    """Knows its port and what was sent through it."""

    taken: ClassVar[set[int]] = set()
    opened: ClassVar[list[Socket]] = []

    def __init__(self, family: int, kind: int) -> None:
        self.family = family
        self.inbox: deque[tuple[bytes, tuple[str, int]] | OSError] = deque()
        self.sent: list[tuple[bytes, tuple[str, int]]] = []
        self.local = b""
        self.sent_from: list[object] = []
        self.address = ("", 0)
        self.closed = self.deaf = False
        Socket.opened.append(self)

    def fileno(self) -> int:
        return -1 if self.closed else id(self)

    def setsockopt(self, *_: object) -> None: ...

    def bind(self, address: tuple[str, int]) -> None:
        if address[1] in Socket.taken:
            raise OSError(errno.EADDRINUSE, "in use")
        self.address = address

    def recvmsg(
        self, size: int, _control: int
    ) -> tuple[bytes, list[tuple[int, int, bytes]], int, tuple[str, int]]:
        if not self.inbox:
            raise BlockingIOError
        item = self.inbox.popleft()
        if isinstance(item, OSError):
            raise item
        info = (socket.IPPROTO_IP, 8, bytes(4) + self.local + bytes(4))
        return item[0][:size], [info] if self.local else [], 0, item[1]

    def sendmsg(
        self, data: list[bytes], control: list[object], _flags: int, to: tuple[str, int]
    ) -> None:
        if self.deaf:
            raise OSError(errno.ENETUNREACH, "down")
        self.sent.append((data[0], to))
        self.sent_from.append(control)

    def close(self) -> None:
        self.closed = True


class Epoll:
    """Says which sockets have something."""

    def __init__(self) -> None:
        self.watched: set[int] = set()

    def register(self, fd: int, _events: int) -> None:
        self.watched.add(fd)

    def unregister(self, fd: int) -> None:
        self.watched.remove(fd)

    def poll(self, _timeout: float) -> list[tuple[int, int]]:
        return [(id(s), 1) for s in Socket.opened if id(s) in self.watched and s.inbox]

    def close(self) -> None: ...


class Core:
    """Notes what it is given; gives what the test put in."""

    kind: p.EngineKind = "reference"

    def __init__(self) -> None:
        self.received: list[tuple[object, ...]] = []
        self.ticks: list[int] = []
        self.done: list[tuple[p.AnyCommand, int]] = []
        self.output: list[Datagram] = []
        self.notices: list[p.AnyNotice | RecordingEnded] = []
        self.room = True

    def open(self, leg: str, identity: Identity) -> bool:
        return self.room

    def do(self, command: p.AnyCommand, now: Ms) -> None:
        self.done.append((command, now))

    def receive(
        self, leg: str, data: bytes, host: str, port: int, now: Ms, *, rtcp: bool = False
    ) -> None:
        self.received.append((leg, data, host, port, rtcp))

    def tick(self, now: Ms) -> None:
        self.ticks.append(now)

    def take_output(self) -> list[Datagram]:
        output, self.output = self.output, []
        return output

    def take_notices(self) -> list[p.AnyNotice | RecordingEnded]:
        notices, self.notices = self.notices, []
        return notices

    def take_audio(self) -> list[Audio]:
        return []


class Scene:
    def __init__(self, bind: str = "127.0.0.1") -> None:
        self.core = Core()
        self.clock = VirtualClock()
        self.ports = Ports(20_000, 20_007)
        self.engine = TwinEngine(self.core, bind=bind, ports=self.ports, clock=self.clock)

    def pump(self, milliseconds: int) -> None:
        self.clock.advance(milliseconds)
        self.engine.pump()


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr(socket, "socket", Socket)
    monkeypatch.setattr(select, "epoll", Epoll)
    monkeypatch.setattr(Socket, "taken", set())
    monkeypatch.setattr(Socket, "opened", [])
    return Scene()


def test_a_leg_has_two_neighbouring_ports(scene: Scene) -> None:
    assert scene.engine.open("LG1", IDENTITY) == 20_000
    assert [s.address[1] for s in Socket.opened] == [20_000, 20_001]
    assert scene.engine.open("LG1", IDENTITY) == "exists"


def test_ports_of_other_programs_are_passed_over(scene: Scene) -> None:
    Socket.taken |= {20_000, 20_003}
    assert scene.engine.open("LG1", IDENTITY) == 20_004
    assert sum(not s.closed for s in Socket.opened) == 2


def test_no_port_left(scene: Scene) -> None:
    Socket.taken |= set(range(20_001, 20_008, 2))
    assert scene.engine.open("LG1", IDENTITY) == "no_port"
    assert all(s.closed for s in Socket.opened)


def test_a_core_without_room_gives_the_ports_back(scene: Scene) -> None:
    scene.core.room = False
    assert scene.engine.open("LG1", IDENTITY) == "limit"
    assert all(s.closed for s in Socket.opened)
    scene.core.room = True
    assert [scene.engine.open(f"LG{k}", IDENTITY) for k in range(4)] == [
        20_002, 20_004, 20_006, 20_000,
    ]  # fmt: skip


def test_a_tick_every_five_milliseconds(scene: Scene) -> None:
    start = scene.clock.now()
    scene.pump(4)
    assert scene.core.ticks == []
    scene.pump(1)
    scene.pump(12)
    assert scene.core.ticks == [start + 5, start + 10, start + 15]
    assert scene.engine.clockwork().late_ticks == 1


def test_after_a_long_stall_old_ticks_are_skipped(scene: Scene) -> None:
    scene.pump(10_000)
    assert len(scene.core.ticks) == 1
    assert scene.engine.clockwork().skipped_ticks == 1999


def test_datagrams_reach_the_core_with_their_source(scene: Scene) -> None:
    scene.engine.open("LG1", IDENTITY)
    rtp, rtcp = Socket.opened
    rtp.inbox += [(b"one", ("192.0.2.1", 7)), OSError(errno.ECONNREFUSED, ""), (b"2", ("a", 8))]
    rtcp.inbox.append((b"report", ("192.0.2.1", 9)))
    scene.pump(1)
    assert sorted(scene.core.received, key=lambda item: item[-1]) == [  # type: ignore[arg-type,return-value]
        ("LG1", b"one", "192.0.2.1", 7, False),
        ("LG1", b"2", "a", 8, False),
        ("LG1", b"report", "192.0.2.1", 9, True),
    ]


def test_what_the_core_sends_leaves_by_its_socket(scene: Scene) -> None:
    scene.engine.open("LG1", IDENTITY)
    rtp, rtcp = Socket.opened
    scene.core.output = [
        Datagram("LG1", False, "192.0.2.1", 7, b"audio"),
        Datagram("LG1", True, "192.0.2.1", 8, b"report"),
        Datagram("LG?", False, "192.0.2.1", 8, b"nobody's"),
    ]
    scene.pump(5)
    assert rtp.sent == [(b"audio", ("192.0.2.1", 7))]
    assert rtcp.sent == [(b"report", ("192.0.2.1", 8))]
    clockwork = scene.engine.clockwork()
    assert clockwork.datagrams_out == 3
    assert clockwork.lateness[0] == 3


def test_a_network_that_is_down_is_counted(scene: Scene) -> None:
    scene.engine.open("LG1", IDENTITY)
    Socket.opened[0].deaf = True
    scene.core.output = [Datagram("LG1", False, "192.0.2.1", 7, b"audio")]
    scene.pump(5)
    assert scene.engine.clockwork().send_errors == 1


def test_closing_a_leg_says_goodbye_and_closes_its_sockets(scene: Scene) -> None:
    scene.engine.open("LG1", IDENTITY)
    scene.core.output = [Datagram("LG1", True, "192.0.2.1", 8, b"goodbye")]
    scene.engine.do(p.CloseLeg("LG1"))
    assert Socket.opened[1].sent == [(b"goodbye", ("192.0.2.1", 8))]
    assert all(s.closed for s in Socket.opened)
    assert scene.core.done == [(p.CloseLeg("LG1"), scene.clock.now())]


def test_pings_and_notices_are_taken(scene: Scene) -> None:
    scene.engine.do(p.Ping(9))
    scene.core.notices = [p.RtpStarted("LG1")]
    assert scene.engine.take() == ([], [p.RtpStarted("LG1"), p.Pong(9)])
    assert scene.engine.take() == ([], [])


def test_closing_the_engine_closes_everything(scene: Scene) -> None:
    scene.engine.open("LG1", IDENTITY)
    scene.engine.open("LG2", IDENTITY)
    scene.engine.close()
    assert all(s.closed for s in Socket.opened)


def test_version_6_sockets_for_a_version_6_address(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    six = Scene("::1")
    six.engine.open("LG1", IDENTITY)
    assert {s.family for s in Socket.opened} == {socket.AF_INET6}


def test_the_clock_stands_still_while_no_leg_is_open(scene: Scene) -> None:
    assert not scene.engine.busy
    scene.clock.advance(10_000)
    scene.engine.open("LG1", IDENTITY)
    assert scene.engine.busy
    scene.pump(4)
    assert scene.core.ticks == []
    scene.pump(1)
    assert scene.core.ticks == [scene.clock.now()]
    assert scene.engine.clockwork().skipped_ticks == 0
    scene.engine.do(p.CloseLeg("LG1"))
    assert not scene.engine.busy


def test_bound_to_all_addresses_it_answers_from_the_one_it_was_called_at(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    everywhere = Scene("0.0.0.0")
    everywhere.engine.open("LG1", IDENTITY)
    rtp, rtcp = Socket.opened
    audio = Datagram("LG1", False, "192.0.2.1", 7, b"audio")

    def sent_from() -> object:
        everywhere.core.output = [audio, Datagram("LG1", True, "192.0.2.1", 8, b"report")]
        everywhere.pump(5)
        assert rtp.sent_from[-1] == rtcp.sent_from[-1]
        return rtp.sent_from[-1]

    assert sent_from() == []
    rtp.local = bytes((10, 0, 0, 2))
    rtp.inbox.append((b"stranger", ("192.0.2.9", 7)))
    everywhere.pump(5)
    assert sent_from() == []
    rtp.inbox.append((b"voice", ("192.0.2.1", 7)))
    everywhere.pump(5)
    assert sent_from() == [(socket.IPPROTO_IP, 8, bytes(4) + rtp.local + bytes(4))]
    # Bound to one address there is nothing to choose.
    scene.engine.open("LG1", IDENTITY)
    one = Socket.opened[-2]
    one.local = rtp.local
    scene.core.output = [audio]
    scene.pump(5)
    one.inbox.append((b"voice", ("192.0.2.1", 7)))
    scene.pump(5)
    scene.core.output = [audio]
    scene.pump(5)
    assert one.sent_from[-1] == []
