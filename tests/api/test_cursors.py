"""A cursor leads on in its own list, whatever was added meanwhile, and in no other."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.api import cursors
from ringfence.kernel.errors import Refused

HERE = cursors.scope("/v1/calls", [("status", "ended")])


def test_a_cursor_is_read_as_it_was_written():
    word = cursors.write(HERE, "CA" + "1" * 32, 50)
    assert cursors.read(word, HERE) == cursors.Cursor(HERE, "CA" + "1" * 32, 50)
    assert word.replace("-", "").replace("_", "").isalnum()


def test_other_lists_and_filters_refuse_it():
    word = cursors.write(HERE, "CA1")
    for other in (
        cursors.scope("/v1/calls", []),
        cursors.scope("/v1/recordings", [("status", "ended")]),
    ):
        with pytest.raises(Refused) as refused:
            cursors.read(word, other)
        assert refused.value.code == "bad_cursor"
    assert cursors.scope("/v1/x", [("a", "1"), ("b", "2")]) == cursors.scope(
        "/v1/x", [("b", "2"), ("a", "1")]
    )


@given(st.text(max_size=300))
def test_whatever_is_sent_is_refused_or_read(word):
    """No word makes anything but a cursor or a refusal."""
    with suppress(Refused):
        assert cursors.read(word, HERE).scope == HERE


def rows(*names):
    return [{"sid": name} for name in names]


def walk(source, limit):
    """Every row of a list, page by page; ``source()`` is the list as it is at that moment."""
    cursor, found = None, []
    while True:
        page, position = cursors.cut(source(), limit, cursor)
        found += [row["sid"] for row in page]
        if position is None:
            return found
        cursor = cursors.Cursor(HERE, cursors.called(page[-1]), position)


def test_pages_hold_every_row_once():
    for limit in (1, 2, 3, 7, 8):
        assert walk(lambda: rows(*"abcdefg"), limit) == list("abcdefg")


def test_rows_that_are_added_or_removed_meanwhile_neither_repeat_nor_hide_others():
    states = iter([rows(*"abcdef"), rows(*"xabcdef"), rows(*"xabdef"), rows(*"xabdef")])
    assert walk(lambda: next(states), 2) == list("abcdef")


def test_a_row_without_a_name_counts_by_its_place():
    assert cursors.called(7) == ""
    page, position = cursors.cut([1, 2, 3], 2, cursors.Cursor(HERE, "", 2))
    assert (page, position) == ([3], None)


@given(
    st.lists(st.integers(0, 99), min_size=3, max_size=30, unique=True),
    st.booleans(),
    st.integers(1, 5),
    st.data(),
)
def test_no_row_is_missed_though_the_last_one_goes(
    numbers: list[int], down: bool, limit: int, data: st.DataObject
) -> None:
    """A row that is there from the first page to the last is on one of them, in any sorted list."""
    rows = [{"name": f"{n:02d}"} for n in sorted(numbers, reverse=down)]
    stay = {row["name"] for row in rows}
    seen: list[str] = []
    cursor = None
    while True:
        page, position = cursors.cut(rows, limit, cursor)
        seen += [row["name"] for row in page]
        if position is None:
            break
        cursor = cursors.Cursor(b"", page[-1]["name"], position)
        if data.draw(st.booleans()):
            stay.discard(page[-1]["name"])
            rows.remove(page[-1])
    assert stay <= set(seen)
    assert len(seen) == len(set(seen))


def test_where_nothing_is_in_order_a_row_comes_twice_rather_than_never() -> None:
    rows = [{"name": name} for name in "bdace"]
    assert cursors.cut(rows, 2, cursors.Cursor(b"", "gone", 3))[0] == [{"name": "a"}, {"name": "c"}]
