"""Invariant: nobody is named as going of whom something would still speak, and nobody left out."""

import pytest
from sweep_scene import CEILING, World

from ringfence.kernel.clock import DAY, Ms
from ringfence.storage import sweeps, sweeps_ahead
from ringfence.storage.sweeps import Due
from ringfence.storage.sweeps_ahead import Ahead


@pytest.fixture
def world(store, account, rooms, clock, story):
    return World(store, account, rooms, clock, story)


def ahead(world, now, kinds=("calls",)):
    found = Ahead()
    for kind in kinds:
        found.left(world.store.db.reading, kind, world.due(kind, now))
    return {one.id for one in found.freed(world.store.db.reading, Ms(now - CEILING))}


@pytest.mark.promise("RET-02")
def test_with_the_last_record_goes_the_number(world):
    story = world.call()
    later = world.clock.now() + CEILING + DAY
    named = ahead(world, later)
    assert named == {story.caller, story.called}
    world.sweep("calls", later)
    assert {one.id for one in world.due("parties", later)} == named


def test_who_called_again_stays(world):
    first = world.call()
    world.clock.advance(10 * DAY)
    world.call("+12025550144")
    later = world.clock.now() + CEILING - DAY
    assert ahead(world, later) == {first.caller}  # whom both called is still spoken of


def test_whom_a_restriction_speaks_of_stays(world):
    story = world.call()
    world.store.db.submit(
        lambda tx: world.rooms.holds.restrict(
            tx, story.caller, reason="accuracy", by="owner", now=world.clock.now()
        )
    ).result(5)
    assert ahead(world, world.clock.now() + CEILING + DAY) == {story.called}


def test_who_was_written_down_after_the_cutoff_stays(world):
    world.call()
    now = world.clock.now()
    found = Ahead()
    found.left(world.store.db.reading, "calls", world.due("calls", now + CEILING + DAY))
    assert found.freed(world.store.db.reading, Ms(now - DAY)) == []


def test_a_call_that_was_to_be_removed_is_counted_once(world):
    story = world.call()
    due = world.due("calls", world.clock.now() + CEILING + DAY)
    found = Ahead()
    assert [one.id for one in found.left(world.store.db.reading, "calls", due)] == [story.call]
    assert found.left(world.store.db.reading, "removed", due) == []


def test_what_was_written_down_of_a_call_goes_with_it_and_is_counted_once(world):
    story, name = world.call(), "GT1"
    world.store.db.submit(
        lambda tx: world.rooms.transcriptions.add(
            tx, name, call=story.call, recording=story.recording, state="queued",
            language="en-GB", callback=None, now=world.clock.now(),
        )
    ).result(5)  # fmt: skip
    reading, written = world.store.db.reading, [Due(name, Ms(1), None)]
    assert Ahead().left(reading, "transcriptions", written) == written, "its call stays"
    found = Ahead()
    found.left(reading, "calls", world.due("calls", world.clock.now() + CEILING + DAY))
    assert found.left(reading, "transcriptions", written) == []


def test_every_table_that_speaks_of_people_goes_with_something_or_stays():
    speaking = {column.table.name for column in sweeps.mentions()}
    for_ever = {"text_pieces", "text_talks", "phones"}
    """Of parts that never came together, of talks, of our own telephones: no sweep takes them."""
    assert speaking - for_ever == sweeps_ahead.GOES_WITH.keys()
    assert {kind for kind, _ in sweeps_ahead.GOES_WITH.values()} <= sweeps.KINDS.keys()
