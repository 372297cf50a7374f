"""Real sockets over a bad network: through the relay, and with phones at the end of bad lines."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
from platform_run import Platform

from ringfence.kernel.entropy import SeededEntropy
from ringfence.testing.network import Quality, Relay
from ringfence.testing.phone import Phone

CALLER = "+12025550123"
MENU = "+12025550100"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with Platform(tmp_path_factory.mktemp("bad") / "data") as running:
        running.number(
            MENU,
            "<Response><Gather numDigits='3' timeout='20' action='flow:echo'>"
            "<Say>Please press three keys now, and take your time.</Say></Gather></Response>",
        )
        yield running


def test_a_relay_hides_who_calls_and_loses_some_of_it(platform: Platform) -> None:
    before = len(platform.calls())

    async def scene() -> tuple[int, int]:
        host, port = platform.sip.split(":")
        quality = Quality(loss=150, duplicate=100, delay_ms=5, jitter_ms=20)
        relay = Relay((host, int(port)), quality=quality, entropy=SeededEntropy(4))
        async with relay, Phone(username=CALLER) as phone:
            for _ in range(5):
                call = await phone.call(f"sip:{MENU}@127.0.0.1:{relay.port}", wait=30)
                await call.hang_up(wait=30)
        return relay.there.lost, relay.back.lost

    lost = asyncio.run(scene())
    assert sum(lost) > 0
    records = platform.calls(ended=before + 5)
    assert len(records) == before + 5
    assert {record["cause"] for record in records[:5]} == {"normal"}


def collected(platform: Platform) -> None:
    """Return when it is on record that the newest call's keys were collected."""
    deadline = time.monotonic() + 30
    while True:
        (newest, *_) = platform.do("call.list")["calls"]
        told = [line["name"] for line in platform.do("call.timeline", sid=newest["sid"])]
        if "DigitsCollected" in told:
            return
        assert time.monotonic() < deadline, told
        time.sleep(0.05)


def test_keys_arrive_and_the_prompt_is_heard_over_a_bad_line(platform: Platform) -> None:
    before = len(platform.calls())
    quality = Quality(loss=150, reorder=50, delay_ms=20, jitter_ms=30, hold_ms=40)

    async def scene() -> None:
        async with Phone(username=CALLER, quality=quality) as phone:
            call = await phone.call(f"sip:{MENU}@{platform.sip}", wait=30)
            await asyncio.wait_for(call.audio.talking.wait(), 30)
            async with asyncio.timeout(30):
                while call.audio.sound.missing == 0 or call.audio.loudness() <= 100:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            await call.press("159")
            await asyncio.to_thread(collected, platform)
            async with asyncio.timeout(30):  # of so many packets the line loses some
                while call.audio.sent < 250:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            await call.hang_up(wait=30)

    asyncio.run(scene())
    record = platform.calls(ended=before + 1)[0]
    (leg,) = platform.do("call.show", sid=record["sid"])["legs"]
    assert leg["media"]["dtmf_in"] == 3
    assert leg["media"]["lost"] > 0
    assert 1 < record["mos"] < 4.3
    assert "Traceback" not in platform.log()
