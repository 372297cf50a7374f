"""What arrived, in our words: a receipt, or a message or one part of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from ringfence.carriers.smpp import coding, receipts
from ringfence.carriers.smpp.dialect import Dialect
from ringfence.carriers.smpp.pdu import Pdu, Tag
from ringfence.carriers.smpp.receipts import Notice
from ringfence.kernel.errors import RemoteError
from ringfence.kernel.phone import Phone
from ringfence.messaging.concatenation import Header, read_header

_UDHI = 0x40
"""User data header indicator in esm_class (5.2.12)."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A message, or the part of one that ``header`` says."""

    sender: Phone | str
    to: Phone | str
    text: str = field(repr=False)
    header: Header


def read(pdu: Pdu, dialect: Dialect) -> Notice | Piece:
    """Return what a deliver_sm or data_sm says.

    Raises `RemoteError` for a receipt that does not say of what. A header that cannot be read is
    text: what a person wrote is not thrown away for it.
    """
    header, octets = _header(pdu)
    text = coding.decode(pdu.number("data_coding"), octets, header, dialect.alphabet)
    if receipts.is_receipt(pdu):
        return receipts.read(pdu, text)
    return Piece(
        dialect.address(pdu.number("source_addr_ton"), pdu.text("source_addr")),
        dialect.address(pdu.number("dest_addr_ton"), pdu.text("destination_addr")),
        text,
        header,
    )


def _header(pdu: Pdu) -> tuple[Header, bytes]:
    content = pdu.content
    header = Header()
    if pdu.number("esm_class") & _UDHI:
        try:
            header, content = read_header(content)
        except RemoteError:
            return Header(), content
    if header.total == 1:
        header = _sar(pdu, header)
    return header, content


def _sar(pdu: Pdu, header: Header) -> Header:
    """Return the header with what the three sar_* parameters say, where all are there."""
    values = [
        int.from_bytes(pdu.tlvs.get(tag, b"")[:2], "big")
        for tag in (Tag.SAR_MSG_REF_NUM, Tag.SAR_TOTAL_SEGMENTS, Tag.SAR_SEGMENT_SEQNUM)
    ]
    reference, total, number = values
    if Tag.SAR_MSG_REF_NUM in pdu.tlvs and 1 <= number <= total <= 255:
        return header._replace(reference=reference, total=total, number=number)
    return header
