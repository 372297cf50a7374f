"""Units that arrived, in our words."""

from __future__ import annotations

import pytest

from ringfence.carriers.smpp.dialect import Dialect
from ringfence.carriers.smpp.pdu import Command, Pdu, Tag, Value
from ringfence.carriers.smpp.reading import Piece, read
from ringfence.carriers.smpp.receipts import Notice
from ringfence.kernel.phone import Phone
from ringfence.messaging.concatenation import Header

FROM: dict[str, Value] = {
    "source_addr_ton": 1, "source_addr": "12025550123",
    "dest_addr_ton": 1, "destination_addr": "12025550100",
}  # fmt: skip


def deliver(octets: bytes, **fields: Value) -> Pdu:
    return Pdu(Command.DELIVER_SM, 9, fields={**FROM, "short_message": octets, **fields})


def piece(pdu: Pdu) -> Piece:
    found = read(pdu, Dialect())
    assert isinstance(found, Piece)
    return found


def test_a_message() -> None:
    found = piece(deliver(b"Hello \x00"))
    assert found == Piece(Phone("+12025550123"), Phone("+12025550100"), "Hello @", Header())


def test_a_part_by_its_header() -> None:
    found = piece(deliver(b"\x05\x00\x03\x07\x02\x01abc", esm_class=0x40))
    assert (found.text, found.header) == ("abc", Header(7, 2, 1))


def test_a_part_by_parameters() -> None:
    sar = {
        Tag.SAR_MSG_REF_NUM: b"\x01\x07",
        Tag.SAR_TOTAL_SEGMENTS: b"\x03",
        Tag.SAR_SEGMENT_SEQNUM: b"\x02",
    }
    found = piece(Pdu(Command.DELIVER_SM, 9, fields={**FROM, "short_message": b"x"}, tlvs={**sar}))
    assert found.header == Header(0x107, 3, 2)
    sar[Tag.SAR_SEGMENT_SEQNUM] = b"\x04"
    odd = piece(Pdu(Command.DELIVER_SM, 9, fields={**FROM, "short_message": b"x"}, tlvs={**sar}))
    assert odd.header == Header()


@pytest.mark.parametrize("command", [Command.DELIVER_SM, Command.DATA_SM])
def test_a_payload(command: Command) -> None:
    payload = Pdu(command, 9, fields=FROM, tlvs={Tag.MESSAGE_PAYLOAD: b"long " * 100})
    assert piece(payload).text == "long " * 100


def test_a_header_that_cannot_be_read_is_text() -> None:
    found = piece(deliver(b"\x50abc", esm_class=0x40))
    assert found.text.endswith("abc")
    assert found.header == Header()


def test_a_receipt() -> None:
    found = read(deliver(b"id:7 stat:DELIVRD", esm_class=4), Dialect())
    assert isinstance(found, Notice)
    assert found.carrier_id == "7"


def test_a_receipt_in_utf16() -> None:
    octets = "id:7 stat:DELIVRD".encode("utf-16-be")
    found = read(deliver(octets, esm_class=4, data_coding=8), Dialect())
    assert isinstance(found, Notice)
