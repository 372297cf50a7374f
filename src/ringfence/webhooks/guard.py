"""The guard against requests into private networks (SSRF).

Whoever writes a document can name any URL, and this program would fetch it from inside the
operator's network. So a URL passes three locks: its text (`Guard.target`), every address its name
resolves to (`Guard.admit`), and the address of the socket at the moment of connecting (the client
calls `Guard.admit` again there). Addresses outside the public internet are refused, unless the
operator allowed the host or the network.

    allowed by the operator     "hooks.example.com", "hooks.example.com:8443",
                                "127.0.0.1", "10.1.0.0/16", "fd00::/8"
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Final
from urllib.parse import quote, unquote, urlsplit

import idna

from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import GUARD_TARGETS, MARKUP_URL_CHARS

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# IANA IPv4 Special-Purpose Address Registry (RFC 6890 and successors), multicast and reserved
_REFUSED_V4: Final = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",  # private, RFC 1918
            "100.64.0.0/10",  # carrier-grade NAT, RFC 6598
            "127.0.0.0/8",  # loopback
            "169.254.0.0/16",  # link-local, and the metadata services of clouds
            "172.16.0.0/12",  # private, RFC 1918
            "192.0.0.0/24",  # IETF protocol assignments
            "192.0.2.0/24",  # documentation
            "192.88.99.0/24",  # 6to4 relay, RFC 7526
            "192.168.0.0/16",  # private, RFC 1918
            "198.18.0.0/15",  # benchmarking
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, and broadcast
        ),
    )
)
_GLOBAL_V6: Final = IPv6Network("2000::/3")
# IANA IPv6 Special-Purpose Address Registry: parts of 2000::/3 that are not the public internet
_REFUSED_V6: Final = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # IETF protocol assignments: Teredo, ORCHID, benchmarking
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4: an IPv4 address in disguise
            "3fff::/20",  # documentation
        ),
    )
)
_MAPPED_BITS: Final = 96
_NAT64: Final = IPv6Network("64:ff9b::/96")
_ALLOWED_HOST = re.compile(r"([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)(?::([0-9]{1,5}))?\Z")
_NUMERAL = re.compile(r"(?:[0-9]{1,20}|0x[0-9a-f]{0,20})\Z")
_CONTROL = re.compile(r"[\x00-\x20\x7f\\]")
_SCHEMES: Final = {"http": 80, "https": 443}
# RFC 3986: what may stand unquoted in a URL; "%" because quoted octets stay as they are
_KEPT = "!#$%&'()*+,/:;=?@[]~-._"


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that passed the first lock, ready to be requested.

    ``url`` has no credentials and no fragment and holds only ASCII; ``credentials`` are those
    of ``https://user:password@host/``; ``literal``: the host is an address.
    """

    url: str = field(repr=False)
    scheme: str
    host: str
    port: int
    literal: bool = False
    credentials: tuple[str, str] | None = field(default=None, repr=False)


class Guard:
    """Decides which URLs and addresses this program may talk to."""

    __slots__ = ("_hosts", "_known", "_networks")

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        """``allowed``: hosts, ``host:port``, addresses and CIDR networks the operator permits.

        Raises `Refused` (``invalid_setting``) for an entry that is none of these.
        """
        self._hosts: set[tuple[str, int | None]] = set()
        networks: list[Network] = []
        for entry in allowed:
            text = entry.strip().lower().rstrip(".")
            try:
                networks.append(_plain(ip_network(text.strip("[]"), strict=False)))
                continue
            except ValueError:
                pass
            named = _ALLOWED_HOST.match(text)
            if named is None:
                raise Refused(
                    "invalid_setting",
                    "an allowed webhook target is a host, a host:port, an address or a network",
                )
            port = int(named[2]) if named[2] else None
            self._hosts.add((named[1], port))
        self._networks = tuple(networks)
        # what an address is allowed to be does not change while it runs
        self._known: dict[str, Target] = {}

    def target(self, url: str) -> Target:
        """Check the text of a URL; an address in it is checked at once.

        Raises `Refused`: ``bad_url``, or ``private_address``.
        """
        known = self._known.get(url)
        if known is not None:
            return known
        found = self._target(url)
        if "?" in url:
            return found  # what a query says may be about somebody, and comes once
        if len(self._known) >= GUARD_TARGETS:
            del self._known[next(iter(self._known))]
        self._known[url] = found
        return found

    def _target(self, url: str) -> Target:
        if len(url) > MARKUP_URL_CHARS or _CONTROL.search(url.strip()):
            raise _bad_url()
        try:
            parts = urlsplit(url.strip())
            host, port = parts.hostname, parts.port
        except ValueError:
            raise _bad_url() from None
        if parts.scheme not in _SCHEMES or not host or "%" in host:
            raise _bad_url()
        host = host.rstrip(".")
        port = port if port is not None else _SCHEMES[parts.scheme]
        address = _literal(host)
        if address is None:
            host = _ascii_host(host)
            address = _literal(host) or _number(host)
        if address is not None:
            host = address.compressed
            if not self._permits(host, port, address):
                raise _private()
        shown = f"[{host}]" if ":" in host else host
        if port != _SCHEMES[parts.scheme] or parts.port is not None:
            shown = f"{shown}:{port}"
        rest = quote(parts.path or "/", safe=_KEPT)
        if parts.query:
            rest = f"{rest}?{quote(parts.query, safe=_KEPT)}"
        credentials = None
        if parts.username is not None:
            credentials = (unquote(parts.username), unquote(parts.password or ""))
        url = f"{parts.scheme}://{shown}{rest}"
        return Target(url, parts.scheme, host, port, address is not None, credentials)

    def admit(self, host: str, port: int, addresses: Iterable[str]) -> None:
        """Check what ``host`` resolved to; one refused address refuses the whole name.

        A public name with one private address is how rebinding begins, so there is no picking.
        Raises `Refused` (``private_address``).
        """
        for text in addresses:
            address = _literal(text)
            if address is None or not self._permits(host, port, address):
                raise _private()

    def named(self, target: Target) -> bool:
        """Whether the operator allowed this host, or the network of this address, by name."""
        if (target.host, target.port) in self._hosts or (target.host, None) in self._hosts:
            return True
        address = _literal(target.host)
        return address is not None and any(
            network.version == address.version and address in network for network in self._networks
        )

    def _permits(self, host: str, port: int, address: Address) -> bool:
        if (host, port) in self._hosts or (host, None) in self._hosts:
            return True
        inner = _unwrapped(address)
        for network in self._networks:
            if (network.version == inner.version and inner in network) or (
                network.version == address.version and address in network
            ):
                return True
        return is_public(inner)


