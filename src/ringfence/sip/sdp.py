"""Session descriptions (RFC 8866), as much of them as telephony uses.

::

    v=0                                        version
    o=- 7 1 IN IP4 192.0.2.1                   Origin: user, session, version, address
    s=-                                        name
    c=IN IP4 192.0.2.1                         connection of every medium without its own
    t=0 0                                      time: for ever
    a=sendrecv                                 attributes of the session
    m=audio 49170 RTP/AVP 0 101                Media: kind, port, protocol, formats
    c=... a=rtpmap:101 telephone-event/8000    its own connection and attributes

Lines that telephony has no use for (b= k= i= ...) are read over. Telephones that leave out s= or
t=, end lines in LF or forget the last line end are understood.
"""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple

from msgspec import Struct, field

from ringfence.kernel.errors import LocalError, RemoteError
from ringfence.kernel.limits import SDP_MEDIA_MAX, SDP_SIZE_MAX
from ringfence.kernel.values import Hidden, text_of

Direction = Literal["sendrecv", "sendonly", "recvonly", "inactive"]
DIRECTIONS: Final[dict[str, Direction]] = {
    "sendrecv": "sendrecv",
    "sendonly": "sendonly",
    "recvonly": "recvonly",
    "inactive": "inactive",
}

_CONTROLS: Final = (
    bytes(range(0x09)) + bytes(range(0x0B, 0x0D)) + bytes(range(0x0E, 0x20)) + b"\x7f"
)
_LINE_CONTROLS: Final = bytes(range(0x09)) + bytes(range(0x0A, 0x20)) + b"\x7f"
"""What ends a line or has no place in one."""
_RTPMAP = re.compile(r"rtpmap:[ ]*+([0-9]{1,3})[ ]++([^/ ]++)/([0-9]{1,6})(?:/([1-9]))?", re.ASCII)
_MALFORMED = "the session description is malformed"


class Encoding(NamedTuple):
    """What a payload type stands for. ``name`` is upper case; ``channels`` is 1 for telephony."""

    name: str
    rate: int
    channels: int = 1


STATIC: Final = {
    "0": Encoding("PCMU", 8000),
    "3": Encoding("GSM", 8000),
    "4": Encoding("G723", 8000),
    "8": Encoding("PCMA", 8000),
    "9": Encoding("G722", 8000),  # 8000 by an old mistake that stays (RFC 3551 section 4.5.2)
    "13": Encoding("CN", 8000),
    "18": Encoding("G729", 8000),
}
"""Payload types that need no rtpmap (RFC 3551 table 4)."""


class Origin(NamedTuple):
    """Who made the description, and which revision of it this is."""

    username: str
    session: str
    version: int
    host: str


class Media(Struct):
    """One m= section. ``port`` 0: not wanted. ``host``: its own c= address or None."""

    kind: str
    port: int
    protocol: str
    formats: list[str]
    host: str | None = None
    attributes: Hidden[list[str]] = field(default_factory=list)

    def __repr__(self) -> str:
        return text_of(self)

    def attribute(self, name: str) -> str | None:
        """Return the value of the first ``a=name:value``, ``""`` for a bare ``a=name``."""
        return _attribute(self.attributes, name)

    def encodings(self) -> dict[str, Encoding]:
        """Return what each format of the m= line stands for; formats nobody explains lack."""
        explained: dict[str, Encoding] = {}
        for line in self.attributes:
            match = _RTPMAP.match(line)
            if match is not None:
                number, name, rate, channels = match.groups()
                count = 1 if channels is None else int(channels)
                explained.setdefault(number, Encoding(name.upper(), int(rate), count))
        encodings: dict[str, Encoding] = {}
        for number in self.formats:
            encoding = explained.get(number) or STATIC.get(number)
            if encoding is not None:
                encodings[number] = encoding
        return encodings


