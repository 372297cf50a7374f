"""Conferences with real phones: who hears whom, when a room begins and when it ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
from platform_run import Platform
from tones import hears, level, until

from ringfence.media import wav
from ringfence.testing.phone import Phone

PLAIN = "+12025550110"
GUEST = "+12025550111"
HOST = "+12025550112"
SMALL = "+12025550113"
RECORDED = "+12025550114"


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


def test_what_is_said_in_a_room_is_kept_voice_by_voice(platform: Platform) -> None:
    """Two agree by being told, the third is asked and says no: two voices are on the disk."""
    room(platform, RECORDED, "beep='false' record='record-from-start'", name="kept")
    before = len(platform.calls())

    async def scene() -> None:
        async with (
            Phone(username="+447700900123") as one,
            Phone(username="+447700900124") as two,
            Phone(username="+4930231250") as three,
        ):
            calls = []
            for phone in (one, two):
                call = await phone.call(f"sip:{RECORDED}@{platform.sip}")
                await asyncio.wait_for(call.audio.talking.wait(), 20)  # what they are told
                calls.append(call)
                call.audio.say_tone(440 + 220 * len(calls), seconds=60, level=6_000)
            await until(lambda: hears(calls[0], 880) and hears(calls[1], 660))
            no = await three.call(f"sip:{RECORDED}@{platform.sip}")
            await asyncio.wait_for(no.audio.talking.wait(), 20)
            await no.press("2")
            await until(lambda: hears(no, 660) and hears(no, 880))
            for call in (*calls, no):
                await call.hang_up()

    asyncio.run(scene())
    calls = platform.calls(ended=before + 3)[:3]
    (found,) = platform.do("conference.list", name="kept")["conferences"]
    deadline = time.monotonic() + 30
    while True:
        (whole,) = platform.do("conference.recording.list", conference=found["sid"])
        if whole["status"] == "saved" or time.monotonic() > deadline:
            break
        time.sleep(0.1)
    assert (whole["status"], whole["conference"]) == ("saved", found["sid"])
    voices = [one for call in calls for one in platform.do("recording.list", call=call["sid"])]
    assert sorted(one["source"] for one in voices) == ["conference", "conference"]
    notes = [
        line["text"]
        for call in calls
        for line in platform.do("call.timeline", sid=call["sid"])
        if "stricter law" in line["text"]
    ]
    assert len(notes) == 2, "who was told is not asked in the middle of a talk: they are left out"
    out = platform.data.parent / "room.wav"
    platform.cli("recording", "export", whole["sid"], "--to", str(out))
    form, pcm = wav.read(out.read_bytes())
    assert form.channels == 1
    middle = pcm[len(pcm) // 2 :][: 8_000 // 5]
    assert level(middle, 660) > 500
    assert level(middle, 880) > 500
