"""Delivery receipts, as the standard suggests them and as carriers write them.

    id:0123456789 sub:001 dlvrd:001 submit date:2401020304 done date:2401020305
    stat:DELIVRD err:000 text:...                                (SMPP 3.4, appendix B)

The parameters of a unit (5.3.2.12, .35, .31) count before the text. Dates are left alone: they
are in a zone nobody names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ringfence.carriers.smpp.dialect import same_id
from ringfence.carriers.smpp.pdu import Pdu, Tag
from ringfence.kernel.errors import RemoteError
from ringfence.messaging.carrier import Cause, Delivery

_KIND: Final = 0x3C
"""Message type in esm_class (5.2.12)."""
_RECEIPTS: Final = frozenset({0x04, 0x20})
"""SMSC delivery receipt, intermediate notification."""

_STATES: Final[dict[int, Delivery]] = {
    0: Delivery.ENROUTE,
    1: Delivery.ENROUTE,
    2: Delivery.DELIVERED,
    3: Delivery.EXPIRED,
    4: Delivery.DELETED,
    5: Delivery.UNDELIVERABLE,
    6: Delivery.ACCEPTED,
    7: Delivery.UNKNOWN,
    8: Delivery.REJECTED,
    9: Delivery.REJECTED,
}
_WORDS: Final = (
    ("DELIV", Delivery.DELIVERED),
    ("DLVRD", Delivery.DELIVERED),
    ("EXPIR", Delivery.EXPIRED),
    ("DELET", Delivery.DELETED),
    ("UNDEL", Delivery.UNDELIVERABLE),
    ("FAIL", Delivery.UNDELIVERABLE),
    ("ACCEP", Delivery.ACCEPTED),
    ("ACKED", Delivery.ACCEPTED),
    ("REJEC", Delivery.REJECTED),
    ("SKIP", Delivery.REJECTED),
    ("ENROU", Delivery.ENROUTE),
    ("BUFF", Delivery.ENROUTE),
    ("SENT", Delivery.ENROUTE),
    ("SCHED", Delivery.ENROUTE),
    ("PEND", Delivery.ENROUTE),
)
_FIELD: Final = r"(?:^|[\s,;{\"'])%s[\"']?\s*[:=]\s*[\"']?([^\s,;}\"']+)"
_ID: Final = re.compile(_FIELD % "(?:id|(?:message|msg)_?id)", re.IGNORECASE)
_STATE: Final = re.compile(_FIELD % "stat(?:us|e)?", re.IGNORECASE)
_ERROR: Final = re.compile(_FIELD % "err(?:or)?(?:[ _]?code)?", re.IGNORECASE)
_TEXT: Final = re.compile(r"(?:^|\s)text\s*:", re.IGNORECASE)
_HEAD: Final = 512
"""Characters looked at; no receipt needs as many before its text."""

_GSM: Final = 3
"""Network type of a GSM error code (5.3.2.31)."""
_CAUSES: Final[dict[int, Cause]] = {
    1: Cause.BAD_DESTINATION,  # unknown subscriber
    5: Cause.BAD_DESTINATION,  # unidentified subscriber
    6: Cause.UNREACHABLE,  # absent, for short messages
    9: Cause.BAD_DESTINATION,  # illegal subscriber
    11: Cause.LANDLINE,  # teleservice not provisioned
    12: Cause.BLOCKED,  # illegal equipment
    13: Cause.BLOCKED,  # call barred
    21: Cause.LANDLINE,  # facility not supported
    27: Cause.UNREACHABLE,  # absent subscriber
    31: Cause.UNREACHABLE,  # busy
    32: Cause.UNREACHABLE,  # delivery failure: memory full, equipment
}
"""MAP errors (3GPP TS 29.002 17.6) that say what is wrong with a recipient."""
_BY_STATE: Final[dict[Delivery, Cause]] = {
    Delivery.EXPIRED: Cause.UNREACHABLE,
    Delivery.REJECTED: Cause.FILTERED,
    Delivery.UNDELIVERABLE: Cause.UNKNOWN,
    Delivery.DELETED: Cause.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Notice:
    """What a receipt says; its id as `Dialect.receipt_id` writes them."""

    carrier_id: str
    state: Delivery
    error: str
    cause: Cause | None


def is_receipt(pdu: Pdu) -> bool:
    """Whether a message tells of another one. The text alone proves nothing: anybody can write it.

    Some carriers leave the type at 0 and send id and state as parameters; phones cannot do that.
    """
    if pdu.number("esm_class") & _KIND in _RECEIPTS:
        return True
    return Tag.RECEIPTED_MESSAGE_ID in pdu.tlvs and Tag.MESSAGE_STATE in pdu.tlvs


def read(pdu: Pdu, text: str) -> Notice:
    """Return what a receipt says; raises `RemoteError` where it does not say of what."""
    head = text[:_HEAD]
    ending = _TEXT.search(head)
    if ending is not None:
        head = head[: ending.start()]
    message_id = pdu.tlvs.get(Tag.RECEIPTED_MESSAGE_ID, b"").rstrip(b"\0").decode("latin-1")
    found = _ID.search(head)
    if not message_id and found is not None:
        message_id = found[1]
    if not message_id:
        raise RemoteError("a receipt that does not say of what")
    state = _state(pdu, head)
    error, cause = _error(pdu, head)
    if not state.failed:
        cause = None
    elif cause is None:
        cause = _BY_STATE[state]
    return Notice(same_id(message_id), state, error[:16], cause)


def _state(pdu: Pdu, head: str) -> Delivery:
    octets = pdu.tlvs.get(Tag.MESSAGE_STATE, b"")
    if len(octets) == 1 and octets[0] in _STATES:
        return _STATES[octets[0]]
    found = _STATE.search(head)
    word = found[1].upper() if found is not None else ""
    for prefix, state in _WORDS:
        if word.startswith(prefix):
            return state
    if word.isdigit() and int(word[:4]) in _STATES:
        return _STATES[int(word[:4])]
    return Delivery.UNKNOWN


def _error(pdu: Pdu, head: str) -> tuple[str, Cause | None]:
    octets = pdu.tlvs.get(Tag.NETWORK_ERROR_CODE, b"")
    if len(octets) == 3:
        code = int.from_bytes(octets[1:], "big")
        return str(code), _CAUSES.get(code) if octets[0] == _GSM else None
    found = _ERROR.search(head)
    return ("", None) if found is None else (found[1], None)
