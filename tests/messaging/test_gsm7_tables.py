"""The alphabets, as facts: known places, and what must hold for each table."""

from __future__ import annotations

import unicodedata

import pytest

from ringfence.messaging.gsm7_tables import (
    DEFAULT,
    ESCAPE,
    EXTENSION,
    LANGUAGES,
    LOCKING,
    NONE,
    SINGLE,
)

SCRIPTS = {
    4: "BENGALI", 5: "GUJARATI", 6: "DEVANAGARI", 7: "KANNADA", 8: "MALAYALAM", 9: "ORIYA",
    10: "GURMUKHI", 11: "TAMIL", 12: "TELUGU", 13: "ARABIC",
}  # fmt: skip


@pytest.mark.parametrize("table", [*LOCKING.values(), *SINGLE.values()])
def test_a_table_has_a_place_for_each_septet_and_none_for_the_escape(table: str) -> None:
    assert len(table) == 128
    assert table[ESCAPE] == NONE


@pytest.mark.parametrize("table", LOCKING.values())
def test_a_locking_table_writes_nothing_in_two_ways(table: str) -> None:
    letters = [mark for mark in table if mark != NONE]
    assert len(letters) == len(set(letters))
    assert {"\n", "\r", " ", "0", "9", "a", "z", "?", "!"} <= set(letters)


@pytest.mark.parametrize("language", SCRIPTS)
def test_an_indian_table_has_the_letters_of_its_script(language: int) -> None:
    letters = [m for m in LOCKING[language] + SINGLE[language] if m > "\u0500" and m != "€"]
    own = [
        m
        for m in letters
        if unicodedata.name(m, "").replace("EXTENDED ", "").startswith(SCRIPTS[language])
    ]
    assert len(own) >= 60
    # besides them only the dandas that Indian scripts share, and characters younger than Unicode 5
    others = {m for m in letters if m not in own and m != NONE and unicodedata.name(m, "")}
    assert others <= {"\u0964", "\u0965"} | {"\u20ac"}


@pytest.mark.parametrize(
    ("table", "places"),
    [
        (DEFAULT, {0x00: "@", 0x24: "¤", 0x40: "¡", 0x5F: "§", 0x60: "¿", 0x7F: "à"}),
        (EXTENSION, {0x0A: "\f", 0x14: "^", 0x28: "{", 0x3D: "~", 0x65: "€"}),
        (LOCKING[1], {0x04: "€", 0x07: "ı", 0x0B: "Ğ", 0x1C: "Ş", 0x40: "İ", 0x60: "ç"}),
        (LOCKING[3], {0x12: "ª", 0x15: "∞", 0x18: "€", 0x5C: "Õ", 0x7D: "`"}),
        (LOCKING[6], {0x03: "अ", 0x15: "क", 0x3B: ";", 0x5F: "्", 0x60: "ॐ", 0x7B: "ॲ"}),
        (LOCKING[7], {0x01: "ಂ", 0x22: "ಟ", 0x24: "ಡ", 0x60: "ೕ"}),
        (LOCKING[11], {0x03: "அ", 0x15: "க", 0x1F: "ஞ", 0x7F: "௹"}),
        (LOCKING[13], {0x00: "ا", 0x02: "ب", 0x58: "ء", 0x7F: "ٰ"}),
        (SINGLE[2], {0x09: "ç", 0x41: "Á", 0x75: "ú"}),
        (SINGLE[3], {0x12: "Φ", 0x19: "Θ", 0x7F: "â"}),
        (SINGLE[6], {0x19: "।", 0x1C: "०", 0x25: "९", 0x41: "A", 0x65: "€"}),
        (SINGLE[12], {0x1C: "౦", 0x65: "€"}),
    ],
)
def test_known_places(table: str, places: dict[int, str]) -> None:
    assert {at: table[at] for at in places} == places


def test_each_language_has_a_single_shift_table_and_all_but_spanish_a_locking_one() -> None:
    assert set(LANGUAGES.values()) == set(SINGLE) - {0} == set(LOCKING) - {0} | {2}
