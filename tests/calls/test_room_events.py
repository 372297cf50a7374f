"""Facts about a room."""

from __future__ import annotations

from ringfence.calls.room_events import ROOM_FACTS, ConferenceEnded
from ringfence.kernel.ids import AccountId, CallId, ConferenceId
from ringfence.privacy.labels import labels_of


def test_every_fact_says_which_room_whose_and_when() -> None:
    for fact in ROOM_FACTS:
        assert {"at", "conference", "account"} <= labels_of(fact).keys()


def test_a_fact_holds_no_name() -> None:
    ended = ConferenceEnded(
        at=5,
        conference=ConferenceId("CF"),
        account=AccountId("AC"),
        reason="last_left",
        call=CallId("CA"),
        duration_ms=1,
        members=2,
        most=2,
    )
    assert all(label.storage in {"plain", "opaque"} for label in labels_of(type(ended)).values())
