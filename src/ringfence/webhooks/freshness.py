"""Whether an answer may be kept, and for how long: only where its server says so in words.

RFC 9111 lets a cache guess where a server says nothing. This one never guesses: what a customer
serves is theirs, and silence is no permission. Everything else streams through and leaves nothing.

    kept                                            not kept
    ---------------------------------------------   ---------------------------------------------
    GET, 200, asked for without credentials         anything else
    s-maxage, max-age, or Expires (in this order)   none of them, nonsense in the one that counts
    still fresh: the lifetime less the age          no-store, no-cache, private, Set-Cookie
    Vary of nothing but Accept-Encoding             any other Vary
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.utils import parsedate_to_datetime
from typing import Final

from ringfence.kernel.clock import Ms

_FORBIDS: Final = frozenset({"no-store", "no-cache", "private"})
_DIRECTIVE = re.compile(r'\s*([!#$%&\'*+.^_`|~0-9A-Za-z-]+)(?:=("(?:[^"\\]|\\.)*"|[^\s,"]*))?\s*')


def lifetime(
    headers: Iterable[tuple[str, str]],
    *,
    status: int,
    method: str,
    authorized: bool,
    now: Ms,
    most_s: int,
) -> int:
    """Return for how many more seconds an answer may be kept, 0 for not at all.

    ``headers``: names and values as they came, a name as often as it came. ``authorized``: whether
    credentials went with the request. ``most_s``: the operator's own limit, which always holds.
    """
    if method != "GET" or status != 200 or authorized:
        return 0
    fields: dict[str, list[str]] = {}
    for name, value in headers:
        fields.setdefault(name.lower(), []).append(value)
    if "set-cookie" in fields or _varies(fields.get("vary", [])):
        return 0
    directives = _directives(fields.get("cache-control", []))
    if directives is None or _FORBIDS & directives.keys():
        return 0
    if not directives and any("no-cache" in value.lower() for value in fields.get("pragma", [])):
        return 0  # RFC 9111 5.4: for servers of before 1997
    allowed = _allowed(fields, directives, now)
    return max(0, min(allowed - _age(fields, now), most_s))


def _varies(values: list[str]) -> bool:
    named = {part.strip().lower() for value in values for part in value.split(",")}
    return bool(named - {"", "accept-encoding"})


def _directives(values: list[str]) -> dict[str, list[str]] | None:
    """Return the directives of Cache-Control, None where they cannot be read (RFC 9111 5.2)."""
    found: dict[str, list[str]] = {}
    text = ",".join(values)
    at = 0
    while at < len(text):
        if text[at] in ", \t":
            at += 1
            continue
        one = _DIRECTIVE.match(text, at)
        if one is None or (one.end() < len(text) and text[one.end()] != ","):
            return None
        found.setdefault(one[1].lower(), []).append((one[2] or "").strip('"'))
        at = one.end()
    return found


def _allowed(fields: dict[str, list[str]], directives: dict[str, list[str]], now: Ms) -> int:
    for name in ("s-maxage", "max-age"):
        if name in directives:
            said = directives[name]
            if not all(value.isascii() and value.isdigit() for value in said):
                return 0
            return min(int(value[:9]) for value in said)  # told twice: the shorter counts
    expires = fields.get("expires", [])
    if not expires:
        return 0
    ends = [_instant(value) for value in expires]
    if None in ends:
        return 0  # RFC 9111 5.3: nonsense, above all "0", means the past
    date = _date(fields)
    return (
        min(end for end in ends if end is not None) - (date if date is not None else now)
    ) // 1000


def _age(fields: dict[str, list[str]], now: Ms) -> int:
    """Return how old the answer is in seconds (RFC 9111 4.2.3)."""
    told = [int(v[:9]) for v in fields.get("age", []) if v.isascii() and v.isdigit()]
    date = _date(fields)
    apparent = 0 if date is None else max(0, now - date) // 1000
    return max(apparent, *told, 0)


def _date(fields: dict[str, list[str]]) -> Ms | None:
    values = fields.get("date", [])
    return _instant(values[0]) if values else None


def _instant(text: str) -> Ms | None:
    try:
        return Ms(int(parsedate_to_datetime(text).timestamp() * 1000))
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
