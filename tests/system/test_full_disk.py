"""A full disk: calls connect, recordings are refused with a reason, nothing written is lost."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from platform_run import RINGFENCE, Platform

from ringfence.testing.phone import Phone

CALLER = "+12025550123"
NUMBER = "+12025550101"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 MB, which only root can mount."""
    folder = tmp_path / "small"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("NOT RUN: mounting a small disk needs root")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip("NOT RUN: this machine does not let us mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


async def call_once(platform: Platform) -> None:
    async with Phone(username=CALLER) as phone:
        talk = await phone.call(f"sip:{NUMBER}@{platform.sip}")
        await asyncio.wait_for(talk.audio.talking.wait(), 30)
        await talk.wait_over(20)


def test_without_room_a_call_connects_and_says_why_it_is_not_recorded(small_disk: Path) -> None:
    with Platform(small_disk / "data") as platform:
        platform.number(NUMBER, "<Response><Record playBeep='false'/><Say>No room</Say></Response>")
        asyncio.run(call_once(platform))
        (record,) = platform.calls(ended=1)
        assert record["cause"] == "normal"
        lines = platform.ask("call", "timeline", record["sid"])
        assert "No recording: disk full" in [line["text"] for line in lines]


def fill(disk: Path) -> Path:
    """Leave no room, to the last page; what takes it."""
    filler = disk / "filler"
    with filler.open("ab", buffering=0) as file:
        for size in (1 << 20, 4096):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                pass
    return filler


def answers(platform: Platform) -> bool:
    """Whether the platform takes commands."""
    try:
        platform.calls()
    except OSError:
        return False
    return True


def crash(platform: Platform) -> None:
    """Kill the server and return when the next one takes commands."""
    old = platform.pids("ringfence.app")
    platform.kill("ringfence.app")
    deadline = time.monotonic() + 30
    while not set(platform.pids("ringfence.app")) - set(old) or not answers(platform):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_stop_writes_what_waits_and_a_start_serves_without_room(small_disk: Path) -> None:
    with Platform(small_disk / "data") as platform:
        platform.number(NUMBER, "<Response><Say>Hello</Say></Response>")
        (platform.data / "logs" / "serve.log").write_bytes(b"")  # no room in its last block either
        for _ in range(3):  # what a write may take of the ballast is used up, too
            fill(small_disk)
            asyncio.run(call_once(platform))
        assert (platform.data / "ballast").exists()
        assert platform.stop() == 0
        assert not (platform.data / "ballast").exists()
        platform.start()
        assert {record["cause"] for record in platform.calls(ended=3)} == {"normal"}
        fill(small_disk)
        assert platform.stop() == 0


def test_without_ballast_a_stop_says_what_is_lost(small_disk: Path) -> None:
    with Platform(small_disk / "data") as platform:
        platform.number(NUMBER, "<Response><Say>Hello</Say></Response>")
        (platform.data / "ballast").unlink()
        filler = fill(small_disk)
        asyncio.run(call_once(platform))
        stopped = subprocess.run(
            [str(RINGFENCE), "stop", "--data", str(platform.data)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert stopped.stdout == "Stopped.\n"
        assert "entries about calls could not be written" in stopped.stderr
        filler.unlink()


def test_a_crash_without_room_is_followed_by_a_start(small_disk: Path) -> None:
    with Platform(small_disk / "data") as platform:
        platform.number(NUMBER, "<Response><Say>Hello</Say></Response>")
        whole = (platform.data / "ballast").stat().st_size
        fill(small_disk)
        crash(platform)
        asyncio.run(call_once(platform))
        (record,) = platform.calls(ended=1)
        assert record["cause"] == "normal"
        assert (platform.data / "ballast").stat().st_size == whole // 2


def test_a_call_that_ended_survives_a_kill_without_room(small_disk: Path) -> None:
    with Platform(small_disk / "data") as platform:
        platform.number(NUMBER, "<Response><Say>Hello</Say></Response>")
        fill(small_disk)
        asyncio.run(call_once(platform))
        platform.calls(ended=1)
        crash(platform)
        (record,) = platform.calls(ended=1)
        assert record["cause"] == "normal"


def test_facts_wait_for_room_and_are_then_all_there(small_disk: Path) -> None:
    with Platform(small_disk / "data") as platform:
        platform.number(NUMBER, "<Response><Say>Hello</Say></Response>")
        (platform.data / "ballast").unlink()
        ballast = small_disk / "ballast"
        with ballast.open("wb") as file:
            try:
                while True:
                    file.write(bytes(1 << 20))
                    file.flush()
            except OSError:
                pass  # full to the last page
        asyncio.run(call_once(platform))
        ballast.unlink()
        (record,) = platform.calls(ended=1, seconds=30)
        names = [line["name"] for line in platform.ask("call", "timeline", record["sid"])]
        assert names[0] == "CallOffered"
        assert names[-1] == "CallEnded"
        assert "Traceback" not in platform.log()
