"""A call queue with real phones: callers wait in order, an agent takes them, one leaves."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
from platform_run import Platform
from tones import RATE, hears, level, until

from ringfence.media import wav
from ringfence.testing.phone import Phone

WAIT, AGENT, SHORT, KEPT = "+12025550120", "+12025550121", "+12025550122", "+12025550119"
FREE, DESK, GERMAN = "+12025550123", "+12025550124", "+493023125000"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    # two media processes: members and partners are with one and the other
    with Platform(tmp_path_factory.mktemp("queues") / "data", "--workers", "2") as running:
        running.do("queue.add", name="support")  # an agent may come before the first caller
        running.number(WAIT, "<Response><Enqueue>support</Enqueue><Hangup/></Response>")
        running.number(
            AGENT, "<Response><Dial timeout='20'><Queue>support</Queue></Dial></Response>"
        )
        running.number(
            KEPT,
            "<Response><Dial timeout='20' record='record-from-answer-dual'><Queue>support</Queue>"
            "</Dial></Response>",
        )
        running.number(
            SHORT,
            "<Response><Enqueue maxQueueSize='1'>short</Enqueue><Say>full</Say></Response>",
        )
        yield running


def names(platform: Platform, sid: str) -> list[str]:
    return [line["name"] for line in platform.do("call.timeline", sid=sid)]


def test_callers_wait_and_an_agent_takes_them_in_order(platform: Platform) -> None:
    async def scene() -> None:
        async with (
            Phone(username="one") as first,
            Phone(username="two") as second,
            Phone(username="agent") as desk,
        ):
            one = await first.call(f"sip:{WAIT}@{platform.sip}")
            await asyncio.wait_for(one.audio.talking.wait(), 20)  # music
            two = await second.call(f"sip:{WAIT}@{platform.sip}")
            await asyncio.wait_for(two.audio.talking.wait(), 20)
            one.audio.say_tone(440, seconds=60, level=6_000)
            two.audio.say_tone(660, seconds=60, level=6_000)
            agent = await desk.call(f"sip:{AGENT}@{platform.sip}")
            agent.audio.say_tone(880, seconds=60, level=6_000)
            await until(lambda: hears(agent, 440) and hears(one, 880))
            assert not hears(agent, 660)
            assert not hears(two, 880)
            await agent.hang_up()
            await one.wait_over(20)
            again = await desk.call(f"sip:{AGENT}@{platform.sip}")
            again.audio.say_tone(880, seconds=60, level=6_000)
            await until(lambda: hears(again, 660) and hears(two, 880))
            await two.hang_up()
            await again.wait_over(20)

    asyncio.run(scene())
    told = [names(platform, call["sid"]) for call in platform.calls(ended=4)[:4]]
    assert sum("QueueAnswered" in lines for lines in told) == 2
    assert sum("QueueLeft" in lines for lines in told) == 2
    assert sum("DialEnded" in lines for lines in told) == 2


def test_an_agent_waits_for_the_next_caller(platform: Platform) -> None:
    async def scene() -> None:
        async with Phone(username="late") as caller, Phone(username="agent") as desk:
            agent = await desk.call(f"sip:{AGENT}@{platform.sip}")
            talk = await caller.call(f"sip:{WAIT}@{platform.sip}")
            talk.audio.say_tone(440, seconds=60, level=6_000)
            await until(lambda: hears(agent, 440))
            await talk.hang_up()
            await agent.wait_over(20)

    asyncio.run(scene())


def test_a_full_queue_sends_its_caller_on(platform: Platform) -> None:
    async def scene() -> None:
        async with Phone(username="in") as first, Phone(username="out") as second:
            one = await first.call(f"sip:{SHORT}@{platform.sip}")
            await asyncio.wait_for(one.audio.talking.wait(), 20)
            two = await second.call(f"sip:{SHORT}@{platform.sip}")
            await two.wait_over(30)
            await one.hang_up()

    asyncio.run(scene())
    deadline = time.monotonic() + 30
    while True:
        calls = [call for call in platform.calls() if call["called"] == SHORT]
        if [call["status"] for call in calls] == ["ended", "ended"]:
            break
        assert time.monotonic() < deadline, calls
        time.sleep(0.05)
    assert all("QueueLeft" in names(platform, call["sid"]) for call in calls)


def talk_on_the_record(platform: Platform, caller: str) -> str:
    """A caller waits, the agent takes them, each is heard; the SID of the agent's call."""
    before = len(platform.calls())

    async def scene() -> None:
        async with Phone(username=caller) as one, Phone(username=DESK) as desk:
            talk = await one.call(f"sip:{WAIT}@{platform.sip}")
            await asyncio.wait_for(talk.audio.talking.wait(), 20)  # music
            talk.audio.say_tone(440, seconds=60, level=6_000)
            agent = await desk.call(f"sip:{KEPT}@{platform.sip}")
            agent.audio.say_tone(880, seconds=60, level=6_000)
            await until(lambda: hears(agent, 440) and hears(talk, 880))
            got = agent.audio.received
            await until(lambda: agent.audio.received > got + 75)  # a second and a half
            await agent.hang_up()
            await talk.wait_over(20)

    asyncio.run(scene())
    calls = platform.calls(ended=before + 2)[:2]
    return next(str(call["sid"]) for call in calls if call["called"] == KEPT)


@pytest.mark.promise("TEL-07")
def test_the_talk_of_an_agent_is_recorded_where_both_agreed_before(platform: Platform) -> None:
    for number in (FREE, DESK):
        platform.do("privacy.consent.give", number=number, purpose="record_call", how="letter")
    sid = talk_on_the_record(platform, FREE)
    (ruling,) = platform.do("privacy.recording", sid=sid)
    assert (ruling["outcome"], ruling["same"]) == ("record", True)
    deadline = time.monotonic() + 30
    while True:
        (kept,) = platform.do("recording.list", call=sid)
        if kept["status"] == "saved":
            break
        assert time.monotonic() < deadline, kept
        time.sleep(0.1)
    assert kept["source"] == "dial"
    out = platform.data.parent / "talk.wav"
    platform.cli("recording", "export", kept["sid"], "--to", str(out))
    form, pcm = wav.read(out.read_bytes())
    assert form.channels == 2
    end = slice(-RATE // 2 * 2, -RATE // 4 * 2)  # a quarter of a second before the last one
    agent, caller = pcm[end][0::2], pcm[end][1::2]
    assert level(agent, 880) > 500 > level(agent, 440)
    assert level(caller, 440) > 500 > level(caller, 880)


@pytest.mark.promise("TEL-07")
def test_who_is_asked_and_says_nothing_talks_unrecorded(platform: Platform) -> None:
    sid = talk_on_the_record(platform, GERMAN)
    (ruling,) = platform.do("privacy.recording", sid=sid)
    assert (ruling["outcome"], ruling["same"]) == ("ask", True)
    assert [one["status"] for one in platform.do("recording.list", call=sid)] == ["failed"]
    names = [line["name"] for line in platform.do("call.timeline", sid=sid)]
    assert "RecordingStarted" not in names