def check_secure(guard: Guard, url: str) -> None:
    """Raise `Refused` (``not_secure``) where nothing secret may be sent: no TLS, an inner address.

    Whom the operator named may be anywhere, and spoken to in clear.
    """
    target = guard.target(url)
    if target.scheme != "https" and not guard.named(target):
        raise Refused(
            "not_secure", "a card goes over https alone; for a test, allow the host: fetch_private"
        )


def origin(url: str) -> str:
    """Return scheme, host and port of a URL, ``""`` for what is none (RFC 6454 4)."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in _SCHEMES or not parts.hostname:
        return ""
    return f"{parts.scheme}://{parts.hostname.rstrip('.')}:{port or _SCHEMES[parts.scheme]}"


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet."""
    address = _unwrapped(address)
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _REFUSED_V4)
    return address in _GLOBAL_V6 and not any(address in network for network in _REFUSED_V6)


def is_public_text(address: str) -> bool:
    """Whether the text is an address of the public internet."""
    literal = _literal(address)
    return literal is not None and is_public(literal)


def _unwrapped(address: Address) -> Address:
    """Return the IPv4 address inside ``::ffff:a.b.c.d`` or the NAT64 prefix (RFC 6052)."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _plain(network: Network) -> Network:
    """Return the IPv4 network inside ``::ffff:0:0/96``, else ``network`` itself."""
    if isinstance(network, IPv6Network) and network.prefixlen >= _MAPPED_BITS:
        mapped = network.network_address.ipv4_mapped
        if mapped is not None:
            return IPv4Network((mapped, network.prefixlen - _MAPPED_BITS))
    return network


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _number(host: str) -> IPv4Address | None:
    """Return the address that ``2130706433``, ``0x7f.1`` and ``0177.0.0.1`` are, None for a name.

    What ends in a number is an address (WHATWG URL 3.5), and resolvers read it so: 127.0.0.1 in
    another spelling. Raises `Refused` (``bad_url``) for one that is no address.
    """
    parts = host.split(".")
    if not _NUMERAL.match(parts[-1]):
        return None
    if len(parts) > 4 or not all(map(_NUMERAL.match, parts)):
        raise _bad_url()
    *first, last = (_numeral(part) for part in parts)
    if any(octet > 0xFF for octet in first) or last >= 1 << (8 * (4 - len(first))):
        raise _bad_url()
    return IPv4Address(last + sum(octet << (8 * (3 - place)) for place, octet in enumerate(first)))


def _numeral(text: str) -> int:
    if text.startswith("0x"):
        return int(text[2:] or "0", 16)
    try:
        return int(text, 8 if len(text) > 1 and text.startswith("0") else 10)
    except ValueError:  # an 8 or a 9 in an octal number
        raise _bad_url() from None


def _ascii_host(host: str) -> str:
    try:
        name = host if host.isascii() else idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        raise _bad_url() from None
    if not name or len(name) > 253 or any(not 0 < len(part) < 64 for part in name.split(".")):
        raise _bad_url()
    return name


def _bad_url() -> Refused:
    return Refused("bad_url", "write an http or https URL with a host")


def _private() -> Refused:
    return Refused(
        "private_address",
        "the URL leads to a private address; fetch_private in the settings can allow its network",
    )
