"""A message as the units that carry it."""

from __future__ import annotations

from typing import Final

from ringfence.carriers.smpp import coding
from ringfence.carriers.smpp.dialect import Dialect
from ringfence.carriers.smpp.pdu import Command, Pdu, Tag, Value
from ringfence.kernel.errors import Refused
from ringfence.messaging import gsm7, segments
from ringfence.messaging.carrier import Outbound, Registration
from ringfence.messaging.segments import Coding, Segment, Segmented

_UDHI: Final = 0x40
_RECEIPT: Final = 0x01
"""registered_delivery: a receipt whether it arrives or not (5.2.17)."""
_DAY_S: Final = 86_400


def write(message: Outbound, dialect: Dialect, reference: int) -> list[Pdu]:
    """Return one submit_sm for each part, in order; ``reference`` ties them together.

    Raises `Refused` (``bad_sender``, ``message_too_long``).
    """
    text = "\n".join((message.text, *message.media)) if message.text else "\n".join(message.media)
    fields, tlvs = _common(message, dialect)
    cut = segments.split(
        text,
        reference=reference,
        wide=dialect.parts == "udh16",
        headers=dialect.parts in {"udh", "udh16"},
        languages=dialect.languages if dialect.parts in {"udh", "udh16"} else (),
        smart=dialect.smart,
    )
    data_coding, parts = _encoded(cut, text, dialect, reference)
    fields["data_coding"] = data_coding | (coding.FLASH if message.flash else 0)
    if dialect.parts == "payload" and len(parts) > 1:
        whole = b"".join(part.body for part in parts)
        return [Pdu(Command.SUBMIT_SM, fields=fields, tlvs={Tag.MESSAGE_PAYLOAD: whole, **tlvs})]
    units: list[Pdu] = []
    for number, part in enumerate(parts, 1):
        own = {**fields, "short_message": part.header + part.body}
        if part.header:
            own["esm_class"] = _UDHI
        sar: dict[int, bytes] = {}
        if dialect.parts == "sar" and len(parts) > 1:
            sar = {
                Tag.SAR_MSG_REF_NUM: (reference & 0xFFFF).to_bytes(2, "big"),
                Tag.SAR_TOTAL_SEGMENTS: bytes((len(parts),)),
                Tag.SAR_SEGMENT_SEQNUM: bytes((number,)),
            }
        units.append(Pdu(Command.SUBMIT_SM, fields=own, tlvs={**sar, **tlvs}))
    return units


def _encoded(
    cut: Segmented, text: str, dialect: Dialect, reference: int
) -> tuple[int, tuple[Segment, ...]]:
    if cut.coding is Coding.UCS2:
        return coding.UCS2, cut.segments
    if dialect.alphabet == "gsm7":
        return coding.DEFAULT, cut.segments
    # the carrier turns Latin-1 into septets itself: cut as septets, written as characters
    try:
        return coding.DEFAULT, tuple(
            Segment(part.header, gsm7.decode(part.body).encode("latin-1")) for part in cut.segments
        )
    except UnicodeEncodeError:  # the Greek letters and the euro of the alphabet
        wide = segments.split_wide(
            text,
            reference=reference,
            wide=dialect.parts == "udh16",
            headers=dialect.parts in {"udh", "udh16"},
        )
        return coding.UCS2, wide.segments


def _common(message: Outbound, dialect: Dialect) -> tuple[dict[str, Value], dict[int, bytes]]:
    source_ton, source_npi, source = dialect.source(message.sender)
    dest_ton, dest_npi, destination = dialect.destination(message.to)
    fields: dict[str, Value] = {
        "service_type": dialect.service_type,
        "source_addr_ton": source_ton, "source_addr_npi": source_npi, "source_addr": source,
        "dest_addr_ton": dest_ton, "dest_addr_npi": dest_npi, "destination_addr": destination,
        "registered_delivery": _RECEIPT if message.receipt else 0,
        "validity_period": _relative(message.valid_ms),
    }  # fmt: skip
    return fields, _registered(message.registration)


def _registered(registration: Registration) -> dict[int, bytes]:
    """Return India's parameters, each a C-octet string."""
    named = {
        Tag.DLT_ENTITY: registration.entity,
        Tag.DLT_TEMPLATE: registration.template,
        Tag.DLT_TELEMARKETER: registration.telemarketer,
    }
    if not all(value.isascii() for value in named.values()):
        raise Refused("bad_registration", "ids of a registration have letters and digits")
    return {int(tag): value.encode("ascii") + b"\0" for tag, value in named.items() if value}


def _relative(valid_ms: int | None) -> str:
    """Return a relative time (7.1.1.2): days, hours, minutes, seconds from now."""
    if valid_ms is None:
        return ""
    seconds = min(max(valid_ms // 1000, 1), 99 * _DAY_S - 1)
    days, rest = divmod(seconds, _DAY_S)
    months, days = divmod(days, 30)
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"00{months:02d}{days:02d}{hours:02d}{minutes:02d}{seconds:02d}000R"
