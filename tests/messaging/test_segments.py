"""How many short messages a text is, and what each holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.kernel.errors import Refused
from ringfence.messaging import gsm7
from ringfence.messaging.concatenation import read_header
from ringfence.messaging.segments import Coding, Segmented, count, simplify, split


def read(found: Segmented) -> str:
    """Put the parts together as a phone would."""
    text = ""
    for number, segment in enumerate(found.segments, 1):
        body = segment.header + segment.body
        locking = single = 0
        if segment.header:
            header, body = read_header(body)
            locking, single = header.locking, header.single
            assert (header.total, header.number) == (len(found.segments), number)
        if found.coding is Coding.GSM7:
            text += gsm7.decode(body, locking, single)
        else:
            text += body.decode("utf-16-be")
    return text


def octets(found: Segmented) -> list[int]:
    """How much of the 140 octets each part takes, seven bits packed."""
    return [
        len(s.header) + (-(-len(s.body) * 7 // 8) if found.coding is Coding.GSM7 else len(s.body))
        for s in found.segments
    ]


@pytest.mark.parametrize(
    ("text", "parts", "units"),
    [
        ("", 1, 0),
        ("a" * 160, 1, 160),
        ("a" * 161, 2, 161),
        ("a" * 306, 2, 306),
        ("a" * 307, 3, 307),
        ("€" * 80, 1, 160),
        ("€" * 81, 2, 162),
        ("a" * 152 + "€" + "a" * 152, 3, 306),  # the pair does not fit: one septet stays empty
        ("я" * 70, 1, 70),
        ("я" * 71, 2, 71),
        ("я" * 134, 2, 134),
        ("я" * 135, 3, 135),
        ("😀" * 35, 1, 70),
        ("😀" * 36, 2, 72),
        ("я" * 66 + "😀" + "я" * 66, 3, 134),
        ("a" * 69 + "ç", 1, 70),
    ],
)
def test_counting(text: str, parts: int, units: int) -> None:
    found = split(text)
    assert len(found.segments) == count(text) == parts
    assert found.units == units
    assert read(found) == text
    assert max(octets(found)) <= 140


def test_a_reference_of_sixteen_bits_costs_a_septet() -> None:
    found = split("a" * 305, reference=0xABCD, wide=True)
    assert [len(s.body) for s in found.segments] == [152, 152, 1]
    assert found.segments[1].header == bytes((6, 8, 4, 0xAB, 0xCD, 3, 2))
    assert len(split("я" * 133, wide=True).segments) == 3


def test_the_header_of_a_part() -> None:
    found = split("a" * 200, reference=0x1FF)
    assert [s.header for s in found.segments] == [b"\x05\x00\x03\xff\x02\x01", b"\x05\x00\x03\xff\x02\x02"]  # fmt: skip  # noqa: E501


def test_room_is_left_where_the_carrier_writes_the_header() -> None:
    found = split("a" * 161, headers=False)
    assert [(s.header, len(s.body)) for s in found.segments] == [(b"", 153), (b"", 8)]


def test_national_tables_where_they_make_it_shorter() -> None:
    hindi = "नमस्ते" * 20  # 120 characters
    assert len(split(hindi).segments) == 2
    found = split(hindi, languages=(6,))
    assert (found.coding, found.locking, len(found.segments)) == (Coding.GSM7, 6, 1)
    assert found.segments[0].header == b"\x03\x25\x01\x06"
    assert read(found) == hindi
    both = split(hindi + "।" * 5 + hindi, languages=(6,))
    assert (both.locking, both.single) == (6, 6)
    assert len(both.segments[0].header) == 12
    assert [len(s.body) for s in both.segments] == [146, 104]
    assert read(both) == hindi + "।" * 5 + hindi


def test_national_tables_only_where_the_default_does_not_do() -> None:
    assert split("a" * 160, languages=(1, 6)).locking == 0
    assert split("ışık", languages=(1,)).coding is Coding.UCS2  # one part either way
    assert len(split("ş" * 155, languages=(1,)).segments) == 1
    assert len(split("ş" * 156, languages=(1,)).segments) == 2  # 155 beside a header of four
    assert split("Á" * 77, languages=(2,)).single == 2


def test_typography_gives_way_where_that_saves_parts() -> None:
    text = "\u201cDon\u2019t\u201d \u2013 wait\u2026"
    assert split(text).coding is Coding.UCS2
    found = split(text, smart=True)
    assert found.coding is Coding.GSM7
    assert found.text == simplify(text) == '"Don\'t" - wait...'
    assert split(text + " я", smart=True).text == text + " я"  # it would not help: as it was


def test_a_text_of_more_parts_than_there_can_be() -> None:
    assert len(split("a" * 153 * 255).segments) == 255
    with pytest.raises(Refused) as refused:
        split("a" * (153 * 255 + 1))
    assert refused.value.code == "message_too_long"


@given(
    st.text(
        st.one_of(st.sampled_from("ab€[]{}^@ \nşğ½ñ"), st.characters(exclude_categories=("Cs",))),
        max_size=500,
    ),
    st.booleans(),
    st.sampled_from([(), (1,), (6, 3), (2,)]),
)
def test_every_text_is_cut_without_loss(text: str, wide: bool, languages: tuple[int, ...]) -> None:
    """The parts hold the whole text, in order, none longer than 140 octets."""
    found = split(text, wide=wide, languages=languages, reference=7)
    assert read(found) == text
    assert max(octets(found)) <= 140
    for segment in found.segments:
        if found.coding is Coding.UCS2:
            segment.body.decode("utf-16-be")  # no pair is parted
        else:
            assert not segment.body.endswith(b"\x1b")
