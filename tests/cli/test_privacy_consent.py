"""``ringfence privacy consent`` and ``leave-alone``."""

import json
from typing import Any

import pytest

NUMBER = "+12025550123"
FOUND: dict[str, Any] = {
    "now": [{"purpose": "record_call", "channel": "any", "consent": "given"}],
    "history": [
        {"purpose": "record_call", "channel": "any", "state": "given", "how": "letter",
         "by": "operator", "at": 1_700_000_000_000, "text": "ab" * 32}
    ],
    "do_not_call": True, "no_marketing": False, "restricted": ["accuracy"],
}  # fmt: skip


@pytest.fixture
def answers(office: Any) -> Any:
    for name in ("consent.give", "consent.refuse", "consent.withdraw", "consent.show",
                 "leave_alone.add", "leave_alone.remove"):  # fmt: skip
        office.answers[f"privacy.{name}"] = FOUND
    office.answers["privacy.leave_alone.count"] = {"do_not_call": 3, "marketing": 1}
    return office


@pytest.mark.promise("CON-03")
def test_taking_back_takes_as_many_words_as_giving(answers: Any, ringfence: Any) -> None:
    given = ["privacy", "consent", "give", NUMBER, "--purpose", "record_call"]
    taken = ["privacy", "consent", "withdraw", NUMBER, "--purpose", "record_call"]
    assert len(taken) <= len(given)
    assert ringfence(*given).code == ringfence(*taken).code == 0
    (one, first), (two, second) = answers.asked
    assert (one, two) == ("privacy.consent.give", "privacy.consent.withdraw")
    assert set(second) <= set(first)
    assert second == {"number": NUMBER, "purpose": "record_call", "channel": "any", "how": "cli"}


def test_what_holds_is_printed_and_the_number_is_not(answers: Any, ringfence: Any) -> None:
    shown = ringfence("privacy", "consent", "show", NUMBER)
    assert shown.code == 0
    for word in ("record_call", "given", "letter", "never to be called", "accuracy"):
        assert word in shown.out
    assert "2025550123" not in shown.out
    plain = ringfence("privacy", "consent", "show", NUMBER, "--json")
    assert json.loads(plain.out) == FOUND


def test_a_refusal_says_how_and_in_which_language(answers: Any, ringfence: Any) -> None:
    ringfence("privacy", "consent", "refuse", NUMBER, "--purpose", "market", "--channel", "call",
              "--how", "in_person", "--locale", "de")  # fmt: skip
    assert answers.asked[-1][1]["how"] == "in_person"
    assert answers.asked[-1][1]["locale"] == "de"


def test_what_people_are_shown_is_printed(answers: Any, ringfence: Any) -> None:
    answers.answers["privacy.consent.text"] = {
        "text": "I agree.", "version": "1", "locale": "en", "hash": "cd" * 32,
    }  # fmt: skip
    shown = ringfence("privacy", "consent", "text", "--purpose", "record_call")
    assert "I agree." in shown.out
    assert "cd" * 32 in shown.out
    ringfence("privacy", "consent", "text", "--shown", "cd" * 32)
    assert answers.asked[-1][1]["shown"] == "cd" * 32


@pytest.mark.parametrize("command", ["add", "remove"])
def test_people_are_left_alone_or_not(answers: Any, ringfence: Any, command: str) -> None:
    assert ringfence("privacy", "leave-alone", command, NUMBER, "--list", "marketing").code == 0
    assert answers.asked[-1] == (
        f"privacy.leave_alone.{command}", {"number": NUMBER, "which": "marketing", "how": "cli"},
    )  # fmt: skip
    assert ringfence("privacy", "leave-alone", command, NUMBER, "--list", "friends").code == 2


def test_the_lists_are_counted(answers: Any, ringfence: Any) -> None:
    assert "do_not_call  3" in ringfence("privacy", "leave-alone", "count").out
    found = ringfence("privacy", "leave-alone", "count", "--json")
    assert json.loads(found.out) == {"do_not_call": 3, "marketing": 1}
