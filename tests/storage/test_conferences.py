"""Rooms at rest: what happened in them, who was in, and how they are listed."""

from __future__ import annotations

import pytest

from ringfence.calls import room_events
from ringfence.kernel.ids import CallId, ConferenceId
from ringfence.privacy.purposes import purpose

ROOM = ConferenceId("CF" + "1" * 32)
OTHER = ConferenceId("CF" + "2" * 32)
CALL, GUEST = CallId("CA" + "1" * 32), CallId("CA" + "2" * 32)


def fact(kind, account, at, **more):
    return kind(at=at, conference=more.pop("conference", ROOM), account=account.id, **more)


@pytest.fixture
def book(rooms, store, account):
    book = rooms.conferences
    book.opened(ROOM, "team", 1_000)
    book.record(
        [
            fact(room_events.RoomJoined, account, 1_000, call=CALL, end_on_exit=True),
            fact(room_events.ConferenceStarted, account, 1_000),
            fact(room_events.RoomJoined, account, 2_000, call=GUEST, muted=True),
        ],
        {CALL: "host", GUEST: ""},
        2_000,
    )
    store.db.submit(lambda _: None).result()
    return book


def read(store, work):
    store.db.submit(lambda _: None).result()
    with purpose("connect_call"):
        return work(store.db.reading)


def test_who_is_in_and_how(book, store):
    host, guest = read(store, lambda q: book.members(q, ROOM))
    assert (host.call, host.label, host.state, host.end_on_exit) == (
        CALL,
        "host",
        "connected",
        True,
    )
    assert (guest.call, guest.label, guest.muted, guest.joined_at) == (GUEST, None, True, 2_000)
    found = read(store, lambda q: book.get(q, ROOM))
    assert (found.name, found.state, found.updated_at) == ("team", "running", 2_000)


def test_what_changes_is_written_down(book, store, account):
    changed = fact(
        room_events.RoomChanged, account, 3_000,
        call=GUEST, what="held", muted=False, held=True, coaching=CALL, end_on_exit=True,
    )  # fmt: skip
    book.record([changed], {}, 3_000)
    guest = read(store, lambda q: book.member(q, ROOM, GUEST))
    assert (guest.muted, guest.held, guest.coaching, guest.end_on_exit) == (False, True, CALL, True)


def test_the_end_stays_listed_with_its_reason_and_its_members(book, store, account):
    book.record(
        [
            fact(room_events.RoomParted, account, 9_000, call=CALL, reason="hung_up"),
            fact(room_events.RoomParted, account, 9_000, call=GUEST, reason="ended"),
            fact(
                room_events.ConferenceEnded, account, 9_000,
                reason="exit_left", call=CALL, duration_ms=8_000, members=2, most=2,
            ),
        ],
        {},
        9_000,
    )  # fmt: skip
    found = read(store, lambda q: book.get(q, ROOM))
    assert (found.state, found.reason, found.ended_by, found.ended_at) == (
        "ended", "exit_left", CALL, 9_000,
    )  # fmt: skip
    members = read(store, lambda q: book.members(q, ROOM))
    assert [(one.state, one.reason) for one in members] == [
        ("complete", "hung_up"),
        ("complete", "ended"),
    ]


def test_rooms_are_listed_filtered_and_paged(book, store):
    book.opened(OTHER, "other", 5_000)

    def names(**how):
        return [c.name for c in read(store, lambda q: book.page(q, count=9, **how))]

    assert names() == ["other", "team"]
    assert names(before=OTHER) == ["team"]
    assert names(name="team") == ["team"]
    assert names(state="init") == ["other"]
    assert names(created=(None, 5_000)) == ["team"]
    assert names(created=(5_000, 6_000)) == ["other"]
    assert names(updated=(3_000, None)) == ["other"]


def test_what_a_killed_process_left_open_is_ended(book, store):
    assert book.close_open(7_000) == 1
    assert book.close_open(8_000) == 0
    found = read(store, lambda q: book.get(q, ROOM))
    assert (found.state, found.ended_at) == ("ended", 7_000)
    assert {one.state for one in read(store, lambda q: book.members(q, ROOM))} == {"complete"}


def test_names_are_read_under_a_purpose_and_shown_to_nobody(book, store):
    with purpose("operate"):
        found = book.get(store.db.reading, ROOM)
    assert "team" not in repr(found)
