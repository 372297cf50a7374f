"""The media process of a world: ports of the ether, sealed files, and a life that can end."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from ringfence.kernel.entropy import SeededEntropy
from ringfence.kernel.errors import Refused
from ringfence.media.engine import protocol as p
from ringfence.media.engine.interface import Audio
from ringfence.media.engine.ports import Ports
from ringfence.media.engine.recorder import Broke, Finished, Opened, Outcome
from ringfence.media.engine.sealing import mend, read_channel
from ringfence.testing.virtual_media import SealedFiles, VirtualLink

HOST = "192.0.2.1"
KEY = bytes(range(32))


class Server:
    """The switch's end: what it was told."""

    def __init__(self, hosts, *, low: int = 20_000, high: int = 20_003) -> None:
        self.notices: list[p.AnyNotice] = []
        self.lost: list[str] = []
        self.ether = hosts.ether
        self.link = VirtualLink(
            hosts.ether,
            HOST,
            Ports(low, high),
            entropy=SeededEntropy(5),
            on_notice=self.notices.append,
            on_lost=self.lost.extend,
        )

    async def open_leg(self, leg: str) -> int | Refused:
        found: list[int | Refused] = []
        self.link.open_leg(leg, found.append)
        await asyncio.sleep(0.01)
        return found[0]

    def told(self, kind: type) -> list:
        return [notice for notice in self.notices if isinstance(notice, kind)]


def test_a_leg_takes_two_ports_and_gives_them_back(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        server = Server(hosts)
        await server.link.start()
        assert server.link.connected
        assert await server.open_leg("a") == 20_000
        assert hosts.ether.bound == [(HOST, 20_000), (HOST, 20_001)]
        server.link.send(p.CloseLeg(leg="a"))
        await asyncio.sleep(0.1)
        (closed,) = server.told(p.LegClosed)
        assert closed.leg == "a"
        assert hosts.ether.bound == []
        await server.link.close()

    play(scene)


def test_there_are_no_more_legs_than_ports(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        server = Server(hosts)
        await server.link.start()
        await server.open_leg("a")
        await server.open_leg("b")
        refused = await server.open_leg("c")
        assert isinstance(refused, Refused)
        assert refused.code == "no_rtp_port"
        await server.link.close()

    play(scene)


def test_sound_goes_out_every_twenty_milliseconds(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        heard: list[int] = []
        phone = hosts.at(2).datagrams(lambda data, _: heard.append(hosts.clock.now()))
        server = Server(hosts)
        await server.link.start()
        await server.open_leg("a")
        server.link.send(
            p.ConnectLeg(
                leg="a",
                host="192.0.2.2",
                port=phone.port,
                codec="PCMU",
                payload_type=0,
                dtmf_payload_type=101,
                ptime=20,
                direction="sendrecv",
            )
        )
        server.link.send(p.Tone(leg="a", play="1", name="ringback", duration_ms=0))
        await asyncio.sleep(1)
        gaps = {after - before for before, after in pairwise(heard)}
        assert gaps == {20}
        assert 45 <= len(heard) <= 51
        await server.link.close()
        phone.close()

    play(scene)


def test_a_killed_process_loses_its_legs_and_another_one_follows(
    play: Callable[..., None],
) -> None:
    async def scene(hosts) -> None:
        server = Server(hosts)
        await server.link.start()
        await server.open_leg("a")
        server.link.kill()
        server.link.kill()
        assert server.lost == ["a"]
        assert hosts.ether.bound == []
        assert isinstance(await server.open_leg("b"), Refused)
        await asyncio.sleep(0.3)
        assert server.link.connected
        assert server.link.connects == 2
        taken = {await server.open_leg("b"), await server.open_leg("c")}
        assert taken == {20_000, 20_002}, "the ports of the dead one are free"
        await server.link.close()

    play(scene)


def test_a_ping_is_answered(play: Callable[..., None]) -> None:
    async def scene(hosts) -> None:
        server = Server(hosts)
        await server.link.start()
        told: list[p.AnyNotice] = []
        server.link.heard = told.append
        server.link.send(p.Ping(token=7))
        await asyncio.sleep(0.1)
        assert told == [p.Pong(token=7)]
        await server.link.close()

    play(scene)


# --- files --------------------------------------------------------------------------------------


class Files:
    """Sealed files in a folder, and what they told."""

    def __init__(self, folder: Path) -> None:
        self.told: list[Outcome] = []
        self.full_at = -1
        self.writes = 0
        self.path = folder / "one"
        self.files = SealedFiles(self.told.append, SeededEntropy(1), self._write)

    def _write(self) -> None:
        self.writes += 1
        if self.writes == self.full_at:
            raise OSError(errno.ENOSPC, "full")

    async def open(self) -> None:
        channel = p.Channel(leg="a", direction="in", key=KEY, path=str(self.path))
        self.files.open("RE1", (channel,), 8_000, "PCMU")
        await asyncio.sleep(0.01)

    def append(self, milliseconds: int) -> None:
        pcm = bytes(8 * milliseconds)
        self.files.append([Audio(recording="RE1", channel=0, pcm=pcm)])


def test_a_recording_is_sealed_and_can_be_read_with_its_key(
    play: Callable[..., None], tmp_path: Path
) -> None:
    async def scene(hosts) -> None:
        del hosts
        files = Files(tmp_path)
        await files.open()
        assert files.files.held == ["RE1"]
        files.append(2_000)
        files.files.finish("RE1")
        await asyncio.sleep(0.01)
        opened, finished = files.told
        assert opened == Opened("RE1", None)
        assert isinstance(finished, Finished)
        (channel,) = finished.channels
        assert channel.size == files.path.stat().st_size
        assert len(read_channel(str(files.path), KEY).pcm) == 2 * 8 * 2_000
        assert files.files.held == []

    play(scene)


def test_a_full_disk_breaks_a_recording_once_and_keeps_what_was_written(
    play: Callable[..., None], tmp_path: Path
) -> None:
    async def scene(hosts) -> None:
        del hosts
        files = Files(tmp_path)
        files.full_at = 3
        await files.open()
        for _ in range(4):
            files.append(1_000)
        files.files.finish("RE1")
        await asyncio.sleep(0.01)
        assert [type(told) for told in files.told] == [Opened, Broke, Finished]
        assert files.told[1] == Broke("RE1", True)
        assert mend(str(files.path), KEY).duration_ms == 1_000

    play(scene)


def test_a_file_that_cannot_be_made_leaves_none(play: Callable[..., None], tmp_path: Path) -> None:
    async def scene(hosts) -> None:
        del hosts
        files = Files(tmp_path)
        files.full_at = 1
        await files.open()
        assert files.told == [Opened("RE1", "disk_full")]
        assert files.files.held == []
        files.append(1_000)
        files.files.abandon("RE1")

    play(scene)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_wrote_can_be_mended(
    play: Callable[..., None], tmp_path: Path
) -> None:
    async def scene(hosts) -> None:
        del hosts
        files = Files(tmp_path)
        await files.open()
        files.append(3_000)
        files.files.die()
        assert files.files.held == []
        assert 2_000 <= mend(str(files.path), KEY).duration_ms <= 3_000

    play(scene)
