"""Phones that hand a party over, on a real platform; and a kill while they do.

Invariant: whoever is left talks to whoever was meant; after a kill at any moment no call is open
and the facts of each are in order.
"""

from __future__ import annotations

import asyncio
import math
import os
import random
import time
from array import array
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from platform_run import Platform

from ringfence.calls.events import CallEnded, CallFact
from ringfence.kernel.clock import SystemClock
from ringfence.kernel.entropy import SystemEntropy
from ringfence.kernel.errors import RingfenceError
from ringfence.storage.folder import DataFolder
from ringfence.storage.store import Store
from ringfence.testing.books import complaints
from ringfence.testing.phone import Phone
from ringfence.testing.phone_call import PhoneCall

NAMES = ("alice", "bob", "carol")
ROOM, MAILBOX, QUEUE, AGENT = "+12025550100", "+12025550101", "+12025550102", "+12025550103"
MEETING = "+12025550104"
DOCUMENTS = {
    ROOM: "<Response><Dial><Conference record='record-from-start'>all</Conference></Dial>"
    "</Response>",
    MAILBOX: "<Response><Record maxLength='30' playBeep='false'/></Response>",
    QUEUE: "<Response><Enqueue>line</Enqueue></Response>",
    MEETING: "<Response><Dial><Conference beep='false'>meeting</Conference></Dial></Response>",
    AGENT: "<Response><Dial><Queue>line</Queue></Dial></Response>",
}
KILLS = int(os.environ.get("TEST_KILLS", "2"))


@asynccontextmanager
async def phones(platform: Platform) -> AsyncIterator[dict[str, Phone]]:
    """Three phones of the account, registered."""
    async with AsyncExitStack() as stack:
        found = {}
        for name in NAMES:
            secret = platform.secrets[name]  # type: ignore[attr-defined]
            phone = await stack.enter_async_context(Phone(username=name, password=secret))
            await phone.register(f"sip:{platform.sip}")
            found[name] = phone
        yield found


def prepare(platform: Platform) -> None:
    """Phones and numbers."""
    platform.secrets = {  # type: ignore[attr-defined]
        name: platform.do("phone.add", name=name)["secret"] for name in NAMES
    }
    for number, document in DOCUMENTS.items():
        platform.number(number, document)


async def talk(platform: Platform, caller: Phone, callee: Phone) -> tuple[PhoneCall, PhoneCall]:
    """One phone calls another, which answers."""
    placed = caller.dial(f"sip:{callee.username}@{platform.sip}")
    taken = await callee.next_call()
    await taken.answer()
    async with asyncio.timeout(30):
        await placed.answered.wait()
    return placed, taken


async def hears(hearer: PhoneCall, speaker: PhoneCall, hertz: int) -> None:
    """Wait until the one hears what the other whistles, and that alone."""
    speaker.audio.say_tone(hertz, seconds=4)
    async with asyncio.timeout(30):
        while strength(hearer.audio.heard[-4000:], hertz) < 0.9:
            if speaker.audio.sound.silent:  # whistled before they were connected nobody hears it
                speaker.audio.say_tone(hertz, seconds=4)
            await asyncio.sleep(0.1)


def strength(pcm: array[int], hertz: int) -> float:
    """The share, 0 to 1, of a frequency in the power of a sound (Goertzel)."""
    power = sum(sample * sample for sample in pcm)
    if not power:
        return 0.0
    turn = 2 * math.cos(math.tau * hertz / 8000)
    before = last = 0.0
    for sample in pcm:
        before, last = last, sample + turn * last - before
    return 2 * (before * before + last * last - turn * before * last) / (power * len(pcm))


def test_who_asked_goes_and_the_two_he_talked_to_hear_each_other(tmp_path: Path) -> None:
    async def scene() -> None:
        async with phones(platform) as all_of_them:
            alice, bob, carol = (all_of_them[name] for name in NAMES)
            first, asked = await talk(platform, alice, bob)
            asked.hold(on=True)
            consulting, second = await talk(platform, bob, carol)
            asked.refer(f"sip:carol@{platform.sip}", replaces=consulting)
            await asked.wait_over(30)
            await consulting.wait_over(30)
            await hears(second, first, 700)
            await hears(first, second, 1000)
            await second.hang_up()
            await first.wait_over(30)

    with Platform(tmp_path / "data") as platform:
        prepare(platform)
        asyncio.run(scene())
        calls = platform.calls(ended=2)
    assert [(call["cause"], call["missed"]) for call in calls] == [("normal", False)] * 2
    assert "Traceback" not in platform.log()