class SessionDescription(Struct):
    """A whole description. ``host``: the c= address of the session or None."""

    origin: Origin
    host: str | None
    media: list[Media]
    attributes: Hidden[list[str]] = field(default_factory=list)
    name: Hidden[str] = "-"

    def __repr__(self) -> str:
        return text_of(self)

    @classmethod
    def parse(cls, body: bytes) -> SessionDescription:
        """Read a body; raises `RemoteError`."""
        if len(body) > SDP_SIZE_MAX:
            raise RemoteError("the session description is too long", hint=413)
        if len(body.translate(None, _CONTROLS)) != len(body):
            raise RemoteError(_MALFORMED)
        try:
            text = body.decode()
        except UnicodeDecodeError:
            text = body.decode("latin-1")
        origin: Origin | None = None
        description = cls(_NOBODY, None, [])
        medium: Media | None = None
        attributes = description.attributes
        lines = text.split("\n")
        if lines[0].rstrip("\r ") != "v=0":
            raise RemoteError("the session description does not begin with v=0")
        for line in lines:
            line = line.rstrip("\r")
            kind, value = line[:2], line[2:]
            if kind == "a=":
                attributes.append(value)
            elif kind == "m=":
                medium = _media(value)
                attributes = medium.attributes
                description.media.append(medium)
            elif kind == "c=":
                if medium is None:
                    description.host = _connection(value)
                elif medium.host is None:  # further c= lines would be layers of multicast
                    medium.host = _connection(value)
            elif kind == "o=":
                origin = _origin(value)
            elif kind == "s=":
                description.name = value or "-"
            elif line and (line[1:2] != "=" or not line[0].isalpha()):
                raise RemoteError(_MALFORMED)
        if (
            origin is None
            or len(description.media) > SDP_MEDIA_MAX
            or "\r" in text.replace("\r\n", "")
        ):
            raise RemoteError(_MALFORMED)
        description.origin = origin
        return description

    def to_bytes(self) -> bytes:
        """Return the wire form; `LocalError` where a value would inject a line."""
        origin = self.origin
        lines = [
            "v=0",
            f"o={origin.username} {origin.session} {origin.version} {_network(origin.host)}",
            f"s={self.name}",
        ]
        if self.host is not None:
            lines.append(f"c={_network(self.host)}")
        lines.append("t=0 0")
        lines.extend([f"a={attribute}" for attribute in self.attributes])
        for medium in self.media:
            formats = " ".join(medium.formats)
            lines.append(f"m={medium.kind} {medium.port} {medium.protocol} {formats}")
            if medium.host is not None:
                lines.append(f"c={_network(medium.host)}")
            lines.extend([f"a={attribute}" for attribute in medium.attributes])
        lines.append("")
        text = "\r\n".join(lines).encode()
        if len(text) - len(text.translate(None, _LINE_CONTROLS)) != 2 * (len(lines) - 1):
            raise LocalError("a session description would get an injected line")
        return text

    def host_of(self, medium: Media) -> str | None:
        """Return where a medium wants its packets: an address or a name, without brackets."""
        return medium.host if medium.host is not None else self.host

    def direction_of(self, medium: Media) -> Direction:
        """Return the direction of a medium as its sender sees it (RFC 8866 section 6.7)."""
        for attributes in (medium.attributes, self.attributes):
            for line in attributes:
                if line in DIRECTIONS:
                    return DIRECTIONS[line]
        return "sendrecv"


_NOBODY: Final = Origin("-", "0", 0, "0.0.0.0")  # noqa: S104 - an address in text, nothing binds


def _attribute(attributes: list[str], name: str) -> str | None:
    prefix = f"{name}:"
    for line in attributes:
        if line.startswith(prefix):
            return line[len(prefix) :].strip()
        if line == name:
            return ""
    return None


def _network(host: str) -> str:
    return f"IN IP6 {host}" if ":" in host else f"IN IP4 {host}"


def _media(value: str) -> Media:
    parts = value.split()
    if len(parts) < 4:
        raise RemoteError(_MALFORMED)
    port, _, count = parts[1].partition("/")
    if not (port.isascii() and port.isdigit()) or len(port) > 5 or int(port) > 65535:
        raise RemoteError(_MALFORMED)
    if count and not count.isdigit():
        raise RemoteError(_MALFORMED)
    return Media(parts[0], int(port), parts[2], parts[3:])


def _connection(value: str) -> str:
    parts = value.split()
    if len(parts) != 3 or parts[0] != "IN" or parts[1] not in {"IP4", "IP6"}:
        raise RemoteError(_MALFORMED)
    return parts[2].partition("/")[0].strip("[]").lower()


def _origin(value: str) -> Origin:
    parts = value.split()
    if len(parts) != 6:
        raise RemoteError(_MALFORMED)
    # The version is compared, never counted with; some senders put more into it than digits.
    version = (
        int(parts[2]) if parts[2].isascii() and parts[2].isdigit() and len(parts[2]) < 21 else 0
    )
    return Origin(parts[0], parts[1], version, parts[5].strip("[]"))
