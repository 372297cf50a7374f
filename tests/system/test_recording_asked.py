"""Who is asked in the middle of a talk, on real calls: with a no, no byte is kept or sent."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from platform_run import Platform
from tones import spoken_to
from websockets.asyncio.server import ServerConnection, serve

from ringfence.testing.phone import Phone
from ringfence.testing.phone_call import PhoneCall

GERMAN = "+4930231250"  # all parties have to agree
AMERICAN = "+12025550140"
WAITS, TAKES, ROOM = "+12025550101", "+12025550102", "+12025550103"
HOLDS = "+12025550104"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RINGFENCE_FETCH_PRIVATE", "127.0.0.0/8")
        with Platform(tmp_path_factory.mktemp("asked") / "data") as running:
            running.number(WAITS, "<Response><Enqueue waitUrl=''>desk</Enqueue></Response>")
            running.number(
                TAKES,
                "<Response><Dial record='record-from-answer-dual'><Queue>desk</Queue></Dial>"
                "</Response>",
            )
            running.number(
                ROOM,
                "<Response><Dial><Conference beep='false' waitUrl=''>room</Conference></Dial>"
                "</Response>",
            )
            running.number(HOLDS, "<Response><Say>Hi</Say><Pause length='60'/></Response>")
            running.do("privacy.consent.give", number=AMERICAN, purpose="record_call", how="letter")
            yield running


def kept(platform: Platform) -> dict[str, int]:
    """Every file of a recording, in the making or done, and its size."""
    folders = (platform.data / "spool", platform.data / "objects")
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return {str(path): path.stat().st_size for path in files}


def told(platform: Platform, call: str) -> list[str]:
    lines = platform.do("call.timeline", sid=call)
    return [line["text"] for line in lines if line["name"] == "RecordingTold"]


def names(platform: Platform, call: str) -> list[str]:
    return [line["name"] for line in platform.do("call.timeline", sid=call)]


async def until(true: Callable[[], Any], seconds: float = 30) -> Any:
    async with asyncio.timeout(seconds):
        while not (found := await asyncio.to_thread(true)):  # noqa: ASYNC110 - asked of outside
            await asyncio.sleep(0.1)
    return found


async def in_(platform: Platform, phone: Phone, number: str) -> tuple[PhoneCall, str]:
    """A call that was answered, and its SID."""
    known = {call["sid"] for call in platform.do("call.list")["calls"]}
    talk = await phone.call(f"sip:{number}@{platform.sip}", wait=20)
    talk.audio.say_tone(500, seconds=60)

    def new() -> str:
        calls = platform.do("call.list")["calls"]
        return next((call["sid"] for call in calls if call["sid"] not in known), "")

    return talk, await until(new)


async def silent(talk: PhoneCall) -> None:
    """Wait until what the document says was said: half a second of silence after it."""
    await asyncio.wait_for(talk.audio.talking.wait(), 30)
    async with asyncio.timeout(30):
        while any(abs(sample) > 100 for sample in talk.audio.heard[-4_000:]):  # noqa: ASYNC110
            await asyncio.sleep(0.1)


def outcome(platform: Platform, call: str) -> str:
    found = platform.do("recording.list", call=call)
    return str(found[0]["status"]) if found else ""


AGREED = "A party was asked, and agreed to be recorded"
DID_NOT = "A party was asked, and did not agree to be recorded"
SILENT = "A party was asked about recording, and did not answer"


@pytest.mark.promise("TEL-07")
@pytest.mark.parametrize(("key", "words"), [("1", AGREED), ("2", DID_NOT)])
def test_the_caller_out_of_a_queue_is_asked(platform: Platform, key: str, words: str) -> None:
    before = kept(platform)

    async def run() -> str:
        async with Phone(username=GERMAN) as waiting, Phone(username=AMERICAN) as agent:
            caller, _ = await in_(platform, waiting, WAITS)
            taker, call = await in_(platform, agent, TAKES)
            await until(lambda: "RecordingRequested" in names(platform, call))
            await spoken_to(caller)  # they talk, and the caller hears the question
            assert kept(platform) == before, "nothing is kept before the answer"
            await caller.press(key)
            await until(lambda: told(platform, call))
            if key == "1":
                await until(lambda: kept(platform) != before)
            else:
                await asyncio.sleep(1.5)
                assert kept(platform) == before
            await taker.hang_up()
            await caller.wait_over(20)
            return call

    call = asyncio.run(run())
    assert told(platform, call) == [words]
    deadline = time.monotonic() + 20
    while outcome(platform, call) not in {"saved", "failed"} and time.monotonic() < deadline:
        time.sleep(0.1)
    assert outcome(platform, call) == ("saved" if key == "1" else "failed")
    if key == "2":
        assert kept(platform) == before


@pytest.mark.promise("TEL-07")
@pytest.mark.parametrize("key", ["1", ""])
def test_who_comes_into_the_room_of_a_recorded_call_is_asked(platform: Platform, key: str) -> None:
    async def run() -> str:
        async with Phone(username=AMERICAN) as one, Phone(username=GERMAN) as other:
            member, call = await in_(platform, one, ROOM)
            await until(lambda: "ConferenceJoined" in names(platform, call))
            await asyncio.to_thread(platform.do, "recording.start", call=call)
            await until(lambda: "RecordingStarted" in names(platform, call))
            newcomer, _ = await in_(platform, other, ROOM)
            await until(lambda: "RecordingPaused" in names(platform, call))
            if key:
                await spoken_to(newcomer)
                await newcomer.press(key)
            await until(lambda: told(platform, call), 60)
            if key:
                await until(lambda: "RecordingResumed" in names(platform, call))
            await asyncio.sleep(0.5)
            await newcomer.hang_up()
            await member.hang_up()
            return call

    call = asyncio.run(run())
    assert told(platform, call) == [AGREED if key else SILENT]
    assert ("RecordingResumed" in names(platform, call)) is bool(key)
    if not key:
        lines = [line["text"] for line in platform.do("call.timeline", sid=call)]
        assert "somebody who came in does not let it go on" in lines


@pytest.mark.promise("TEL-07")
@pytest.mark.parametrize("key", ["1", "2"])
def test_a_server_hears_whoever_agrees_and_nobody_else(platform: Platform, key: str) -> None:
    heard: list[str | bytes] = []

    async def take(socket: ServerConnection) -> None:
        async for message in socket:
            heard.append(message)  # noqa: PERF401 - as it comes: whoever waits looks meanwhile

    async def run() -> str:
        async with serve(take, "127.0.0.1", 0) as server, Phone(username=GERMAN) as phone:
            url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/ear"
            talk, call = await in_(platform, phone, HOLDS)
            await silent(talk)
            with pytest.raises(RuntimeError):  # nobody is on the line while it rings
                await asyncio.to_thread(platform.do, "stream.start", call="CA" + "0" * 32, url=url)
            since = len(talk.audio.heard)
            await asyncio.to_thread(platform.do, "stream.start", call=call, url=url)
            await spoken_to(talk, since)
            assert not heard
            await talk.press(key)
            await until(lambda: told(platform, call))
            if key == "1":
                await until(lambda: heard)
            else:
                await asyncio.sleep(1.5)
            await talk.hang_up()
            await until(lambda: platform.do("call.show", sid=call)["status"] == "ended")
            await asyncio.sleep(0.5)
            return call

    call = asyncio.run(run())
    assert told(platform, call) == [AGREED if key == "1" else DID_NOT]
    assert bool(heard) is (key == "1")
    assert ("StreamStarted" in names(platform, call)) is (key == "1")
