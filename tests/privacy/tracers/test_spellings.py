"""Invariant: whatever a program writes a tracer with, one of its needles is in what was written."""

import base64
import hashlib
import json
import struct
from urllib.parse import quote_plus

import pytest

from ringfence.kernel.limits import TRACER_NEEDLE_MIN
from ringfence.kernel.phone import Phone
from ringfence.privacy.tracers.spellings import needles, number_forms, number_needles, word_needles

NUMBER = Phone("+12025550123")
NEEDLES = number_needles(NUMBER)


WRITTEN = {
    "json": json.dumps({"from": "+12025550123"}).encode(),
    "json, escaped": "".join(f"\\u{ord(c):04x}" for c in "+12025550123").encode(),
    "utf-16": "call from 2025550123".encode("utf-16"),
    "utf-32": "12025550123".encode("utf-32-le"),
    "national": b"(202) 555-0123",
    "dots": b"202.555.0123",
    "spaces": b"+1 202 555 0123",
    "dashes": b"+1-202-555-0123",
    "00": b"0012025550123",
    "tel uri": b"<tel:+1-202-555-0123>",
    "sip uri": b"<sip:+12025550123@example.com>",
    "form": quote_plus("+1 202-555-0123").encode(),
    "hex": b"+12025550123".hex().encode(),
    "HEX": b"12025550123".hex().upper().encode(),
    "integer, big-endian": struct.pack(">q", 12025550123),
    "integer, little-endian": struct.pack("<q", 12025550123),
    "double": struct.pack("<d", 12025550123.0),
    "packed decimals": bytes.fromhex("12025550123f"),
    "swapped decimals": bytes.fromhex("2120550521f3"),
    "sha-256": hashlib.sha256(b"+12025550123").digest(),
    "md5 in hex": hashlib.md5(b"12025550123").hexdigest().encode(),
    "reversed": b"3210555202",
}


def found(data: bytes) -> bool:
    return any(needle in data for needle in NEEDLES)


@pytest.mark.parametrize("how", WRITTEN)
def test_what_a_program_writes_holds_a_needle(how):
    assert found(WRITTEN[how])


@pytest.mark.parametrize("before", range(7))
@pytest.mark.parametrize("encode", [base64.b64encode, base64.b32encode, base64.urlsafe_b64encode])
def test_an_encoding_is_seen_at_every_alignment(before, encode):
    assert found(encode(b"x" * before + b"+12025550123" + b"yz"))


def test_nothing_that_chance_would_find():
    assert min(map(len, NEEDLES)) >= TRACER_NEEDLE_MIN
    assert needles({"short"}).keys() & {b"short"} == set()


def test_another_number_is_not_found():
    other = number_needles(Phone("+12025550124"))
    assert not NEEDLES.keys() & other.keys()


def test_a_word_in_any_case():
    values = word_needles("Zqvextorlan")
    assert {b"Zqvextorlan", b"zqvextorlan", b"ZQVEXTORLAN"} <= values.keys()


def test_a_british_number_as_the_british_write_it():
    assert "07700 900123" in number_forms(Phone("+447700900123"))
    assert "+44 7700 900123" in number_forms(Phone("+447700900123"))


def test_a_short_code_has_no_binary_form():
    assert all(how != "binary" for how in number_needles(Phone("1234567")).values())
