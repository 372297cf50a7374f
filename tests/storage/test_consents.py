"""Choices at rest: a ledger that only grows, what was shown, lists without numbers on them."""

import json

import pytest
from sqlalchemy import select

from ringfence.kernel.clock import DAY
from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.privacy.consent.texts import text_for
from ringfence.storage.consents import suppression
from ringfence.storage.schema import audit_records
from ringfence.storage.statement import Statement

PHONE = Phone("+12025550123")
_ = audit_records.c
LEAVES = Statement(select(_.kind, _.party_id, _.body).order_by(_.leaf))


def run(store, work):
    return store.db.submit(work).result(5)


@pytest.fixture
def party(store, rooms, clock, settle):
    found = rooms.parties.resolve(PHONE, clock.now())
    settle()
    return found


def choose(store, rooms, clock, party, state, **more):
    fields = {"purpose": "market", "channel": "call", "how": "api", "actor": "owner", "text": None}
    run(store, lambda tx: rooms.consents.record(
        tx, party, state, now=clock.advance(1), **(fields | more)))  # fmt: skip


def test_the_last_word_counts_and_every_word_is_kept(store, rooms, clock, party):
    def now():
        return rooms.consents.holds(store.db.reading, party, "market", "call")

    assert now() == "unknown"
    choose(store, rooms, clock, party, "given", text=text_for("market", "call"))
    assert now() == "given"
    assert rooms.consents.holds(store.db.reading, party, "market", "email") == "unknown"
    choose(store, rooms, clock, party, "withdrawn")
    assert now() == "refused"
    choose(store, rooms, clock, party, "given", text=text_for("market", "call", "de"))
    assert now() == "given"
    states = [choice.state for choice in rooms.consents.of(store.db.reading, party)]
    assert states == ["given", "withdrawn", "given"]


@pytest.mark.promise("CON-01")
def test_what_somebody_was_shown_is_there_to_be_shown_again(store, rooms, clock, party):
    text = text_for("market", "email", "de")
    choose(store, rooms, clock, party, "given", channel="email", text=text)
    [choice] = rooms.consents.of(store.db.reading, party)
    assert choice.text == text.hash
    assert rooms.consents.shown(store.db.reading, choice.text) == ("2", "de", text.text)
    with pytest.raises(Refused, match="not_found"):
        rooms.consents.shown(store.db.reading, "0" * 64)


def test_a_choice_is_a_leaf_that_names_nobody_by_number(store, rooms, clock, party):
    choose(store, rooms, clock, party, "given", text=text_for("market", "call"))
    leaves = store.db.reading.rows(LEAVES)
    kind, whose, body = leaves[-1]
    assert (kind, whose) == ("consent", party)
    assert json.loads(body)["state"] == "given"
    assert "2025550123" not in body


def test_whom_to_leave_alone_is_known_without_their_number(store, rooms, clock):
    run(store, lambda tx: rooms.consents.suppress(
        tx, PHONE, "do_not_call", how="call_key", by="agent", now=clock.now()))  # fmt: skip
    reading = store.db.reading
    assert rooms.consents.suppressed(reading, PHONE, "do_not_call")
    assert not rooms.consents.suppressed(reading, PHONE, "marketing")
    assert not rooms.consents.suppressed(reading, Phone("+12025550124"), "do_not_call")
    assert not rooms.consents.may_be_called(PHONE)
    assert [row[0] for row in rooms.consents.suppressions(reading)] == ["do_not_call"]
    run(store, lambda tx: rooms.consents.unsuppress(
        tx, PHONE, "do_not_call", how="letter", by="owner", now=clock.now()))  # fmt: skip
    assert rooms.consents.may_be_called(PHONE)
    with pytest.raises(Refused, match="not_found"):
        run(store, lambda tx: rooms.consents.unsuppress(
            tx, PHONE, "do_not_call", how="letter", by="owner", now=clock.now()))  # fmt: skip


def test_no_list_holds_a_number(store, rooms, clock):
    run(store, lambda tx: rooms.consents.suppress(
        tx, PHONE, "marketing", how="api", by="owner", now=clock.now()))  # fmt: skip
    store.close()
    for path in store.folder.root.rglob("*"):
        assert not path.is_file() or b"2025550123" not in path.read_bytes()


def test_what_somebody_said_about_recording_reaches_the_switch(store, rooms, clock, party):
    assert rooms.consents.recording_consent(party) == "unknown"
    choose(store, rooms, clock, party, "given", purpose="record_call", channel="any")
    assert rooms.consents.recording_consent(party) == "given"
    choose(store, rooms, clock, party, "withdrawn", purpose="record_call", channel="any")
    assert rooms.consents.recording_consent(party) == "refused"
    assert not rooms.consents.restricted(party)
    run(store, lambda tx: rooms.holds.restrict(
        tx, party, reason="requested", by="owner", now=clock.now()))  # fmt: skip
    assert rooms.consents.restricted(party)


def test_the_last_word_counts_though_the_clock_went_back(store, rooms, clock, party):
    def choose_at(state, now):
        run(store, lambda tx: rooms.consents.record(
            tx, party, state, purpose="market", channel="call", how="api", actor="owner",
            text=None, now=now))  # fmt: skip

    choose_at("given", clock.now() + 400 * DAY)
    choose_at("withdrawn", clock.now())
    assert rooms.consents.holds(store.db.reading, party, "market", "call") == "refused"


def test_a_list_is_one_of_two():
    assert suppression("marketing") == "marketing"
    with pytest.raises(Refused, match="bad_list"):
        suppression("friends")
