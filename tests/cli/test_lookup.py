"""``ringfence lookup``."""

import json
from typing import Any

FOUND = {
    "number": "+12025550123", "valid": True, "errors": [], "country": "US", "calling_code": "1",
    "national": "(202) 555-0123", "line_type": None, "asked": [], "answered": False,
    "carrier": None, "caller_name": None, "line_status": None, "roaming_country": None,
}  # fmt: skip


def test_a_number_is_looked_up(ringfence: Any, office: Any) -> None:
    office.answers["number.lookup"] = FOUND
    out = ringfence("lookup", "+12025550123").out
    assert "(202) 555-0123" in out
    assert "carrier" not in out
    assert json.loads(ringfence("lookup", "+12025550123", "--json").out) == FOUND
    office.answers["number.lookup"] = FOUND | {"valid": False, "errors": ["TOO_SHORT"]}
    assert "no: TOO_SHORT" in ringfence("lookup", "+1202").out


def test_somebody_is_asked_when_told(ringfence: Any, office: Any) -> None:
    office.answers["number.lookup.ask"] = FOUND
    outcome = ringfence("lookup", "+12025550123", "--ask", "line_status")
    assert [*office.asked[-1][1]["fields"]] == ["line_status"]
    assert "Nobody was asked" in outcome.err
    office.answers["number.lookup.ask"] = FOUND | {"answered": True, "line_status": "reachable"}
    outcome = ringfence("lookup", "+12025550123", "--ask", "line_status")
    assert "reachable" in outcome.out
    assert outcome.err == ""
