"""Messages as units."""

from __future__ import annotations

from typing import Any

import pytest

from ringfence.carriers.smpp.dialect import Dialect
from ringfence.carriers.smpp.pdu import Pdu, Tag, parse, serialize
from ringfence.carriers.smpp.reading import Piece, read
from ringfence.carriers.smpp.writing import write
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import MessageId
from ringfence.kernel.phone import Phone
from ringfence.messaging.carrier import Outbound, Registration


def message(text: str = "Hello", **changes: Any) -> Outbound:
    given = {
        "id": MessageId("SM" + "0" * 32),
        "sender": "Example",
        "to": Phone("+12025550123"),
        "text": text,
    }
    return Outbound(**{**given, **changes})


def units(sent: Outbound, dialect: Dialect | None = None) -> list[Pdu]:
    """Write it and read the octets back."""
    return [parse(serialize(pdu)) for pdu in write(sent, dialect or Dialect(), 0x1234)]


def test_a_short_message() -> None:
    (unit,) = units(message("5 $ @"))
    assert unit.content == b"5 \x02 \x00"
    assert unit.number("registered_delivery") == 1
    assert unit.number("esm_class") == 0
    assert unit.number("data_coding") == 0
    assert (unit.number("source_addr_ton"), unit.text("source_addr")) == (5, "Example")
    assert (unit.number("dest_addr_ton"), unit.text("destination_addr")) == (1, "12025550123")


@pytest.mark.parametrize(
    ("parts", "header"),
    [
        ("udh", b"\x05\x00\x03\x34\x02\x01"),
        ("udh16", b"\x06\x08\x04\x12\x34\x02\x01"),
    ],
)
def test_parts_by_header(parts: Any, header: bytes) -> None:
    first, second = units(message("a" * 200), Dialect(parts=parts))
    assert first.content.startswith(header)
    assert first.number("esm_class") == second.number("esm_class") == 0x40


def test_parts_by_parameters() -> None:
    found = units(message("a" * 200), Dialect(parts="sar"))
    assert [len(unit.content) for unit in found] == [153, 47]
    assert [unit.tlvs[Tag.SAR_SEGMENT_SEQNUM] for unit in found] == [b"\1", b"\2"]
    assert {unit.tlvs[Tag.SAR_MSG_REF_NUM] for unit in found} == {b"\x12\x34"}
    assert {unit.number("esm_class") for unit in found} == {0}


def test_one_payload() -> None:
    (unit,) = units(message("a" * 2000), Dialect(parts="payload"))
    assert unit.tlvs[Tag.MESSAGE_PAYLOAD] == b"a" * 2000
    (short,) = units(message("a" * 20), Dialect(parts="payload"))
    assert short.tlvs == {}


@pytest.mark.parametrize("parts", ["udh", "udh16", "sar", "payload"])
@pytest.mark.parametrize("alphabet", ["gsm7", "latin1"])
@pytest.mark.parametrize(
    "text", ["Hello € {x}" * 40, "Grüße an alle " * 30, "नमस्ते 😀" * 30, "ΔΦΓ" * 100, "@"]
)
def test_what_is_written_can_be_read(parts: Any, alphabet: Any, text: str) -> None:
    """Whatever the dialect, the parts hold the text."""
    dialect = Dialect(parts=parts, alphabet=alphabet)
    found = ""
    for unit in units(message(text), dialect):
        piece = read(unit, dialect)
        assert isinstance(piece, Piece)
        found += piece.text
    assert found == text


def test_flash() -> None:
    assert units(message(flash=True))[0].number("data_coding") == 0x10
    assert units(message("я", flash=True))[0].number("data_coding") == 0x18


@pytest.mark.parametrize(
    ("valid_ms", "text"),
    [
        (None, ""),
        (1, "000000000001000R"),
        (60_000, "000000000100000R"),
        (26 * 3_600_000, "000001020000000R"),
        (40 * 86_400_000, "000110000000000R"),
        (10**12, "000308235959000R"),
    ],
)
def test_validity(valid_ms: int | None, text: str) -> None:
    assert units(message(valid_ms=valid_ms))[0].text("validity_period") == text


def test_registration_in_india() -> None:
    registration = Registration(entity="1101", template="1107", telemarketer="1102,1103")
    (unit,) = units(message(registration=registration))
    assert unit.tlvs == {0x1400: b"1101\0", 0x1401: b"1107\0", 0x1402: b"1102,1103\0"}
    with pytest.raises(Refused):
        units(message(registration=Registration(entity="११")))


def test_media_are_links_under_the_text() -> None:
    links = ("https://example.com/a", "https://example.com/b")
    assert units(message("Look", media=links))[0].content == (
        b"Look\nhttps://example.com/a\nhttps://example.com/b"
    )
    assert units(message("", media=links[:1]))[0].content == b"https://example.com/a"


def test_no_receipt() -> None:
    assert units(message(receipt=False))[0].number("registered_delivery") == 0


def test_national_tables() -> None:
    (unit,) = units(message("नमस्ते" * 20), Dialect(languages=(6,)))
    assert unit.content.startswith(b"\x03\x25\x01\x06")
    assert unit.number("esm_class") == 0x40
