"""``ringfence privacy erase``: the plan first, then the question, then the receipt."""

import json
from typing import Any

import click
import pytest

PLANNED: dict[str, Any] = {
    "sid": "ER1", "status": "planned", "reason": "request", "asked": 1, "done": None, "due": None,
    "rows": [
        {"store": "keys", "what": "the key", "count": 1, "action": "destroy", "at": None,
         "rule": "key"},
        {"store": "calls", "what": "records", "count": 2, "action": "restrict",
         "at": 1_800_000_000_000, "rule": "call_log"},
        {"store": "cases", "what": "asked", "count": 0, "action": "remove", "at": None,
         "rule": "case"},
    ],
    "receipt": None, "verifier_key": None,
}  # fmt: skip
DONE = PLANNED | {
    "status": "done", "done": 2, "due": 1_800_000_000_000, "receipt": "erased\n\n— x y\n",
    "verifier_key": "name+id+key",
}  # fmt: skip


@pytest.fixture
def answers(office: Any) -> Any:
    office.answers |= {
        "privacy.erase.plan": PLANNED, "privacy.erase.execute": DONE, "privacy.erase.show": DONE,
        "privacy.erase.list": [DONE],
    }  # fmt: skip
    return office


def asked(office: Any) -> list[str]:
    return [name for name, _ in office.asked]


def test_the_plan_alone_touches_nothing(answers: Any, ringfence: Any) -> None:
    outcome = ringfence("privacy", "erase", "+12025550123", "--plan")
    assert outcome.code == 0
    for words in ("STORE", "destroy", "restrict", "call_log", "now", "2027-01-15",
                  "Nothing of theirs is in: cases"):  # fmt: skip
        assert words in outcome.out
    assert asked(answers) == ["privacy.erase.plan"]
    assert answers.asked[0][1] == {"address": "+12025550123", "reason": "request"}


def test_without_a_yes_nobody_is_erased(answers: Any, ringfence: Any, monkeypatch: Any) -> None:
    def no(*_args: object, **_options: object) -> None:
        raise click.Abort

    monkeypatch.setattr(click, "confirm", no)
    assert ringfence("privacy", "erase", "+12025550123").code == 130
    assert asked(answers) == ["privacy.erase.plan"]


def test_plan_and_receipt_are_shown(answers: Any, ringfence: Any) -> None:
    outcome = ringfence("privacy", "erase", "+12025550123", "--yes")
    assert outcome.out.index("STORE") < outcome.out.index("erased")
    assert "next on 2027-01-15" in outcome.out
    assert "name+id+key" in outcome.out
    assert answers.asked[-1] == ("privacy.erase.execute", {"sid": "ER1"})


def test_json_is_one_document_and_asks_nobody(answers: Any, ringfence: Any) -> None:
    assert json.loads(ringfence("privacy", "erase", "+12025550123", "--yes", "--json").out) == DONE
    plan = ringfence("privacy", "erase", "+12025550123", "--plan", "--json")
    assert json.loads(plan.out) == PLANNED
    assert ringfence("privacy", "erase", "+12025550123", "--json").code == 2


def test_erasures_are_listed_and_shown(answers: Any, ringfence: Any) -> None:
    assert "ER1" in ringfence("privacy", "erasures").out
    shown = ringfence("privacy", "erasures", "ER1").out
    assert "erased" in shown
    assert "restrict" in shown
    assert json.loads(ringfence("privacy", "erasures", "--json").out) == [DONE]
