"""The media process's choices; what it does as a process is in tests/system."""

from __future__ import annotations

import argparse
import ctypes
import errno
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from media_samples import STATS

from ringfence.kernel.clock import VirtualClock
from ringfence.kernel.entropy import SeededEntropy
from ringfence.kernel.errors import LocalError
from ringfence.media.engine import protocol as p
from ringfence.media.engine import worker
from ringfence.media.engine.framing import encode
from ringfence.media.engine.loop import Loop
from ringfence.media.engine.ports import Ports
from ringfence.media.engine.worker import main, make_engine, on_fault, port_range


@pytest.mark.parametrize(("text", "pair"), [("1-2", (1, 2)), ("10000-19999", (10_000, 19_999))])
def test_port_ranges(text: str, pair: tuple[int, int]) -> None:
    assert port_range(text) == pair


@pytest.mark.parametrize("text", ["", "5", "5-", "-5", "9-5", "0-5", "5-70000", "a-b", "5-5"])
def test_no_port_ranges(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        port_range(text)


def test_without_the_library_the_twin_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "load", lambda: None)
    clock, ports = VirtualClock(), Ports(20_000, 20_009)
    engine = make_engine("auto", bind="127.0.0.1", ports=ports, clock=clock)
    assert engine is not None
    assert (engine.kind, engine.abi, engine.wake) == ("reference", 0, None)
    engine.close()
    assert make_engine("native", bind="127.0.0.1", ports=ports, clock=clock) is None


def test_the_library_is_preferred(library: ctypes.CDLL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "load", lambda: library)
    clock, ports = VirtualClock(), Ports(20_000, 20_009)
    for kind, expected in (("auto", "native"), ("native", "native"), ("reference", "reference")):
        engine = make_engine(kind, bind="127.0.0.1", ports=ports, clock=clock)
        assert engine is not None
        assert engine.kind == expected
        engine.close()


def test_an_engine_that_is_not_there_is_said(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(worker, "load", lambda: None)
    monkeypatch.setattr(worker, "tune_allocator", lambda: None)
    monkeypatch.setattr(worker, "lock_memory", lambda: True)
    monkeypatch.setattr(worker.sys, "setswitchinterval", lambda _seconds: None)
    words = ["--socket", "/nowhere/x", "--rtp", "20000-20009", "--engine", "native"]
    assert main(words) == 2
    assert "not built" in capfd.readouterr().err


class Library:
    """A C library that notes what it is asked to lock."""

    def __init__(self, answer: int) -> None:
        self.answer = answer
        self.asked: list[int] = []

    def mlockall(self, flags: int) -> int:
        self.asked.append(flags)
        return self.answer


@pytest.mark.parametrize(("answer", "locked"), [(0, True), (-1, False)])
def test_memory_is_kept_out_of_the_swap_where_that_is_allowed(
    monkeypatch: pytest.MonkeyPatch, answer: int, locked: bool
) -> None:
    library = Library(answer)
    monkeypatch.setattr(worker, "may_lock", lambda: True)
    monkeypatch.setattr(worker.ctypes, "CDLL", lambda _name: library)
    assert worker.lock_memory() is locked
    assert library.asked == [1 | 2 | 4]


def test_memory_is_not_locked_up_to_a_bound_that_comes_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker, "may_lock", lambda: False)
    monkeypatch.setattr(worker.ctypes, "CDLL", lambda _name: pytest.fail("it was asked"))
    assert not worker.lock_memory()


@pytest.mark.parametrize(
    ("limit", "rights", "may"),
    [
        (-1, "0000000000000000", True),
        (65_536, "0000000000004000", True),
        (65_536, "0000000000003fff", False),
        (65_536, "", False),
    ],
)
def test_who_may_lock_memory(
    monkeypatch: pytest.MonkeyPatch, limit: int, rights: str, may: bool
) -> None:
    monkeypatch.setattr(worker.resource, "getrlimit", lambda _which: (limit, limit))
    text = f"Name:\tx\nCapEff:\t{rights}\n"
    monkeypatch.setattr(worker.Path, "read_text", lambda *_: text)
    assert worker.may_lock() is may


def _fails(secret: str) -> None:
    raise ValueError(f"cannot {secret}")


def test_a_fault_is_told_without_what_it_struck_on(capfd: pytest.CaptureFixture[str]) -> None:
    try:
        _fails("12025550123")
    except ValueError as error:
        on_fault(error)
    on_fault(ValueError("12025550123"))
    said = capfd.readouterr().err
    assert "fault ValueError at test_worker.py:" in said
    assert "fault ValueError at unknown" in said
    assert "12025550123" not in said


def test_what_a_full_disk_did_not_take_is_counted(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    room, write = [False], os.write

    def full(descriptor: int, data: bytes) -> int:
        if not room[0]:
            raise OSError(errno.ENOSPC, "no room")
        return write(descriptor, data)

    monkeypatch.setattr(worker.os, "write", full)
    on_fault(ValueError("x"))
    on_fault(ValueError("x"))
    room[0] = True
    worker.say("there is room")
    worker.say("and still")
    said = capfd.readouterr().err
    assert said == ("media: there is room (2 lines before this one were lost)\nmedia: and still\n")


def test_without_the_audio_thread_the_process_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[int] = []
    monkeypatch.setattr(worker.os, "_exit", left.append)
    on_fault(LocalError("the audio thread takes no orders"))
    assert left == [1]


def test_what_it_has_no_use_for_is_not_read_in() -> None:
    """Resident memory times the number of cores."""
    code = (
        "import sys, ringfence.media.engine.worker\n"
        "heavy = {'asyncio', 'logging', 'ssl', 'uvloop', 'ringfence.media.engine.reference'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.parametrize("waited", [False, True])
def test_what_nobody_waits_for_waits_once(*, waited: bool) -> None:
    """For other news, or its time, in the worker; unless it did so in the engine."""
    loop = Loop(lambda fault: pytest.fail(str(fault)))
    gone, pong = p.LegClosed("LG1", STATS), p.Pong(7)
    news: list[list[object]] = [[gone]]
    engine = SimpleNamespace(
        wake=0, busy=True, awake=int, take=lambda: ([], news.pop(0) if news else [])
    )
    one = worker.Worker(engine, loop, clock=VirtualClock(), entropy=SeededEntropy(1))  # type: ignore[arg-type]
    written: list[bytes] = []
    one._connection = SimpleNamespace(write=written.append, backlog=0)  # type: ignore[assignment]
    if waited:
        one._woken(0)
        assert written == [encode(gone)]
    else:
        one._settle()
        assert written == []
        news.append([pong])
        one._settle()
        assert written == [encode(gone, pong)]
    one._recorder.close()
    loop.close()
