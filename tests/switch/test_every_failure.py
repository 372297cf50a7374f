"""The failure ladder over whole calls.

Invariant: whichever write, fetch, SIP message or media command of a call fails (and also when
everything after it fails), the call ends, once; its record and timeline say what happened; and no
port, key, file, leg, transaction, timer or task of it is held. `simulate` checks the last part.
"""

from __future__ import annotations

import errno
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from ladder_scene import Outcome, SceneName, What, climb

from ringfence.calls.causes import Cause
from ringfence.observe import logs

SCENES: tuple[SceneName, ...] = ("menu", "dial", "voicemail")
RUNGS_MAX = 60
"""No scene has so many steps; a ladder that never ends would be a bug of the ladder."""


def rungs(scene: SceneName, what: What, folder: Path, *, more: bool = False) -> Iterator[Outcome]:
    """The outcome of each rung, until a call runs clean."""
    for rung in range(1, RUNGS_MAX):
        outcome = climb(scene, what, _new(folder, rung), rung=rung, more=more)
        if outcome.steps < rung:
            return
        yield outcome
    pytest.fail("the ladder has no end")


def _new(folder: Path, rung: int) -> Path:
    made = folder / str(rung)
    made.mkdir()
    return made


def clean(scene: SceneName, folder: Path) -> Outcome:
    outcome = climb(scene, "writes", _new(folder, 0))
    assert outcome.ended is not None
    assert outcome.ended.cause is Cause.NORMAL
    assert (outcome.notes, outcome.kept) == ({"document_read"}, 1)
    return outcome


@pytest.mark.parametrize("scene", SCENES)
def test_a_write_that_fails_costs_what_it_was_for_and_no_more(
    scene: SceneName, tmp_path: Path
) -> None:
    wanted = clean(scene, tmp_path)
    outcomes = list(rungs(scene, "writes", tmp_path))
    assert len(outcomes) >= 5
    for rung, outcome in enumerate(outcomes, 1):
        if rung <= 2:
            # Neither the caller nor the number has a party yet: there is no call to record.
            assert (outcome.status, outcome.names) == (503, [])
        elif outcome.ended is None or outcome.ended.cause is not Cause.NORMAL:
            assert outcome.ended is not None
            assert outcome.ended.cause is Cause.SERVER_ERROR  # the party who is dialled
            assert outcome.kept == 0
        elif "RecordingFailed" in outcome.names:
            assert outcome.kept == 0
            # refused: nobody was ruled on, because the party who is dialled could not be written
            assert outcome.notes & {"disk_full", "failed", "refused"}
        else:
            assert outcome.names == wanted.names  # a piece of sound: the rest of it is kept
            assert outcome.kept == 1


@pytest.mark.parametrize("scene", SCENES)
def test_facts_that_cannot_be_written_at_once_are_written_later_in_order(
    scene: SceneName, tmp_path: Path
) -> None:
    wanted = clean(scene, tmp_path)
    outcomes = list(rungs(scene, "records", tmp_path))
    assert len(outcomes) >= 10
    for outcome in outcomes:
        assert outcome.facts == wanted.facts


@pytest.mark.parametrize("scene", SCENES)
def test_a_fetch_that_fails_is_on_the_timeline_and_the_call_goes_on(
    scene: SceneName, tmp_path: Path
) -> None:
    wanted = clean(scene, tmp_path)
    outcomes = list(rungs(scene, "fetches", tmp_path))
    assert len(outcomes) >= 3
    for outcome in outcomes:
        assert outcome.ended is not None
        assert outcome.ended.cause is Cause.NORMAL
        if outcome.names != wanted.names:
            assert outcome.notes & {"fetch_timed_out", "speech_failed", "clip_failed"}


@pytest.mark.parametrize("scene", SCENES)
def test_a_message_that_is_lost_is_sent_again_and_changes_nothing(
    scene: SceneName, tmp_path: Path
) -> None:
    wanted = clean(scene, tmp_path)
    outcomes = list(rungs(scene, "sends", tmp_path))
    assert len(outcomes) >= 4
    for outcome in outcomes:
        assert outcome.ended is not None
        assert outcome.ended.cause is Cause.NORMAL
        assert set(outcome.names) <= set(wanted.names) | {"LegAlerted"}
        assert outcome.kept == 1


@pytest.mark.parametrize("scene", SCENES)
def test_a_media_process_that_dies_at_any_command_is_the_cause_of_the_end(
    scene: SceneName, tmp_path: Path
) -> None:
    wanted = clean(scene, tmp_path)
    outcomes = list(rungs(scene, "orders", tmp_path))
    assert len(outcomes) >= 10
    for outcome in outcomes:
        assert outcome.ended is not None
        if outcome.names != wanted.names:
            answered = "CallAnswered" in outcome.names
            assert outcome.ended.cause is (Cause.INTERRUPTED if answered else Cause.MEDIA_LOST)
            assert outcome.ended.hung_up_by == "system"
    assert any(outcome.kept for outcome in outcomes), "what was recorded before is kept"


class FullDisk(io.StringIO):
    """A log that takes no line."""

    def write(self, _text: str) -> int:
        raise OSError(errno.ENOSPC, "no room")


@pytest.mark.parametrize("what", ["writes", "fetches", "orders"])
def test_a_log_that_takes_no_line_changes_nothing_of_any_failure(
    what: What, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("said", "unsaid"):
        (tmp_path / folder).mkdir()
    said = list(rungs("voicemail", what, tmp_path / "said"))
    monkeypatch.setattr(logs._OUTPUT, "stream", FullDisk())
    assert list(rungs("voicemail", what, tmp_path / "unsaid")) == said
    assert logs._OUTPUT.lost > 0


@pytest.mark.parametrize("what", ["writes", "records", "fetches", "sends", "orders"])
def test_a_call_ends_although_everything_fails_from_then_on(what: What, tmp_path: Path) -> None:
    for outcome in rungs("voicemail", what, tmp_path, more=True):
        assert outcome.ended is not None or outcome.status == 503 or what == "records"
