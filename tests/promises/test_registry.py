"""The clauses: all of them are there, and one that says nothing definite does not load."""

from pathlib import Path
from typing import Any

import pytest

from ringfence.kernel.errors import LocalError
from ringfence.promises import registry

GOOD = """
section = "Tests"

[[clause]]
id = "TST-01"
companies = ["excitel"]
states = "Something is promised"
state = "planned"
waits_for = "something"

[[clause]]
id = "TST-02"
companies = ["exotel-2013", "excitel"]
states = "Something is kept"
state = "kept"
control = "ringfence.privacy.gate.decide"
tests = ["tests/privacy/test_gate.py::test_it"]

[[clause]]
id = "TST-03"
companies = ["excitel"]
states = "Something else"
state = "not_ours"
reason = "we do no such thing"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Any:
    def write(text: str, name: str = "tests.toml") -> Path:
        (tmp_path / name).write_text(text, "utf-8")
        registry.load.cache_clear()
        return tmp_path

    return write


def test_all_clauses_are_there() -> None:
    clauses = registry.load()
    assert len(clauses) == 144
    assert len({clause.states for clause in clauses}) == 144
    assert {company for clause in clauses for company in clause.companies} == set(
        registry.COMPANIES
    )


def test_sections_are_numbered_without_gaps() -> None:
    numbers: dict[str, list[int]] = {}
    for clause in registry.load():
        area, number = clause.id.split("-")
        numbers.setdefault(area, []).append(int(number))
    for area, found in numbers.items():
        assert found == list(range(1, len(found) + 1)), area


def test_a_clause_is_read_as_it_is_written(folder: Any) -> None:
    planned, kept, _ = registry.load(folder(GOOD))
    assert (planned.id, planned.section, planned.waits_for) == ("TST-01", "Tests", "something")
    assert (planned.control, planned.tests) == ("", ())
    assert kept.companies == ("exotel-2013", "excitel")
    assert kept.tests == ("tests/privacy/test_gate.py::test_it",)


def test_choosing_and_counting(folder: Any) -> None:
    clauses = registry.load(folder(GOOD))
    assert registry.chosen(clauses, None) == list(clauses)
    assert [clause.id for clause in registry.chosen(clauses, "exotel-2013")] == ["TST-02"]
    count = registry.count(clauses, "excitel")
    assert (count.kept, count.planned, count.not_ours, count.clauses) == (1, 1, 1, 3)


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ('section = "Tests"', "", "needs a section"),
        ('section = "Tests"', 'section = "Tests"\nmood = "good"', "nothing else"),
        ('"TST-01"', '"TEST1"', "TEST1 is not the id"),
        ('"TST-01"', '"TST-02"', "TST-02 is there twice"),
        ('"planned"', '"soon"', "TST-01: the state is one of kept, planned, not_ours"),
        ('waits_for = "something"', 'reason = "none"', "TST-01: a clause that is planned"),
        ('waits_for = "something"', "", "TST-01: a clause that is planned"),
        ('waits_for = "something"', 'waits_for = ""', "TST-01: waits_for is missing"),
        ('["tests/privacy/test_gate.py::test_it"]', "[]", "TST-02: tests is missing"),
        ('"tests/privacy/test_gate.py::test_it"', '"the gate"', "TST-02: a test is written"),
        ('"ringfence.privacy.gate.decide"', '"the gate"', "TST-02: the control is a dotted path"),
        ('["exotel-2013", "excitel"]', '["acme-2020"]', "TST-02: a company nobody knows"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    folder: Any, right: str, wrong: str, said: str
) -> None:
    assert right in GOOD
    with pytest.raises(LocalError, match=said) as error:
        registry.load(folder(GOOD.replace(right, wrong, 1)))
    assert str(error.value).startswith("tests.toml")
