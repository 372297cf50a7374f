"""What one carrier does its own way: alphabets, addresses, parts, the form of its ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone

TON_UNKNOWN: Final = 0
TON_INTERNATIONAL: Final = 1
TON_NATIONAL: Final = 2
TON_ALPHANUMERIC: Final = 5
NPI_UNKNOWN: Final = 0
NPI_ISDN: Final = 1

Alphabet = Literal["gsm7", "latin1"]
Parts = Literal["udh", "udh16", "sar", "payload"]
ReceiptIds = Literal["same", "hex", "decimal"]

ALPHABETS: Final[tuple[Alphabet, ...]] = ("gsm7", "latin1")
PARTS: Final[tuple[Parts, ...]] = ("udh", "udh16", "sar", "payload")
RECEIPT_IDS: Final[tuple[ReceiptIds, ...]] = ("same", "hex", "decimal")

SENDER_CHARS_MAX: Final = 11
"""3GPP TS 23.040 9.1.2.5: what fits an alphanumeric address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """The defaults are what most carriers take."""

    alphabet: Alphabet = "gsm7"
    """What data coding 0 means to it: mostly GSM 03.38, sometimes Latin-1."""
    parts: Parts = "udh"
    """How long messages are cut: headers with 8 or 16 bits, sar_* parameters, or not by us."""
    languages: tuple[int, ...] = ()
    """National tables that phones there know."""
    smart: bool = False
    """Whether curly quotes give way to plain ones."""
    receipt_ids: ReceiptIds = "same"
    """How receipts write ids that the answer to submit_sm wrote otherwise."""
    service_type: str = ""
    source_ton: int | None = None
    source_npi: int | None = None
    dest_ton: int | None = None
    dest_npi: int | None = None
    region: str | None = None
    """ISO 3166, for the national numbers it sends."""

    def source(self, sender: Phone | str) -> tuple[int, int, str]:
        """Return ton, npi and digits of who sends; raises `Refused` (``bad_sender``)."""
        ton, npi, text = _address(sender)
        return _or(self.source_ton, ton), _or(self.source_npi, npi), text

    def destination(self, to: Phone) -> tuple[int, int, str]:
        """Return ton, npi and digits of the recipient."""
        ton, npi, text = _address(to)
        return _or(self.dest_ton, ton), _or(self.dest_npi, npi), text

    def address(self, ton: int, text: str) -> Phone | str:
        """Return who an address of the carrier is; never fails, an odd one stays text.

        Eleven digits and more, or a leading 00, are an international number whatever the type
        says: most carriers say nothing (5.2.5).
        """
        if ton == TON_ALPHANUMERIC:
            return text
        digits = text.strip()
        bare = digits.removeprefix("+")
        if not bare.isascii() or not bare.isdigit():
            return text
        international = ton == TON_INTERNATIONAL or len(bare) != len(digits)
        try:
            if not international and ton == TON_NATIONAL and self.region is not None:
                return Phone.parse(digits, region=self.region)
            if digits.startswith("00"):
                return Phone.parse(digits)
            if international or len(bare) >= 11:
                return Phone.parse("+" + bare)
            return Phone.parse(digits, region=self.region)
        except Refused:
            return text

    def receipt_id(self, message_id: str) -> str:
        """Return the id of an answer as the receipts of this carrier will write it.

        Vendors differ: the answer has ``1A2B`` in hexadecimal, the receipt ``0000006699``.
        """
        text = message_id.strip()
        try:
            if self.receipt_ids == "decimal":
                text = str(int(text, 16))
            elif self.receipt_ids == "hex":
                text = f"{int(text, 10):x}"
        except ValueError:
            pass
        return same_id(text)


def same_id(text: str) -> str:
    """Return an id without what carriers vary: case, zeros in front."""
    return text.strip().casefold().lstrip("0") or text.strip()


def _or(chosen: int | None, usual: int) -> int:
    return usual if chosen is None else chosen


def _address(who: Phone | str) -> tuple[int, int, str]:
    if isinstance(who, Phone):
        if who.e164.startswith("+"):
            return TON_INTERNATIONAL, NPI_ISDN, who.e164[1:]
        return TON_UNKNOWN, NPI_UNKNOWN, who.e164  # a short code
    if not 1 <= len(who) <= SENDER_CHARS_MAX or not who.isascii() or not who.isprintable():
        raise Refused("bad_sender", "a sender id has one to eleven letters and digits")
    return TON_ALPHANUMERIC, NPI_UNKNOWN, who
