"""Choices: a new row for every change, lists of keyed hashes."""

import pytest

from ringfence.kernel.phone import Phone
from ringfence.storage import cases_choices


def write(store, unit):
    return store.db.submit(unit).result(5)


@pytest.fixture
def party(store, rooms, clock):
    found = rooms.parties.resolve(Phone("+12025550123"), clock.now())
    store.db.submit(lambda tx: None).result(5)
    return found


def test_the_last_choice_counts(store, rooms, party, clock):
    def choose(state, channel="any"):
        write(
            store,
            lambda tx: cases_choices.choose(
                tx, account=rooms.account.id, party=party, purpose="market", channel=channel,
                state=state, actor="caller", now=clock.now(),
            ),
        )  # fmt: skip

    reading = store.db.reading
    assert cases_choices.choice(reading, party, purpose="market", channel="call") is None
    choose("refused")
    assert cases_choices.choice(reading, party, purpose="market", channel="call") == "refused"
    choose("withdrawn", "email")
    assert cases_choices.choice(reading, party, purpose="market", channel="email") == "withdrawn"
    assert cases_choices.choice(reading, party, purpose="market", channel="call") == "refused"
    assert cases_choices.choice(reading, party, purpose="record_call", channel="call") is None


def test_being_left_alone_is_a_hash_on_a_list(store, rooms, clock):
    lookup = store.vault.find(rooms.account.pepper, "+12025550123")
    for _ in range(2):
        write(
            store,
            lambda tx: cases_choices.leave_alone(
                tx, lookup, "marketing", account=rooms.account.id, how="page", now=clock.now()
            ),
        )
    assert cases_choices.is_left_alone(store.db.reading, lookup, "marketing")
    assert not cases_choices.is_left_alone(store.db.reading, lookup, "do_not_call")
