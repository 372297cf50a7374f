"""Problems carry a code, a place, Twilio's number, and never a value."""

import ast
import re
from pathlib import Path

from ringfence.markup.problems import KINDS, Problem, shown

SOURCES = Path(__file__).parents[2] / "src" / "ringfence" / "markup"


def test_the_number_of_the_attribute_wins():
    assert Problem("bad_value", "x").twilio == 12200
    assert Problem("bad_value", "x", warning=13314).twilio == 13314
    assert Problem("no_such_flow", "x").twilio is None


def test_how_it_is_written():
    assert str(Problem("not_xml", "what is wrong", 3, 7)) == "line 3, column 7: what is wrong"
    assert str(Problem("fetch_failed", "what is wrong")) == "what is wrong"


def test_names_are_shown_without_digits_and_short():
    assert shown("Foo") == "Foo"
    assert shown("a12025550123") == "a###########"
    assert len(shown("x" * 500)) == 32


def test_nothing_is_noted_that_is_no_kind():
    noted = {
        first.value
        for path in SOURCES.glob("*.py")
        if path.name != "rehearsal.py"  # it notes what would happen, not what is wrong
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and call.args
        if getattr(call.func, "attr", getattr(call.func, "id", "")) in {"note", "Problem"}
        if isinstance(first := call.args[0], ast.Constant)
    }
    assert "bad_ring_tone" in noted
    assert noted <= KINDS.keys()


def test_every_code_in_use_is_a_kind_and_every_kind_is_in_use():
    used = set()
    for path in SOURCES.glob("*.py"):
        if path.name != "problems.py":
            used |= set(re.findall(r'"([a-z]+(?:_[a-z]+)+)"', path.read_text()))
    unused = KINDS.keys() - used
    assert not unused
