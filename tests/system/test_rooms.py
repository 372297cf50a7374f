"""Conferences with real phones: who hears whom, when a room begins and when it ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest
from platform_run import Platform
from tones import RATE, hears, level, until

from ringfence.media import wav
from ringfence.testing.phone import Phone

PLAIN = "+12025550110"
GUEST = "+12025550111"
HOST = "+12025550112"
SMALL = "+12025550113"
RECORDED = "+12025550114"
ANN, BEN, COACH = "+12025550115", "+12025550116", "+12025550117"
TRIMMED = "+12025550118"


def room(platform: Platform, number: str, attributes: str = "", *, name: str = "team") -> None:
    after = "<Say>You were in a room.</Say><Pause length='20'/>"
    platform.number(
        number,
        f"<Response><Dial><Conference {attributes}>{name}</Conference></Dial>{after}</Response>",
    )


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    # two media processes: members and partners are with one and the other
    with Platform(tmp_path_factory.mktemp("rooms") / "data", "--workers", "2") as running:
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


def names(platform: Platform, call: str) -> list[str]:
    return [line["name"] for line in platform.do("call.timeline", sid=call)]


@pytest.mark.promise("TEL-07")
@pytest.mark.promise("TEL-09")
def test_what_is_said_in_a_room_is_kept_voice_by_voice(platform: Platform) -> None:
    """Two agree by being told, the third is asked and says no: two voices are on the disk.

    The third comes under a stricter law, so the two are asked as well, in the middle of their talk.
    One agrees and is kept on; the other does not, and is left out. All three stay in the room.
    """
    room(platform, RECORDED, "beep='false' record='record-from-start'", name="kept")
    before = len(platform.calls())

    async def scene() -> None:
        async with (
            Phone(username="+447700900123") as one,
            Phone(username="+447700900124") as two,
            Phone(username="+493023125000") as three,
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
            sids = [one["sid"] for one in platform.calls()[1:3]][::-1]
            await until(lambda: all("RecordingPaused" in names(platform, sid) for sid in sids))
            await calls[0].press("1")
            await calls[1].press("2")
            await until(lambda: "RecordingResumed" in names(platform, sids[0]))
            await until(lambda: "RecordingSaved" in names(platform, sids[1]))
            await asyncio.sleep(1)  # more of the first is kept
            assert hears(no, 660)
            assert hears(no, 880)
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
    answers = [
        [line["text"] for line in platform.do("call.timeline", sid=call["sid"])
         if line["name"] == "RecordingTold"]
        for call in calls[::-1]
    ]  # fmt: skip
    assert [len(said) for said in answers] == [2, 2, 1], "told, then asked; the third asked alone"
    assert [said[-1].endswith("not agree to be recorded") for said in answers] == [
        False,
        True,
        True,
    ]
    lengths = {one["call"]: one["duration_ms"] for one in voices}
    assert lengths[calls[2]["sid"]] > lengths[calls[1]["sid"]] + 500, "kept on after the yes alone"
    out = platform.data.parent / "room.wav"
    platform.cli("recording", "export", whole["sid"], "--to", str(out))
    form, pcm = wav.read(out.read_bytes())
    assert form.channels == 1
    parts = [pcm[at : at + 1600] for at in range(0, len(pcm) - 1600, 1600)]
    assert max(level(part, 660) for part in parts) > 500
    assert max(level(part, 880) for part in parts) > 500
    assert level(parts[-2], 660) > 500, "the one who agreed is kept to the end"
    assert level(parts[-2], 880) < 50


def test_silence_at_both_ends_of_a_room_is_in_no_recording(platform: Platform) -> None:
    """As Twilio has it, where the document says nothing else."""
    room(platform, TRIMMED, "beep='false' record='record-from-start'", name="trimmed")
    before = len(platform.calls())

    def inside(name: str) -> int:
        found = platform.do("conference.list", name=name)["conferences"]
        return len(platform.do("participant.list", conference=found[0]["sid"])) if found else 0

    async def scene() -> None:
        async with Phone(username="+447700900123") as one, Phone(username="+447700900124") as two:
            calls = []
            for phone in (one, two):
                call = await phone.call(f"sip:{TRIMMED}@{platform.sip}")
                await asyncio.wait_for(call.audio.talking.wait(), 20)  # what they are told
                calls.append(call)
            first, second = calls
            await until(lambda: inside("trimmed") == 2)
            for say in (lambda: second.audio.say_tone(440, seconds=1, level=6_000), None):
                got = second.audio.received
                await until(lambda got=got: second.audio.received > got + 150)  # three seconds
                if say is not None:
                    say()
                    await until(lambda: hears(first, 440))
            for call in calls:
                await call.hang_up()

    asyncio.run(scene())
    platform.calls(ended=before + 2)
    (found,) = platform.do("conference.list", name="trimmed")["conferences"]
    deadline = time.monotonic() + 30
    while True:
        (whole,) = platform.do("conference.recording.list", conference=found["sid"])
        if whole["status"] == "saved":
            break
        assert time.monotonic() < deadline, whole
        time.sleep(0.1)
    out = platform.data.parent / "trimmed.wav"
    platform.cli("recording", "export", whole["sid"], "--to", str(out))
    _, pcm = wav.read(out.read_bytes())
    assert 1.0 < len(pcm) / RATE < 2.5


def members(platform: Platform, conference: str) -> dict[str, str]:
    """The calls in a room, by label."""
    found = platform.do("participant.list", conference=conference)
    return {one["label"] or "": one["call"] for one in found}


def running(platform: Platform, name: str) -> str:
    (found,) = platform.do("conference.list", name=name, limit=1)["conferences"]
    return str(found["sid"])


def over(platform: Platform, name: str) -> dict[str, Any]:
    """The one conference of a name, once it is on record that it ended."""
    deadline = time.monotonic() + 30
    while True:
        (found,) = platform.do("conference.list", name=name)["conferences"]
        if found["status"] == "ended":
            return dict(found)
        assert time.monotonic() < deadline, found
        time.sleep(0.05)


async def asked(platform: Platform, use_case: str, **args: object) -> None:
    await asyncio.to_thread(platform.do, use_case, **args)


def test_a_moderator_begins_and_ends_it_and_guests_hear_music(platform: Platform) -> None:
    async def scene() -> None:
        async with Phone(username="guest") as guest, Phone(username="host") as host:
            waiting = await guest.call(f"sip:{GUEST}@{platform.sip}")
            await asyncio.wait_for(waiting.audio.talking.wait(), 20)  # music
            waiting.audio.say_tone(440, seconds=60, level=6_000)
            talk = await host.call(f"sip:{HOST}@{platform.sip}")
            talk.audio.say_tone(880, seconds=60, level=6_000)
            await until(lambda: hears(waiting, 880) and hears(talk, 440))
            await talk.hang_up()
            # the room is over: the guest's call goes on with the next verb
            await until(lambda: not hears(waiting, 880))
            await waiting.hang_up()

    asyncio.run(scene())
    assert over(platform, "held")["reason"] == "exit_left"


def test_mute_hold_and_coach(platform: Platform) -> None:
    for number, label in ((ANN, "ann"), (BEN, "ben"), (COACH, "coach")):
        room(platform, number, f"beep='false' participantLabel='{label}'", name="desk")

    async def scene() -> None:
        async with Phone(username="a") as a, Phone(username="b") as b, Phone(username="c") as c:
            ann, ben, coach = [
                await phone.call(f"sip:{number}@{platform.sip}")
                for phone, number in ((a, ANN), (b, BEN), (c, COACH))
            ]
            for call, hertz in ((ann, 440), (ben, 660), (coach, 880)):
                call.audio.say_tone(hertz, seconds=90, level=6_000)
            await until(lambda: hears(ann, 880) and hears(ben, 880))
            sid = running(platform, "desk")
            who = members(platform, sid)

            def update(label: str, **change: object) -> object:
                return asked(platform, "participant.update", conference=sid, call=label, **change)

            await update("ann", muted=True)
            await until(lambda: not hears(ben, 440) and hears(ann, 660))
            await update("ann", muted=False)
            await until(lambda: hears(ben, 440))

            await update("ben", held=True)
            await until(lambda: not hears(ann, 660) and not hears(ben, 440))
            await update("ben", held=False)
            await until(lambda: hears(ann, 660) and hears(ben, 440))

            await update("coach", coaching=True, coach=who["ann"])
            await until(lambda: hears(ann, 880) and not hears(ben, 880))
            assert hears(coach, 440)
            assert hears(coach, 660)
            await update("coach", coaching=False)
            await until(lambda: hears(ben, 880))

            await asked(platform, "participant.remove", conference=sid, call="ben")
            await until(lambda: not hears(ben, 440))
            await asked(platform, "conference.end", sid=sid)
            await until(lambda: not hears(ann, 880))
            for call in (ann, ben, coach):
                await call.hang_up()

    asyncio.run(scene())
    assert over(platform, "desk")["reason"] == "api"


def test_a_room_that_is_full(platform: Platform) -> None:
    before = len(platform.calls())

    async def scene() -> None:
        async with Phone(username="a") as a, Phone(username="b") as b, Phone(username="c") as c:
            inside = [await phone.call(f"sip:{SMALL}@{platform.sip}") for phone in (a, b)]
            for call in inside:
                call.audio.say_tone(440, seconds=60, level=6_000)
            await until(lambda: all(hears(call, 440) for call in inside))
            third = await c.call(f"sip:{SMALL}@{platform.sip}")
            await asyncio.wait_for(third.audio.talking.wait(), 20)  # the next verb
            assert not hears(third, 440)
            for call in (*inside, third):
                await call.hang_up()

    asyncio.run(scene())
    codes = [
        line["text"]
        for call in platform.calls(ended=before + 3)[:3]
        for line in platform.do("call.timeline", sid=call["sid"])
    ]
    assert sum("the room is full" in text for text in codes) == 1
