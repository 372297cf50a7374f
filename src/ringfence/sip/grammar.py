"""The small grammar that every SIP header shares (RFC 3261 section 25.1).

::

    token          = 1*(alphanum / - . ! % * _ + ` ' ~)
    quoted-string  = " *(qdtext / \\ any) "
    params         = *( SEMI name [ EQUAL (token / host / quoted-string) ] )
    list           = value *( COMMA value )       commas inside "..." and <...> do not count

Linear time whatever the input: every repetition is possessive, so there is nothing to back-track.
The functions raise `RemoteError` (hint 400) with constant sentences.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import AddressValueError, IPv6Address
from typing import Final

from ringfence.kernel.errors import LocalError, RemoteError

Params = Mapping[str, str | None]

TOKEN: Final = r"[A-Za-z0-9\-.!%*_+`'~]++"  # noqa: S105 - a grammar rule, no secret
# A possessive quantifier stands behind single characters only, never behind a group: that is wrong
# in Python before 3.11.5, and Debian 12 has 3.11.2 (https://github.com/python/cpython/issues/106052).
QUOTED: Final = r'"[^"\\]*+(?:\\.[^"\\]*+)*"'
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
IPV4: Final = re.compile(rf"{_OCTET}\.{_OCTET}\.{_OCTET}\.{_OCTET}")
"""An IPv4 address as RFC 3986 3.2.2 writes it: four decimal octets, none with a leading zero."""


class _NoParams(dict[str, str | None]):
    """An empty dict that stays empty, hence hashable and fit for a default."""

    __slots__ = ()

    def __hash__(self) -> int:  # type: ignore[override]
        return 0

    def __setitem__(self, name: str, value: str | None) -> None:
        raise LocalError("the shared empty parameters do not change")


NO_PARAMS: Final[Params] = _NoParams()
"""The shared empty set of parameters."""

_TOKEN = re.compile(TOKEN)
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)
_TO_QUOTE = re.compile(r'(["\\\x00-\x08\x0b\x0c\x0e-\x1f\x7f])')
_PAIR: Final = r"\\\1"
_ESCAPED = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
# A value may be a token, a host (with [ ] and :) or a quoted string; anything that cannot be
# mistaken for a delimiter is let through, because extension parameters are freer than the RFC.
_PARAM = re.compile(
    rf'[ \t]*+;[ \t]*+({TOKEN})(?:[ \t]*+=[ \t]*+({QUOTED}|[^\s;,"<>]*+))?[ \t]*+',
    re.DOTALL,
)
_LIST_PIECE = re.compile(rf'(?:[^",<]++|{QUOTED}|<[^<>]*+>)*', re.DOTALL)
_VALUE = re.compile(rf'(?:[^";<]++|{QUOTED}|<[^<>]*+>)*', re.DOTALL)
_FORBIDDEN = re.compile("[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")


def is_token(text: str) -> bool:
    """Whether ``text`` is one RFC 3261 token."""
    return _TOKEN.fullmatch(text) is not None


def is_clean(value: str) -> bool:
    """Whether ``value`` may stand in a header line."""
    return _FORBIDDEN.search(value) is None


def clean(value: str) -> str:
    """Return ``value`` if it may stand in a header line, else raise `LocalError`.

    A CR or LF would start a header of its own (header injection), other controls have no place.
    """
    if not is_clean(value):
        raise LocalError("a header value with a control character would be an injected header")
    return value


def unquote(text: str) -> str:
    """Return the meaning of a quoted-string; other text comes back as it is."""
    if len(text) > 1 and text[0] == '"' and text[-1] == '"':
        text = text[1:-1]
        if "\\" in text:
            return _QUOTED_PAIR.sub(r"\1", text)
    return text


def quote(text: str) -> str:
    """Return ``text`` as a quoted-string; a control in it stands behind a backslash.

    CR and LF may not stand even there, and are for `clean` to refuse.
    """
    return f'"{_TO_QUOTE.sub(_PAIR, text)}"'


def split_list(text: str) -> list[str]:
    """Split a comma separated header value; an empty element is an error (RFC 3261 7.3.1)."""
    if "," not in text:
        return [text]
    pieces = []
    at, end = 0, len(text)
    while True:
        match = _LIST_PIECE.match(text, at)
        assert match is not None  # the pattern also matches nothing
        piece = match[0].strip(" \t")
        if not piece:
            raise RemoteError("a list in a header has an empty element")
        pieces.append(piece)
        at = match.end()
        if at == end:
            return pieces
        if text[at] != ",":
            raise RemoteError("a quoted string or angle bracket in a header is not closed")
        at += 1


def parse_params(text: str, at: int = 0) -> Params:
    """Read ``;name=value;flag`` from position ``at`` to the end.

    Names come in lower case, values as on the wire (quoted ones still quoted), a flag as None.
    A name given twice with two values is refused: which one counts would be a guess.
    """
    end = len(text)
    if at >= end:
        return NO_PARAMS
    params: dict[str, str | None] = {}
    while at < end:
        match = _PARAM.match(text, at)
        if match is None:
            raise RemoteError("the parameters of a header are malformed")
        name, value = match.groups()
        name = name.lower()
        if name in params and params[name] != value:
            raise RemoteError("a parameter is given twice")
        params[name] = value
        at = match.end()
    return params


def format_params(params: Params) -> str:
    """Return ``;name=value;flag``, the reverse of `parse_params`."""
    if not params:
        return ""
    return "".join(
        [f";{name}" if value is None else f";{name}={value}" for name, value in params.items()]
    )


def value_and_params(text: str) -> tuple[str, Params]:
    """Split ``value;name=x;flag`` at the first semicolon outside quotes."""
    if ";" not in text:
        return text.strip(" \t"), NO_PARAMS
    match = _VALUE.match(text)
    assert match is not None  # the pattern also matches nothing
    return match[0].strip(" \t"), parse_params(text, match.end())


def unescape(text: str) -> str:
    """Undo %-escapes; bytes that are not UTF-8 become U+FFFD. A lone ``%`` stays."""
    if "%" not in text:
        return text
    return _ESCAPED.sub(
        lambda m: bytes.fromhex(m[0].replace("%", "")).decode("utf-8", "replace"), text
    )


def escape(text: str, safe: re.Pattern[str]) -> str:
    """%-escape every character that ``safe`` (a pattern of one character) does not match."""
    return "".join(
        [
            char if safe.match(char) else "".join(f"%{byte:02X}" for byte in char.encode())
            for char in text
        ]
    )


def ipv6(text: str) -> str:
    """Check an IPv6 address that stood in brackets; returned in lower case.

    The third colon that the grammar of RFC 3261 demands before an embedded IPv4 address, an
    error of that grammar, is dropped (RFC 5118 section 4.10).
    """
    address = text.replace(":::", "::").lower()
    try:
        IPv6Address(address)
    except AddressValueError:
        raise RemoteError("an IPv6 address is malformed") from None
    return address
