"""``ringfence privacy audit``: check, prove, export."""

import json
from pathlib import Path
from typing import Any

REPORT: dict[str, Any] = {"leaves": 7, "heads": 1, "proved": 6, "erased": 1, "faults": []}
HEAD = {"checkpoint": "note\n", "size": 7, "verifier_key": "name+id+key"}
PROOF = {"leaf": 3, "at": 1, "kind": "opened", "proof": "c2sp.org/tlog-proof@v1\n"}


def test_a_whole_log_says_so(office: Any, ringfence: Any) -> None:
    office.answers["privacy.audit.verify"] = REPORT
    outcome = ringfence("privacy", "audit", "verify")
    assert (outcome.code, "is whole" in outcome.out) == (0, True)
    assert json.loads(ringfence("privacy", "audit", "verify", "--json").out) == REPORT


def test_a_fault_is_named_and_a_failure(office: Any, ringfence: Any) -> None:
    office.answers["privacy.audit.verify"] = REPORT | {"faults": ["the leaf 5 is another"]}
    outcome = ringfence("privacy", "audit", "verify")
    assert outcome.code == 2
    assert "leaf 5" in outcome.err
    assert "restore" in outcome.err
    assert "whole" not in outcome.out


def test_proofs_come_with_the_program_that_checks_them(
    office: Any, ringfence: Any, tmp_path: Path
) -> None:
    office.streams["privacy.audit.proofs"] = [HEAD, PROOF]
    target = tmp_path / "proofs"
    outcome = ringfence("privacy", "audit", "proof", "+12025550123", str(target))
    assert "1 records" in outcome.out
    assert {path.name for path in target.iterdir()} == {
        "0000000003-opened.tlog-proof", "checkpoint", "verifier-key", "verify.py",
    }  # fmt: skip
    assert (target / "verify.py").read_text("utf-8").count("\n") <= 80
    again = ringfence("privacy", "audit", "proof", "+12025550123", str(target))
    assert again.code == 2


def test_the_log_is_written_where_whoever_holds_it_can(
    office: Any, ringfence: Any, tmp_path: Path
) -> None:
    office.answers["privacy.audit.export"] = {"size": 7, "files": 3}
    outcome = ringfence("privacy", "audit", "export", str(tmp_path / "log"))
    assert "7 leaves" in outcome.out
    assert office.asked == [("privacy.audit.export", {"target": str(tmp_path / "log")})]
