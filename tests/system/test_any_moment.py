"""kill -9 of either process at any moment: whatever was going on, the books are in order after it.

Invariant: after the restart no call is open; each call ended once, its facts are in order and its
record agrees with them; every recording has an outcome, and a saved one its files and keys; a
callback that was being delivered is delivered; what a call, a leg or a recording came to is told
once to whoever asked for it.
"""

from __future__ import annotations

import asyncio
import os
import random
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from platform_run import Platform

from ringfence.calls.events import CallEnded, CallFact
from ringfence.kernel.clock import SystemClock
from ringfence.kernel.entropy import SystemEntropy
from ringfence.privacy.purposes import purpose
from ringfence.storage.folder import DataFolder
from ringfence.storage.store import Store
from ringfence.testing.books import complaints
from ringfence.testing.phone import CallFailed, Phone

MENU, VOICEMAIL, DESK = "+12025550100", "+12025550101", "+12025550102"
QUEUE = "+12025550103"
PATIENCE = "<Response><Say>Please wait.</Say><Pause length='120'/></Response>"
DOCUMENTS = {
    MENU: "<Response><Gather numDigits='1' timeout='2' action='flow:echo'><Say>Press a key.</Say>"
    "</Gather></Response>",
    VOICEMAIL: "<Response><Record maxLength='4' playBeep='false'/></Response>",
    DESK: "<Response><Dial timeout='3' record='record-from-answer-dual'>"
    "<Sip>sip:desk@{sip}</Sip></Dial></Response>",
}
KILLS = int(os.environ.get("TEST_KILLS", "2"))
"""The server first, then its media process, and so on; a night's search sets hundreds."""
DEADLINE_SECONDS = 60
SECOND_BYTES = 8_000
"""A second of a recording takes a little more."""


async def caller(
    platform: Platform, number: int, until: asyncio.Event, dice: random.Random
) -> None:
    """Somebody who calls again and again, whatever becomes of it."""
    async with Phone(username=f"+120255501{number + 60}") as phone:
        while not until.is_set():
            call = phone.dial(f"sip:{dice.choice(list(DOCUMENTS))}@{platform.sip}")
            try:
                await phone.answered(call, 2)
            except CallFailed:
                continue
            call.audio.say_tone(440, seconds=4)
            await asyncio.sleep(dice.uniform(0.1, 2.5))
            if not call.over.is_set():
                try:
                    await call.hang_up(wait=1)
                except TimeoutError:
                    pass  # the server that knew the call is dead


async def desk(phone: Phone) -> None:
    while True:
        call = await phone.next_call(600)
        await call.answer()


async def restarted(platform: Platform, word: str) -> None:
    old = set(platform.pids(word))
    platform.kill(word)
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not (set(platform.pids(word)) - old and await asyncio.to_thread(well, platform)):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


