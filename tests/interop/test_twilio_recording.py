"""Recordings by the official Python SDK: pauses that are kept or skipped, a participant's call."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from listening_web import Web, wait_for
from platform_run import Platform
from tones import level
from twilio.rest import Client
from twilio_here import client_of

from ringfence.media import wav
from ringfence.testing.phone import Phone

OURS = "+12025550100"
WAITS = "<Response><Say>Hello</Say><Pause length='120'/></Response>"
PAUSE_SECONDS = 6


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    made = Web()
    yield made
    made.close()


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    data: Path = tmp_path_factory.mktemp("recording") / "data"
    with Platform(data, "--fetch-private", "127.0.0.0/8") as running:
        running.number(OURS, WAITS)
        yield running


@pytest.fixture
def client(platform: Platform) -> Client:
    return client_of(platform)


async def until(ask: Callable[[], Any], true: Callable[[Any], Any]) -> Any:
    """Ask until the answer is as it should be."""

    def answer() -> Any:
        found = ask()
        return found if true(found) else None

    return await asyncio.to_thread(wait_for, answer)


def sound(platform: Platform, sid: str) -> array[int]:
    """A recording's samples, fetched from the address the SDK names."""
    who = platform.ready["account_sid"], platform.ready["auth_token"]
    path = f"/2010-04-01/Accounts/{who[0]}/Recordings/{sid}.wav"
    answer = httpx.get(platform.ready["http"] + path, auth=who)
    assert answer.status_code == 200
    form, pcm = wav.read(answer.content)
    return wav.mono(pcm, form.channels)


def seconds(pcm: array[int], hertz: int) -> tuple[float, float]:
    """When a tone begins and ends, (-1, -1) where it is not there."""
    at = [n for n in range(0, len(pcm) - 159, 160) if level(pcm[n : n + 160], hertz) > 2_000]
    return (at[0] / 8_000, at[-1] / 8_000) if at else (-1, -1)


@pytest.mark.parametrize("behaviour", ["skip", "silence", None])
def test_a_pause_is_kept_as_silence_or_skipped(
    platform: Platform, client: Client, behaviour: str | None
) -> None:
    async def scene() -> str:
        async with Phone(username="+12025550188") as phone:
            made = await asyncio.to_thread(
                client.calls.create,
                to=f"sip:+12025550188@127.0.0.1:{phone.port}",
                from_=OURS,
                twiml=WAITS,
            )
            talk = await phone.next_call(30)
            await talk.answer()
            await until(client.calls(made.sid).fetch, lambda one: one.status == "in-progress")
            recordings = client.calls(made.sid).recordings
            begun = await asyncio.to_thread(recordings.create, recording_track="inbound")
            await until(recordings(begun.sid).fetch, lambda one: one.status == "in-progress")
            await asyncio.sleep(0.5)
            talk.audio.say_tone(440, seconds=1)
            await talk.audio.said()
            await asyncio.sleep(0.5)
            how = {} if behaviour is None else {"pause_behavior": behaviour}
            paused = await asyncio.to_thread(
                recordings("Twilio.CURRENT").update, status="paused", **how
            )
            assert paused.status == "paused"
            await asyncio.sleep(0.5)
            talk.audio.say_tone(660, seconds=PAUSE_SECONDS)
            await talk.audio.said()
            await asyncio.sleep(0.5)
            await asyncio.to_thread(recordings(begun.sid).update, status="in-progress")
            await asyncio.sleep(0.5)
            talk.audio.say_tone(880, seconds=1)
            await talk.audio.said()
            await asyncio.sleep(0.5)
            await asyncio.to_thread(recordings(begun.sid).update, status="stopped")
            await until(recordings(begun.sid).fetch, lambda one: one.status == "completed")
            await talk.hang_up()
            return str(begun.sid)

    sid = asyncio.run(scene())
    pcm = sound(platform, sid)
    assert seconds(pcm, 660) == (-1, -1)  # what is said in a pause is nowhere
    _, before = seconds(pcm, 440)
    after, _ = seconds(pcm, 880)
    assert before > 0
    if behaviour == "skip":
        assert 0 < after - before < PAUSE_SECONDS
    else:
        assert after - before > PAUSE_SECONDS
    assert abs(int(client.recordings(sid).fetch().duration) - len(pcm) / 8_000) <= 1


def test_the_call_of_a_participant_is_recorded(
    platform: Platform, client: Client, web: Web
) -> None:
    async def scene() -> str:
        async with Phone(username="+12025550189") as phone:
            made = await asyncio.to_thread(
                client.conferences("standup").participants.create,
                to=f"sip:+12025550189@127.0.0.1:{phone.port}",
                from_=OURS,
                beep="false",
                record=True,
                recording_channels="dual",
                recording_track="both",
                recording_status_callback=f"{web.url}/told",
                recording_status_callback_event=["in-progress", "completed"],
            )
            talk = await phone.next_call(30)
            await talk.answer()
            await asyncio.to_thread(wait_for, lambda: web.told)
            await asyncio.sleep(0.5)
            talk.audio.say_tone(440, seconds=2)
            await talk.audio.said()
            await talk.hang_up()
            return str(made.call_sid)

    call = asyncio.run(scene())
    begun, kept = wait_for(lambda: len(web.told) >= 2 and web.told)
    assert (begun["RecordingStatus"], kept["RecordingStatus"]) == ("in-progress", "completed")
    assert {one["CallSid"] for one in web.told} == {call}
    assert (kept["RecordingSource"], kept["RecordingChannels"]) == ("OutboundAPI", "2")
    (found,) = client.recordings.list(call_sid=call)
    assert (found.sid, found.channels) == (kept["RecordingSid"], 2)
    begins, ends = seconds(sound(platform, found.sid), 440)
    assert 1.5 < ends - begins < 3
