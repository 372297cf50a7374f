"""SIP, SIPS and tel URIs (RFC 3261 section 19.1, RFC 3966); any other scheme is kept opaque.

::

    sip : alice : secret @ [2001:db8::1] : 5060 ; transport=tcp ; lr ? Subject=hi
    |     user    pass     host (no [ ])   port   params               headers

The user part keeps its escapes, so a remote target goes back to its owner byte for byte;
`Uri.subscriber` is what a person would call the name or the number.
"""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from ringfence.kernel.errors import RemoteError
from ringfence.sip.grammar import NO_PARAMS, Params, escape, format_params, ipv6, unescape

# Everything before the last possible "@" is user info; inside it only the delimiters, blanks and
# quotes are barred, because telephones put "#" and worse there. A second ":port" is a known fault
# of some telephones and is dropped. No IGNORECASE: that takes U+017F for an "s" and U+0130 for an
# "i", and what is made of those in lower case is another name.
_SIP = re.compile(
    r"([Ss][Ii][Pp][Ss]?):"
    r"(?:([^@:<>\"\s]*+)(?::([^@<>\"\s]*+))?@)?"
    r"(\[[0-9A-Fa-f:.]++\]|[A-Za-z0-9._\-]++)"
    r"(?::([0-9]{1,5})(?::[0-9]{1,5})?)?"
    r"((?:;[^;?@<>\"\s]*+)*)"
    r"(?:\?([^<>\"\s?]++))?"
)
_TEL = re.compile(r"tel:(\+?[0-9A-Fa-f*#().\-]++)((?:;[^;?@<>\"\s]++)*)", re.IGNORECASE)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*+):([^<>\"\s]++)")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_USER_SAFE = re.compile(r"[A-Za-z0-9\-_.!~*'()&=+$,;?/]")
_HEADER_SAFE = re.compile(r"[A-Za-z0-9\-_.!~*'()\[\]/:+$]")
_UNRESERVED = re.compile(r"[A-Za-z0-9\-_.!~*'()]")
_OCTET = re.compile(r"%([0-9A-Fa-f]{2})")
_SEPARATORS: Final = str.maketrans("", "", "-.() ")
_NO_HEADERS: Final[tuple[tuple[str, str], ...]] = ()
_MALFORMED = "a URI is malformed"


class Uri(Struct, frozen=True):
    """One URI. ``host`` is lower case, an IPv6 address without its brackets.

    ``params``: names in lower case, of their escapes only those undone that need not be there;
    values as on the wire, a flag such as ``lr`` as None.
    ``headers``: the part after ``?``, unescaped. For a scheme other than sip, sips and tel the
    whole rest is in ``user``. ``str()`` is the wire form; ``repr()`` does not show who it is.
    """

    scheme: str
    user: str | None
    host: str
    port: int | None = None
    params: Params = NO_PARAMS
    headers: tuple[tuple[str, str], ...] = _NO_HEADERS
    password: str | None = None

    @classmethod
    def parse(cls, text: str) -> Uri:
        """Read one URI; raises `RemoteError`."""
        match = _SIP.fullmatch(text)
        if match is None:
            return _parse_other(text)
        scheme, user, password, host, port, tail, headers = match.groups()
        _check_escapes(text)
        if user is not None and not user:
            raise RemoteError("a URI has an empty user part")
        host = host.lower() if host[0] != "[" else ipv6(host[1:-1])
        return cls(
            scheme.lower(),
            user,
            host,
            None if port is None else _port(port),
            _params(tail) if tail else NO_PARAMS,
            _headers(headers) if headers else _NO_HEADERS,
            password,
        )

    @classmethod
    def sip(
        cls, user: str | None, host: str, port: int | None = None, params: Params = NO_PARAMS
    ) -> Uri:
        """Build a ``sip:`` URI from plain text; what needs escaping is escaped."""
        return cls("sip", None if user is None else escape(user, _USER_SAFE), host, port, params)

    def __str__(self) -> str:
        user = self.user
        if self.scheme not in {"sip", "sips"}:
            return f"{self.scheme}:{user}{format_params(self.params)}"
        text = f"{self.scheme}:"
        if user is not None:
            text += f"{user}@" if self.password is None else f"{user}:{self.password}@"
        text += f"[{self.host}]" if ":" in self.host else self.host
        if self.port is not None:
            text += f":{self.port}"
        if self.params:
            text += format_params(self.params)
        if self.headers:
            text += "?" + "&".join(
                [
                    f"{escape(name, _HEADER_SAFE)}={escape(value, _HEADER_SAFE)}"
                    for name, value in self.headers
                ]
            )
        return text

    def __repr__(self) -> str:
        return f"Uri({self.scheme}:***@{self.host})" if self.host else f"Uri({self.scheme}:***)"

    def __hash__(self) -> int:
        return hash((self.scheme, self.user, self.host, self.port))

    @property
    def is_sip(self) -> bool:
        """Whether the scheme is ``sip`` or ``sips``."""
        return self.scheme in {"sip", "sips"}

    @property
    def secure(self) -> bool:
        """Whether the scheme is ``sips``."""
        return self.scheme == "sips"

    @property
    def transport(self) -> str | None:
        """The ``transport`` parameter in lower case."""
        value = self.params.get("transport")
        return None if value is None else value.lower()

    @property
    def loose(self) -> bool:
        """Whether the ``lr`` parameter is there, in any of the forms in use (``lr=on``)."""
        return "lr" in self.params

    @property
    def subscriber(self) -> str:
        """The user with escapes undone, without ``;params``; a tel number without separators.

        This is personal data: for lookups, never for logs.
        """
        user = (self.user or "").partition(";")[0]
        if self.scheme == "tel":
            return user.translate(_SEPARATORS)
        return unescape(user)

    def with_params(self, **changes: str | None) -> Uri:
        """Return a copy with parameters set."""
        return replace(self, params={**self.params, **changes})

    def bare(self) -> Uri:
        """Return scheme, user, host and port alone: the key of an address of record."""
        return Uri(self.scheme, self.user, self.host, self.port)

    def equivalent(self, other: Uri) -> bool:
        """Whether two URIs name the same thing (RFC 3261 section 19.1.4)."""
        mine, theirs = self.params, other.params
        return (
            self.scheme == other.scheme
            and unescape(self.user or "") == unescape(other.user or "")
            and (self.user is None) == (other.user is None)
            and unescape(self.password or "") == unescape(other.password or "")
            and self.host == other.host
            and self.port == other.port
            and all(_folded(mine[name]) == _folded(theirs[name]) for name in mine if name in theirs)
            # These four never match their own absence.
            and all(
                (name in mine) == (name in theirs) for name in ("user", "ttl", "method", "maddr")
            )
            and ("transport" in mine) == ("transport" in theirs)
            and sorted((name.lower(), value) for name, value in self.headers)
            == sorted((name.lower(), value) for name, value in other.headers)
        )


def _folded(value: str | None) -> str | None:
    return None if value is None else unescape(value).lower()


def _parse_other(text: str) -> Uri:
    match = _TEL.fullmatch(text)
    if match is not None:
        _check_escapes(text)
        return Uri("tel", match[1], "", None, _params(match[2]) if match[2] else NO_PARAMS)
    match = _SCHEME.fullmatch(text)
    if match is None or match[1].lower() in {"sip", "sips", "tel"}:
        raise RemoteError(_MALFORMED)
    return Uri(match[1].lower(), match[2], "")


def _check_escapes(text: str) -> None:
    if "%" in text and _BAD_ESCAPE.search(text) is not None:
        raise RemoteError("a URI has an incomplete %-escape")


def _port(text: str) -> int:
    port = int(text)
    if port > 65535:
        raise RemoteError("a URI has a port above 65535")
    return port


def _params(tail: str) -> Params:
    params: dict[str, str | None] = {}
    for piece in tail[1:].split(";"):
        name, equals, value = piece.partition("=")
        if not name:
            raise RemoteError(_MALFORMED)
        name = name.lower() if "%" not in name else _name(name)
        given = value if equals else None
        if name in params and params[name] != given:
            raise RemoteError("a URI parameter is given twice")
        params[name] = given
    return params


def _name(text: str) -> str:
    """Return the one form of a parameter's name: ``%6Cr`` is ``lr``, ``%3B`` stays ``%3b``.

    RFC 3261 19.1.4 makes an escape the same as its character unless that is reserved. Undone, a
    reserved one or a control would be read as something else where the URI is written.
    """

    def undone(match: re.Match[str]) -> str:
        char = chr(int(match[1], 16))
        return char if _UNRESERVED.match(char) is not None else match[0]

    return _OCTET.sub(undone, text).lower()


def _headers(text: str) -> tuple[tuple[str, str], ...]:
    headers = []
    for piece in text.split("&"):
        name, equals, value = piece.partition("=")
        if not name or not equals:
            raise RemoteError(_MALFORMED)
        headers.append((unescape(name), unescape(value)))
    return tuple(headers)
