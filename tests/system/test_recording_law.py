"""The law on recording, on real calls: who is not told or does not agree is not on the disk."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator

import pytest
from platform_run import Platform

from ringfence.testing.phone import Phone
from ringfence.testing.phone_call import PhoneCall

GERMAN = "+493023125000"  # all parties have to agree
BRITON = "+447700900123"  # everybody has to be told
MESSAGE = "+12025550101"
DIAL = "+12025550102"
LONG = "+12025550103"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with Platform(tmp_path_factory.mktemp("law") / "data") as running:
        running.number(
            MESSAGE,
            "<Response><Record playBeep='false' timeout='1' maxLength='2'/></Response>",
        )
        running.number(
            LONG,
            "<Response><Record playBeep='false' timeout='30' maxLength='60'/></Response>",
        )
        running.number(
            DIAL,
            "<Response><Dial timeout='10' record='record-from-ringing-dual'>"
            "<Sip>sip:desk@127.0.0.1</Sip></Dial></Response>",
        )
        running.secret = running.do("phone.add", name="desk")["secret"]  # type: ignore[attr-defined]
        yield running


def kept(platform: Platform) -> dict[str, int]:
    """Every file of a recording, in the making or done, and its size."""
    folders = (platform.data / "spool", platform.data / "objects")
    return {
        str(path): path.stat().st_size
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file()
    }


def said(platform: Platform, call: str) -> list[str]:
    lines = platform.do("call.timeline", sid=call)
    return [line["text"] for line in lines if line["name"] == "RecordingTold"]


async def heard(call: PhoneCall, key: str) -> None:
    """Wait for the first words and press a key on them; the call may end on it."""
    await asyncio.wait_for(call.audio.talking.wait(), 20)
    if key:
        pressing = asyncio.create_task(call.press(key))
        over = asyncio.create_task(call.over.wait())
        await asyncio.wait((pressing, over), timeout=20, return_when=asyncio.FIRST_COMPLETED)
        for task in (pressing, over):
            task.cancel()


async def until(call: PhoneCall, true: Callable[[], bool]) -> None:
    """Wait until something is so, or the call has ended."""
    async with asyncio.timeout(30):
        while not (call.over.is_set() or await asyncio.to_thread(true)):  # noqa: ASYNC110
            await asyncio.sleep(0.1)


def leave(platform: Platform, caller: str, key: str) -> str:
    """Call the mailbox that has no beep; the call's SID once it has ended.

    The document is begun anew after each message, so the caller hangs up after the first.
    """
    before = len(platform.calls())

    def saved() -> bool:
        calls = platform.do("call.list")["calls"]
        if len(calls) == before:
            return False  # it is not written yet
        found = platform.do("recording.list", call=calls[0]["sid"])
        return any(one["status"] == "saved" for one in found)

    async def call() -> None:
        async with Phone(username=caller) as phone:
            talk = await phone.call(f"sip:{MESSAGE}@{platform.sip}")
            talk.audio.say_tone(440, seconds=30)
            if key or caller == BRITON:
                await heard(talk, key)
            await until(talk, saved)
            if not talk.over.is_set():
                await talk.hang_up()

    asyncio.run(call())
    return str(platform.calls(ended=before + 1)[0]["sid"])


def settled(platform: Platform, call: str) -> list[str]:
    """The outcome of every recording of a call, once each has one."""
    deadline = time.monotonic() + 30
    while True:
        found = [one["status"] for one in platform.do("recording.list", call=call)]
        if all(status in {"saved", "failed"} for status in found) or time.monotonic() > deadline:
            return found
        time.sleep(0.1)


@pytest.mark.promise("TEL-07")
@pytest.mark.promise("CLS-09")
def test_who_does_not_agree_is_nowhere_on_the_disk(platform: Platform) -> None:
    before = kept(platform)
    sid = leave(platform, GERMAN, "2")
    assert said(platform, sid) == ["A party was asked, and did not agree to be recorded"]
    assert kept(platform) == before
    assert platform.do("recording.list", call=sid) == []
    (ruling,) = platform.do("privacy.recording", sid=sid)
    assert (ruling["outcome"], ruling["same"]) == ("ask", True)
    assert [rule["id"] for rule in ruling["rules"]] == ["eu-confidentiality"]


@pytest.mark.promise("TEL-07")
def test_who_agrees_or_is_told_is_recorded(platform: Platform) -> None:
    for caller, key, words in (
        (GERMAN, "1", "A party was asked, and agreed to be recorded"),
        (BRITON, "", "A party was told that it is recorded"),
    ):
        before = kept(platform)
        sid = leave(platform, caller, key)
        assert said(platform, sid)[0] == words
        assert "saved" in settled(platform, sid)
        assert sum(kept(platform).values()) > sum(before.values())


@pytest.mark.promise("TEL-07")
@pytest.mark.promise("CON-03")
def test_a_consent_that_is_taken_back_holds_for_the_next_call(platform: Platform) -> None:
    caller = "+493023125001"
    platform.do("privacy.consent.give", number=caller, purpose="record_call", how="letter")
    sid = leave(platform, caller, "")
    assert said(platform, sid) == []
    assert "saved" in settled(platform, sid)
    platform.do("privacy.consent.withdraw", number=caller, purpose="record_call")
    before = kept(platform)
    before_calls = len(platform.calls())

    async def call() -> None:
        async with Phone(username=caller) as phone:
            talk = await phone.call(f"sip:{MESSAGE}@{platform.sip}")
            await talk.wait_over(30)

    asyncio.run(call())
    sid = str(platform.calls(ended=before_calls + 1)[0]["sid"])
    (ruling,) = platform.do("privacy.recording", sid=sid)
    assert [rule["id"] for rule in ruling["rules"]] == ["consent-refused"]
    assert kept(platform) == before


@pytest.mark.promise("CON-03")
def test_what_is_being_recorded_stops_when_the_consent_is_taken_back(platform: Platform) -> None:
    caller = "+493023125002"
    said_yes = {"number": caller, "purpose": "record_call"}
    platform.do("privacy.consent.give", **said_yes, how="letter")
    count = len(platform.calls())

    def recording() -> bool:
        calls = platform.do("call.list")["calls"]
        return len(calls) > count and any(
            one["status"] == "in-progress" and one["call"] == calls[0]["sid"]
            for one in platform.do("recording.list", limit=1)
        )

    async def call() -> None:
        async with Phone(username=caller) as phone:
            talk = await phone.call(f"sip:{LONG}@{platform.sip}")
            talk.audio.say_tone(440, seconds=60)
            await until(talk, recording)
            begun = time.monotonic()
            await asyncio.to_thread(platform.do, "privacy.consent.withdraw", **said_yes)
            await talk.wait_over(30)  # the next verb is not reached while it records
            assert time.monotonic() - begun < 60  # a promise of the law, not a measurement

    asyncio.run(call())
    sid = str(platform.calls(ended=count + 1)[0]["sid"])
    lines = [line["text"] for line in platform.do("call.timeline", sid=sid)]
    assert "a party lets it be recorded no more: nothing more is kept" in lines
    # what there was is kept, unless it was too short to be anything
    assert settled(platform, sid) in (["saved"], ["failed"])


@pytest.mark.promise("TEL-07")
@pytest.mark.parametrize(("key", "recorded"), [("2", False), ("1", True)])
def test_a_talk_goes_on_whether_or_not_it_may_be_recorded(
    platform: Platform, key: str, recorded: bool
) -> None:
    count = len(platform.calls())
    before = kept(platform)
    during: list[dict[str, int]] = []

    async def call() -> None:
        async with (
            Phone(username="desk", password=platform.secret) as desk,  # type: ignore[attr-defined]
            Phone(username=GERMAN) as caller,
        ):
            await desk.register(f"sip:{platform.sip}")
            talk = caller.dial(f"sip:{DIAL}@{platform.sip}")
            await caller.answered(talk, 20)
            await heard(talk, key)
            other = await desk.next_call(30)
            await other.answer()
            other.audio.say_tone(440, seconds=30)
            talk.audio.say_tone(660, seconds=30)
            got = other.audio.received
            await until(talk, lambda: other.audio.received > got + 25)  # half a second
            during.append(kept(platform))
            await talk.hang_up()
            await other.wait_over(20)

    asyncio.run(call())
    record = platform.calls(ended=count + 1)[0]
    assert record["cause"] == "normal"
    found = settled(platform, record["sid"])
    if recorded:
        assert found == ["saved"]
    else:
        assert found == []
        assert during == [before]
        assert kept(platform) == before