def test_whoever_is_sent_to_a_number_of_ours_hears_what_answers_there(tmp_path: Path) -> None:
    """bob, whom alice called, sends her to a meeting; alice, who called bob, sends him there."""

    async def scene() -> None:
        async with phones(platform) as all_of_them:
            alice, bob, carol = (all_of_them[name] for name in NAMES)
            waiting = carol.dial(f"sip:{MEETING}@{platform.sip}")
            async with asyncio.timeout(30):
                await waiting.answered.wait()
            for sent in ("caller", "callee"):
                placed, taken = await talk(platform, alice, bob)
                stays, leaves = (placed, taken) if sent == "caller" else (taken, placed)
                leaves.refer(f"sip:{MEETING}@{platform.sip}")
                await leaves.wait_over(30)
                await hears(stays, waiting, 700)
                await hears(waiting, stays, 1000)
                await stays.hang_up()
            await waiting.hang_up()

    with Platform(tmp_path / "data") as platform:
        prepare(platform)
        asyncio.run(scene())
        calls = platform.calls(ended=4)  # whom alice sent goes on in a call of his own
    assert {call["cause"] for call in calls} == {"normal"}
    assert "Traceback" not in platform.log()


def test_who_talks_across_two_calls_is_handed_on(tmp_path: Path) -> None:
    """An agent hands on whom he took from the queue; so does whom he was brought together with."""

    async def scene() -> None:
        async with phones(platform) as all_of_them:
            alice, bob, carol = (all_of_them[name] for name in NAMES)
            waits = alice.dial(f"sip:{QUEUE}@{platform.sip}")
            async with asyncio.timeout(30):
                await waits.answered.wait()
            agent = bob.dial(f"sip:{AGENT}@{platform.sip}")
            await hears(waits, agent, 700)
            agent.refer(f"sip:carol@{platform.sip}")
            rung = await carol.next_call()
            await rung.answer()
            await agent.wait_over(30)
            await hears(rung, waits, 700)
            await waits.hang_up()
            await rung.wait_over(30)

            waits = alice.dial(f"sip:{QUEUE}@{platform.sip}")
            async with asyncio.timeout(30):
                await waits.answered.wait()
            agent = bob.dial(f"sip:{AGENT}@{platform.sip}")
            await hears(waits, agent, 700)
            agent.hold(on=True)
            consulting, second = await talk(platform, bob, carol)
            agent.refer(f"sip:carol@{platform.sip}", replaces=consulting)
            await agent.wait_over(30)
            await consulting.wait_over(30)
            await hears(waits, second, 700)  # carol is rung no second time
            await hears(second, waits, 1000)
            await second.hang_up()
            await waits.wait_over(30)

            first, asked = await talk(platform, alice, bob)
            consulting, second = await talk(platform, bob, carol)
            asked.refer(f"sip:carol@{platform.sip}", replaces=consulting)
            await asked.wait_over(30)
            await hears(second, first, 700)
            second.refer(f"sip:bob@{platform.sip}")
            again = await bob.next_call()
            await again.answer()
            await second.wait_over(30)
            await hears(again, first, 1000)
            await again.hang_up()
            await first.wait_over(30)

    with Platform(tmp_path / "data") as platform:
        prepare(platform)
        asyncio.run(scene())
        calls = platform.calls(ended=7)
    causes = sorted(call["cause"] for call in calls)
    assert causes == ["normal"] * 6 + ["transferred"]  # the agent's, who joined two others
    assert "Traceback" not in platform.log()


def test_a_conversation_moves_to_another_phone(tmp_path: Path) -> None:
    def dialog(call: PhoneCall) -> str:
        """How the other end of a call knows it (RFC 3891 section 3)."""
        found = call._endpoint.agent._legs[call.leg].dialog
        assert found is not None
        return f"{found.call_id};to-tag={found.remote_tag};from-tag={found.local_tag}"

    async def scene() -> None:
        async with phones(platform) as all_of_them:
            alice, bob, carol = (all_of_them[name] for name in NAMES)
            first, asked = await talk(platform, alice, bob)
            replaces = (("Replaces", dialog(asked)), ("Require", "replaces"))
            moved = carol.dial(f"sip:alice@{platform.sip}", headers=replaces)
            async with asyncio.timeout(30):
                await moved.answered.wait()
            await asked.wait_over(30)
            await hears(first, moved, 700)
            await hears(moved, first, 1000)
            await first.hang_up()
            await moved.wait_over(30)

    with Platform(tmp_path / "data") as platform:
        prepare(platform)
        asyncio.run(scene())
        (call,) = platform.calls(ended=1)
        legs = platform.do("call.show", sid=call["sid"])["legs"]
    assert sorted(leg["cause"] for leg in legs) == ["normal", "normal", "transferred"]
    assert "Traceback" not in platform.log()


