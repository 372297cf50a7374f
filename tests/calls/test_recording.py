"""The table of a recording: every way leads to saved or failed."""

from __future__ import annotations

from typing import get_args

import pytest

from ringfence.calls.effects import Channel
from ringfence.calls.recording import (
    RECORDING_TABLE,
    Recording,
    RecordingState,
    RecordingTrigger,
)
from ringfence.calls.words import RecordingEnd
from ringfence.kernel.ids import LegId, RecordingId

STATES = get_args(RecordingState)
TRIGGERS = get_args(RecordingTrigger)


def recording(**more: int) -> Recording:
    return Recording(
        RecordingId("RE-1"),
        source="voicemail",
        channels=(Channel(leg=LegId("LG-1"), incoming=True),),
        **more,
    )


def test_the_table_names_every_state_and_trigger() -> None:
    assert set(RECORDING_TABLE) == set(STATES)
    assert {trigger for row in RECORDING_TABLE.values() for trigger in row} == set(TRIGGERS)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("trigger", TRIGGERS)
def test_a_step_follows_the_table(state: RecordingState, trigger: RecordingTrigger) -> None:
    it = recording()
    it.state = state
    goal = RECORDING_TABLE[state].get(trigger)
    assert it.step(trigger) is (goal is not None)
    assert it.state == (goal or state)


@pytest.mark.parametrize("state", STATES)
def test_an_outcome_is_final_and_always_possible(state: RecordingState) -> None:
    it = recording()
    it.state = state
    if it.final:
        assert RECORDING_TABLE[state] == {}
    else:
        assert RECORDING_TABLE[state]["ended"] == "saved"
        assert RECORDING_TABLE[state]["broke"] == "failed"
    assert it.running == ("stop" in RECORDING_TABLE[state])


@pytest.mark.parametrize(
    ("reason", "duration", "min_ms", "silence_ms", "empty"),
    [
        ("stopped", 0, 0, 0, True),
        ("stopped", 1, 0, 0, False),
        ("stopped", 999, 1_000, 0, True),
        ("stopped", 1_000, 1_000, 0, False),
        ("silence", 5_499, 0, 5_000, True),
        ("silence", 5_500, 0, 5_000, False),
        ("silence", 5_999, 1_000, 5_000, True),
        ("leg_closed", 400, 0, 5_000, False),
    ],
)
def test_what_counts_as_empty(
    reason: RecordingEnd, duration: int, min_ms: int, silence_ms: int, empty: bool
) -> None:
    it = recording(min_ms=min_ms, silence_ms=silence_ms)
    assert it.is_empty(reason, duration) is empty


def test_it_hears_its_channels() -> None:
    assert recording().hears(LegId("LG-1"))
    assert not recording().hears(LegId("LG-2"))
