"""Pictures and the like that go with messages: what may be one, and the word in a link to one.

    | id of the picture (16) | good until, seconds (5) | HMAC-SHA256 of both, first 10 |

as URL-safe base64, 42 characters: short enough for a message, unforgeable, and nobody in it.
"""

from __future__ import annotations

import base64
import binascii
import hmac

from ringfence.kernel.clock import SECOND, Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import MediaId

_ID, _UNTIL, _MAC = 16, 5, 10
_PREFIX = "ME"

_KINDS = ("image/", "audio/", "video/")
_TYPES = frozenset({"application/pdf", "text/vcard", "text/x-vcard", "text/calendar", "text/plain"})
"""What telephones show and no browser carries out."""
_SCRIPTED = frozenset({"image/svg+xml"})


def type_of(content_type: str) -> str:
    """Return the media type of an answer, without parameters.

    Raises `Refused` (``bad_media_type``) for what is no picture, sound, film or card.
    """
    found = content_type.partition(";")[0].strip().lower()
    known = found.startswith(_KINDS) or found in _TYPES
    if not known or found in _SCRIPTED or len(found) > 64 or not found.isascii():
        raise Refused("bad_media_type", "a message carries pictures, sound, film, PDF and cards")
    return found


def word(secret: bytes, medium: MediaId, until: Ms) -> str:
    """Return the word of a link to a picture."""
    body = bytes.fromhex(medium.removeprefix(_PREFIX)) + (until // SECOND).to_bytes(_UNTIL, "big")
    return base64.urlsafe_b64encode(body + _mac(secret, body)).decode().rstrip("=")


def read(secret: bytes, text: str, now: Ms) -> MediaId:
    """Return the picture a word leads to; raises `Refused` (``not_found``), also when too late."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if base64.urlsafe_b64encode(raw).decode().rstrip("=") != text:
        raw = b""  # bits that mean nothing are none of ours
    body, mac = raw[: _ID + _UNTIL], raw[_ID + _UNTIL :]
    good = len(raw) == _ID + _UNTIL + _MAC and hmac.compare_digest(mac, _mac(secret, body))
    if not good or int.from_bytes(body[_ID:], "big") * SECOND <= now:
        raise Refused("not_found", "that link is not one of ours, or not good any more")
    return MediaId(_PREFIX + body[:_ID].hex())


def _mac(secret: bytes, body: bytes) -> bytes:
    return hmac.digest(secret, b"picture" + body, "sha256")[:_MAC]
