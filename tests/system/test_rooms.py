"""Conferences with real phones: who hears whom, when a room begins and when it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from platform_run import Platform
from tones import hears, until

from ringfence.testing.phone import Phone

PLAIN = "+12025550110"
GUEST = "+12025550111"
HOST = "+12025550112"
SMALL = "+12025550113"


def room(platform: Platform, number: str, attributes: str = "", *, name: str = "team") -> None:
    after = "<Say>You were in a room.</Say><Pause length='20'/>"
    platform.number(
        number,
        f"<Response><Dial><Conference {attributes}>{name}</Conference></Dial>{after}</Response>",
    )


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with Platform(tmp_path_factory.mktemp("rooms") / "data") as running:
        room(running, PLAIN, "beep='false'")
        room(running, GUEST, "beep='false' startConferenceOnEnter='false'", name="held")
        room(running, HOST, "beep='false' endConferenceOnExit='true'", name="held")
        room(running, SMALL, "beep='false' maxParticipants='2'", name="small")
        yield running


def test_everybody_hears_the_others_and_not_themselves(platform: Platform) -> None:
    async def scene() -> None:
        async with Phone(username="a") as a, Phone(username="b") as b, Phone(username="c") as c:
            calls = [await phone.call(f"sip:{PLAIN}@{platform.sip}") for phone in (a, b, c)]
            for call, hertz in zip(calls, (440, 660, 880), strict=True):
                call.audio.say_tone(hertz, seconds=60, level=6_000)
            one, two, three = calls
            await until(lambda: hears(one, 660) and hears(one, 880))
            await until(lambda: hears(two, 440) and hears(two, 880))
            await until(lambda: hears(three, 440) and hears(three, 660))
            assert not hears(one, 440)
            assert not hears(two, 660)
            for call in calls:
                await call.hang_up()

    asyncio.run(scene())
    lines = [
        line["name"]
        for call in platform.calls(ended=3)[:3]
        for line in platform.do("call.timeline", sid=call["sid"])
    ]
    assert lines.count("ConferenceJoined") == 3
    assert lines.count("ConferenceLeft") == 3
