"""Invariant: after a sweep nothing is older than its ceiling, and nothing younger is gone."""

from __future__ import annotations

import re

import pytest
from sweep_scene import CEILING, World

from ringfence.kernel.clock import DAY, Ms
from ringfence.kernel.limits import COUNT_CALLERS_MIN, SWEEP_BATCH
from ringfence.kernel.phone import Phone
from ringfence.storage import sweeps
from ringfence.storage.notifications import Exchange
from ringfence.storage.schema import metadata
from ringfence.storage.sweeps import Due


@pytest.fixture
def world(store, account, rooms, clock, story):
    return World(store, account, rooms, clock, story)


@pytest.mark.promise("TEL-08")
@pytest.mark.promise("RET-02")
@pytest.mark.parametrize("kind", ["calls", "recordings"])
def test_older_than_the_ceiling_goes_younger_stays(world, clock, kind):
    old = world.call()
    clock.advance(10 * DAY)
    young = world.call()
    ended = world.store.call_records.get(old.call).ended_at
    which = {"calls": lambda s: s.call, "recordings": lambda s: s.recording}[kind]
    assert world.due(kind, ended + CEILING - 5 * DAY) == []
    gone = world.sweep(kind, ended + CEILING + 1 * DAY)
    assert [one.id for one in gone] == [which(old)]
    left = {row[0] for row in world.raw(f"SELECT id FROM {kind} WHERE state != 'expired'")}
    assert left == {which(young)}


@pytest.mark.parametrize("kind", ["calls", "recordings"])
def test_nothing_goes_when_the_clock_goes_back(world, clock, kind):
    story = world.call()
    for back in (1, DAY, 400 * DAY, 4_000 * DAY):
        assert world.sweep(kind, clock.now() - back) == []
    assert str(story.call) in world.ids("calls")


def test_to_the_millisecond(world):
    story = world.call()
    ended = world.store.call_records.get(story.call).ended_at
    assert world.due("calls", ended + CEILING) == []
    assert [one.id for one in world.due("calls", ended + CEILING + 1)] == [story.call]


def test_a_call_goes_with_everything_about_it(world):
    story = world.call()
    world.sweep("calls", world.clock.now() + CEILING + DAY)
    for table in ("calls", "events", "call_parties", "recordings", "recording_channels"):
        assert world.raw(f"SELECT count(*) FROM {table}") == [(0,)], table
    assert world.store.call_records.get(story.call) is None


def test_a_swept_recording_is_unlocked_and_says_so(world):
    story = world.call()
    world.sweep("recordings", world.clock.now() + CEILING + DAY)
    found = world.rooms.recordings.get(story.recording)
    assert (found.state, found.size) == ("expired", 0)
    assert world.raw("SELECT count(*) FROM recording_channels") == [(0,)]
    assert world.due("recordings", world.clock.now() + CEILING + DAY) == []


@pytest.mark.promise("RET-03")
def test_a_hold_keeps_its_record_alone_and_lifting_it_resumes(world):
    held, free = world.call(), world.call()
    world.hold(held.call)
    later = world.clock.now() + CEILING + DAY
    assert [one.id for one in world.sweep("calls", later)] == [free.call]
    assert world.due("calls", later) == []
    world.lift(held.call)
    assert [one.id for one in world.sweep("calls", later)] == [held.call]


def test_a_held_recording_keeps_its_call(world):
    story = world.call()
    world.hold(story.recording)
    later = world.clock.now() + CEILING + DAY
    assert world.due("calls", later) == []
    assert world.due("recordings", later) == []


def test_a_held_call_keeps_its_recording(world):
    story = world.call()
    world.hold(story.call)
    assert world.due("recordings", world.clock.now() + CEILING + DAY) == []


def test_a_hold_placed_meanwhile_counts(world):
    story = world.call()
    batch = world.due("calls", world.clock.now() + CEILING + DAY)
    world.hold(story.call)
    assert world.store.db.submit(lambda tx: sweeps.remove(tx, "calls", batch)).result(5) == []
    assert world.ids("calls") == {story.call}


def test_a_batch_of_held_ones_does_not_hide_the_rest(world):
    stories = [world.call() for _ in range(5)]
    for story in stories[:4]:
        world.hold(story.call)
    found = world.due("calls", world.clock.now() + CEILING + DAY, count=2)
    assert [one.id for one in found] == [stories[4].call]


def test_batches_cover_everything_once(world, monkeypatch):
    monkeypatch.setattr(sweeps, "SWEEP_BATCH", 3)
    stories = [world.call() for _ in range(8)]
    cutoff = Ms(world.clock.now() + DAY)
    batches = list(
        sweeps.every(world.store.db.reading, "calls", account=world.account.id, cutoff=cutoff)
    )
    assert [len(batch) for batch in batches] == [3, 3, 2]
    assert [one.id for batch in batches for one in batch] == [s.call for s in stories]
    assert SWEEP_BATCH > 3


