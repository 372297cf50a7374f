"""The vocabularies are closed, without repeats, and none is a dialect's spelling."""

from __future__ import annotations

from typing import get_args

from ringfence.calls import words

LITERALS = {
    name: get_args(value)
    for name, value in vars(words).items()
    if name[0].isupper() and name != "Literal" and get_args(value)
}


def test_there_are_vocabularies() -> None:
    assert {"Direction", "Role", "HungUpBy", "DialStatus", "RecordingFault"} <= set(LITERALS)


def test_no_word_twice_and_none_with_a_hyphen() -> None:
    for name, values in LITERALS.items():
        assert len(set(values)) == len(values), name
        assert all(value.replace("_", "").isalpha() and value.islower() for value in values), name
