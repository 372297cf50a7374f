"""``ringfence flow``."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from ringfence.cli import flows
from ringfence.kernel.errors import Refused

FLOW = {
    "name": "menu",
    "sid": "FW1",
    "version": 3,
    "changed": 1_700_000_000_000,
    "document": {"start": "greet"},
}


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "menu.json"
    path.write_text('{"start": "greet"}')
    return path


def test_flows_are_listed_and_shown(ringfence: Any, office: Any) -> None:
    office.answers |= {"flow.list": [FLOW], "flow.show": FLOW}
    assert "menu" in ringfence("flow", "list").out
    assert json.loads(ringfence("flow", "show", "menu").out) == {"start": "greet"}
    assert json.loads(ringfence("flow", "show", "menu", "--json", "--version", "3").out) == FLOW
    assert office.asked[-1][1] == {"name": "menu", "version": 3}


def test_a_flow_is_added(ringfence: Any, office: Any, document: Path) -> None:
    office.answers |= {"flow.add": FLOW, "flow.validate": []}
    assert ringfence("flow", "add", "menu", str(document)).out == "Flow menu is at version 3.\n"
    assert office.asked[0][1]["document"] == {"start": "greet"}


def test_a_warning_is_told_and_stops_nothing(ringfence: Any, office: Any, document: Path) -> None:
    warning = {"where": "$.applets.on.flow", "text": "not there yet", "level": "warning"}
    office.answers |= {"flow.add": FLOW, "flow.validate": [warning]}
    outcome = ringfence("flow", "validate", str(document))
    assert (outcome.code, "not there yet" in outcome.out) == (0, True)
    added = ringfence("flow", "add", "menu", str(document))
    assert (added.code, added.out) == (0, "Flow menu is at version 3.\n")
    assert added.err == "warning: $.applets.on.flow: not there yet\n"


def test_a_good_flow_is_called_good(ringfence: Any, office: Any, document: Path) -> None:
    office.answers["flow.validate"] = []
    outcome = ringfence("flow", "validate", str(document))
    assert (outcome.code, outcome.out) == (0, "Nothing is wrong with it.\n")


def test_all_problems_are_listed(ringfence: Any, office: Any, document: Path) -> None:
    problems = [
        {"where": "$.start", "text": "no such applet", "level": "error"},
        {"where": "$.x", "text": "odd", "level": "error"},
    ]
    office.answers["flow.validate"] = problems
    outcome = ringfence("flow", "validate", str(document))
    assert outcome.code == 2
    assert "$.start" in outcome.out
    assert "odd" in outcome.out
    assert json.loads(ringfence("flow", "validate", str(document), "--json").out) == problems


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "line 1"),
        ("[]", "JSON object"),
        ("[" * 100_000, "nested too deeply"),
        ('{"applets": {"a": {}, "a": {}}}', "names the field a twice"),
    ],
)
def test_what_is_no_flow_is_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(Refused, match=words):
        flows.read(path)


def test_a_flow_is_checked_before_there_is_an_installation(
    ringfence: Any, office: Any, tmp_path: Path
) -> None:
    office.answers["flow.validate"] = Refused("no_installation", "the folder does not exist")
    good = tmp_path / "good.json"
    good.write_bytes(files("ringfence.prompts").joinpath("welcome.json").read_bytes())
    assert ringfence("flow", "validate", str(good)).out == "Nothing is wrong with it.\n"
    bad = tmp_path / "bad.json"
    bad.write_text('{"start": 5}')
    outcome = ringfence("flow", "validate", str(bad), "--json")
    assert outcome.code == 2
    assert json.loads(outcome.out)
