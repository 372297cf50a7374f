"""The forms of settings: how each is written, read and shown.

A form reads text, or raises `ValueError`; what reads a value also says what would have been right.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from ringfence.kernel.limits import RTP_PORTS_MIN
from ringfence.kernel.regions import REGIONS, STATES

_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]\Z")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\Z")
_PREFIX = re.compile(r"\+[1-9][0-9]{0,14}\Z")


class Address(NamedTuple):
    """A host and a port; port 0 lets the system choose one."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


class PortRange(NamedTuple):
    """UDP ports for audio, both ends included."""

    low: int
    high: int

    def __str__(self) -> str:
        return f"{self.low}-{self.high}"


class Form(NamedTuple):
    """How a setting is written: what to call the form, and how to read it."""

    shape: str
    read: Callable[[str], Any]
    show: Callable[[Any], str] = str
    metavar: str = "TEXT"
    hint: str = ""
    """What a refusal adds, where the form is hard to guess."""
    secret: bool = False
    """Whether ``config show`` keeps the value to itself."""


def _read_address(text: str) -> Address:
    host, colon, port = text.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ValueError
    host = host.removeprefix("[").removesuffix("]")
    if not host or any(c.isspace() or c in "/@?#" for c in host):
        raise ValueError
    return Address(host, int(port))


def _read_optional_address(text: str) -> Address | None:
    return _read_address(text) if text else None


def _read_ports(text: str) -> PortRange:
    low, dash, high = text.partition("-")
    if not dash or not (low + high).isascii() or not (low + high).isdigit():
        raise ValueError
    ports = PortRange(int(low), int(high))
    if not 1024 <= ports.low <= ports.high <= 65535:
        raise ValueError
    if ports.high - ports.low + 1 < RTP_PORTS_MIN:
        raise ValueError
    return ports


def _read_ip(text: str) -> str:
    if not text:
        return ""
    address = ip_address(text)
    if address.is_unspecified or address.is_multicast:
        raise ValueError  # nobody can be told to send there
    return str(address)


def _read_host(text: str) -> str:
    host = text.removeprefix("[").removesuffix("]")
    if ":" in host:
        return str(ip_address(host))
    if text and not _HOST.match(text):
        raise ValueError
    return text


def _read_networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def _read_path(text: str) -> Path | None:
    return Path(text).expanduser() if text else None


def _read_url(text: str) -> str:
    if not text:
        return ""
    parts = urlsplit(text)  # raises ValueError of its own
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0:
        raise ValueError
    if any(c.isspace() or not c.isprintable() for c in text):
        raise ValueError
    return text.rstrip("/")


def _read_word(text: str) -> str:
    if any(c.isspace() or not c.isprintable() for c in text):
        raise ValueError
    return text


def _read_mailbox(text: str) -> str:
    name, at, host = text.rpartition("@")
    if text and not (name and at and host and text.isascii()):
        raise ValueError
    if any(c.isspace() or not c.isprintable() or c in '<>,;:"()[]\\' for c in text):
        raise ValueError
    return text


def _read_hours(text: str) -> tuple[int, int, str] | None:
    """``09:00-17:00@Europe/Berlin``: the first minute, the first one after, and whose clock."""
    if not text:
        return None
    span, _, zone = text.partition("@")
    begin, _, end = span.partition("-")
    if (zone or "UTC") not in available_timezones():
        raise ValueError
    return _minute(begin), _minute(end), zone or "UTC"


def _minute(text: str) -> int:
    if not _CLOCK.match(text):
        raise ValueError
    return int(text[:2]) * 60 + int(text[3:])


def _show_hours(value: tuple[int, int, str] | None) -> str:
    if value is None:
        return ""
    begin, end, zone = value
    return f"{begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}@{zone}"


def _read_place(text: str) -> str:
    code, dash, state = text.upper().partition("-")
    if code and code not in REGIONS:
        raise ValueError
    if dash and (code != "US" or state not in STATES):
        raise ValueError  # the law of a state there is not would be that of no state
    return text.upper()


