"""The text of a short message by its data coding (SMPP 3.4 5.2.19, 3GPP TS 23.038 4)."""

from __future__ import annotations

from typing import Final

from ringfence.carriers.smpp.dialect import Alphabet
from ringfence.messaging import edges, gsm7
from ringfence.messaging.concatenation import Header

DEFAULT: Final = 0x00
LATIN1: Final = 0x03
UCS2: Final = 0x08
FLASH: Final = 0x10
"""Class 0: shown at once and not kept (TS 23.038 4, general data coding group)."""

_CODECS: Final[dict[int, str]] = {
    1: "ascii", 3: "latin-1", 5: "shift_jis", 6: "iso8859-5", 7: "iso8859-8", 8: "utf-16-be",
    9: "shift_jis", 10: "iso2022_jp", 13: "euc_jp", 14: "euc_kr",
}  # fmt: skip
_GSM7, _OCTETS, _UCS2 = range(3)
_IA5: Final = 0x01
_CONTROLS: Final = frozenset(range(0x20)) - {0x0A, 0x0D}


def decode(data_coding: int, octets: bytes, header: Header, alphabet: Alphabet) -> str:
    """Return the text; never fails: what cannot be read is U+FFFD.

    ``header``: which national tables count. Octets without a character set are read as UTF-8
    where they are that, else as Latin-1. Of a part, what hangs over its edges stays
    (`ringfence.messaging.edges`).
    """
    whole = header.total == 1
    codec = _CODECS.get(data_coding)
    if data_coding == _IA5 and not _CONTROLS.isdisjoint(octets):
        # some write septets and call them IA5: nobody types what those would be in ASCII
        return _septets(octets, header)
    if codec is not None and (whole or data_coding != UCS2):
        return octets.decode(codec, "replace").removeprefix("\ufeff")
    kind = _kind(data_coding)
    if kind == _UCS2:
        text = octets.decode("utf-16-be", "replace") if whole else edges.utf16(octets)
        return text.removeprefix("\ufeff")
    if kind == _GSM7:
        if alphabet == "latin1" and data_coding == DEFAULT:
            return octets.decode("latin-1")
        return _septets(octets, header)
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("latin-1")


def _septets(octets: bytes, header: Header) -> str:
    read = gsm7.decode if header.total == 1 else edges.gsm
    return read(octets, header.locking, header.single)


def _kind(data_coding: int) -> int:
    """Return what the groups of TS 23.038 4 say, for values SMPP leaves to them."""
    group = data_coding >> 4
    if data_coding in {2, 4}:
        return _OCTETS
    if group < 8:  # general data coding, with and without a class
        return (_GSM7, _OCTETS, _UCS2, _GSM7)[data_coding >> 2 & 3]
    if group in {0xC, 0xD}:  # message waiting
        return _GSM7
    if group == 0xE:
        return _UCS2
    if group == 0xF:
        return _OCTETS if data_coding & 4 else _GSM7
    return _GSM7