def waiting(platform: Platform) -> None:
    """Return when the call to the queue is on record: whoever waits there will be interrupted."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not any(
        call["called"] == QUEUE and call["status"] == "answered" for call in platform.calls()
    ):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def well(platform: Platform) -> bool:
    """Whether it answers and has its media process."""
    try:
        engines = platform.do("system.status")["engines"]
    except (OSError, RuntimeError, ValueError):
        return False
    return all(engine["connected"] for engine in engines)


@pytest.mark.timeout(120 + 20 * KILLS)
def test_the_books_are_in_order_whenever_a_process_is_killed(tmp_path: Path) -> None:
    dice = random.Random()

    async def scene() -> None:
        secret = platform.do("phone.add", name="desk")["secret"]
        done = asyncio.Event()
        async with Phone(username="desk", password=secret) as phone:
            await phone.register(f"sip:{platform.sip}")
            answering = asyncio.create_task(desk(phone))
            calling = [
                asyncio.create_task(caller(platform, number, done, dice)) for number in range(4)
            ]
            for kill in range(KILLS):
                await phone.call(f"sip:{QUEUE}@{platform.sip}")
                await asyncio.to_thread(waiting, platform)
                await asyncio.sleep(dice.uniform(0.5, 2))
                await restarted(platform, ("ringfence.app", "engine.worker")[kill % 2])
            done.set()
            await asyncio.gather(*calling)
            answering.cancel()
        async with Phone(username="+12025550160") as phone:
            call = await phone.call(f"sip:{MENU}@{platform.sip}")
            await call.hang_up()

    with Platform(tmp_path / "data") as platform:
        platform.number(QUEUE, PATIENCE)
        for number, document in DOCUMENTS.items():
            platform.number(number, document.format(sip=platform.sip))
        asyncio.run(scene())
    assert "Traceback" not in platform.log()
    causes = books(tmp_path / "data")
    assert causes["interrupted"] >= KILLS
    assert causes["normal"] > 0


class Listener:
    """Takes callbacks. Until it is ``willing`` nobody who asks gets an answer."""

    def __init__(self) -> None:
        self.willing = threading.Event()
        self.asked = threading.Event()
        self.over = threading.Event()
        self.taken: list[dict[str, str]] = []
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                listener.asked.set()
                if not listener.willing.is_set():
                    listener.over.wait(60)
                    return
                listener.taken.append(dict(parse_qsl(body)))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/status"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()


def test_a_callback_that_was_being_delivered_is_delivered_after_a_kill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RINGFENCE_FETCH_PRIVATE", "127.0.0.0/8")
    listener = Listener()

    async def scene() -> None:
        async with Phone(username="+12025550160") as phone:
            call = await phone.call(f"sip:{VOICEMAIL}@{platform.sip}")
            call.audio.say_tone(440, seconds=3)
            await call.wait_over(20)
        assert await asyncio.to_thread(listener.asked.wait, 20)
        assert listener.taken == []
        listener.willing.set()
        await restarted(platform, "ringfence.app")

    try:
        with Platform(tmp_path / "data") as platform:
            platform.number(
                VOICEMAIL,
                f"<Response><Record maxLength='1' action='flow:nobody' playBeep='false' "
                f"recordingStatusCallback='{listener.url}'/></Response>",
            )
            asyncio.run(scene())
            (record,) = platform.calls(ended=1)
            deadline = time.monotonic() + DEADLINE_SECONDS
            while not any(taken.get("CallSid") == record["sid"] for taken in listener.taken):
                assert time.monotonic() < deadline, listener.taken
                time.sleep(0.05)
            assert listener.taken[-1]["RecordingStatus"] == "completed"
    finally:
        listener.close()


RECORDED = {
    VOICEMAIL: "<Response><Record maxLength='60' action='flow:nobody' playBeep='false' {told}/>"
    "</Response>",
    MENU: "<Response><Start><Recording {told}/></Start><Pause length='60'/></Response>",
    QUEUE: "<Response><Dial><Conference record='record-from-start' {told}>room</Conference></Dial>"
    "</Response>",
}


def test_what_was_being_recorded_at_a_kill_is_told_once_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RINGFENCE_FETCH_PRIVATE", "127.0.0.0/8")
    listener = Listener()
    listener.willing.set()

    async def scene() -> None:
        async with Phone(username="+12025550160") as phone:
            for number in RECORDED:
                call = await phone.call(f"sip:{number}@{platform.sip}")
                call.audio.say_tone(440, seconds=90)
            await asyncio.to_thread(recorded, platform, len(RECORDED))
            await asyncio.to_thread(on_disk, platform, len(RECORDED))
            assert listener.taken == []
            await restarted(platform, "ringfence.app")

    try:
        with Platform(tmp_path / "data") as platform:
            for number, document in RECORDED.items():
                wanted = f"recordingStatusCallback='{listener.url}'"
                platform.number(number, document.format(told=wanted))
            asyncio.run(scene())
            platform.calls(ended=len(RECORDED))
            deadline = time.monotonic() + DEADLINE_SECONDS
            while len(listener.taken) < len(RECORDED):
                assert time.monotonic() < deadline, listener.taken
                time.sleep(0.05)
            until_taken(platform)
            asyncio.run(restarted(platform, "ringfence.app"))
            time.sleep(1)
            kept = {one["sid"]: one for one in platform.do("recording.list")}
    finally:
        listener.close()
    told = {one["RecordingSid"]: one for one in listener.taken}
    assert len(listener.taken) == len(told) == len(RECORDED)
    assert told.keys() == kept.keys()
    assert {one["RecordingStatus"] for one in told.values()} == {"completed"}
    assert all(int(one["RecordingDuration"]) >= 1 for one in told.values())
    assert all("RecordingStartTime" in one for one in told.values())
    assert {one["RecordingSource"] for one in told.values()} == {
        "RecordVerb", "StartCallRecordingTwiML", "Conference",
    }  # fmt: skip


def test_the_end_of_a_call_and_of_its_leg_is_told_once_after_a_kill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RINGFENCE_FETCH_PRIVATE", "127.0.0.0/8")
    listener = Listener()
    listener.willing.set()

    async def scene() -> None:
        secret = platform.do("phone.add", name="desk")["secret"]
        async with Phone(username="desk", password=secret) as phone:
            await phone.register(f"sip:{platform.sip}")
            answering = asyncio.create_task(desk(phone))
            await phone.call(f"sip:{DESK}@{platform.sip}")
            await asyncio.to_thread(until_told, listener, "in-progress")
            assert ended(listener) == []
            await restarted(platform, "ringfence.app")
            answering.cancel()

    try:
        with Platform(tmp_path / "data") as platform:
            told = f"statusCallback='{listener.url}' statusCallbackEvent='answered completed'"
            document = (
                f"<Response><Dial><Sip {told}>sip:desk@{platform.sip}</Sip></Dial></Response>"
            )
            hooks = {"status": {"url": listener.url}}
            platform.do("number.add", number=DESK, twiml=document, hooks=hooks)
            asyncio.run(scene())
            (record,) = platform.calls(ended=1)
            deadline = time.monotonic() + DEADLINE_SECONDS
            while len(ended(listener)) < 2:
                assert time.monotonic() < deadline, listener.taken
                time.sleep(0.05)
            until_taken(platform)
            asyncio.run(restarted(platform, "ringfence.app"))
            time.sleep(1)
    finally:
        listener.close()
    assert record["cause"] == "interrupted"
    leg, call = sorted(ended(listener), key=lambda told: "ParentCallSid" not in told)
    assert (leg["ParentCallSid"], call["CallSid"]) == (record["sid"], record["sid"])
    assert [one["SequenceNumber"] for one in (leg, call)] == ["1", "0"]  # of what each is told
    assert int(leg["CallDuration"]) <= int(call["CallDuration"])


def ended(listener: Listener) -> list[dict[str, str]]:
    """What was told of the end of calls and legs."""
    return [one for one in listener.taken if one.get("CallStatus") == "completed"]


def until_taken(platform: Platform) -> None:
    """Return when it is written down that every callback was taken: none is tried again then."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while any(platform.do("system.metrics")["values"]["ringfence_callbacks"].values()):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def until_told(listener: Listener, status: str) -> None:
    """Return when somebody was told of that status."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not any(one.get("CallStatus") == status for one in listener.taken):
        assert time.monotonic() < deadline, listener.taken
        time.sleep(0.05)


def recorded(platform: Platform, count: int) -> None:
    """Return when so many recordings are under way."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while (
        sum(one["status"] in {"in-progress", "recording"} for one in platform.do("recording.list"))
        < count
    ):
        assert time.monotonic() < deadline, platform.do("recording.list")
        time.sleep(0.05)


