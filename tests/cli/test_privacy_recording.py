"""``ringfence privacy recording``: by which rules a call was recorded."""

import json
from typing import Any

CALL = "CA" + "1" * 32
RULING: dict[str, Any] = {
    "call": CALL, "at": 1_700_000_000_000, "source": "dial", "outcome": "ask", "law": "all_party",
    "parties": [
        {"place": "US-CA", "standing": "person", "consent": "unknown", "restricted": False,
         "duty": "ask"},
        {"place": "DE", "standing": "staff", "consent": "unknown", "restricted": False,
         "duty": "none"},
    ],
    "rules": [{"id": "us-all-party-states", "says": "state law of the twelve states"}],
    "edition": "2026-11-22/a", "again": "ask", "same": True, "edition_now": "2026-11-22/a",
    "said": ["A party was asked, and agreed to be recorded"],
}  # fmt: skip


def test_a_ruling_is_explained(office: Any, ringfence: Any) -> None:
    office.answers["privacy.recording"] = [RULING]
    shown = ringfence("privacy", "recording", CALL)
    assert shown.code == 0
    for words in ("dial: ask", "US-CA", "us-all-party-states: state law", "the same again",
                  "agreed to be recorded"):  # fmt: skip
        assert words in shown.out
    assert office.asked == [("privacy.recording", {"sid": CALL})]
    assert json.loads(ringfence("privacy", "recording", CALL, "--json").out) == [RULING]


def test_another_outcome_and_another_edition_are_said(office: Any, ringfence: Any) -> None:
    changed = {"same": False, "again": "announce", "edition_now": "2027-01-01/b"}
    office.answers["privacy.recording"] = [RULING | changed]
    shown = ringfence("privacy", "recording", CALL)
    assert "now it would be: announce" in shown.out
    assert "2027-01-01/b" in shown.out


def test_a_call_without_a_recording_is_told_so(office: Any, ringfence: Any) -> None:
    office.answers["privacy.recording"] = []
    assert "nothing was to be recorded" in ringfence("privacy", "recording", CALL).out
