"""No file here has a telephone number that may be somebody's.

Plans keep ranges for fiction, and whatever is typed into a test, an example or a document lies in
one of them, is too short or too long for its plan, or is listed below with the reason.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("bench", "docs", "fuzz", "scripts", "src", "tests")

NUMBER = re.compile(r"(?<![\w+])\+[1-9](?:\d{6,14}|\d{0,2}(?:[ -]\d{2,4}){3,5})(?!\d)")
"""E.164 as it is written, or with spaces or hyphens between two to four digits."""

RESERVED = (
    "1xxx55501xx",  # North America, whatever the area: 555-0100 to 555-0199
    "447700900xxx",  # mobile phones of the United Kingdom: Ofcom, numbers for drama
    "442079460xxx",  # London: the same
    "493023125xxx",  # Berlin: Bundesnetzagentur, numbers for media
    "3319900xxxx",  # around Paris: Arcep, the same
    "999",  # a country's code that no country has
)

NOBODYS = {
    "+15550100": "seven digits of fiction behind the country's code",
    "+442025550123": "London has no numbers that begin with 2",
    "+4420255501": "too short for London",
    "+14420255501": "no exchange begins with 0",
    "+390600000000": "zeros behind what the place is read from",
    "+441624000000": "likewise",
    "+77010000000": "likewise",
    "+80000000000": "likewise",
    "+882000000000": "likewise",
    "+883510000000": "likewise",
    "+910000000000": "likewise",
    "+971500000000": "likewise",
}
"""Numbers outside the ranges, and why nobody has them."""

PRINTED = {
    "tests/webhooks/test_signatures.py": {"+14158675309", "+18005551212"},
    "tests/vectors/sip/rfc4475/inv2543.dat": {"+13035551111", "+16505552222"},
    "tests/vectors/sip/rfc4475/cparam01.dat": {"+19725552222"},
    "tests/vectors/sip/rfc4475/cparam02.dat": {"+19725552222"},
}
"""What others published and signed, or an RFC prints: another number would be another vector."""

LEFT_OUT = {
    "src/ringfence/messaging/gsm7_tables.py": "its plus signs count letters",
    "tests/tooling/test_numbers.py": "names what it looks for",
}


def test_every_number_is_reserved_for_fiction() -> None:
    assert [f"{path}: {number}" for path, number in numbers() if not allowed(path, number)] == []


def test_every_exception_is_needed() -> None:
    found = list(numbers())
    assert set(NOBODYS) <= {number for _, number in found}
    for path, printed in PRINTED.items():
        assert {number for at, number in found if at == path} == printed


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("call +1 202-555-0123 now", "+12025550123"),
        ("<sip:+14155550199@example.com>", "+14155550199"),
        ("+49 30 23125 007", None),  # five digits together, as nobody writes it here
        ("2026-11-22T10:00:00+0530", None),
    ],
)
def test_a_number_is_seen_however_it_is_written(text: str, number: str | None) -> None:
    assert next(within(text), None) == number


@pytest.mark.parametrize("number", ["+12025551123", "+447700901123", "+493012345678", "+3312345"])
def test_what_may_be_somebodys_is_not_allowed(number: str) -> None:
    assert not allowed("docs/testing.md", number)


def allowed(path: str, number: str) -> bool:
    """Whether nobody has it: reserved, a reserved one's beginning, or one with digits too many."""
    return (
        number in NOBODYS
        or number in PRINTED.get(path, ())
        or any(
            all(want in ("x", digit) for want, digit in zip(kept, number[1:], strict=False))
            for kept in RESERVED
        )
    )


def within(text: str) -> Iterator[str]:
    """Yield the numbers of a text, without what stands between their digits."""
    for found in NUMBER.finditer(text):
        yield re.sub(r"[ -]", "", found.group())


def numbers() -> Iterator[tuple[str, str]]:
    """Yield ``(file, number)`` for every number that stands in a file of text."""
    files = [*ROOT.glob("*.md"), *(one for name in FOLDERS for one in (ROOT / name).rglob("*"))]
    for path in files:
        if path.is_file() and "__pycache__" not in path.parts:
            try:
                text = path.read_text("utf-8")
            except UnicodeDecodeError:
                continue
            name = path.relative_to(ROOT).as_posix()
            if name not in LEFT_OUT:
                yield from ((name, number) for number in within(text))
