"""Facts that make sense are not complained about; each kind of nonsense is."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from ringfence.calls import events
from ringfence.calls.causes import Cause
from ringfence.calls.events import CallFact
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import AccountId, CallId, LegId, PartyId, RecordingId
from ringfence.testing.books import by_call, complaints

CALL, LEG, OTHER = CallId("CA1"), LegId("LG1"), LegId("LG2")
ACCOUNT, PARTY, RECORDING = AccountId("AC1"), PartyId("PA1"), RecordingId("RE1")


def at(offset: int) -> dict[str, object]:
    return {"at": Ms(1_000 + offset), "call": CALL}


def story() -> list[CallFact]:
    """A call that is answered by a menu, recorded, and connected with a person."""
    return [
        events.CallOffered(account=ACCOUNT, leg=LEG, caller=PARTY, called=PARTY, **at(0)),
        events.CallAnswered(codec="PCMU", **at(10)),
        events.PromptPlayed(leg=LEG, reason="done", played_ms=500, **at(510)),
        events.RecordingRequested(
            recording=RECORDING, source="dial", legs=(LEG,), parties=(PARTY,), **at(520)
        ),
        events.LegPlaced(leg=OTHER, role="callee", party=PARTY, **at(530)),
        events.CallAnsweredByPerson(leg=OTHER, party=PARTY, **at(700)),
        events.LegEnded(
            leg=OTHER, role="callee", cause=Cause.NORMAL, by_far_end=False, **at(1_700)
        ),
        events.LegEnded(leg=LEG, role="caller", cause=Cause.NORMAL, by_far_end=True, **at(1_710)),
        events.RecordingSaved(
            recording=RECORDING, source="dial", reason="stopped", duration_ms=1_000, **at(1_720)
        ),
        events.CallEnded(
            account=ACCOUNT,
            direction="inbound",
            cause=Cause.NORMAL,
            hung_up_by="caller",
            missed=False,
            offered_at=Ms(1_000),
            rang_at=None,
            answered_at=Ms(1_010),
            answered_by_person_at=Ms(1_700),
            ended_at=Ms(2_700),
            duration_ms=1_690,
            talk_ms=1_000,
            **at(1_720),
        ),
    ]


def test_a_good_story_is_not_complained_about() -> None:
    assert complaints(story()) == []
    assert complaints([]) == []


def test_stories_are_told_apart() -> None:
    other = [replace(fact, call=CallId("CA2")) for fact in story()]
    mixed = [fact for pair in zip(story(), other, strict=True) for fact in pair]
    assert list(by_call(mixed)) == [CALL, "CA2"]
    assert complaints(mixed) == []
    assert complaints([*mixed, other[-1]])[0].startswith("CA2")


@pytest.mark.parametrize("index", range(10))
def test_a_fact_that_is_missing_is_missed(index: int) -> None:
    """Invariant: the facts this story cannot do without are all but a prompt."""
    told = story()
    del told[index]
    assert bool(complaints(told)) is (index != 2)


@pytest.mark.parametrize("index", [0, 1, 3, 6, 7, 8, 9])
def test_a_fact_told_twice_is_too_much(index: int) -> None:
    told = story()
    told.insert(index, told[index])
    assert complaints(told)


def test_time_does_not_run_backwards() -> None:
    told = story()
    told[2] = replace(told[2], at=Ms(999))
    assert any("earlier" in problem for problem in complaints(told))


@pytest.mark.parametrize(
    "change",
    [
        {"offered_at": Ms(999)},
        {"answered_at": Ms(1_011)},
        {"answered_at": None},
        {"answered_by_person_at": None},
        {"ended_at": Ms(5_000)},
        {"duration_ms": 1},
        {"talk_ms": 2_000},
        {"talk_ms": -1},
        {"missed": True},
    ],
)
def test_a_record_says_what_the_facts_say(change: dict[str, object]) -> None:
    told = story()
    told[-1] = replace(told[-1], **change)  # type: ignore[arg-type]
    assert complaints(told)


def test_a_leg_that_was_given_away_ends_elsewhere() -> None:
    whole = story()
    place = next(
        n for n, fact in enumerate(whole)
        if isinstance(fact, events.LegEnded) and fact.leg == OTHER
    )  # fmt: skip
    ended = whole[place]
    gone = events.LegGiven(leg=OTHER, to=CallId("CA2"), **at(1_700))
    assert complaints([*whole[:place], gone, *whole[place + 1 :]]) == []
    assert complaints([*whole[:place], *whole[place + 1 :]]) != []
    assert complaints([*whole[:place], gone, ended, ended, *whole[place + 1 :]]) != []


def test_a_leg_that_took_the_place_of_another_has_begun() -> None:
    whole = story()
    place = next(
        n for n, fact in enumerate(whole)
        if isinstance(fact, events.LegEnded) and fact.leg == LEG
    )  # fmt: skip
    new = LegId("LG3")
    over = events.LegTransferred(leg=LEG, to=new, attended=True, **at(1_700))
    ended = replace(whole[place], leg=new)  # type: ignore[arg-type]
    assert complaints([*whole[:place], over, *whole[place:], ended][:-2]) != []
    told = [*whole[:place], over, whole[place], ended, *whole[place + 1 :]]
    assert complaints(told) == []
