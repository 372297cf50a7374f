"""The word in an unsubscribe link: whom and what it ends, unforgeable, and no address in it.

    | lookup (16) | list, ASCII | HMAC-SHA256 of both, first 16 |      as URL-safe base64

The lookup is the keyed hash under which the suppression list knows somebody.
"""

from __future__ import annotations

import base64
import binascii
import hmac

from ringfence.kernel.errors import Refused

LOOKUP = 16
MAC = 16


def make(secret: bytes, lookup: bytes, name: str) -> str:
    """Return the word for ending the list ``name`` for ``lookup``."""
    body = lookup + name.encode("ascii")
    return base64.urlsafe_b64encode(body + _mac(secret, body)).decode().rstrip("=")


def read(secret: bytes, word: str) -> tuple[bytes, str]:
    """Return (lookup, list); raises `Refused` (``not_found``) for a word that is not ours."""
    try:
        raw = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
        body, mac = raw[:-MAC], raw[-MAC:]
        if len(body) > LOOKUP and hmac.compare_digest(mac, _mac(secret, body)):
            return body[:LOOKUP], body[LOOKUP:].decode("ascii")
    except (binascii.Error, ValueError):
        pass
    raise Refused("not_found", "that link is not one of ours")


def _mac(secret: bytes, body: bytes) -> bytes:
    return hmac.digest(secret, b"unsubscribe" + body, "sha256")[:MAC]
