"""``ringfence simulate``."""

import json
from pathlib import Path
from typing import Any

CALL = "CA" + "1" * 32
FOUND = {
    "call": CALL, "fetched": False,
    "lines": [{"at": 0, "what": "answers", "text": "the call is answered"},
              {"at": 1_250, "what": "key", "text": "1"}],
}  # fmt: skip


def test_what_would_happen_is_printed(ringfence: Any, office: Any, tmp_path: Path) -> None:
    office.answers["call.simulate"] = FOUND
    file = tmp_path / "menu.xml"
    file.write_text("<Response/>")
    outcome = ringfence("simulate", CALL, "--twiml", str(file), "--digits", "1", "--digits", "42")
    assert "the call is answered" in outcome.out
    assert "1.2 s" in outcome.out
    asked = office.asked[-1][1]
    assert (asked["sid"], asked["twiml"], asked["digits"]) == (CALL, "<Response/>", ["1", "42"])
    assert (asked["fetch"], asked["dial"], asked["url"]) == (False, "no_answer", None)
    shown = ringfence("simulate", CALL, "--flow", "welcome", "--fetch", "--json")
    assert json.loads(shown.out) == FOUND
    assert office.asked[-1][1]["fetch"] is True
