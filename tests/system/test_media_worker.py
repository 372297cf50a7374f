"""The media process as a process: calls, crashes, full disks, lost servers."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from media_peer import PORTS, WAIT, Phone, WorkerProcess

from ringfence.media.engine import protocol as p
from ringfence.media.engine.library import load
from ringfence.media.engine.sealing import mend, read_channel
from ringfence.media.g711 import decode_ulaw
from ringfence.media.wav import to_little_endian

KEY = bytes(range(32))
VOICE = [bytes((0x80 + k % 100,)) * 160 for k in range(400)]
Start = Callable[..., WorkerProcess]


EVERY_WIRE = pytest.mark.parametrize("engine", ["native", "epoll", "reference"], indirect=True)
"""The native engine by whichever way this machine allows, by epoll; the twin."""


@pytest.fixture(params=["native", "reference"])
def engine(request: pytest.FixtureRequest) -> str:
    if request.param != "reference" and load() is None:
        pytest.skip("the native engine is NOT tested as a process: it is not built here")
    return str(request.param)


@pytest.fixture
def start(tmp_path: Path, engine: str) -> Iterator[Start]:
    started: list[WorkerProcess] = []

    def begin(**words: object) -> WorkerProcess:
        worker = WorkerProcess(tmp_path, engine, **words)  # type: ignore[arg-type]
        started.append(worker)
        return worker

    yield begin
    for worker in started:
        worker.end()


@pytest.fixture
def phones() -> Iterator[list[Phone]]:
    made = [Phone(), Phone()]
    yield made
    for phone in made:
        phone.close()


def channels(folder: Path, leg: str = "LG1") -> list[p.Channel]:
    return [
        p.Channel(leg, "in", KEY, str(folder / "in")),
        p.Channel(leg, "out", KEY, str(folder / "out")),
    ]


@EVERY_WIRE
def test_a_call_is_heard_and_recorded(
    start: Start, phones: list[Phone], tmp_path: Path, engine: str
) -> None:
    worker, phone = start(), phones[0]
    assert worker.hello.engine == ("reference" if engine == "reference" else "native")
    worker.open("LG1", phone)
    worker.do(p.LoadClip("CL1", 8000, b"\x00\x10" * 4000), p.Play("LG1", "P1", ["CL1"]))
    worker.do(p.StartRecording("RE1", channels(tmp_path)))
    worker.wait(p.RecordingStarted)
    heard = phone.talk(VOICE[:60])
    phone.press(5)
    worker.wait(p.RtpStarted, leg="LG1")
    assert worker.wait(p.PlayFinished, play="P1").reason == "done"
    digit = worker.wait(p.DtmfReceived)
    assert (digit.digit, digit.inband) == ("5", False)
    worker.do(p.StopRecording("RE1"))
    finished = worker.wait(p.RecordingFinished)
    assert finished.reason == "stopped"
    said = read_channel(str(tmp_path / "in"), KEY)
    assert said.complete
    assert len(said.pcm) == finished.duration_ms * 16
    # On a machine that is busy some of it is concealed; the rest is there as it was said.
    voices = [to_little_endian(decode_ulaw(voice)) for voice in VOICE[10:50]]
    assert any(voice in said.pcm for voice in voices)
    assert b"\x00\x10" * 100 not in (tmp_path / "out").read_bytes()
    sequences = [packet.sequence for packet in heard if packet.payload_type == 0]
    assert len(sequences) > 20
    assert all((b - a) & 0xFFFF == 1 for a, b in pairwise(sequences))
    # The last packet may still be on its way when the recording is already whole.
    assert arrived(worker, 66) == 66
    worker.do(p.CloseLeg("LG1"))
    stats = worker.wait(p.LegClosed).stats
    assert (stats.packets_in, stats.dtmf_in, stats.lost) == (66, 1, 0)
    assert 100 < stats.mos <= 450


@EVERY_WIRE
def test_a_bridge_carries_both_voices_and_the_digits(start: Start, phones: list[Phone]) -> None:
    worker = start()
    for leg, phone in zip(("LG1", "LG2"), phones, strict=True):
        worker.open(leg, phone)
    worker.do(p.Bridge("LG1", "LG2"))
    worker.ping()
    for one, other in (phones, phones[::-1]):
        one.say(VOICE[7])
        while other.hear().payload != VOICE[7]:
            pass
        one.press(3)
        while (packet := other.hear()).payload_type != 101:
            pass
        assert packet.payload[0] == 3


def test_a_killed_worker_leaves_what_was_said_up_to_the_last_second(
    start: Start, phones: list[Phone], tmp_path: Path
) -> None:
    worker = start()
    worker.open("LG1", phones[0])
    worker.do(p.StartRecording("RE1", channels(tmp_path)))
    worker.wait(p.RecordingStarted)
    phones[0].talk(VOICE[:50])
    deadline = time.monotonic() + WAIT
    while min(map(size, channels(tmp_path))) <= 8_000 and time.monotonic() < deadline:
        time.sleep(0.02)
    worker.process.send_signal(signal.SIGKILL)
    worker.process.wait(WAIT)
    for name in ("in", "out"):
        audio = read_channel(str(tmp_path / name), KEY)
        assert not audio.complete
        assert len(audio.pcm) >= 16_000
        assert mend(str(tmp_path / name), KEY).duration_ms * 16 == len(audio.pcm)
        assert read_channel(str(tmp_path / name), KEY).complete


def test_a_lost_server_ends_calls_and_finishes_recordings(
    start: Start, phones: list[Phone], tmp_path: Path
) -> None:
    worker = start()
    worker.open("LG1", phones[0])
    worker.do(p.LoadClip("CL1", 8000, b"ab"), p.StartRecording("RE1", channels(tmp_path)))
    worker.wait(p.RecordingStarted)
    phones[0].talk(VOICE[:20])
    worker.socket.close()
    end = time.monotonic() + WAIT
    while not read_channel(str(tmp_path / "in"), KEY).complete and time.monotonic() < end:
        time.sleep(0.05)
    worker.connect()
    assert worker.hello.pid == worker.process.pid
    worker.open("LG1", phones[1])
    worker.do(p.Play("LG1", "P1", ["CL1"]))
    assert worker.wait(p.PlayFinished).reason == "failed"


def test_a_full_disk_ends_the_recording_and_not_the_call(
    start: Start, phones: list[Phone], tmp_path: Path
) -> None:
    worker = start(file_bytes=12_000)
    worker.open("LG1", phones[0])
    worker.do(p.StartRecording("RE1", channels(tmp_path)))
    worker.wait(p.RecordingStarted)
    phones[0].talk(VOICE[:150])
    finished = worker.wait(p.RecordingFinished)
    assert finished.reason == "disk_full"
    assert len(read_channel(str(tmp_path / "in"), KEY).pcm) == 16_000
    assert phones[0].talk(VOICE[:10])


def test_stopping_finishes_what_is_being_recorded(
    start: Start, phones: list[Phone], tmp_path: Path
) -> None:
    worker = start()
    worker.open("LG1", phones[0])
    worker.do(p.StartRecording("RE1", channels(tmp_path)))
    worker.wait(p.RecordingStarted)
    phones[0].talk(VOICE[:20])
    worker.process.terminate()
    assert worker.process.wait(WAIT) == 0
    assert read_channel(str(tmp_path / "in"), KEY).complete
    assert not Path(worker.path).exists()


def test_one_server_at_a_time_and_no_nonsense(start: Start) -> None:
    worker = start()
    second = worker.dial()
    assert second.recv(100) == b""
    second.close()
    worker.ping()
    worker.socket.sendall(b"\xff\xff\xff\xff nonsense")
    assert worker.socket.recv(100) == b""
    worker.connect()
    worker.ping()


def test_the_control_socket_is_for_its_owner_alone(start: Start) -> None:
    assert Path(start().path).stat().st_mode & 0o777 == 0o600


@EVERY_WIRE
def test_ports_run_out_and_come_back(start: Start, phones: list[Phone]) -> None:
    worker = start(ports=f"{PORTS + 90}-{PORTS + 93}")
    for leg in ("LG1", "LG2", "LG3"):
        worker.do(p.OpenLeg(leg))
    assert {worker.wait(p.LegOpened).port, worker.wait(p.LegOpened).port} == {
        PORTS + 90,
        PORTS + 92,
    }
    assert worker.wait(p.LegFailed) == p.LegFailed("LG3", "no_port")
    worker.do(p.CloseLeg("LG1"))
    worker.wait(p.LegClosed)
    worker.do(p.OpenLeg("LG3"))
    assert worker.wait(p.LegOpened).port == PORTS + 90


@EVERY_WIRE
def test_what_nobody_waits_for_comes_with_other_news_or_in_a_moment(start: Start) -> None:
    worker = start()
    worker.do(p.OpenLeg("LG1", ahead=True))
    worker.wait(p.LegOpened, leg="LG1")
    worker.do(p.OpenLeg("LG2", ahead=True))
    worker.do(p.OpenLeg("LG3"))
    assert worker.wait(p.LegOpened).leg == "LG2"  # in the order it happened
    assert worker.wait(p.LegOpened).leg == "LG3"
    for leg in ("LG2", "LG1", "LG3"):  # while others are open, and as the last one
        worker.do(p.CloseLeg(leg))
        worker.wait(p.LegClosed, leg=leg)


@EVERY_WIRE
def test_a_spare_leg_takes_the_name_of_the_leg_that_needs_it(
    start: Start, phones: list[Phone]
) -> None:
    worker, phone = start(ports=f"{PORTS + 90}-{PORTS + 91}"), phones[0]
    worker.do(p.OpenLeg("SPARE", ahead=True))
    assert worker.wait(p.LegOpened, leg="SPARE").port == PORTS + 90
    worker.do(
        p.OpenLeg("LG1", spare="SPARE"),
        p.ConnectLeg("LG1", "127.0.0.1", phone.port, "PCMU", 0),
        p.LoadClip("CL1", 8000, b"\x00\x10" * 8000),
        p.Play("LG1", "P1", ["CL1"], loop=0),
        p.OpenLeg("LG2", spare="SPARE"),
    )
    assert worker.wait(p.LegFailed) == p.LegFailed("LG2", "unknown")
    assert phone.hear().payload_type == 0
    worker.do(p.CloseLeg("LG1"))
    worker.wait(p.LegClosed, leg="LG1")
    worker.do(p.OpenLeg("LG3"))
    assert worker.wait(p.LegOpened, leg="LG3").port == PORTS + 90  # it came back


@EVERY_WIRE
def test_bound_to_all_addresses_a_leg_answers_from_the_one_it_was_called_at(
    start: Start, phones: list[Phone]
) -> None:
    worker, strict = start(bind="0.0.0.0"), phones[0]
    port = worker.open("LG1", strict, latch_ms=0)
    # A strict telephone: what comes from elsewhere than where it sends to is nothing to it.
    strict.socket.connect(("127.0.0.2", port))
    strict.to = ("127.0.0.2", port)
    worker.do(p.LoadClip("CL1", 8000, b"\x00\x10" * 8000), p.Play("LG1", "P1", ["CL1"], loop=0))
    worker.ping()
    strict.say(VOICE[1])
    assert strict.hear().payload_type == 0
    # The first packet settled where audio goes to (the SDP's own address opens no window). Then the
    # path changes on our side alone: the packets come in at another address of ours.
    for _ in range(3):
        assert strict.hear().payload_type == 0
    strict.socket.connect(("127.0.0.3", port))
    strict.to = ("127.0.0.3", port)
    strict.say(VOICE[2])
    assert strict.hear().payload_type == 0
    assert arrived(worker, 2) == 2


@EVERY_WIRE
def test_bound_to_one_address_a_settled_leg_hears_no_stranger_and_can_move(
    start: Start, phones: list[Phone]
) -> None:
    worker = start()
    first, second = phones
    port = worker.open("LG1", first, latch_ms=0)
    worker.do(p.LoadClip("CL1", 8000, b"\x00\x10" * 8000), p.Play("LG1", "P1", ["CL1"], loop=0))
    worker.ping()
    first.say(VOICE[1])
    for _ in range(4):
        first.hear()
    second.to = ("127.0.0.1", port)
    second.say(VOICE[2])
    first.say(VOICE[2])
    assert arrived(worker, 2) == 2
    # A new offer names the second telephone.
    worker.do(p.ConnectLeg("LG1", "127.0.0.1", second.port, "PCMU", 0, latch_ms=0))
    assert second.hear().payload_type == 0
    second.say(VOICE[3])
    assert arrived(worker, 3) == 3
    worker.do(p.CloseLeg("LG1"))
    assert worker.wait(p.LegClosed).stats.packets_in == 3


@EVERY_WIRE
def test_no_time_passes_where_no_leg_is_open(start: Start, phones: list[Phone]) -> None:
    worker = start()
    assert ticks(worker) == 0
    for number in range(1, 3):
        worker.open("LG1", phones[0])
        phones[0].hear()
        worker.do(p.CloseLeg("LG1"))
        worker.wait(p.LegClosed)
        before = ticks(worker)
        assert before > 0
        for _ in range(20 * number):
            worker.ping()
        assert ticks(worker) == before


@EVERY_WIRE
def test_the_report_says_how_datagrams_travel(start: Start, engine: str) -> None:
    worker = start()
    worker.ping()
    worker.do(p.ReadEngine())
    ways = {"native": {"io_uring", "epoll"}, "epoll": {"epoll"}, "reference": {"python"}}
    assert worker.wait(p.EngineReport).wire in ways[engine]


def size(channel: p.Channel) -> int:
    return Path(channel.path).stat().st_size


def ticks(worker: WorkerProcess) -> int:
    worker.do(p.ReadEngine())
    return worker.wait(p.EngineReport).ticks


def arrived(worker: WorkerProcess, enough: int) -> int:
    """Wait until that many packets of audio were taken; return how many were."""
    end, count = time.monotonic() + WAIT, 0
    while count < enough and time.monotonic() < end:
        worker.do(p.ReadLeg("LG1"))
        count = worker.wait(p.LegReport).stats.packets_in
    return count


def test_a_worker_does_not_outlive_its_parent(tmp_path: Path, engine: str) -> None:
    script = textwrap.dedent(
        f"""
        import subprocess, sys
        words = ["-m", "ringfence.media.engine.worker", "--socket", {str(tmp_path / "s")!r}]
        words += ["--rtp", "{PORTS + 94}-{PORTS + 99}", "--bind", "127.0.0.1"]
        words += ["--engine", {engine!r}]
        print(subprocess.Popen([sys.executable, *words]).pid, flush=True)
        sys.stdin.read()
        """
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    end = time.monotonic() + WAIT
    while not (tmp_path / "s").exists() and time.monotonic() < end:
        time.sleep(0.02)
    parent.kill()
    parent.communicate()
    while _runs(child) and time.monotonic() < end:
        time.sleep(0.05)
    assert not _runs(child)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] != "Z"
    except OSError:
        return False
