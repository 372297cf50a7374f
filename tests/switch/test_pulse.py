"""The pulse of a media worker, in virtual time: who lives, who hangs, and the end of who does."""

import asyncio
import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from ringfence.kernel.limits import MEDIA_DEAF_MS, MEDIA_PING_MS, MEDIA_SILENCE_MS
from ringfence.media.engine import protocol as media
from ringfence.media.engine.framing import CommandReader
from ringfence.switch.media_link import MediaLink
from ringfence.switch.pulse import Pulse, end, listener
from ringfence.testing import virtual_time

HOUR = 3_600.0
PING, SILENCE, DEAF = int(MEDIA_PING_MS), int(MEDIA_SILENCE_MS), int(MEDIA_DEAF_MS)


class Patient:
    """A worker whose pulse is felt. ``answers``: what it does with a ping."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.pings: list[float] = []
        self.hung: list[tuple[float, int]] = []
        self.answers: Callable[[int], None] = self.well
        self.pulse = Pulse(ping=self._ping, hung=self._hung)

    def well(self, token: int) -> None:
        self.pulse.sign()
        self.pulse.pong(token)

    def talks_only(self, token: int) -> None:
        self.pulse.sign()

    def stopped(self, token: int) -> None:
        pass

    def _ping(self, token: int) -> None:
        self.pings.append(self.loop.time())
        self.loop.call_later(0.5, self.answers, token)

    def _hung(self, ms: int) -> None:
        self.hung.append((self.loop.time(), ms))


def test_who_answers_lives_for_ever_at_the_cost_of_one_ping_an_interval() -> None:
    async def whole() -> None:
        worker = Patient()
        worker.pulse.begin()
        await asyncio.sleep(HOUR - 0.5)
        assert len(worker.pings) == HOUR * 1000 // PING - 1
        worker.pulse.stop()
        await asyncio.sleep(HOUR)
        assert len(worker.pings) == HOUR * 1000 // PING - 1
        assert worker.hung == []

    virtual_time.run(whole())


def test_who_says_nothing_for_three_pings_hangs() -> None:
    async def whole() -> None:
        worker = Patient()
        worker.pulse.begin()
        await asyncio.sleep(2.7)  # the first ping is answered
        worker.answers = worker.stopped
        await asyncio.sleep(SILENCE / 1000 + 1.0)
        assert worker.hung == []
        await asyncio.sleep(0.5)
        assert worker.hung == [(4.0 + SILENCE / 1000, SILENCE)]
        worker.pulse.begin()  # another took its place
        worker.answers = worker.well
        await asyncio.sleep(HOUR)
        assert len(worker.hung) == 1

    virtual_time.run(whole())


def test_who_was_stopped_for_less_lives_on() -> None:
    async def whole() -> None:
        worker = Patient()
        worker.pulse.begin()
        for _ in range(10):
            worker.answers = worker.stopped
            await asyncio.sleep((SILENCE - PING) / 1000)
            worker.answers = worker.well
            await asyncio.sleep(PING / 1000)
        assert worker.hung == []

    virtual_time.run(whole())


def test_an_audio_thread_that_never_answers_is_found_out_though_the_other_talks() -> None:
    async def whole() -> None:
        worker = Patient()
        worker.answers = worker.talks_only
        worker.pulse.begin()
        await asyncio.sleep(DEAF / 1000 + 1)
        assert worker.hung == []
        await asyncio.sleep(PING / 1000)
        assert worker.hung == [((DEAF + PING) / 1000, DEAF)]

    virtual_time.run(whole())


def test_a_server_that_was_held_up_blames_nobody_for_it() -> None:
    """The time in which nobody listened is no silence: one late beat is one beat."""

    async def whole() -> None:
        worker = Patient()
        worker.pulse.begin()
        await asyncio.sleep(3)
        loop: Any = worker.loop
        loop._seconds += 60  # nothing ran for a minute
        await asyncio.sleep(HOUR)
        assert worker.hung == []

    virtual_time.run(whole())


def test_only_another_process_is_ever_named_for_an_end() -> None:
    class Transport:
        def __init__(self, wire: Any) -> None:
            self.wire = wire

        def get_extra_info(self, name: str) -> Any:
            return self.wire if name == "socket" else None

    def named(wire: Any) -> int | None:
        return listener(Transport(wire))  # type: ignore[arg-type]

    ours, theirs = socket.socketpair(socket.AF_UNIX)
    with ours, theirs:
        assert named(ours) is None  # this very process
    assert named(None) is None
    for pid, found in ((0, None), (1, None), (4_711, 4_711)):  # 0: of another namespace
        assert named(Told(pid)) == found
    assert not end(None)


def test_a_worker_that_hangs_is_killed_and_its_calls_told_as_of_any_death() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    os.kill(child.pid, signal.SIGSTOP)

    async def whole() -> None:
        lost: list[list[str]] = []
        link = MediaLink("x", on_notice=lambda _: None, on_lost=lost.append)
        pipe = Pipe(link, child.pid)
        link.made(pipe)  # type: ignore[arg-type]
        link.heard(media.Hello(engine="native", abi=1, pid=child.pid))
        link.open_leg("a", lambda _: None)
        link.heard(media.LegOpened(leg="a", port=30_000))
        await asyncio.sleep(SILENCE / 1000 + 1)
        assert (link.connected, link.hung, child.poll()) == (True, 0, None)
        sent = [c for c in CommandReader().feed(pipe.data) if isinstance(c, media.Ping)]
        assert [ping.token for ping in sent] == list(range(1, SILENCE // PING + 1))
        await asyncio.sleep(1)
        assert link.hung == 1
        assert child.wait(20) == -signal.SIGKILL
        # The kernel closes its socket. Where it cannot die, there is an end of waiting for that.
        assert lost == []
        await asyncio.sleep(PING / 1000)
        assert (lost, link.connected, link.hung) == ([["a"]], False, 1)

    try:
        virtual_time.run(whole())
    finally:
        child.kill()
        child.communicate()


def test_a_worker_that_cannot_be_killed_is_let_go_of_at_once() -> None:
    async def whole() -> None:
        lost: list[list[str]] = []
        link = MediaLink("x", on_notice=lambda _: None, on_lost=lost.append)
        link.made(Pipe(link, 0))  # type: ignore[arg-type]  # it never even says hello
        await asyncio.sleep((SILENCE + PING) / 1000 + 0.1)
        assert (lost, link.hung) == ([[]], 1)

    virtual_time.run(whole())


class Told:
    """A socket of which the kernel says that this process made its other end."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def getsockopt(self, level: int, name: int, size: int) -> bytes:
        assert (level, name) == (socket.SOL_SOCKET, socket.SO_PEERCRED)
        return struct.pack("3i", self.pid, 0, 0)


class Pipe:
    """The transport of a link to a process."""

    def __init__(self, link: MediaLink, pid: int) -> None:
        self.data = b""
        self._link = link
        self._socket = Told(pid)

    def write(self, data: bytes) -> None:
        self.data += data

    def get_write_buffer_size(self) -> int:
        return 0

    def get_extra_info(self, name: str) -> Any:
        return self._socket if name == "socket" else None

    def abort(self) -> None:
        self._link.lost()