# --- a kill meanwhile ----------------------------------------------------------------------------


async def handing(platform: Platform, dice: random.Random, *, attended: bool) -> None:
    """Call, hold, ask a third, hand over: until something fails, which a kill makes it do."""
    async with phones(platform) as all_of_them:
        caller, middle, third = dice.sample(list(all_of_them.values()), 3)
        _, asked = await talk(platform, caller, middle)
        asked.hold(on=True)
        await asyncio.sleep(dice.uniform(0, 0.4))
        if attended:
            consulting, _ = await talk(platform, middle, third)
            await asyncio.sleep(dice.uniform(0, 0.4))
            asked.refer(f"sip:{third.username}@{platform.sip}", replaces=consulting)
        else:
            asked.refer(f"sip:{third.username}@{platform.sip}")
            call = await third.next_call()
            await asyncio.sleep(dice.uniform(0, 0.6))
            await call.answer()
        await asked.wait_over(5)
        await asyncio.sleep(dice.uniform(0, 2))


async def visiting(platform: Platform, number: str) -> None:
    """Somebody in a room, at a mailbox, in a queue."""
    async with Phone(username="+12025550166") as phone:
        call = await phone.call(f"sip:{number}@{platform.sip}")
        call.audio.say_tone(440, seconds=30)
        await call.wait_over(30)


async def again(what: object, *args: object, **kwargs: object) -> None:
    """Do it again and again, whatever becomes of it."""
    while True:
        try:
            await what(*args, **kwargs)  # type: ignore[operator]
        except (RingfenceError, TimeoutError, OSError):
            await asyncio.sleep(0.2)


def some_are_open(platform: Platform) -> None:
    """Return when somebody's call is on record who stays: in a room, in a queue, at a mailbox."""
    deadline = time.monotonic() + 60
    while not any(
        call["called"] in {ROOM, QUEUE} and call["status"] == "answered"
        for call in platform.do("call.list")["calls"]
    ):
        assert time.monotonic() < deadline
        time.sleep(0.05)


async def killed(platform: Platform, word: str) -> None:
    old = set(platform.pids(word))
    platform.kill(word)
    async with asyncio.timeout(30):
        while not (  # noqa: ASYNC110
            set(platform.pids(word)) - old and await asyncio.to_thread(_well, platform)
        ):
            await asyncio.sleep(0.05)


def _well(platform: Platform) -> bool:
    try:
        return all(one["connected"] for one in platform.do("system.status")["engines"])
    except (OSError, RuntimeError, ValueError):
        return False


@pytest.mark.timeout(120 + 20 * KILLS)
def test_the_books_are_in_order_after_a_kill_in_the_midst_of_it(tmp_path: Path) -> None:
    dice = random.Random()

    async def scene() -> None:
        busy = [
            asyncio.create_task(again(handing, platform, dice, attended=True)),
            *(asyncio.create_task(again(visiting, platform, each)) for each in (*DOCUMENTS, ROOM)),
        ]
        for kill in range(KILLS):
            await asyncio.to_thread(some_are_open, platform)
            await asyncio.sleep(dice.uniform(2, 5))
            await killed(platform, ("ringfence.app", "engine.worker")[kill % 2])
            if kill % 2:
                busy[0].cancel()
                way = again(handing, platform, dice, attended=bool(kill // 2 % 2))
                busy[0] = asyncio.create_task(way)
        for task in busy:
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)

    with Platform(tmp_path / "data", "--drain-seconds", "1") as platform:
        prepare(platform)
        asyncio.run(scene())
    assert "Traceback" not in platform.log()
    store = Store.open(DataFolder(tmp_path / "data"), clock=SystemClock(), entropy=SystemEntropy())
    try:
        (account,) = store.accounts.all(store.db.reading)
        facts: list[CallFact] = []
        for call in store.call_records.page(account.id, count=1_000):
            story = store.timeline.facts_of(call.id)
            facts += story
            end = story[-1]
            assert isinstance(end, CallEnded)
            assert (call.state, call.cause, call.ended_at) == (
                "ended",
                end.cause.value,
                end.ended_at,
            )
            for recording in store.of(account).recordings.of_call(call.id):
                assert recording.ended_at is not None
        assert complaints(facts) == []
        assert list(store.folder.spool.iterdir()) == []
        causes = {fact.cause.value for fact in facts if isinstance(fact, CallEnded)}
        assert "interrupted" in causes
    finally:
        store.close()
