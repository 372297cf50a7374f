"""Protocol data units of SMPP 3.4, parse beside serialize.

     0         4         8         12        16
     ┌─────────┬─────────┬─────────┬─────────┬───────────┬──────────────────────┐
     │ length  │ command │ status  │ sequence│ mandatory │ optional: tag, length│
     │ of all  │   id    │         │         │ parameters│ (2 octets each), value│
     └─────────┴─────────┴─────────┴─────────┴───────────┴──────────────────────┘

A mandatory parameter is one octet, a C-octet string, or the short message with the octet of its
length before it. Whatever breaks the rules is a `RemoteError` whose hint is the command status
that answers it (5.1.3). Strings are Latin-1, so that every octet survives.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from ringfence.carriers.smpp.status import Status
from ringfence.kernel.errors import LocalError, RemoteError
from ringfence.kernel.limits import SMPP_PDU_OCTETS, SMPP_STRING_OCTETS

HEADER: Final = struct.Struct(">IIII")
_TLV: Final = struct.Struct(">HH")
RESPONSE: Final = 0x8000_0000
"""The bit that makes an answer of a command (5.1.2)."""


class Command(IntEnum):
    """Commands a client sends or may be sent (5.1.2.1)."""

    GENERIC_NACK = 0x8000_0000
    BIND_RECEIVER = 0x01
    BIND_RECEIVER_RESP = 0x8000_0001
    BIND_TRANSMITTER = 0x02
    BIND_TRANSMITTER_RESP = 0x8000_0002
    SUBMIT_SM = 0x04
    SUBMIT_SM_RESP = 0x8000_0004
    DELIVER_SM = 0x05
    DELIVER_SM_RESP = 0x8000_0005
    UNBIND = 0x06
    UNBIND_RESP = 0x8000_0006
    BIND_TRANSCEIVER = 0x09
    BIND_TRANSCEIVER_RESP = 0x8000_0009
    OUTBIND = 0x0B
    ENQUIRE_LINK = 0x15
    ENQUIRE_LINK_RESP = 0x8000_0015
    ALERT_NOTIFICATION = 0x102
    DATA_SM = 0x103
    DATA_SM_RESP = 0x8000_0103


class Tag(IntEnum):
    """Optional parameters that mean something here (5.3.2, and India's three)."""

    RECEIPTED_MESSAGE_ID = 0x001E
    SAR_MSG_REF_NUM = 0x020C
    SAR_TOTAL_SEGMENTS = 0x020E
    SAR_SEGMENT_SEQNUM = 0x020F
    SC_INTERFACE_VERSION = 0x0210
    NETWORK_ERROR_CODE = 0x0423
    MESSAGE_PAYLOAD = 0x0424
    MESSAGE_STATE = 0x0427
    DLT_ENTITY = 0x1400
    DLT_TEMPLATE = 0x1401
    DLT_TELEMARKETER = 0x1402


Value = int | str | bytes
Layout = tuple[tuple[str, int], ...]
"""Parameters in order; the number: 0 for one octet, -1 for the short message, else the longest
C-octet string with its NUL."""

_BIND: Final[Layout] = (
    ("system_id", 16), ("password", 9), ("system_type", 13), ("interface_version", 0),
    ("addr_ton", 0), ("addr_npi", 0), ("address_range", 41),
)  # fmt: skip
_MESSAGE: Final[Layout] = (
    ("service_type", 6),
    ("source_addr_ton", 0), ("source_addr_npi", 0), ("source_addr", 21),
    ("dest_addr_ton", 0), ("dest_addr_npi", 0), ("destination_addr", 21),
    ("esm_class", 0), ("protocol_id", 0), ("priority_flag", 0),
    ("schedule_delivery_time", 17), ("validity_period", 17),
    ("registered_delivery", 0), ("replace_if_present_flag", 0), ("data_coding", 0),
    ("sm_default_msg_id", 0), ("short_message", -1),
)  # fmt: skip
_DATA: Final[Layout] = (
    ("service_type", 6),
    ("source_addr_ton", 0), ("source_addr_npi", 0), ("source_addr", 65),
    ("dest_addr_ton", 0), ("dest_addr_npi", 0), ("destination_addr", 65),
    ("esm_class", 0), ("registered_delivery", 0), ("data_coding", 0),
)  # fmt: skip

LAYOUTS: Final[dict[Command, Layout]] = {
    Command.GENERIC_NACK: (),
    Command.BIND_RECEIVER: _BIND,
    Command.BIND_RECEIVER_RESP: (("system_id", 16),),
    Command.BIND_TRANSMITTER: _BIND,
    Command.BIND_TRANSMITTER_RESP: (("system_id", 16),),
    Command.BIND_TRANSCEIVER: _BIND,
    Command.BIND_TRANSCEIVER_RESP: (("system_id", 16),),
    Command.OUTBIND: (("system_id", 16), ("password", 9)),
    Command.UNBIND: (),
    Command.UNBIND_RESP: (),
    Command.SUBMIT_SM: _MESSAGE,
    Command.SUBMIT_SM_RESP: (("message_id", 65),),
    Command.DELIVER_SM: _MESSAGE,
    Command.DELIVER_SM_RESP: (("message_id", 65),),
    Command.DATA_SM: _DATA,
    Command.DATA_SM_RESP: (("message_id", 65),),
    Command.ENQUIRE_LINK: (),
    Command.ENQUIRE_LINK_RESP: (),
    Command.ALERT_NOTIFICATION: (
        ("source_addr_ton", 0), ("source_addr_npi", 0), ("source_addr", 65),
        ("esme_addr_ton", 0), ("esme_addr_npi", 0), ("esme_addr", 65),
    ),
}  # fmt: skip
"""The mandatory parameters of each command (chapter 4)."""


@dataclass(frozen=True, slots=True)
class Pdu:
    """One unit. ``fields`` are shown to nobody: they hold numbers and text of people."""

    command: Command
    sequence: int = 0
    status: int = Status.ESME_ROK
    fields: Mapping[str, Value] = field(default_factory=dict, repr=False)
    tlvs: Mapping[int, bytes] = field(default_factory=dict, repr=False)

    def number(self, name: str) -> int:
        """Return a parameter of one octet; 0 where it is absent."""
        value = self.fields.get(name, 0)
        return value if isinstance(value, int) else 0

    def text(self, name: str) -> str:
        """Return a C-octet string; empty where it is absent."""
        value = self.fields.get(name, "")
        return value if isinstance(value, str) else ""

    @property
    def content(self) -> bytes:
        """The short message, or the payload that stands for it (5.3.2.32)."""
        value = self.fields.get("short_message", b"")
        own = value if isinstance(value, bytes) else b""
        return own or self.tlvs.get(Tag.MESSAGE_PAYLOAD, b"")

    def answer(self, status: int = Status.ESME_ROK, **fields: Value) -> Pdu:
        """Return the response to this request."""
        return Pdu(Command(self.command | RESPONSE), self.sequence, status, fields)


def serialize(pdu: Pdu) -> bytes:
    """Return ``pdu`` as octets; raises `LocalError` where a value does not fit its parameter."""
    body = bytearray()
    for name, longest in LAYOUTS[pdu.command]:
        value = pdu.fields.get(name)
        if longest == 0:
            number = value if isinstance(value, int) else 0
            if not 0 <= number <= 255:
                raise LocalError(f"{name} is one octet")
            body.append(number)
        elif longest < 0:
            octets = value if isinstance(value, bytes) else b""
            if len(octets) > 254:
                raise LocalError(f"{name} has at most 254 octets")
            body.append(len(octets))
            body += octets
        else:
            text = value if isinstance(value, str) else ""
            octets = text.encode("latin-1", "replace")
            if len(octets) >= longest or b"\0" in octets:
                raise LocalError(f"{name} has at most {longest - 1} octets and no NUL")
            body += octets + b"\0"
    for tag, octets in pdu.tlvs.items():
        if len(octets) > 0xFFFF:
            raise LocalError("an optional parameter has at most 65,535 octets")
        body += _TLV.pack(tag, len(octets)) + octets
    length = HEADER.size + len(body)
    return HEADER.pack(length, pdu.command, pdu.status, pdu.sequence) + bytes(body)


def parse(octets: bytes) -> Pdu:
    """Return the unit that ``octets`` are, from its length to its last parameter.

    Values longer than the standard allows are read all the same, up to a bound: carriers' ids
    are. A response may end after its header (4.1.2 and others: no body where the status is not 0).
    """
    if len(octets) < HEADER.size:
        raise RemoteError("a unit shorter than its header", hint=Status.ESME_RINVCMDLEN)
    length, number, status, sequence = HEADER.unpack_from(octets)
    if length != len(octets):
        raise RemoteError("a unit that is not as long as it says", hint=Status.ESME_RINVCMDLEN)
    try:
        command = Command(number)
    except ValueError:
        raise RemoteError("an unknown command", hint=Status.ESME_RINVCMDID) from None
    if length == HEADER.size and command & RESPONSE:
        return Pdu(command, sequence, status)
    fields, at = _mandatory(octets, LAYOUTS[command])
    return Pdu(command, sequence, status, fields, _optional(octets, at))


def _mandatory(octets: bytes, layout: Layout) -> tuple[dict[str, Value], int]:
    fields: dict[str, Value] = {}
    at = HEADER.size
    for name, longest in layout:
        if longest > 0:
            end = octets.find(b"\0", at, at + SMPP_STRING_OCTETS)
            if end < 0:
                raise RemoteError("a string without an end", hint=Status.ESME_RINVPARLEN)
            fields[name] = octets[at:end].decode("latin-1")
            at = end + 1
            continue
        if at >= len(octets):
            raise RemoteError("a unit that ends too early", hint=Status.ESME_RINVCMDLEN)
        value = octets[at]
        at += 1
        if longest == 0:
            fields[name] = value
            continue
        fields[name] = octets[at : at + value]
        at += value
        if at > len(octets):
            raise RemoteError("a message longer than its unit", hint=Status.ESME_RINVMSGLEN)
    return fields, at


def _optional(octets: bytes, at: int) -> dict[int, bytes]:
    tlvs: dict[int, bytes] = {}
    while at < len(octets):
        if at + _TLV.size > len(octets):
            raise RemoteError("an optional parameter cut off", hint=Status.ESME_RINVOPTPARSTREAM)
        tag, length = _TLV.unpack_from(octets, at)
        at += _TLV.size
        if at + length > len(octets):
            raise RemoteError(
                "an optional parameter longer than its unit", hint=Status.ESME_RINVPARLEN
            )
        tlvs[tag] = octets[at : at + length]
        at += length
    return tlvs


def number_of(octets: bytes) -> tuple[int, int]:
    """Return command id and sequence number of a unit that could not be read."""
    if len(octets) < HEADER.size:
        return 0, 0
    _, command, _, sequence = HEADER.unpack_from(octets)
    return command, sequence


class Framer:
    """A stream cut into units by the length each begins with."""

    __slots__ = ("_buffer",)

    def __init__(self) -> None:
        self._buffer = bytearray()

    def receive(self, octets: bytes) -> list[bytes]:
        """Take octets of the stream; return the units that are whole.

        Raises `RemoteError` at a length that cannot be: nothing after it can be trusted.
        """
        buffer = self._buffer
        buffer += octets
        units: list[bytes] = []
        at = 0
        while len(buffer) - at >= 4:
            length = int.from_bytes(buffer[at : at + 4], "big")
            if not HEADER.size <= length <= SMPP_PDU_OCTETS:
                raise RemoteError("a length that cannot be", hint=Status.ESME_RINVCMDLEN)
            if len(buffer) - at < length:
                break
            units.append(bytes(buffer[at : at + length]))
            at += length
        del buffer[:at]
        return units
