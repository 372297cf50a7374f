"""A promise that is declared kept has its place in the code and tests that carry its mark.

Marked tests are part of the ordinary suite, so a promise that is broken fails it. Here it is made
sure that the marks and the data agree, and that no marked test is one that never runs.
"""

import ast
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import pytest

from ringfence.promises import registry

ROOT = Path(__file__).parents[2]
CLAUSES = {clause.id: clause for clause in registry.load()}
KEPT = [clause for clause in CLAUSES.values() if clause.state == "kept"]


class Marked(NamedTuple):
    """One test that carries a mark."""

    test: str
    clause: str
    excused: bool


@cache
def marked() -> tuple[Marked, ...]:
    return tuple(
        found
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        for found in in_file(path.read_text("utf-8"), path.relative_to(ROOT).as_posix())
    )


def in_file(source: str, path: str) -> Iterator[Marked]:
    """Yield the marks of a file, without importing it."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        marks = [ast.unparse(mark) for mark in node.decorator_list]
        excused = any(mark.startswith(("pytest.mark.skip", "pytest.mark.xfail")) for mark in marks)
        for mark in node.decorator_list:
            match mark:
                case ast.Call(func=func, args=[ast.Constant(value=str(clause))]) if (
                    ast.unparse(func) == "pytest.mark.promise"
                ):
                    yield Marked(f"{path}::{node.name}", clause, excused)


def test_every_mark_is_read() -> None:
    """No mark is written in another way than the one that is counted here."""
    here = Path(__file__)
    written = sum(
        path.read_text("utf-8").count("mark.promise")
        for path in (ROOT / "tests").rglob("*.py")
        if path != here
    )
    assert written == len(marked())


@pytest.mark.parametrize("found", marked(), ids=lambda found: f"{found.clause} {found.test}")
def test_a_mark_names_a_clause_that_is_kept(found: Marked) -> None:
    assert found.clause in CLAUSES
    assert CLAUSES[found.clause].state == "kept"
    assert not found.excused


@pytest.mark.parametrize("clause", KEPT, ids=lambda clause: clause.id)
def test_a_clause_that_is_kept_names_exactly_its_marked_tests(clause: registry.Clause) -> None:
    tests = {found.test for found in marked() if found.clause == clause.id}
    assert tests
    assert set(clause.tests) == tests


@pytest.mark.parametrize("clause", KEPT, ids=lambda clause: clause.id)
def test_the_control_is_there(clause: registry.Clause) -> None:
    names = clause.control.split(".")
    for length in range(len(names), 0, -1):
        try:
            found = import_module(".".join(names[:length]))
        except ModuleNotFoundError:
            continue
        for name in names[length:]:
            found = getattr(found, name)
        return
    pytest.fail(clause.control)


def test_marks_are_found_and_excuses_noticed() -> None:
    source = (
        "@pytest.mark.promise('AAA-01')\n@pytest.mark.skip\ndef test_a(): ...\n"
        "class TestB:\n  @pytest.mark.promise('BBB-02')\n  async def test_b(self): ...\n"
        "@pytest.mark.parametrize('x', [1])\ndef test_c(x): ...\n"
    )
    assert list(in_file(source, "tests/x.py")) == [
        Marked("tests/x.py::test_a", "AAA-01", True),
        Marked("tests/x.py::test_b", "BBB-02", False),
    ]
