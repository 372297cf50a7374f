"""The Reason header (RFC 3326): why a BYE or CANCEL came, in the telephone network's words.

::

    Reason: Q.850;cause=16;text="Normal call clearing", SIP;cause=200;text="Elsewhere"
"""

from __future__ import annotations

from ringfence.kernel.errors import RemoteError
from ringfence.sip.grammar import split_list, value_and_params
from ringfence.sip.message import Message


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
    """Return the header that gives a Q.850 cause; none for None."""
    return [] if cause is None else [("Reason", f"Q.850;cause={cause}")]
