"""What is cut in two between parts becomes whole again, and nothing else changes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.messaging import gsm7
from ringfence.messaging.edges import gsm, tied, utf16

TEXTS = st.text(st.characters(max_codepoint=0x2FFFF, exclude_categories=["Cs"]), max_size=40)


@given(TEXTS, st.lists(st.integers(0, 80), max_size=5))
def test_a_text_cut_between_any_two_units_is_that_text(text: str, cuts: list[int]) -> None:
    """However a text is cut by two octets, its parts tied are the text."""
    octets = text.encode("utf-16-be")
    edges = [0, *sorted(2 * cut for cut in cuts if 2 * cut <= len(octets)), len(octets)]
    parts = [octets[a:b] for a, b in pairwise(edges) if a < b]
    assert tied([utf16(part) for part in parts]) == text


@given(st.text("a€[]^1 ", max_size=40), st.lists(st.integers(0, 80), max_size=5))
def test_an_escape_cut_from_what_it_escapes_is_that_character(text: str, cuts: list[int]) -> None:
    """However septets are cut, the parts tied are the text."""
    octets = gsm7.encode(text) or b""
    edges = [0, *sorted({cut for cut in cuts if 0 < cut < len(octets)}), len(octets)]
    parts = [octets[a:b] for a, b in pairwise(edges)]
    assert tied([gsm(part) for part in parts]) == text


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (["d83d"], "\ufffd"),
        (["de00"], "\ufffd"),
        (["0061d83d", "0062"], "a\ufffdb"),
        (["0061", "de000062"], "a\ufffdb"),
        (["d83d", "d83d"], "\ufffd\ufffd"),
        (["de00d83d0061"], "\ufffd\ufffda"),
        (["0061d8", "0062"], "a\ufffdb"),
        (["d83d", "de00"], "😀"),
    ],
)
def test_halves_that_find_no_other(parts: list[str], text: str) -> None:
    assert tied([utf16(bytes.fromhex(part)) for part in parts]) == text


def test_an_escape_that_finds_nothing() -> None:
    assert tied([gsm(b"a\x1b")]) == "a"
    assert tied([gsm(b"a\x1b"), "ы"]) == "aы"
    assert tied([gsm(b"a\x1b\x1b"), "e"]) == "a e"


def test_a_part_is_text_that_any_encoding_holds() -> None:
    assert utf16(bytes.fromhex("0061d83d")).encode()
