"""Receipts in the many forms that carriers write."""

from __future__ import annotations

import pytest

from ringfence.carriers.smpp.pdu import Command, Pdu, Tag
from ringfence.carriers.smpp.receipts import Notice, is_receipt, read
from ringfence.kernel.errors import RemoteError
from ringfence.messaging.carrier import Cause, Delivery

D = Delivery
EMPTY = Pdu(Command.DELIVER_SM, fields={"esm_class": 4})


@pytest.mark.parametrize(
    ("text", "notice"),
    [
        (
            ("id:0123456789 sub:001 dlvrd:001 submit date:2401020304 done date:2401020305"
             " stat:DELIVRD err:000 text:hello"),
            Notice("123456789", D.DELIVERED, "000", None),
        ),
        (  # capitals, seconds, no text
            ("ID:abc-DEF SUB:001 DLVRD:000 SUBMIT DATE:240102030405 DONE DATE:240102030406"
             " STAT:UNDELIV ERR:027"),
            Notice("abc-def", D.UNDELIVERABLE, "027", Cause.UNKNOWN),
        ),
        (  # underscores, four-digit years, a word written out
            ("id:77 sub:1 dlvrd:1 submit_date:202401020304 done_date:202401020305 stat:DELIVERED"
             " err:0 Text:x"),
            Notice("77", D.DELIVERED, "0", None),
        ),
        ("id: 77 stat: EXPIRED err: 6a", Notice("77", D.EXPIRED, "6a", Cause.UNREACHABLE)),
        ("id:77,stat:REJECTD,err:8", Notice("77", D.REJECTED, "8", Cause.FILTERED)),
        ("id:77 status:ACCEPTD", Notice("77", D.ACCEPTED, "", None)),
        ("message_id=77; state=ENROUTE; error_code=1", Notice("77", D.ENROUTE, "1", None)),
        ("id:77 stat:2 err:0", Notice("77", D.DELIVERED, "0", None)),
        ("stat:DELIVRD id:77", Notice("77", D.DELIVERED, "", None)),
        ("msgid:77 stat:DELIVRD", Notice("77", D.DELIVERED, "", None)),
        (
            '{"id":"77","stat":"UNDELIV","err":"6"}',
            Notice("77", D.UNDELIVERABLE, "6", Cause.UNKNOWN),
        ),
        ("id:77", Notice("77", D.UNKNOWN, "", None)),
        # what a person wrote is not taken for the carrier's words
        (
            "id:77 stat:EXPIRED text:id:9 stat:DELIVRD",
            Notice("77", D.EXPIRED, "", Cause.UNREACHABLE),
        ),
    ],
)  # fmt: skip
def test_texts(text: str, notice: Notice) -> None:
    assert read(EMPTY, text) == notice


def test_parameters_count_before_the_text() -> None:
    pdu = Pdu(
        Command.DELIVER_SM,
        fields={"esm_class": 4},
        tlvs={
            Tag.RECEIPTED_MESSAGE_ID: b"0ABC\0",
            Tag.MESSAGE_STATE: b"\x05",
            Tag.NETWORK_ERROR_CODE: b"\x03\x00\x1b",
        },
    )
    expected = Notice("abc", D.UNDELIVERABLE, "27", Cause.UNREACHABLE)
    assert read(pdu, "id:9 stat:DELIVRD") == expected
    assert read(pdu, "") == expected


def test_an_error_code_of_another_network_says_nothing() -> None:
    tlvs = {Tag.MESSAGE_STATE: b"\x05", Tag.NETWORK_ERROR_CODE: b"\x08\x00\x01"}
    assert read(Pdu(Command.DELIVER_SM, tlvs={**tlvs}), "id:1").cause is Cause.UNKNOWN


@pytest.mark.parametrize("text", ["", "stat:DELIVRD", "hello", "text:id:7 stat:DELIVRD"])
def test_a_receipt_of_nothing(text: str) -> None:
    with pytest.raises(RemoteError):
        read(EMPTY, text)


@pytest.mark.parametrize(
    ("esm_class", "tlvs", "expected"),
    [
        (0x04, {}, True),
        (0x44, {}, True),
        (0x20, {}, True),
        (0x00, {Tag.RECEIPTED_MESSAGE_ID: b"7\0", Tag.MESSAGE_STATE: b"\2"}, True),
        (0x00, {Tag.RECEIPTED_MESSAGE_ID: b"7\0"}, False),  # Kannel's centre does that
        (0x00, {}, False),
        (0x08, {}, False),  # an acknowledgement that a person typed
        (0x40, {}, False),
    ],
)
def test_which_are_receipts(esm_class: int, tlvs: dict[int, bytes], expected: bool) -> None:
    assert is_receipt(Pdu(Command.DELIVER_SM, 0, 0, {"esm_class": esm_class}, tlvs)) is expected
