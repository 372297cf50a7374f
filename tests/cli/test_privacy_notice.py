"""``ringfence privacy map``, ``processing``, ``erasure-view``."""

import json
from pathlib import Path
from typing import Any

ENTRY = {
    "kind": "column",
    "name": "parties.address",
    "facts": {"category": "user.contact.phone_number", "subject": "caller", "storage": "sealed"},
}


def test_the_map_is_shown(office: Any, ringfence: Any) -> None:
    office.answers["privacy.map"] = [ENTRY]
    outcome = ringfence("privacy", "map", "--kind", "column")
    assert outcome.code == 0
    assert "user.contact.phone_number" in outcome.out
    assert office.asked == [("privacy.map", {"kind": "column"})]
    assert json.loads(ringfence("privacy", "map", "--json").out) == [ENTRY]
    assert ringfence("privacy", "map", "--kind", "dream").code == 2


def test_files_that_nobody_described_are_named(ringfence: Any, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "ringfence.db").touch()
    assert ringfence("privacy", "map", "--check").code == 0
    (data / "dump.sql").touch()
    outcome = ringfence("privacy", "map", "--check", "--json")
    assert (outcome.code, json.loads(outcome.out)) == (2, [{"path": "dump.sql"}])


def test_what_is_compiled_from_it(office: Any, ringfence: Any) -> None:
    office.answers["privacy.processing"] = [
        {"purpose": "billing", "basis": "contract", "subjects": ["people who call or are called"],
         "categories": ["user.telephony.call.fact"], "recipients": [], "transfers": []}
    ]  # fmt: skip
    assert "billing" in ringfence("privacy", "processing").out
    office.answers["privacy.erasure_view"] = [
        {"kind": "column", "name": "parties.address", "action": "destroy the key",
         "rule": "call_log", "not_before_days": 180}
    ]  # fmt: skip
    assert "180 days" in ringfence("privacy", "erasure-view").out
