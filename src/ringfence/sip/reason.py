"""The Reason header (RFC 3326): why a BYE or CANCEL came, in the telephone network's words.

::

    Reason: Q.850;cause=16;text="Normal call clearing", SIP;cause=200;text="Elsewhere"
"""

from __future__ import annotations

from typing import Final

from ringfence.kernel.errors import RemoteError
from ringfence.sip.grammar import split_list, value_and_params
from ringfence.sip.message import Message

_ELSEWHERE: Final = ("Reason", 'SIP;cause=200;text="Call completed elsewhere"')


def q850(message: Message) -> int | None:
    """Return the Q.850 cause (1-127) a message gives, or None. A malformed Reason says nothing."""
    for line in message.headers.fields.get("Reason", ()):
        try:
            for value in split_list(line):
                protocol, params = value_and_params(value)
                cause = params.get("cause")
                if protocol.upper() == "Q.850" and cause and cause.isascii() and cause.isdigit():
                    return int(cause) if 0 < int(cause[:4]) < 128 else None
        except RemoteError:
            return None
    return None


def q850_header(cause: int | None) -> list[tuple[str, str]]:
    """Return the headers that give a Q.850 cause; none for None.

    26 says that another phone took the call: telephones know that by RFC 3326's own example, and
    show no missed call then.
    """
    if cause is None:
        return []
    given = ("Reason", f"Q.850;cause={cause}")
    return [_ELSEWHERE, given] if cause == 26 else [given]
