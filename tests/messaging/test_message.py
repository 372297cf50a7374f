"""The life of a text message: what can happen, and what cannot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.kernel.errors import LocalError
from ringfence.messaging import message as life
from ringfence.messaging.message import (
    AT_REST,
    BEGINS,
    FACTS,
    MESSAGE_TABLE,
    SETTLED,
    STATES,
    WAITING,
    follow,
    may,
)
from ringfence.privacy.labels import labels_of

SID = "SM" + "a" * 32
WITHOUT = {life.MessageAnswered, life.MessageSeen, life.MessageRated, life.MessageRedacted}


def fact(kind):
    """Any fact of a kind, its fields filled with what their defaults or names ask for."""
    known = {
        "at": 1, "message": SID, "account": "AC1", "party": "PA1", "direction": "api",
        "due_at": 2, "carrier": "one", "attempt": 1, "parts": 1, "cause": "unknown",
        "code": 30008, "outcome": "confirmed",
    }  # fmt: skip
    return kind(**{name: known[name] for name in labels_of(kind) if name in known})


@pytest.mark.parametrize("kind", FACTS)
def test_every_fact_is_labelled_and_safe_to_store_in_clear(kind):
    assert {label.storage for label in labels_of(kind).values()} <= {"plain", "opaque"}


def test_every_state_is_in_the_table_and_can_be_reached():
    assert set(MESSAGE_TABLE) == set(STATES)
    reached = set(BEGINS.values())
    while True:
        more = {to for state in reached for to in MESSAGE_TABLE[state].values()} - reached
        if not more:
            break
        reached |= more
    assert reached == set(STATES)


def test_nothing_is_sent_once_it_has_come_to_its_end():
    for state in SETTLED | AT_REST:
        assert life.MessageTaken not in MESSAGE_TABLE[state]
        assert life.MessageQueued not in MESSAGE_TABLE[state]
    for state in SETTLED:
        left = {to for kind, to in MESSAGE_TABLE[state].items() if kind not in WITHOUT}
        assert left <= {"read"}


def test_what_a_carrier_has_said_yes_to_is_not_handed_over_again():
    assert not may("sent", life.MessageTaken)
    assert not may("sent", life.MessageQueued)
    assert follow("sending", fact(life.MessageSent)) == "sent"


def test_what_waits_can_be_called_back_and_nothing_else():
    assert {s for s in STATES if may(s, life.MessageCanceled)} == WAITING


def test_redacting_and_rating_change_no_state():
    for state in STATES:
        for kind in WITHOUT & MESSAGE_TABLE[state].keys():
            assert MESSAGE_TABLE[state][kind] == state
    assert {s for s in STATES if may(s, life.MessageRedacted)} == AT_REST


def test_what_cannot_happen_is_our_mistake():
    with pytest.raises(LocalError, match="MessageSent cannot happen to a message that is queued"):
        follow("queued", fact(life.MessageSent))
    with pytest.raises(LocalError, match="that is new"):
        follow(None, fact(life.MessageSent))


@given(st.lists(st.sampled_from(FACTS), max_size=12))
def test_any_story_stays_in_the_table(kinds):
    """Invariant: whatever happens in whatever order, a message is in a known state or nothing."""
    state = None
    for kind in kinds:
        try:
            state = follow(state, fact(kind))
        except LocalError:
            continue
        assert state in STATES
