"""Text by its data coding."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.carriers.smpp.coding import decode
from ringfence.messaging.concatenation import Header
from ringfence.messaging.edges import tied

PLAIN = Header()


@pytest.mark.parametrize(
    ("data_coding", "octets", "text"),
    [
        (0x00, b"5 \x02 \x1be", "5 $ €"),
        (0x01, b"5 $", "5 $"),
        (0x01, b"\x09ok g~zel \x1be", "Çok güzel €"),
        (0x03, "Grüße".encode("latin-1"), "Grüße"),
        (0x06, "привет".encode("iso8859-5"), "привет"),
        (0x07, "שלום".encode("iso8859-8"), "שלום"),
        (0x08, "नमस्ते 😀".encode("utf-16-be"), "नमस्ते 😀"),
        (0x08, "\ufeffhi".encode("utf-16-be"), "hi"),
        (0x08, b"\x00h\x00", "h\ufffd"),
        (0x08, b"\xd8\x00", "\ufffd"),
        (0x0E, "안녕".encode("euc_kr"), "안녕"),
        (0x04, "Grüße".encode(), "Grüße"),
        (0x02, b"\xff\xfe", "ÿþ"),
        (0x10, b"\x00", "@"),  # flash
        (0x18, "я".encode("utf-16-be"), "я"),
        (0x15, b"abc", "abc"),
        (0xC8, b"\x00", "@"),  # message waiting
        (0xE0, "я".encode("utf-16-be"), "я"),
        (0xF0, b"\x00", "@"),
        (0xF5, b"\xc3\xbc", "ü"),
    ],
)
def test_codings(data_coding: int, octets: bytes, text: str) -> None:
    assert decode(data_coding, octets, PLAIN, "gsm7") == text


def test_a_carrier_whose_default_is_latin1() -> None:
    assert decode(0, "Grüße @ $".encode("latin-1"), PLAIN, "latin1") == "Grüße @ $"
    assert decode(0xF0, b"\x00", PLAIN, "latin1") == "@"


def test_national_tables() -> None:
    assert decode(0, b"\x07\x1d\x07k", Header(locking=1), "gsm7") == "ışık"


@given(st.integers(0, 255), st.binary(max_size=160), st.sampled_from(["gsm7", "latin1"]))
def test_whatever_arrives_is_a_text(data_coding: int, octets: bytes, alphabet: str) -> None:
    """Every data coding makes a text of any octets, and none makes more of them than there are."""
    assert len(decode(data_coding, octets, PLAIN, alphabet)) <= len(octets)  # type: ignore[arg-type]


def test_a_part_keeps_what_hangs_over_its_edges() -> None:
    part = Header(7, 2, 1)
    first = decode(8, b"\x00a\xd8\x3d", part, "gsm7")
    assert tied([first, decode(8, b"\xde\x00\x00b", part._replace(number=2), "gsm7")]) == "a😀b"
    assert tied([decode(0, b"5 \x1b", part, "gsm7"), decode(0, b"e", part, "gsm7")]) == "5 €"
    assert tied([decode(0x18, b"\xd8\x3d", part, "gsm7")]) == "\ufffd"
