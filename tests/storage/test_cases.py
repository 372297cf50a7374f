"""Cases at rest: sealed words, steps with leaves, clocks that are found by index."""

import pytest

from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.privacy.purposes import purpose

WORDS = {"number": "+12025550123", "says": "I would like to know"}


def write(store, unit):
    return store.db.submit(unit).result(5)


@pytest.fixture
def opened(store, rooms, clock):
    def make(**changes):
        fields = {
            "family": "request", "kind": "access", "state": "received", "residence": "DE",
            "now": clock.now(), "actor": "public", "words": WORDS,
            "reference": rooms.cases.reference("sesame-7"), "due_at": clock.now() + 1000,
            "remind_at": clock.now() + 500, "escalate_at": clock.now() + 800,
        }  # fmt: skip
        return write(store, lambda tx: rooms.cases.add(tx, **{**fields, **changes}))

    return make


def words(rooms, case):
    with purpose("answer_rights"):
        return rooms.cases.words(case)


def test_a_case_is_found_by_what_somebody_holds_and_by_nothing_else(store, rooms, opened):
    made = opened()
    reading = store.db.reading
    assert rooms.cases.by_reference(reading, "sesame-7") == made
    assert rooms.cases.by_reference(reading, "guess") is None
    assert rooms.cases.get(reading, made.id) == made
    with pytest.raises(Refused, match="no such case"):
        rooms.cases.get(reading, "CS" + "0" * 32)


def test_words_open_for_rights_alone_and_are_not_in_the_file(store, rooms, opened):
    made = opened()
    assert words(rooms, made) == WORDS
    with pytest.raises(Refused), purpose("billing"):
        rooms.cases.words(made)
    store.db.submit(lambda tx: None).result(5)
    data = b"".join(path.read_bytes() for path in store.folder.root.glob("ringfence.db*"))
    assert b"2025550123" not in data
    assert b"sesame-7" not in data


def test_every_step_is_kept_with_its_words_sealed_and_a_leaf(store, rooms, opened, clock):
    made, before = opened(), store.trail.size
    now = clock.advance(10)
    after = write(
        store,
        lambda tx: rooms.cases.record(
            tx, made, "refuse", actor="owner", now=now, facts={"reason": "excessive"},
            words="every day the same", state="refused", decided_at=now, remind_at=None,
        ),
    )  # fmt: skip
    assert store.trail.size == before + 1
    steps = rooms.cases.steps(store.db.reading, made.id)
    assert [step.action for step in steps] == ["receive", "refuse"]
    assert steps[1].facts == {"reason": "excessive"}
    with purpose("answer_rights"):
        assert rooms.cases.said(steps[1]) == "every day the same"
        assert rooms.cases.said(steps[0]) == ""
    assert rooms.cases.get(store.db.reading, made.id) == after
    assert after.remind_at is None


def test_clocks_are_found_when_they_are_due(store, rooms, opened):
    made = opened()
    reading = store.db.reading
    for find, at in (
        (rooms.cases.to_remind, made.remind_at),
        (rooms.cases.to_escalate, made.escalate_at),
    ):
        assert find(reading, at - 1) == []
        assert find(reading, at) == [made]


def test_bound_to_a_person_the_words_go_with_the_person(store, rooms, opened, clock):
    made = opened()
    party = rooms.parties.resolve(Phone("+12025550123"), clock.now())
    store.db.submit(lambda tx: None).result(5)

    def bind(tx):
        sealed, serial = rooms.cases.bind(tx, made, party, WORDS)
        return rooms.cases.record(
            tx, made, "identify", actor="caller", now=clock.now(), state="open", party=party,
            words_sealed=sealed, key_serial=serial,
        )  # fmt: skip

    bound = write(store, bind)
    assert words(rooms, bound) == WORDS
    assert rooms.cases.of_party(store.db.reading, party, count=9) == [bound]
    store.keystore.destroy([store.parties.key_serial(store.db.reading, party)])
    assert words(rooms, bound) == {}


def test_shredding_leaves_that_there_was_a_case(store, rooms, opened, clock):
    made = opened()
    shredded = write(store, lambda tx: rooms.cases.shred(tx, made, now=clock.now()))
    assert words(rooms, shredded) == {}
    assert rooms.cases.get(store.db.reading, made.id).words is None
    assert [s.action for s in rooms.cases.steps(store.db.reading, made.id)][-1] == "shred"


def test_cases_are_listed_newest_first(store, rooms, opened, clock):
    first = opened(reference=None)
    clock.advance(5)
    second = opened(reference=None)
    found = rooms.cases.page(store.db.reading, "request", count=9)
    assert [case.id for case in found] == [second.id, first.id]
    assert rooms.cases.page(store.db.reading, "request", count=9, before=second.id) == [first]
    assert rooms.cases.page(store.db.reading, "grievance", count=9) == []