def on_disk(platform: Platform, count: int) -> None:
    """Return when more than a second of each of so many recordings is written."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while len(sizes := spooled(platform)) < count or min(sizes) <= SECOND_BYTES:
        assert time.monotonic() < deadline, spooled(platform)
        time.sleep(0.05)


def spooled(platform: Platform) -> list[int]:
    """The sizes of the files of recordings in the making."""
    return [path.stat().st_size for path in (platform.data / "spool").iterdir()]


def books(data: Path) -> Counter[str]:
    """Check everything at rest; how the calls ended."""
    store = Store.open(DataFolder(data), clock=SystemClock(), entropy=SystemEntropy())
    try:
        (account,) = store.accounts.all(store.db.reading)
        rooms = store.of(account)
        calls = store.call_records.page(account.id, count=1_000)
        facts: list[CallFact] = []
        for call in calls:
            story = store.timeline.facts_of(call.id)
            facts += story
            end = story[-1]
            assert isinstance(end, CallEnded)
            assert (call.state, call.cause, call.ended_at, call.missed) == (
                "ended",
                end.cause.value,
                end.ended_at,
                end.missed,
            )
            for recording in rooms.recordings.of_call(call.id):
                assert recording.ended_at is not None
                if recording.state == "saved":
                    with purpose("deliver_content"):
                        channels = rooms.recordings.channels(store.db.reading, recording.id)
                    assert channels
                    assert all(channel.file.exists() and channel.key for channel in channels)
        assert complaints(facts) == []
        assert list(store.folder.spool.iterdir()) == []
        return Counter(str(call.cause) for call in calls)
    finally:
        store.close()