def test_a_person_stays_while_anything_speaks_of_them(world):
    story = world.call()
    later = world.clock.now() + CEILING + DAY
    assert world.due("parties", later) == []
    world.sweep("calls", later)
    found = {one.id: one for one in world.due("parties", later)}
    assert found.keys() == {story.caller, story.called}
    assert all(one.serial is not None for one in found.values())
    world.sweep("parties", later)
    assert world.raw("SELECT count(*) FROM parties") == [(0,)]


def test_who_is_leaving_and_calls_again_is_somebody_new(world):
    story = world.call()
    later = world.clock.now() + CEILING + DAY
    world.sweep("calls", later)
    world.rooms.parties.leaving([story.caller])
    again = world.rooms.parties.resolve(Phone("+12025550123"), world.clock.now())
    assert again != story.caller
    batch = [Due(story.caller, Ms(0))]
    world.store.db.submit(lambda tx: sweeps.remove(tx, "parties", batch)).result(5)


def test_every_column_with_a_persons_id_is_looked_at():
    skipped = {
        "parties", "audit_records", "audit_people", "calls", "call_legs", "recording_channels",
    }  # fmt: skip
    wanted = {
        str(column)
        for table in metadata.sorted_tables
        if table.name not in skipped
        for column in table.columns
        if column.info["label"].category == "user.unique_id.pseudonymous"
    }
    assert {str(column) for column in sweeps.mentions()} == wanted
    assert "call_parties.party_id" in wanted


# --- what is left ---------------------------------------------------------------------------------


def counted(world, now):
    world.store.db.submit(
        lambda tx: sweeps.count_months(tx, account=world.account.id, now=now)
    ).result(5)
    return world.raw("SELECT month, direction, missed, calls FROM call_counts ORDER BY month")


def test_a_whole_month_is_counted_once(world):
    for number in range(COUNT_CALLERS_MIN):
        world.call(f"+1202555{100 + number:04d}")
    month = sweeps.month_of(world.clock.now())
    assert counted(world, world.clock.now()) == []
    later = sweeps.month_after(month)
    assert counted(world, later) == [(month, "inbound", 1, COUNT_CALLERS_MIN)]
    assert counted(world, later + 40 * DAY) == [(month, "inbound", 1, COUNT_CALLERS_MIN)]


@pytest.mark.promise("RET-04")
def test_what_is_left_cannot_be_linked_to_anybody(world):
    """Whoever knows every call of a person finds neither the person nor one of those calls."""
    crowd = [f"+1202555{100 + number:04d}" for number in range(30)]
    stories = [world.call(number) for number in crowd]
    world.clock.advance(40 * DAY)
    lonely = world.call("+12025550199")  # alone in the month
    world.clock.advance(2 * CEILING)
    now = world.clock.now()
    rows = counted(world, now)
    for kind in ("recordings", "calls", "parties"):
        world.sweep(kind, now)
    assert [row[3] for row in rows] == [30]
    month = sweeps.month_of(Ms(lonely.begun))
    assert all(row[0] != month for row in rows)
    dump = "\n".join(
        repr(row)
        for table in metadata.sorted_tables
        if table.name not in {"audit_tiles", "audit_checkpoints"}
        for row in world.raw(f"SELECT * FROM {table.name}")
    )
    for story in (*stories, lonely):
        for trace in (story.call, story.leg, story.recording, story.caller, story.called):
            assert trace not in dump
    assert not re.search(r"20255501\d\d", dump)
    # Guessing from what is left is guessing: a cell stands for at least so many people.
    assert all(row[3] >= COUNT_CALLERS_MIN for row in rows)


def test_expired_links_go(world):
    store, now = world.store, world.clock.now()
    for expires in (now + 5, now + 50):
        store.db.submit(
            lambda tx, expires=expires: store.accounts.add_token(
                tx,
                world.account,
                f"token-{expires}",
                kind="admin_link",
                now=now,
                expires_at=expires,
            )
        ).result(5)
    assert sweeps.tokens_due(store.db.reading, Ms(now + 10)) == (1, now + 5)
    assert store.db.submit(lambda tx: sweeps.remove_tokens(tx, Ms(now + 10))).result(5) == 1


def test_of_old_exchanges_the_frame_stays_as_long_as_the_call(world, rooms):
    story = world.call()
    call, now = story.call, world.clock.now()
    sid = world.store.db.submit(
        lambda tx: rooms.notifications.add(
            tx,
            Exchange(call=call, kind="document", at=now, elapsed_ms=1, method="POST",
                     url="https://shop.example/v", status=200, body=b"<Response/>"),
        )
    ).result(5)  # fmt: skip
    later = Ms(now + CEILING)
    assert world.due("notifications", later) == []
    later = Ms(later + 1)
    assert [one.id for one in world.due("notifications", later)] == [sid]
    world.hold(call)
    assert world.due("notifications", later) == []
    world.lift(call)
    world.sweep("notifications", later)
    row = rooms.notifications.get(world.store.db.reading, sid)
    assert (row.status, row.response_size, row.sealed, row.key_serial) == (200, 11, None, None)
    assert world.due("notifications", later) == []
    world.sweep("calls", later)
    assert world.ids("notifications") == set()