def _read_country(text: str) -> str:
    code = text.upper()
    if code and code not in REGIONS:
        raise ValueError
    return code


def _read_prefixes(text: str) -> tuple[str, ...]:
    prefixes = tuple(part.strip() for part in text.split(",") if part.strip())
    if not all(_PREFIX.match(prefix) for prefix in prefixes):
        raise ValueError
    return prefixes


def _read_numbers(text: str) -> tuple[str, ...]:
    numbers = tuple(part.strip() for part in text.split(",") if part.strip())
    if not numbers:
        return ()
    # most installations name none, and every command reads the settings
    from ringfence.kernel.errors import Refused
    from ringfence.kernel.phone import Phone

    try:
        found = tuple(Phone.parse(number).e164 for number in numbers)
    except Refused:
        raise ValueError from None
    if not all(number.startswith("+") for number in found):
        raise ValueError
    return found


def _show_optional(value: object) -> str:
    return "" if value is None else str(value)


def choice(*words: str) -> Form:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError
        return text

    return Form(" or ".join(words), read, str, "|".join(words))


def _yes_or_no(text: str) -> str:
    """Read ``yes`` and ``no``, or what TOML calls them."""
    word = {"true": "yes", "false": "no"}.get(text, text)
    if word not in {"yes", "no"}:
        raise ValueError
    return word


def whole(low: int, high: int) -> Form:
    def read(text: str) -> int:
        value = int(text)
        if not low <= value <= high:
            raise ValueError
        return value

    return Form(f"a whole number from {low} to {high}", read, str, "N")


ADDRESS = Form("HOST:PORT, e.g. 127.0.0.1:8080", _read_address, metavar="HOST:PORT")
OPTIONAL_ADDRESS = Form(
    "HOST:PORT, or empty for none", _read_optional_address, _show_optional, "HOST:PORT"
)
PORTS = Form(
    f"LOW-HIGH, {RTP_PORTS_MIN} ports or more between 1024 and 65535",
    _read_ports,
    metavar="LOW-HIGH",
)
IP = Form("an IP address that others reach, or empty to find it", _read_ip, metavar="IP")
NETWORKS = Form(
    "networks separated by commas, e.g. 10.0.0.0/8,127.0.0.1",
    _read_networks,
    lambda value: ",".join(map(str, value)),
    "CIDR,…",
)
PATH = Form("a path, or empty for none", _read_path, _show_optional, "FILE")
URL = Form("http://… or https://…, or empty", _read_url, metavar="URL")
COUNTRY = Form(
    "the two letters of a country (ISO 3166, e.g. US; GB for the United Kingdom)",
    _read_country,
    metavar="CC",
    hint=f"; one of {' '.join(REGIONS)}",
)
HOURS = Form(
    "HH:MM-HH:MM@ZONE, e.g. 09:00-17:00@Europe/Berlin, or empty",
    _read_hours,
    _show_hours,
    "HH:MM-HH:MM@ZONE",
)
PLACE = Form("a country, or a state of the US, e.g. DE or US-TX", _read_place, metavar="PLACE")
PREFIXES = Form(
    "prefixes with + separated by commas, e.g. +881,+44909", _read_prefixes, ",".join, "+PREFIX,…"
)
NUMBERS = Form(
    "numbers with + separated by commas, e.g. +12025550123", _read_numbers, ",".join, "+NUMBER,…"
)
HOST = Form("a host name or an IP address, or empty", _read_host, metavar="HOST")
YES_OR_NO = Form("yes or no", _yes_or_no, metavar="yes|no")
WORD = Form("one word", _read_word, metavar="WORD")
SECRET = Form("one word, never shown", _read_word, metavar="WORD", secret=True)
MAILBOX = Form("NAME@HOST, or empty", _read_mailbox, metavar="NAME@HOST")
