"""A real data folder under a world: what is at rest is what happened."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from chaos_scene import bustle
from msgspec.structs import replace

from ringfence.calls.events import CallEnded, RecordingSaved, VoicemailLeft
from ringfence.exchange import measure
from ringfence.kernel.errors import Refused
from ringfence.privacy.purposes import purpose
from ringfence.storage.folder import DataFolder
from ringfence.storage.store import Store
from ringfence.testing.books import complaints
from ringfence.testing.network import Quality
from ringfence.testing.world import World, simulate

NUMBER = "+12025550100"
POWER_CUTS = int(os.environ.get("RINGFENCE_POWER_CUTS", "3"))
"""Moments that are tried; a night's search sets hundreds."""
CALLER = "+12025550123"
THANKS = "https://example.com/thanks"
MAILBOX = f"<Response><Say>Speak now.</Say><Record maxLength='3' action='{THANKS}'/></Response>"


async def leave_a_message(world: World) -> None:
    world.board.number(NUMBER, twiml=MAILBOX)
    world.board.web.documents[THANKS] = b"<Response><Say>Thanks.</Say></Response>"
    async with world.phone(username=CALLER) as phone:
        call = await phone.call(world.address(NUMBER))
        call.audio.say_tone(440, seconds=5)
        await asyncio.sleep(8)
        if not call.over.is_set():
            await call.hang_up()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


def test_a_voicemail_is_at_rest_as_it_happened(folder: Path) -> None:
    async def scene(world: World) -> list:
        await leave_a_message(world)
        return list(world.board.facts.facts)

    facts = simulate(
        scene, seed=4, folder=folder, stored=True, quality=Quality(loss=50, duplicate=50)
    )
    (ended,) = (fact for fact in facts if isinstance(fact, CallEnded))
    (saved,) = (fact for fact in facts if isinstance(fact, RecordingSaved))
    assert any(isinstance(fact, VoicemailLeft) for fact in facts)
    # Opened anew, as by the next start; the audit log is checked on the way.
    store = Store.open(DataFolder(folder), clock=_Clock(), entropy=_Entropy())
    try:
        (account,) = store.accounts.all(store.db.reading)
        assert store.timeline.facts_of(ended.call) == facts
        record = store.call_records.get(ended.call)
        assert record is not None
        assert (record.state, record.cause) == ("ended", ended.cause.value)
        recording = store.of(account).recordings.get(saved.recording)
        assert recording is not None
        assert (recording.state, recording.duration_ms) == ("saved", saved.duration_ms)
    finally:
        store.close()
    for path in folder.rglob("*"):
        if path.is_file():
            assert CALLER.removeprefix("+").encode() not in path.read_bytes(), path.name


def test_a_difference_between_rest_and_life_is_complained_about(folder: Path) -> None:
    async def scene(world: World) -> None:
        await leave_a_message(world)
        await asyncio.sleep(120)
        rooms, facts = world.rooms, list(world.board.facts.facts)
        assert rooms is not None
        assert rooms.complaints(facts) == []
        assert len(rooms.complaints(facts[:-1])) == 2  # another timeline, and no end
        end = facts[-1]
        assert isinstance(end, CallEnded)
        other = [*facts[:-1], replace(end, missed=not end.missed)]
        assert len(rooms.complaints(other)) == 2
        (recording,) = rooms.recordings.of_call(end.call)
        with purpose("deliver_content"):
            (channel,) = rooms.recordings.channels(rooms.store.db.reading, recording.id)
        hidden = channel.file.rename(folder / "hidden")
        (complaint,) = rooms.complaints(facts)
        assert "lost a file" in complaint
        hidden.rename(channel.file)

    simulate(scene, seed=4, folder=folder, stored=True)


def test_what_is_under_way_and_what_is_left_in_the_spool_is_named(folder: Path) -> None:
    async def scene(world: World) -> None:
        world.board.number(NUMBER, twiml=MAILBOX)
        async with world.phone(username=CALLER) as phone:
            call = await phone.call(world.address(NUMBER))
            call.audio.say_tone(440, seconds=5)
            await asyncio.sleep(2.5)
            (begun,) = world.board.recordings.begun
            assert world.board.recordings.strays == [f"{begun}-0.rfr"]
            await call.hang_up()

    simulate(scene, seed=4, folder=folder, stored=True)


def test_a_folder_of_another_world_is_refused(folder: Path) -> None:
    async def scene(world: World) -> None:
        with pytest.raises(Refused):
            World(1, folder=folder, stored=True)
        del world

    simulate(scene, seed=4, folder=folder, stored=True)


# --- a power cut --------------------------------------------------------------------------------


class PowerCut(Exception):
    """Server, media process and network are gone at once."""


@pytest.mark.parametrize("seed", range(POWER_CUTS))
def test_after_a_power_cut_every_call_has_ended_and_every_recording_has_an_outcome(
    folder: Path, seed: int
) -> None:
    """Invariant: recovery makes the facts of every call whole, as if it had ended by itself."""

    async def scene(world: World) -> None:
        going_on = asyncio.create_task(bustle(world))
        await asyncio.sleep((500 + world.below(12_000)) / 1000)
        going_on.cancel()
        raise PowerCut

    with pytest.raises(PowerCut):
        simulate(scene, seed=seed, folder=folder, stored=True, quality=Quality(delay_ms=10))
    store = Store.open(DataFolder(folder), clock=_Clock(), entropy=_Entropy())
    try:
        (account,) = store.accounts.all(store.db.reading)
        rooms = store.of(account)
        found = store.recover(rooms, measure=measure, now=_Clock().now())
        calls = store.call_records.page(account.id, count=100)
        assert calls
        assert complaints(fact for call in calls for fact in store.timeline.facts_of(call.id)) == []
        assert {call.state for call in calls} == {"ended"}
        assert {call.id for call in calls if call.cause == "interrupted"} == set(found.calls)
        recordings = [one for call in calls for one in rooms.recordings.of_call(call.id)]
        assert all(one.ended_at is not None for one in recordings)
        assert list(store.folder.spool.iterdir()) == []
        again = store.recover(rooms, measure=measure, now=_Clock().now())
        assert (again.calls, again.recordings, again.lost) == ((), (), ())
    finally:
        store.close()


class _Clock:
    def now(self):
        return 1_700_000_100_000


class _Entropy:
    def token(self, size: int) -> bytes:
        return bytes(size)

    def ordinal(self) -> int:
        return 0
