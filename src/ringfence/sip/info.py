"""Telephone keys in INFO (RFC 6086 calls it legacy usage; telephones have never stopped).

::

    Content-Type: application/dtmf-relay        Content-Type: application/dtmf

    Signal=5                                    5
    Duration=160
"""

from __future__ import annotations

from typing import Final, NamedTuple

from ringfence.kernel.limits import INFO_DIGITS
from ringfence.sip.message import Request

RELAY: Final = "application/dtmf-relay"
PLAIN: Final = "application/dtmf"

ACCEPT: Final = (("Accept", f"{RELAY}, {PLAIN}"),)
"""What goes with a 415."""

_KEYS: Final = frozenset("0123456789*#ABCD")
_NUMBERED: Final = {"10": "*", "11": "#", "12": "A", "13": "B", "14": "C", "15": "D"}


class Keys(NamedTuple):
    """``digits``: 0-9 * # A-D, ``""`` where there are none; ``duration_ms``: 0 if unsaid."""

    digits: str
    duration_ms: int


NO_KEYS: Final = Keys("", 0)


def keys(request: Request) -> Keys:
    """Return the telephone keys an INFO carries; a body that makes no sense carries none."""
    kind = request.content_type
    if kind not in {RELAY, PLAIN} or not request.body.isascii():
        return NO_KEYS
    text = request.body.decode("ascii")
    if kind == PLAIN and "=" not in text:
        return Keys(_clean(text), 0)
    signal, duration = "", 0
    for line in text.splitlines():
        name, _, value = line.partition("=")
        name, value = name.strip().lower(), value.strip()
        if name == "signal":
            signal = _clean(value)
        elif name == "duration" and value.isdigit() and len(value) < 6:
            duration = int(value)
    return Keys(signal, duration)


def understood(request: Request) -> bool:
    """Whether the body of an INFO may be answered 200 (RFC 3261 8.2.3).

    One of another type is not, or its sender would take it for done; an empty one asks only
    whether the call is still there, and one that says that it is optional may be passed over.
    """
    if not request.body or request.content_type in {RELAY, PLAIN}:
        return True
    return "handling=optional" in (request.headers.get("Content-Disposition") or "").lower()


def _clean(text: str) -> str:
    text = text.strip().upper()
    if text in _NUMBERED:
        return _NUMBERED[text]
    return text if len(text) <= INFO_DIGITS and _KEYS.issuperset(text) else ""
