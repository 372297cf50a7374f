"""A media process that hangs under a call: it is ended and replaced, and a new call has audio."""

import asyncio
import os
import signal
import time
from pathlib import Path

import httpx
from platform_run import Platform

from ringfence.testing.phone import Phone, PhoneCall

CALLER = "+12025550123"
ECHO = "echo"
LATE = 40.0
"""Found out within 12 s; the rest is for a machine that is busy."""


async def echoes(phone: Phone, platform: Platform) -> PhoneCall:
    """Call, speak and hear oneself."""
    call = await phone.call(f"sip:{ECHO}@{platform.sip}")
    deadline = time.monotonic() + LATE
    while call.audio.loudness(max(0, len(call.audio.heard) // 8 - 1000)) < 500:
        call.audio.say_tone(440, seconds=0.5)
        await asyncio.sleep(0.5)
        assert time.monotonic() < deadline
    return call


def test_a_stopped_media_process_is_replaced_and_a_new_call_has_audio(tmp_path: Path) -> None:
    with Platform(tmp_path / "data") as platform:

        async def scenario() -> None:
            async with Phone(username=CALLER) as phone:
                call = await echoes(phone, platform)
                (old,) = platform.pids("engine.worker")
                os.kill(old, signal.SIGSTOP)
                began = time.monotonic()
                await call.wait_over(LATE)
                while not set(platform.pids("engine.worker")) - {old}:
                    await asyncio.sleep(0.1)
                    assert time.monotonic() < began + LATE
                while platform.do("system.health")["state"] != "ok":
                    await asyncio.sleep(0.1)
                    assert time.monotonic() < began + LATE
                assert old not in platform.pids("engine.worker")
                again = await echoes(phone, platform)
                await again.hang_up()

        asyncio.run(scenario())
        after, lost = platform.calls(ended=2)
        assert (lost["cause"], after["cause"]) == ("interrupted", "normal")
        (engine,) = platform.do("system.status")["engines"]
        assert (engine["connected"], engine["restarts"], engine["hung"]) == (True, 1, 1)
        assert '"media_hung"' in platform.log()
        assert "A media process hung" in platform.cli("doctor", check=False).stdout
        assert httpx.get(f"http://127.0.0.1:{platform.http_port}/health").status_code == 200


def test_an_idle_platform_ends_no_worker(tmp_path: Path) -> None:
    with Platform(tmp_path / "data") as platform:
        before = platform.pids("engine.worker")
        time.sleep(14)  # longer than the deadline, and nobody calls
        assert platform.pids("engine.worker") == before
        (engine,) = platform.do("system.status")["engines"]
        assert (engine["connected"], engine["restarts"], engine["hung"]) == (True, 0, 0)
