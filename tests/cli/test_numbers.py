"""``ringfence number``."""

import json
from pathlib import Path
from typing import Any

NUMBER = {"sid": "PN1", "number": "+12025550123", "flow": "welcome", "created": 1_700_000_000_000}


def test_a_number_is_added(ringfence: Any, office: Any) -> None:
    office.answers["number.add"] = NUMBER
    outcome = ringfence("number", "add", "+12025550123", "--flow", "welcome")
    assert outcome.out == "+12025550123 is answered by flow welcome.\n"
    assert office.asked == [
        ("number.add", {"number": "+12025550123", "replace": False, "flow": "welcome"})
    ]


def test_a_document_is_read_here(ringfence: Any, office: Any, tmp_path: Path) -> None:
    path = tmp_path / "greeting.xml"
    path.write_text("<Response/>")
    office.answers["number.add"] = NUMBER
    assert ringfence("number", "add", "+12025550123", "--twiml", str(path), "--replace").code == 0
    assert office.asked[0][1]["twiml"] == "<Response/>"
    assert office.asked[0][1]["replace"] is True


def test_something_must_answer(ringfence: Any, office: Any) -> None:
    outcome = ringfence("number", "add", "+12025550123")
    assert outcome.code == 2
    assert "--flow, --voice-url, --twiml or --application" in outcome.err
    assert office.asked == []


def test_numbers_are_listed(ringfence: Any, office: Any) -> None:
    office.answers["number.list"] = [NUMBER, NUMBER | {"flow": None, "voice_url": "https://a"}]
    out = ringfence("number", "list").out
    assert "+12025550123" in out
    assert "flow welcome" in out
    assert "https://a" in out
    assert json.loads(ringfence("number", "list", "--json").out)[0] == NUMBER


def test_no_numbers(ringfence: Any, office: Any) -> None:
    office.answers["number.list"] = []
    assert ringfence("number", "list").out == "none\n"
    assert ringfence("number", "list", "--json").out == "[]\n"


def test_a_number_is_removed(ringfence: Any, office: Any) -> None:
    office.answers["number.remove"] = NUMBER
    assert "no longer answered" in ringfence("number", "remove", "+12025550123").out
    assert json.loads(ringfence("number", "remove", "+12025550123", "--json").out) == NUMBER


def test_a_number_is_tied_to_a_trunk(ringfence: Any, office: Any) -> None:
    office.answers["number.add"] = {"number": "+12025550150", "trunk": "TK1"}
    outcome = ringfence("number", "add", "+12025550150", "--to-trunk", "pbx", "--address", "AD1")
    assert "is answered by trunk TK1" in outcome.out
    asked = office.asked[-1][1]
    assert asked["ties"] == {"trunk": "pbx", "address": "AD1"}
    assert "silent" not in asked


def test_messages_may_be_answered_by_an_application(ringfence: Any, office: Any) -> None:
    sid = "AP" + "0" * 32
    office.answers["number.add"] = NUMBER | {"flow": None, "sms_application": sid}
    outcome = ringfence("number", "add", "+12025550123", "--sms-application", sid)
    assert f"Its messages are answered by application {sid}.\n" in outcome.out
    asked = office.asked[-1][1]
    assert (asked["sms_application"], asked["silent"]) == (sid, True)
    both = ringfence("number", "add", "+12025550123", "--sms-application", sid, "--sms-flow", "a")
    assert both.code == 2
    assert "say one of --sms-flow and --sms-application" in both.err
