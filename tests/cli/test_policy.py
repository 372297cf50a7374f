"""``ringfence policy lint``."""

import json
from pathlib import Path
from typing import Any


def test_a_good_text_passes(ringfence: Any, tmp_path: Path) -> None:
    file = tmp_path / "policy.txt"
    file.write_text("Logs of calls are kept for 180 days.\n")
    outcome = ringfence("policy", "lint", str(file))
    assert (outcome.code, outcome.out) == (0, "Nothing is wrong with it.\n")
    assert json.loads(ringfence("policy", "lint", str(file), "--json").out) == []


def test_findings_are_listed_and_the_exit_code_tells(ringfence: Any, tmp_path: Path) -> None:
    file = tmp_path / "policy.txt"
    file.write_text("Hello.\nYour data is completely secure.\n")
    outcome = ringfence("policy", "lint", str(file))
    assert outcome.code == 2
    assert "SEC-04" in outcome.out
    outcome = ringfence("policy", "lint", str(file), "--json")
    assert outcome.code == 2
    [row] = json.loads(outcome.out)
    assert (row["line"], row["clause"], row["words"]) == (2, "SEC-04", "completely secure")


def test_a_pack_is_known_by_its_name(ringfence: Any, tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text('version = "1"\n[[clause]]\nid = "NO-1"\n')
    outcome = ringfence("policy", "lint", str(file), "--json")
    assert [(row["line"], row["code"]) for row in json.loads(outcome.out)] == [
        (1, "bad_pack"),
        (2, "bad_pack"),
        (3, "bad_pack"),
    ]


def test_a_file_that_is_no_text_is_refused(ringfence: Any, tmp_path: Path) -> None:
    file = tmp_path / "policy.txt"
    file.write_bytes(b"\xff\xfe")
    outcome = ringfence("policy", "lint", str(file))
    assert outcome.code == 2
    assert "UTF-8" in outcome.err
