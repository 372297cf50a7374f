"""``ringfence privacy retention`` and ``sweep``."""

import json
from typing import Any

RULE = {
    "rule": "call_log", "trigger": "call_ended", "at_least_days": 730, "at_most_days": 730,
    "floor_by": "IN-18", "source": "a law", "setting": "keep_calls_days",
}  # fmt: skip
DUE = {"kind": "calls", "count": 7, "oldest": 0, "rule": "call_log", "at_most_days": 730}


def test_rules_are_shown_with_their_law(office: Any, ringfence: Any) -> None:
    office.answers["privacy.retention.rules"] = [RULE, RULE | {"at_most_days": None}]
    outcome = ringfence("privacy", "retention")
    assert outcome.code == 0
    assert "IN-18" in outcome.out
    assert "730 days" in outcome.out
    assert "as long as the rest" in outcome.out
    assert json.loads(ringfence("privacy", "retention", "--json").out)[0] == RULE


def test_a_preview_asks_for_nothing_else(office: Any, ringfence: Any) -> None:
    office.answers["privacy.retention.preview"] = [DUE]
    assert "calls" in ringfence("privacy", "retention", "--preview").out
    assert [name for name, _ in office.asked] == ["privacy.retention.preview"]


def test_a_sweep_without_a_yes_removes_nothing(office: Any, ringfence: Any) -> None:
    office.answers["privacy.retention.preview"] = [DUE]
    ringfence("privacy", "sweep")
    assert [name for name, _ in office.asked] == ["privacy.retention.preview"]


def test_the_word_about_the_clock_is_given_though_nothing_goes(office: Any, ringfence: Any) -> None:
    office.answers |= {"privacy.retention.preview": [], "privacy.retention.sweep": []}
    ringfence("privacy", "sweep", "--clock-is-right")
    assert office.asked[-1] == ("privacy.retention.sweep", {"clock_is_right": True})


def test_a_sweep_tells_what_went(office: Any, ringfence: Any) -> None:
    office.answers["privacy.retention.sweep"] = [DUE]
    assert json.loads(ringfence("privacy", "sweep", "--yes", "--json").out) == [DUE]
