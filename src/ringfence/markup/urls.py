"""URLs as documents write them: absolute, or relative to the document they stand in.

RFC 3986 section 5 through the standard library. Three schemes exist: ``http``, ``https`` and
``flow`` (an applet of a flow of this installation, never fetched).
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urljoin, urlsplit

from ringfence.kernel.limits import MARKUP_URL_CHARS

_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f<>\\]")
_WRITTEN: Final = str.maketrans({char: f"%{ord(char):02X}" for char in ' "^`{|}'})
"""What RFC 3986 wants written as octets, and people write as it is; browsers do the same."""
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_FETCHED = ("http", "https")


def is_reference(text: str) -> bool:
    """Whether ``text`` could be a URL this program may open, absolute or relative."""
    if not text or len(text) > MARKUP_URL_CHARS or _FORBIDDEN.search(text):
        return False
    if _SCHEME.match(text) is None:
        return True
    if text.startswith("flow:"):
        return len(text) > len("flow:")
    return is_absolute(text)


def is_absolute(text: str) -> bool:
    """Whether ``text`` is an http(s) URL with a host."""
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises where it is not a number below 65536
    except ValueError:
        return False
    return parts.scheme.lower() in _FETCHED and bool(parts.hostname)


def resolve(reference: str, base: str) -> str | None:
    """Return ``reference`` against ``base``, without fragment; None where that is no URL.

    A space is written %20, because documents come with file names in them, and a brace %7B. An
    empty reference is the document itself (RFC 3986 5.2.2).
    """
    reference = reference.strip().translate(_WRITTEN)
    if reference and not is_reference(reference):
        return None
    if reference.startswith("flow:"):
        return reference
    if base.startswith("flow:") or not base:
        return _whole(reference)
    if not reference:
        return base
    try:
        return _whole(urljoin(base, reference))
    except ValueError:
        return None


def _whole(text: str) -> str | None:
    if not is_absolute(text):
        return None
    return text.partition("#")[0]
