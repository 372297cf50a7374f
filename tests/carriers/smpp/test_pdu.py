"""SMPP units: round trip, one octet at a time, truncated at every length, damaged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.carriers.smpp.pdu import (
    LAYOUTS,
    Command,
    Framer,
    Pdu,
    Tag,
    Value,
    parse,
    serialize,
)
from ringfence.carriers.smpp.status import Status
from ringfence.kernel.errors import LocalError, RemoteError
from ringfence.kernel.limits import SMPP_PDU_OCTETS

# SMPP 3.4, 4.1.1: the example bind of most documents
BIND = bytes.fromhex(
    "0000002F 00000002 00000000 00000001 534D50503354455354 00 7365637265743038 00"
    " 5355424D495431 00 00 01 01 00".replace(" ", "")
)

SUBMIT = Pdu(
    Command.SUBMIT_SM,
    7,
    fields={
        "source_addr_ton": 5, "source_addr": "Example", "dest_addr_ton": 1, "dest_addr_npi": 1,
        "destination_addr": "12025550123", "esm_class": 0x40, "registered_delivery": 1,
        "short_message": b"\x05\x00\x03\x07\x02\x01Hello", "validity_period": "000001000000000R",
    },
    tlvs={Tag.DLT_ENTITY: b"1101\0", 0x1405: b""},
)  # fmt: skip


def test_the_example_of_the_standard() -> None:
    bind = parse(BIND)
    assert bind.command is Command.BIND_TRANSMITTER
    assert bind.sequence == 1
    assert [bind.text(n) for n in ("system_id", "password", "system_type")] == [
        "SMPP3TEST",
        "secret08",
        "SUBMIT1",
    ]
    assert [bind.number(n) for n in ("interface_version", "addr_ton", "addr_npi")] == [0, 1, 1]
    assert serialize(bind) == BIND


def test_a_message_and_its_parameters() -> None:
    read = parse(serialize(SUBMIT))
    assert read.content == b"\x05\x00\x03\x07\x02\x01Hello"
    assert read.text("source_addr") == "Example"
    assert read.tlvs == SUBMIT.tlvs
    payload = Pdu(Command.SUBMIT_SM, 1, tlvs={Tag.MESSAGE_PAYLOAD: b"x" * 4000})
    assert parse(serialize(payload)).content == b"x" * 4000


def test_nothing_of_a_message_is_printed() -> None:
    assert "12025550123" not in repr(SUBMIT)
    assert "Hello" not in repr(SUBMIT)


@st.composite
def pdus(draw: st.DrawFn) -> Pdu:
    command = draw(st.sampled_from(Command))
    fields: dict[str, Value] = {}
    for name, longest in LAYOUTS[command]:
        if longest == 0:
            fields[name] = draw(st.integers(0, 255))
        elif longest < 0:
            fields[name] = draw(st.binary(max_size=254))
        else:
            letters = st.characters(min_codepoint=1, max_codepoint=255)
            fields[name] = draw(st.text(letters, max_size=longest - 1))
    numbers = st.integers(0, 0xFFFF_FFFF)
    tlvs = draw(st.dictionaries(st.integers(0, 0xFFFF), st.binary(max_size=300), max_size=4))
    return Pdu(command, draw(numbers), draw(numbers), fields, tlvs)


def parsed(octets: bytes) -> Pdu | None:
    """Return the unit; None where it is refused with a status of the standard."""
    try:
        return parse(octets)
    except RemoteError as error:
        Status(error.hint)  # raises where it is none
        return None


@given(pdus())
def test_what_is_written_reads_back(pdu: Pdu) -> None:
    """Every unit reads back as it was written, and is written the same again."""
    octets = serialize(pdu)
    again = parse(octets)
    assert again == pdu
    assert serialize(again) == octets


@given(pdus(), st.data())
def test_a_unit_cut_short_is_refused(pdu: Pdu, data: st.DataObject) -> None:
    """Cut anywhere, with its length set right, a unit is read or refused, and never invented."""
    octets = serialize(pdu)
    short = bytearray(octets[: data.draw(st.integers(0, len(octets) - 1))])
    if len(short) >= 4:
        short[:4] = len(short).to_bytes(4, "big")
    read = parsed(bytes(short))
    if read is None:
        return
    assert len(serialize(read)) <= len(short) + 200
    assert set(read.tlvs) <= set(pdu.tlvs) | {t for t in read.tlvs if not read.fields}


@given(st.binary(max_size=300))
def test_any_octets_are_a_unit_or_refused(octets: bytes) -> None:
    """No octets make the parser fail otherwise than with `RemoteError`."""
    for command in (Command.SUBMIT_SM, Command.DELIVER_SM, Command.DATA_SM_RESP, 0x7777):
        head = (16 + len(octets)).to_bytes(4, "big") + int(command).to_bytes(4, "big") + b"\0" * 8
        parsed(head + octets)


@given(st.lists(pdus(), max_size=5), st.lists(st.integers(1, 50), min_size=1))
def test_units_come_out_of_the_stream_however_it_is_cut(sent: list[Pdu], cuts: list[int]) -> None:
    """The framer finds the same units in any pieces of a stream."""
    stream = b"".join(map(serialize, sent))
    framer, found, at, turn = Framer(), [], 0, 0
    while at < len(stream):
        size = cuts[turn % len(cuts)]
        found += framer.receive(stream[at : at + size])
        at, turn = at + size, turn + 1
    assert [parse(unit) for unit in found] == sent


@pytest.mark.parametrize("length", [0, 4, 15, SMPP_PDU_OCTETS + 1, 0xFFFF_FFFF])
def test_a_length_that_cannot_be(length: int) -> None:
    with pytest.raises(RemoteError):
        Framer().receive(length.to_bytes(4, "big"))


def test_a_stranger_that_speaks_http_is_noticed_at_once() -> None:
    with pytest.raises(RemoteError):
        Framer().receive(b"GET / HTTP/1.1\r\n")


@pytest.mark.parametrize(
    ("command", "body", "hint"),
    [
        (0x99, b"", Status.ESME_RINVCMDID),
        (Command.DELIVER_SM, b"", Status.ESME_RINVPARLEN),
        (Command.DELIVER_SM, b"\0\1\1a\0\1\1b\0\0\0\0\0\0\0\0\0\0\5abc", Status.ESME_RINVMSGLEN),
        (Command.ENQUIRE_LINK, b"\x04", Status.ESME_RINVOPTPARSTREAM),
        (Command.ENQUIRE_LINK, b"\x04\x24\x00\x05abc", Status.ESME_RINVPARLEN),
        (Command.SUBMIT_SM_RESP, b"x" * 300, Status.ESME_RINVPARLEN),
    ],
)
def test_what_answers_a_damaged_unit(command: int, body: bytes, hint: Status) -> None:
    head = (16 + len(body)).to_bytes(4, "big") + int(command).to_bytes(4, "big") + b"\0" * 8
    with pytest.raises(RemoteError) as error:
        parse(head + body)
    assert error.value.hint == hint


def test_a_response_may_have_no_body() -> None:
    octets = serialize(Pdu(Command.SUBMIT_SM_RESP, 3, Status.ESME_RTHROTTLED))[:16]
    answer = parse((16).to_bytes(4, "big") + octets[4:])
    assert (answer.status, answer.text("message_id")) == (Status.ESME_RTHROTTLED, "")


@pytest.mark.parametrize(
    "fields",
    [
        {"destination_addr": "1" * 21},
        {"destination_addr": "1\0002"},
        {"short_message": b"x" * 255},
        {"esm_class": 256},
    ],
)
def test_what_does_not_fit_is_our_own_mistake(fields: dict[str, Value]) -> None:
    with pytest.raises(LocalError):
        serialize(Pdu(Command.SUBMIT_SM, 1, fields=fields))
