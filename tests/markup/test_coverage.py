"""What is said to work is read by the code, and what does not has its reason."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path
from typing import Any, get_args

import pytest

from ringfence.markup import build, coverage, verbs
from ringfence.markup.element import Element
from ringfence.markup.elements import ELEMENTS

MARKUP = Path(inspect.getfile(coverage)).parent
NO_READERS = {"verbs", "elements", "elements_outside", "elements_paying", "coverage", "parser"}
"""Modules that say what there is, and carry nothing out."""
CLASSES = {"Sms": verbs.Message, "Prompt": verbs.PayPrompt}


def _classes(name: str) -> set[str]:
    """The verbs that a name of `ringfence.markup.verbs` stands for."""
    found = getattr(verbs, name, None)
    parts = get_args(found) or (found,)
    return {
        cls.__name__
        for part in parts
        if inspect.isclass(part)
        for cls in vars(verbs).values()
        if inspect.isclass(cls) and issubclass(cls, part) and cls is not verbs.Verb
    }


def _read() -> dict[str, set[str]]:
    """Fields that are read of each verb: in a module that knows its class."""
    read: dict[str, set[str]] = {}
    for path in MARKUP.glob("*.py"):
        if path.stem in NO_READERS | {"build"}:
            continue
        tree = ast.parse(path.read_text("utf-8"))
        loads = {
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
        }
        # `case Hangup(parameters=parameters)` reads as well
        loads |= {
            name
            for node in ast.walk(tree)
            if isinstance(node, ast.MatchClass)
            for name in node.kwd_attrs
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module == "ringfence.markup.verbs":
                for alias in node.names:
                    for name in _classes(alias.name):
                        read.setdefault(name, set()).update(loads)
    return read


READ = _read()
BUILT = set(re.findall(r'"(\w+)"', inspect.getsource(build)))
"""Names of values that the builders themselves look at."""
OF_THEMSELVES = {
    node.attr
    for node in ast.walk(ast.parse(inspect.getsource(verbs)))
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
}
"""Fields that a verb's own properties read."""
WORKING = [
    (element, name)
    for element in ELEMENTS.values()
    for name, attribute in element.attributes.items()
    if element.state == "works" and attribute.name is not None
]


@pytest.mark.parametrize(("element", "name"), WORKING, ids=lambda x: getattr(x, "name", x))
def test_what_works_is_read(element: Element, name: str) -> None:
    row = next(row for row in coverage.of_element(element) if row.attribute == name)
    assert row.state in {"works", "partly"}
    field = element.attributes[name].name
    verb: Any = CLASSES.get(element.name) or getattr(verbs, element.name, None)
    built = verb is None or (element.name, name) == ("Pay", "input")
    read = BUILT if built else READ.get(verb.__name__, set()) | OF_THEMSELVES
    assert field in read, f"nobody reads {name} of <{element.name}>"


def test_what_has_no_effect_is_said_not_to_work() -> None:
    states = {row.key: row.state for row in coverage.rows()}
    for element in ELEMENTS.values():
        for name, attribute in element.attributes.items():
            if attribute.name is None or element.state != "works":
                assert states[f"{element.name}.{name}"] == "not"


def test_whatever_is_less_than_all_has_its_reason() -> None:
    for row in coverage.rows():
        assert (row.state == "works") or row.note, row.key


def test_every_note_is_of_something_there_is() -> None:
    assert {row.key for row in coverage.rows()} >= coverage.NOTES.keys()


def test_speech_markup_is_the_one_that_say_may_hold() -> None:
    assert ELEMENTS["Say"].children == coverage.SPEECH.keys()
