"""kill -9 of either process at any moment: whatever was going on, the books are in order after it.

Invariant: after the restart no call is open; each call ended once, its facts are in order and its
record agrees with them; every recording has an outcome, and a saved one its files and keys.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections import Counter
from pathlib import Path

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
DOCUMENTS = {
    MENU: "<Response><Gather numDigits='1' timeout='2' action='flow:echo'><Say>Press a key.</Say>"
    "</Gather></Response>",
    VOICEMAIL: "<Response><Record maxLength='4' playBeep='false'/></Response>",
    DESK: "<Response><Dial timeout='3' record='record-from-answer-dual'>"
    "<Sip>sip:desk@{sip}</Sip></Dial></Response>",
}
KILLS = int(os.environ.get("RINGFENCE_KILLS", "2"))
"""The server first, then its media process, and so on; a night's search sets hundreds."""
DEADLINE_SECONDS = 30


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


def well(platform: Platform) -> bool:
    """Whether it answers and has its media process."""
    try:
        engines = platform.do("system.status")["engines"]
    except (OSError, RuntimeError, ValueError):
        return False
    return all(engine["connected"] for engine in engines)


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
                await asyncio.sleep(dice.uniform(0.5, 2))
                await restarted(platform, ("ringfence.app", "engine.worker")[kill % 2])
            done.set()
            await asyncio.gather(*calling)
            answering.cancel()
        async with Phone(username="+12025550160") as phone:
            call = await phone.call(f"sip:{MENU}@{platform.sip}")
            await call.hang_up()

    with Platform(tmp_path / "data") as platform:
        for number, document in DOCUMENTS.items():
            platform.number(number, document.format(sip=platform.sip))
        asyncio.run(scene())
    assert "Traceback" not in platform.log()
    causes = books(tmp_path / "data")
    assert causes["interrupted"] > 0
    assert causes["normal"] > 0


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
