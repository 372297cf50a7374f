"""Characters to septets and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.messaging import gsm7
from ringfence.messaging.gsm7_tables import LOCKING, SINGLE

TABLES = [(locking, single) for locking in LOCKING for single in SINGLE]


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("", b""),
        ("Hello @ 5$", b"Hello \x00 5\x02"),
        ("€ [x]", b"\x1be \x1b<x\x1b>"),
        ("àÖ¿", b"\x7f\x5c\x60"),
        ("_", b"\x11"),
    ],
)
def test_the_default_alphabet_and_its_extension(text: str, octets: bytes) -> None:
    assert gsm7.encode(text) == octets
    assert gsm7.decode(octets) == text


@pytest.mark.parametrize("text", ["ç", "„", "я", "😀", "`", "\t"])
def test_what_the_default_alphabet_lacks(text: str) -> None:
    assert gsm7.encode(text) is None


def test_turkish_needs_no_escape_under_its_own_table() -> None:
    assert gsm7.encode("ışık", single=1) == b"\x1bi\x1bs\x1bik"
    assert gsm7.encode("ışık", locking=1) == b"\x07\x1d\x07k"
    assert gsm7.decode(b"\x07\x1d\x07k", locking=1) == "ışık"


def test_hindi() -> None:
    written = gsm7.encode("नमस्ते 123", 6, 6)
    assert written is not None
    assert len(written) == 10
    assert gsm7.decode(written, 6, 6) == "नमस्ते 123"


def test_what_is_not_defined() -> None:
    assert gsm7.decode(b"a\x1b\x1bb") == "a b"  # 6.2.1.1: another table still, shown as a space
    assert gsm7.decode(b"\x1ba") == "a"  # not in the extension: the alphabet's own
    assert gsm7.decode(b"a\x1b") == "a"
    assert gsm7.decode(b"a\xff\x1b\x80") == "a\ufffd\ufffd"
    assert gsm7.decode(b"abc", 200, 200) == "abc"


@given(st.data(), st.sampled_from(TABLES))
def test_what_can_be_written_reads_back(data: st.DataObject, tables: tuple[int, int]) -> None:
    """Every text over an alphabet comes back as it was, and nothing else can be written."""
    marks = sorted(gsm7.alphabet(*tables))
    text = data.draw(st.text(st.sampled_from(marks)))
    written = gsm7.encode(text, *tables)
    assert written is not None
    assert gsm7.decode(written, *tables) == text


@given(st.binary(), st.integers(0, 255), st.integers(0, 255))
def test_whatever_arrives_is_a_text(octets: bytes, locking: int, single: int) -> None:
    """No octets and no identifiers make decoding fail or grow."""
    assert len(gsm7.decode(octets, locking, single)) <= len(octets)
