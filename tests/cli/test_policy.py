"""``ringfence policy``: lint, packs, use, render, versions, differences."""

import json
from pathlib import Path
from typing import Any

from ringfence.kernel.errors import Refused


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


def test_a_shipped_pack_is_linted_by_name(ringfence: Any) -> None:
    outcome = ringfence("policy", "lint", "myoperator-2019", "--json")
    assert outcome.code == 2
    rows = json.loads(outcome.out)
    assert {"POL-05", "TEL-16", "TEL-17"} <= {row["clause"] for row in rows}
    assert all(row["line"] > 1 for row in rows)
    assert ringfence("policy", "lint", "ringfence").code == 0
    assert ringfence("policy", "lint", "nobody").code == 2


def test_without_a_file_it_is_the_pack_in_use(office: Any, ringfence: Any) -> None:
    office.answers["privacy.policy.source"] = 'title = "x"\nversion = "1"\nadopts = ["TEL-14"]\n'
    assert ringfence("policy", "lint").code == 0


VERSION = {
    "number": 2, "digest": "ab" * 32, "pack": "excitel", "title": "x", "severity": "material",
    "lapsed": ["market"], "published": 0, "effective": 1_795_000_000_000, "in_force": True,
}  # fmt: skip


def test_packs_and_versions_are_listed(office: Any, ringfence: Any) -> None:
    office.answers["privacy.policy.packs"] = [
        {"name": "excitel", "title": "x", "version": "1", "clauses": 82, "kept": 40, "findings": 9,
         "in_force": True}
    ]  # fmt: skip
    assert "40 of 82" in ringfence("policy", "list").out
    office.answers["privacy.policy.versions"] = [VERSION]
    assert "market" in ringfence("policy", "versions").out


def test_who_publishes_for_nobody_hears_whom_to_name(office: Any, ringfence: Any) -> None:
    office.answers["privacy.policy.use"] = VERSION
    office.answers["privacy.policy.told"] = [
        {"number": 2, "channel": "email", "state": "waiting", "acknowledged_by": None}
    ]
    outcome = ringfence("policy", "use", "excitel")
    assert "email waiting" in outcome.out
    assert "ringfence privacy primary-admin EMAIL" in outcome.out


def test_a_pack_is_used_from_a_day_on(office: Any, ringfence: Any, tmp_path: Path) -> None:
    office.answers["privacy.policy.use"] = VERSION
    office.answers["privacy.policy.told"] = [
        {"number": 1, "channel": "email", "state": "waiting", "acknowledged_by": None},
        {"number": 2, "channel": "email", "state": "queued", "acknowledged_by": None},
        {"number": 2, "channel": "popup", "state": "waiting", "acknowledged_by": None},
    ]
    outcome = ringfence("policy", "use", "excitel", "--from", "2027-01-01")
    assert "material" in outcome.out
    assert "email queued, popup waiting" in outcome.out
    assert "primary-admin" not in outcome.out
    assert office.asked[-2][1] == {"name": "excitel", "effective": 1798761600000}
    file = tmp_path / "own.toml"
    good = 'title = "x"\nversion = "1"\nadopts = ["TEL-14"]\n'
    file.write_text(good)
    assert json.loads(ringfence("policy", "use", str(file), "--json").out) == VERSION
    assert office.asked[-1][1] == {"document": good}
    claim = f'{good}[[clause]]\nid = "TEL-14"\nsays = "Kept for a reasonable time."\n'
    file.write_text(claim)  # what is only claimed is not printed
    assert ringfence("policy", "use", str(file)).code == 0
    assert ringfence("policy", "use", "nobody").code == 2
    assert ringfence("policy", "use", "excitel", "--from", "soon").code == 2


NOTICE = {
    "title": "Notice & more", "pack": "x", "issuer": {"name": "Ex", "contact": "", "country": ""},
    "sections": [], "not_promised": {}, "data": [], "purposes": [], "recipients": [], "places": [],
    "retention": [], "cookies": [], "map": "",
}  # fmt: skip


def test_the_notice_is_written(office: Any, ringfence: Any) -> None:
    office.answers["privacy.policy.current"] = VERSION | {"notice": json.dumps(NOTICE)}
    page = ringfence("policy", "render", "--html").out
    assert page.startswith("<!doctype html>")
    assert "Notice &amp; more" in page
    assert "Version 2, in force from 2026-11-18." in page
    assert json.loads(ringfence("policy", "render", "--json").out) == NOTICE
    office.answers["privacy.policy.draft"] = NOTICE
    assert "(draft)" in ringfence("policy", "render", "excitel").out
    assert ringfence("policy", "render", "--html", "--json").code == 2


def test_a_difference_is_shown(office: Any, ringfence: Any) -> None:
    change = {"kind": "cookie", "name": "ad", "what": "added", "severity": "material", "fact": "",
              "before": None, "after": "x" * 100}  # fmt: skip
    office.answers["privacy.policy.diff"] = {
        "before": 1, "after": 2, "severity": "material", "told": ["email"], "lapses": ["market"],
        "changes": [change],
    }  # fmt: skip
    out = ringfence("policy", "diff", "1", "2").out
    assert "cookie" in out
    assert "market" in out
    assert "x" * 61 not in out


def test_packs_are_listed_without_an_installation(office: Any, ringfence: Any) -> None:
    office.answers["privacy.policy.packs"] = Refused("no_installation", "there is none")
    rows = json.loads(ringfence("policy", "list", "--json").out)
    assert len(rows) == 6
    assert not any(row["in_force"] for row in rows)
    assert all(0 < row["kept"] <= row["clauses"] for row in rows)


def test_a_pack_with_mistakes_is_not_published_and_all_are_named(
    office: Any, ringfence: Any, tmp_path: Path
) -> None:
    file = tmp_path / "own.toml"
    file.write_text(
        'title = "x"\nmood = 1\n[[clause]]\nid = "NO-1"\ntext = "Kept for a reasonable time."\n'
    )
    outcome = ringfence("policy", "use", str(file), "--json")
    assert outcome.code == 2
    assert [(row["line"], row["code"]) for row in json.loads(outcome.out)] == [
        (1, "bad_pack"),
        (2, "bad_pack"),
        (4, "bad_pack"),
        (5, "vague_time"),
    ]
    assert office.asked == []
