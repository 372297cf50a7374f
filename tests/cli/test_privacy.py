"""``ringfence privacy promises``."""

import json
import subprocess
import sys
from typing import Any

import pytest

from ringfence.promises import registry


def test_every_clause_has_a_row(ringfence: Any) -> None:
    rows = json.loads(ringfence("privacy", "promises", "--json").out)
    assert len(rows) == 144
    assert all({"id", "state", "control", "tests"} <= set(row) for row in rows)
    for row in rows:
        assert (row["state"] == "kept") == bool(row["control"]) == bool(row["tests"])


@pytest.mark.parametrize("company", registry.COMPANIES)
def test_one_company_s_clauses(ringfence: Any, company: str) -> None:
    rows = json.loads(ringfence("privacy", "promises", "--company", company, "--json").out)
    assert 0 < len(rows) < 144
    assert all(company in row["companies"] for row in rows)


def test_people_see_a_table_and_the_counts(ringfence: Any) -> None:
    out = ringfence("privacy", "promises").out
    assert "TEL-17" in out
    assert "ringfence.privacy.sealed.Sealed.open" in out
    for company in registry.COMPANIES:
        count = registry.count(registry.load(), company)
        [line] = [line for line in out.splitlines() if line.startswith(company + " ")]
        assert line.split() == [company, str(count.kept), str(count.planned), str(count.not_ours)]
    kept = sum(clause.state == "kept" for clause in registry.load())
    assert f"{kept} of 144 clauses are kept." in out


def test_the_counts_of_one_company_alone(ringfence: Any) -> None:
    out = ringfence("privacy", "promises", "--company", "excitel").out
    assert "exotel-2013" not in out
    assert "of 144" not in out


def test_a_company_nobody_knows_is_refused_with_those_there_are(ringfence: Any) -> None:
    outcome = ringfence("privacy", "promises", "--company", "acme-2020")
    assert outcome.code == 2
    assert "exotel-uae-2018" in outcome.err


def test_the_table_is_light() -> None:
    """Reading it loads neither the database nor cryptography."""
    code = (
        "import sys; import ringfence.cli.privacy\n"
        "heavy = {'apsw', 'sqlalchemy', 'litestar', 'cryptography'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
