"""``ringfence transcription``."""

import json
from typing import Any

from ringfence.cli.root import run

ONE = {
    "sid": "TR1", "call": "CA1", "recording": "RE1", "status": "completed", "text": "hello",
    "created": 1_700_000_000_000, "reason": None,
    "said": [{"at_ms": 1500, "voice": 0, "text": "hello", "confidence": 0.87}],
}  # fmt: skip


def test_they_are_listed(ringfence: Any, office: Any) -> None:
    office.answers["transcription.list"] = [ONE | {"status": "failed", "reason": "not_agreed"}]
    assert "failed (not_agreed)" in ringfence("transcription", "list", "--recording", "RE1").out
    assert office.asked[0][1]["recording"] == "RE1"


def test_one_is_shown_utterance_by_utterance(ringfence: Any, office: Any) -> None:
    office.answers["transcription.show"] = ONE
    out = ringfence("transcription", "show", "TR1").out
    assert "87%" in out
    assert "hello" in out
    assert json.loads(ringfence("transcription", "show", "TR1", "--json").out) == ONE


def test_one_is_asked_for_and_removed(ringfence: Any, office: Any) -> None:
    office.answers |= {"transcription.request": ONE, "transcription.remove": None}
    assert ringfence("transcription", "make", "RE1", "--language", "en-GB").out == "TR1\n"
    assert office.asked[0][1]["language"] == "en-GB"
    assert ringfence("transcription", "remove", "TR1").code == 0
    assert run(["transcription", "show"]) == 2
