"""Shapes: what is filled in is JSON, whatever it says."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.api.twilio.shape import Shape, or_null, quoted

SHAPE = Shape({
    "sid": "{sid}", "to": "<to>", "n": None, "share": "100% {sid}",
    "below": {"uri": "/a/{sid}.json"},
})  # fmt: skip


@given(st.text())
def test_any_text_in_a_place_is_that_text(text):
    """Invariant: what is quoted comes back as it was, and changes nothing around it."""
    made = json.loads(bytes(SHAPE.filled({"sid": "CA1", "to": quoted(text)})))
    assert made == {
        "sid": "CA1", "to": text, "n": None, "share": "100% CA1", "below": {"uri": "/a/CA1.json"},
    }  # fmt: skip


def test_places_are_named_and_none_is_left_out():
    assert set(SHAPE.places) == {"sid", "to"}
    with pytest.raises(KeyError):
        SHAPE.filled({"sid": "CA1"})
    assert json.loads(or_null("CA1")) == "CA1"
    assert json.loads(or_null(None)) is None


def test_what_is_given_beforehand_stands_there():
    shape = Shape({"a": "{one}", "b": "{one}/{two}", "c": "<three>"})
    known = shape.given({"one": "1"})
    assert set(known.places) == {"two", "three"}
    for other in (known, shape.given({"three": "null"})):
        made = other.filled({"one": "1", "two": "2", "three": "null"})
        assert json.loads(bytes(made)) == {"a": "1", "b": "1/2", "c": None}
