"""Header fields: the ordered multi-map of a message and the typed values in it (RFC 3261 20).

::

    Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK77;rport      Via
    From: "Alice" <sip:alice@example.com>;tag=1928              NameAddr
    CSeq: 314159 INVITE                                         CSeq

Values rest as the text that came off the wire; they are read when somebody asks, once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from msgspec import Struct

from ringfence.kernel.errors import LocalError, RemoteError
from ringfence.sip.grammar import (
    NO_PARAMS,
    QUOTED,
    TOKEN,
    Params,
    clean,
    format_params,
    ipv6,
    is_token,
    parse_params,
    quote,
    split_list,
    unquote,
)
from ringfence.sip.uri import Uri

COMPACT: Final = {
    "a": "Accept-Contact",  # RFC 3841
    "b": "Referred-By",  # RFC 3892
    "c": "Content-Type",
    "d": "Request-Disposition",  # RFC 3841
    "e": "Content-Encoding",
    "f": "From",
    "i": "Call-ID",
    "j": "Reject-Contact",  # RFC 3841
    "k": "Supported",
    "l": "Content-Length",
    "m": "Contact",
    "n": "Identity-Info",  # RFC 4474
    "o": "Event",  # RFC 6665
    "r": "Refer-To",  # RFC 3515
    "s": "Subject",
    "t": "To",
    "u": "Allow-Events",  # RFC 6665
    "v": "Via",
    "x": "Session-Expires",  # RFC 4028
    "y": "Identity",  # RFC 8224
}
"""Compact names, from the IANA registry of SIP header fields."""

_REGISTRY = (
    "Accept Accept-Encoding Accept-Language Alert-Info Allow Authentication-Info "
    "Authorization Call-Info Content-Disposition Content-Language CSeq Date Diversion "
    "Error-Info Expires Flow-Timer Geolocation History-Info In-Reply-To Join Max-Forwards "
    "MIME-Version Min-Expires Min-SE Organization P-Access-Network-Info "
    "P-Asserted-Identity P-Called-Party-ID P-Charging-Vector P-Early-Media "
    "P-Preferred-Identity Path Priority Privacy Proxy-Authenticate Proxy-Authorization "
    "Proxy-Require RAck Reason Record-Route Remote-Party-ID Replaces Reply-To Require "
    "Retry-After Route RSeq Security-Client Security-Server Security-Verify Server "
    "Service-Route SIP-ETag SIP-If-Match Subscription-State Target-Dialog Timestamp "
    "Unsupported User-Agent User-to-User Warning WWW-Authenticate"
)
_NAMES = (*COMPACT.values(), *_REGISTRY.split())
_LOWER: Final = {name.lower(): name for name in _NAMES} | COMPACT
KNOWN: Final = {
    form: name
    for lower, name in _LOWER.items()
    for form in (lower, lower.upper(), lower.title(), name)
}
"""Every usual spelling of a known field name, to its canonical one."""

CSEQ_MAX: Final = 2**32 - 1
"""What a CSeq can express; ours stay below 2**31 (RFC 3261 8.1.1.5)."""
DELTA_MAX: Final = 2**32 - 1
MAGIC_COOKIE: Final = "z9hG4bK"


def canonical(name: str) -> str:
    """Return the key of a field name: registry spelling, or lower case for an unknown field.

    Raises `RemoteError` where it is not a token.
    """
    known = KNOWN.get(name)
    if known is not None:
        return known
    name = name.rstrip(" \t")  # HCOLON allows blanks before the colon
    if not is_token(name):
        raise RemoteError("a header field name is malformed")
    name = name.lower()
    return _LOWER.get(name, name)


class Headers:
    """The header fields of one message.

    Values of one field keep their order, and fields the order of their first appearance, which
    is all the order that means something (RFC 3261 7.3.1). Names are case-insensitive and
    compact names are resolved. ``typed`` caches parsed values and is emptied by changes.
    Whatever is put in through a method is refused with `LocalError` if it holds CR, LF or
    another control character.
    """

    __slots__ = ("fields", "spelling", "typed")

    def __init__(self, items: Iterable[tuple[str, str]] = ()) -> None:
        self.fields: dict[str, list[str]] = {}
        self.spelling: dict[str, str] | None = None
        self.typed: dict[str, Any] = {}
        for name, value in items:
            self.add(name, value)

    def get(self, name: str) -> str | None:
        """Return the first value of a field, or None."""
        values = self.fields.get(KNOWN.get(name) or canonical(name))
        return None if values is None else values[0]

    def all(self, name: str) -> list[str]:
        """Return the lines of a field as they came (a line may hold a list: see `split`)."""
        return list(self.fields.get(KNOWN.get(name) or canonical(name), ()))

    def split(self, name: str) -> list[str]:
        """Return the values of a list field, one by one."""
        values = self.fields.get(KNOWN.get(name) or canonical(name))
        if values is None:
            return []
        if len(values) == 1:
            return split_list(values[0])
        return [piece for value in values for piece in split_list(value)]

    def tokens(self, name: str) -> frozenset[str]:
        """Return a list field of tokens (Supported, Require, Allow) as a lower-case set."""
        values = self.fields.get(KNOWN.get(name) or canonical(name))
        if values is None:
            return frozenset()
        # An empty Supported or Allow is legal, so this is more lenient than a list of values.
        return frozenset(",".join(values).lower().replace(",", " ").split())

    def add(self, name: str, value: str) -> None:
        """Append a value."""
        self._slot(name).append(clean(value))

    def set(self, name: str, value: str) -> None:
        """Replace all values of a field by one."""
        self._slot(name)[:] = [clean(value)]

    def insert_first(self, name: str, value: str) -> None:
        """Put a value before all others of its field."""
        self._slot(name).insert(0, clean(value))

    def remove(self, name: str) -> None:
        """Take a field away; nothing happens if it is not there."""
        key = canonical(name)
        self.fields.pop(key, None)
        self.typed.pop(key, None)

    def extend(self, items: Iterable[tuple[str, str]]) -> None:
        """Append several values."""
        for name, value in items:
            self.add(name, value)

    def copy(self) -> Headers:
        """Return an independent copy."""
        twin = Headers()
        twin.fields = {key: values[:] for key, values in self.fields.items()}
        twin.spelling = None if self.spelling is None else dict(self.spelling)
        twin.typed = dict(self.typed)
        return twin

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and canonical(name) in self.fields

    def __iter__(self) -> Iterator[tuple[str, str]]:
        spelling = self.spelling or {}
        for key, values in self.fields.items():
            name = spelling.get(key, key)
            for value in values:
                yield name, value

    def __repr__(self) -> str:
        return f"Headers({', '.join(self.fields)})"

    def _slot(self, name: str) -> list[str]:
        key = KNOWN.get(name)
        if key is None:
            try:
                key = canonical(name)
            except RemoteError:
                raise LocalError("a header field name is not a token") from None
            if key not in KNOWN:
                if self.spelling is None:
                    self.spelling = {}
                self.spelling.setdefault(key, name)
        if self.typed:
            self.typed.pop(key, None)
        values = self.fields.get(key)
        if values is None:
            values = self.fields[key] = []
        return values


class CSeq(NamedTuple):
    """Sequence number and method (RFC 3261 20.16)."""

    number: int
    method: str

    @classmethod
    def parse(cls, text: str) -> CSeq:
        """Read ``314159 INVITE``; raises `RemoteError`."""
        number, _, method = text.partition(" ")
        method = method.strip(" \t")
        if not (number.isascii() and number.isdigit()) or not is_token(method):
            return cls._parse_tabbed(text)
        value = int(number) if len(number) < 20 else CSEQ_MAX + 1
        if value > CSEQ_MAX:
            raise RemoteError("the CSeq number is too large")
        return cls(value, method)

    @classmethod
    def _parse_tabbed(cls, text: str) -> CSeq:
        if "\t" in text:
            return cls.parse(" ".join(text.replace("\t", " ").split()))
        raise RemoteError("the CSeq header is malformed")

    def __str__(self) -> str:
        return f"{self.number} {self.method}"


_USUAL = re.compile(
    r"(?:([A-Za-z0-9][A-Za-z0-9.\-]*+) ?)?"
    r"<(sips?):([A-Za-z0-9+\-_.!~*'()&=$,]++)@([a-z0-9.\-]++)(?::([0-9]{1,4}|[1-5][0-9]{4}))?>"
    rf"(?:;tag=({TOKEN}))?"
)
"""What nearly every From and To looks like, read at one go: a name of one word or none, a user, a
host in lower case, a tag."""
_NAME_ADDR = re.compile(rf'(?:({QUOTED})|([^"<]*+))[ \t]*+<([^<>]++)>', re.DOTALL)


class NameAddr(Struct, frozen=True):
    """A display name, a URI and header parameters: To, From, Contact, Route, Refer-To, ..."""

    display: str
    uri: Uri
    params: Params = NO_PARAMS

    @classmethod
    def parse(cls, text: str) -> NameAddr:
        """Read one value; raises `RemoteError`.

        Blanks inside the angle brackets and free display names without quotes are let through
        (RFC 4475 sections 3.1.2.14 and 3.1.2.15 leave the choice).
        """
        match = _USUAL.fullmatch(text)
        if match is not None:
            name, scheme, user, host, port, tag = match.groups()
            uri = Uri(scheme, user, host, None if port is None else int(port))
            return cls(name or "", uri, NO_PARAMS if tag is None else {"tag": tag})
        return cls._parse_any(text)

    @classmethod
    def _parse_any(cls, text: str) -> NameAddr:
        match = _NAME_ADDR.match(text)
        if match is not None:
            quoted, plain, uri = match.groups()
            display = unquote(quoted) if quoted is not None else plain.strip(" \t")
            return cls(display, Uri.parse(uri.strip(" \t")), parse_params(text, match.end()))
        if "<" in text or '"' in text:
            raise RemoteError("a name-addr header is malformed")
        # addr-spec: what follows the first semicolon belongs to the header, and a question mark
        # would have needed angle brackets (RFC 3261 section 20).
        uri, _, _ = text.partition(";")
        if "?" in uri or "," in uri:
            raise RemoteError("a URI with a comma or question mark is not in angle brackets")
        return cls("", Uri.parse(uri.strip(" \t")), parse_params(text, len(uri)))

    @property
    def tag(self) -> str | None:
        """The ``tag`` parameter."""
        return self.params.get("tag")

    def with_params(self, **changes: str | None) -> NameAddr:
        """Return a copy with parameters set."""
        return NameAddr(self.display, self.uri, {**self.params, **changes})

    def __str__(self) -> str:
        display = f"{quote(self.display)} " if self.display else ""
        return f"{display}<{self.uri}>{format_params(self.params)}"

    def __repr__(self) -> str:
        return f"NameAddr({self.uri!r})"


_VIA = re.compile(
    r"SIP[ \t]*+/[ \t]*+2\.0[ \t]*+/[ \t]*+"
    rf"({TOKEN})[ \t]++"
    r"(\[[0-9A-Fa-f:.]++\]|[A-Za-z0-9._\-]++)"
    r"(?:[ \t]*+:[ \t]*+([0-9]{1,5}))?[ \t]*+",
    re.IGNORECASE | re.ASCII,
)


class Via(Struct, frozen=True):
    """One hop (RFC 3261 20.42, RFC 3581). ``host`` is lower case without IPv6 brackets."""

    transport: str
    host: str
    port: int | None = None
    params: Params = NO_PARAMS

    @classmethod
    def parse(cls, text: str) -> Via:
        """Read one value; raises `RemoteError`."""
        match = _VIA.match(text)
        if match is None:
            raise RemoteError("a Via header is malformed")
        transport, host, port = match.groups()
        if port is not None and int(port) > 65535:
            raise RemoteError("a Via header has a port above 65535")
        return cls(
            transport.upper(),
            host.lower() if host[0] != "[" else ipv6(host[1:-1]),
            None if port is None else int(port),
            parse_params(text, match.end()),
        )

    @property
    def branch(self) -> str | None:
        """The branch, whatever it looks like."""
        return self.params.get("branch")

    @property
    def has_magic(self) -> bool:
        """Whether the branch identifies a transaction: cookie and something after it (8.1.1.7)."""
        branch = self.params.get("branch")
        return (
            branch is not None
            and len(branch) > len(MAGIC_COOKIE)
            and branch[:7].lower() == "z9hg4bk"
        )

    @property
    def received(self) -> str | None:
        """The address the request came from, without brackets (RFC 5118 section 4.5)."""
        value = self.params.get("received")
        return None if value is None else value.strip("[]")

    @property
    def rport(self) -> int | None:
        """The source port a server filled in; None where absent or still empty."""
        value = self.params.get("rport")
        return int(value) if value and value.isascii() and value.isdigit() else None

    @property
    def wants_rport(self) -> bool:
        """Whether the client asked for symmetric answers (RFC 3581 section 3)."""
        return "rport" in self.params

    def with_params(self, **changes: str | None) -> Via:
        """Return a copy with parameters set."""
        return Via(self.transport, self.host, self.port, {**self.params, **changes})

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port is None else f":{self.port}"
        return f"SIP/2.0/{self.transport} {host}{port}{format_params(self.params)}"


def parse_delta(text: str) -> int:
    """Read delta-seconds; beyond 2**32-1 is capped (RFC 3261 20.19), parameters are ignored."""
    digits = text.partition(";")[0].strip(" \t")
    if not (digits.isascii() and digits.isdigit()):
        raise RemoteError("a number of seconds is malformed")
    return DELTA_MAX if len(digits) > 10 else min(int(digits), DELTA_MAX)
