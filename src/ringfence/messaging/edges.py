"""Characters that were cut in two between the parts of a long message, made whole again.

Nobody should: an escape and a surrogate pair stay together (3GPP TS 23.040 9.2.3.24.1). Carriers
that cut by the octet do all the same, and an emoji at the 67th unit would arrive as two question
marks. So a part is read with what hangs over its edges, and its neighbour is asked.

    "... \\U000FD83D" + "\\U000FDE00 ..." = "... 😀 ..."   half a pair, moved to a private plane
    "... \\x1b"       + "e ..."          = "... € ..."    an escape without what it escapes
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ringfence.messaging import gsm7

ESCAPE: Final = "\x1b"
_PRIVATE: Final = 0xF0000
"""Added to half a pair: a text may hold the sum, and no encoding may hold the half."""
_HIGH = range(0xD800, 0xDC00)
_LOW = range(0xDC00, 0xE000)
_LOST: Final = "\ufffd"


def utf16(octets: bytes) -> str:
    """Return the text of a part; half a pair at either edge hangs over it."""
    even = octets[: len(octets) & ~1]
    marks = list(even.decode("utf-16-be", "surrogatepass"))
    for at, mark in enumerate(marks):
        code = ord(mark)
        if code in _HIGH or code in _LOW:
            hangs = code in _LOW if at == 0 else code in _HIGH and at == len(marks) - 1
            hangs = hangs or (code in _HIGH and len(marks) == 1)
            marks[at] = chr(code + _PRIVATE) if hangs else _LOST
    return "".join(marks) + (_LOST if len(octets) != len(even) else "")


def gsm(octets: bytes, locking: int = 0, single: int = 0) -> str:
    """Return the text of a part; an escape at its end hangs over it."""
    text = gsm7.decode(octets, locking, single)
    escapes = len(octets) - len(octets.rstrip(ESCAPE.encode()))
    return text + ESCAPE if escapes % 2 else text


def tied(parts: Sequence[str]) -> str:
    """Return parts as one text; half a pair that finds no other is U+FFFD, an escape nothing."""
    whole = ""
    for part in parts:
        whole = _tie(whole, part)
    return _end(whole)


def _tie(left: str, right: str) -> str:
    if left.endswith(ESCAPE) and right:
        escaped = gsm7.encode(right[0])
        if escaped is not None and len(escaped) == 1:
            return left[:-1] + gsm7.decode(ESCAPE.encode() + escaped) + right[1:]
    if left and right:
        high, low = ord(left[-1]) - _PRIVATE, ord(right[0]) - _PRIVATE
        if high in _HIGH and low in _LOW:
            pair = high.to_bytes(2, "big") + low.to_bytes(2, "big")
            return left[:-1] + pair.decode("utf-16-be") + right[1:]
    if right and ord(right[0]) - _PRIVATE in _LOW:
        right = _LOST + right[1:]
    return _end(left) + right


def _end(text: str) -> str:
    if text and ord(text[-1]) - _PRIVATE in _HIGH:
        return text[:-1] + _LOST
    return text.removesuffix(ESCAPE)
