"""Single values: what is taken, what is refused, and that refusals name the place alone."""

import pytest

from ringfence.flows import values as v

CASES = [
    (v.whole(1, 5), [1, 5], [0, 6, "1", 1.0, True, None]),
    (v.boolean, [True, False], [1, "true", None]),
    (v.text(5), ["abc", "12345"], ["", "  ", "123456", 1, None]),
    (v.keys, ["", "#", "0123456789*#"], ["a", "##############", 1]),
    (v.url, ["https://x.example/a", "http://x.example"], ["/a", "ftp://x", "x", 1, "flow:x"]),
    (v.method, ["GET", "POST"], ["get", "PUT", 1, None, ["GET"]]),
    (v.name, ["a", "Main-menu_2"], ["", "2a", "a b", "a" * 65, 1, None]),
    (v.branch, ["a"], ["", 1]),
]


@pytest.mark.parametrize(
    ("read", "value"), [(read, value) for read, good, _ in CASES for value in good]
)
def test_taken(read, value):
    notes = v.Notes()
    assert read(value, "$.x", notes) == value
    assert notes.problems == []


@pytest.mark.parametrize(
    ("read", "value"), [(read, value) for read, _, bad in CASES for value in bad]
)
def test_refused(read, value):
    notes = v.Notes()
    with pytest.raises(v.WrongError):
        read(value, "$.x", notes)
    (problem,) = notes.problems
    assert problem.where == "$.x"


def test_texts_are_on_one_line():
    assert v.text(50)(" one\n  two ", "$", v.Notes()) == "one two"


def test_branches_are_remembered():
    notes = v.Notes()
    v.branch("menu", "$.a.next", notes)
    assert notes.references == [("$.a.next", "menu")]


def test_an_object_is_read_to_its_end():
    table = {"a": v.need(v.boolean), "b": v.Field(v.boolean), "c": v.need(v.boolean)}
    notes = v.Notes()
    with pytest.raises(v.WrongError):
        v.fields({"b": 1, "c": 1, "zz9": 1}, "$", notes, table)
    assert [p.where for p in notes.problems] == ["$.zz#", "$.a", "$.b", "$.c"]
    notes = v.Notes()
    assert v.fields({"a": True, "c": False, "b": 1}, "$", notes, table) == {"a": True, "c": False}
    assert [p.where for p in notes.problems] == ["$.b"]


def test_keys_shown_in_paths():
    assert v.shown("1") == "1"
    assert v.shown("2026-12-25") == "2026-12-25"
    assert v.shown("+12025550123") == "############"
    assert len(v.shown("x" * 99)) == 32
