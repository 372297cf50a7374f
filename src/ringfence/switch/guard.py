"""Who is served on port 5060, where hostile input is the normal case.

    source                                      verdict
    -----------------------------------------   ----------------------------------------------
    on an address list of the domain called     Trusted(domain); Challenge where the domain has
                                                lists of credentials as well
    a trunk's address                           Trusted(trunk)
    a trunk's address, From names a phone       Challenge: a phone behind the same address
    banned                                      Drop
    a scanner's User-Agent or a bare OPTIONS    Drop, and banned at once / counted
    REGISTER, INVITE, ... while phones exist    Challenge; counted if From names no phone of ours
    anybody else                                Drop: an answer would be a clue

A trunk's address is never banned, because UDP sources can be forged and a ban would be a weapon.
Everything is answered from bounded memory; time is an argument.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ringfence.kernel.clock import Ms
from ringfence.kernel.limits import (
    GUARD_BAN_MS,
    GUARD_SOURCES_MAX,
    GUARD_STRIKES,
    GUARD_STRIKES_WINDOW_MS,
)
from ringfence.sip.admission import Challenge, Drop, Trusted, Verdict
from ringfence.sip.events import Peer
from ringfence.sip.message import Request
from ringfence.switch.directory import DomainEntry
from ringfence.switch.noise import Noise

_SCANNER = re.compile(
    r"friendly-scanner|sipvicious|sip-?scan|sipcli|sipsak|iwar|sundayddr|vaxsipuseragent|pplsip"
    r"|masscan|nmap|zgrab|eyebeam_scan|cruzer|svcrack|svmap|svwar",
    re.IGNORECASE,
)
_CHALLENGED = frozenset({"REGISTER", "INVITE", "MESSAGE", "REFER", "SUBSCRIBE", "PUBLISH", "BYE"})

_DROP = Drop()
_CHALLENGE = Challenge()

_MAPPED_BITS = 96
"""Of ``::ffff:0:0/96``; the rest is the IPv4 address."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Secret:
    """What proves a phone: the two digests of its password (never the password)."""

    realm: str
    md5: str = field(repr=False)
    sha256: str = field(repr=False)


@dataclass(slots=True)
class _Source:
    """What an untrusted address has been up to."""

    strikes: int = 0
    since: int = 0
    banned_until: int = 0


def plain(host: str) -> str:
    """The IPv4 address inside ``::ffff:a.b.c.d`` (RFC 4291 2.5.5.2), else ``host`` itself.

    A socket of both families sees IPv4 peers so; they are the same peers.
    """
    if ":" not in host:
        return host
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped if mapped is not None else address)


def network_of(text: str) -> Network:
    """The network, or the one address, that ``text`` names; `ValueError` for anything else.

    IPv4 mapped to IPv6 (RFC 4291 2.5.5.2) is IPv4, see `plain`.
    """
    network = ipaddress.ip_network(text, strict=False)
    if isinstance(network, ipaddress.IPv6Network) and network.prefixlen >= _MAPPED_BITS:
        mapped = network.network_address.ipv4_mapped
        if mapped is not None:
            return ipaddress.IPv4Network((mapped, network.prefixlen - _MAPPED_BITS))
    return network


@dataclass(frozen=True, slots=True, kw_only=True)
class Ban:
    """An address that gets no answer, from when until when. Kept in memory alone."""

    address: str = field(repr=False)
    since: Ms
    until: Ms


class Guard:
    """The admission of the SIP agent, and the memory of who misbehaved."""

    __slots__ = (
        "_hosts",
        "_networks",
        "_noise",
        "_phones",
        "_sources",
        "banned_total",
        "domains",
        "dropped_total",
    )

    def __init__(self) -> None:
        self._hosts: dict[str, str] = {}
        self._networks: list[tuple[Network, str]] = []
        self._phones: dict[str, Secret] = {}
        self._sources: dict[str, _Source] = {}
        self._noise = Noise()
        self.domains: Mapping[str, DomainEntry] = {}
        """SIP domains by name; whoever is on a list of one may call it."""
        self.dropped_total = 0
        self.banned_total = 0

    # -- what is known ------------------------------------------------------------------------

    def trust(self, trunk: str, address: str) -> None:
        """Trust an IP address or a CIDR network as the trunk's."""
        network = network_of(address)
        if network.num_addresses == 1:
            self._hosts[str(network.network_address)] = trunk
        else:
            self._networks.append((network, trunk))
            self._networks.sort(key=lambda entry: -entry[0].prefixlen)

    def distrust(self, trunk: str) -> None:
        """Forget every address of a trunk."""
        self._hosts = {host: name for host, name in self._hosts.items() if name != trunk}
        self._networks = [entry for entry in self._networks if entry[1] != trunk]

    def add_phone(self, username: str, secret: Secret) -> None:
        """Let a phone prove itself by digest."""
        self._phones[username] = secret

    def remove_phone(self, username: str) -> None:
        """Forget a phone."""
        self._phones.pop(username, None)

    def knows_phone(self, username: str) -> bool:
        """Whether a phone of that digest user exists."""
        return username in self._phones

    def trunk_at(self, host: str) -> str | None:
        """The trunk whose address this is."""
        host = plain(host)
        trunk = self._hosts.get(host)
        if trunk is not None or not self._networks:
            return trunk
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return None
        for network, name in self._networks:
            if address.version == network.version and address in network:
                return name
        return None

    # -- the agent's questions ----------------------------------------------------------------

    def admit(self, request: Request, peer: Peer, now: Ms, /) -> Verdict:
        """Judge a request outside a dialog (see the table above)."""
        domain = self.domains.get(request.uri.host.lower()) if self.domains else None
        if domain is not None and domain.holds(plain(peer.host)):
            return Trusted(domain.id) if domain.users is None else _CHALLENGE
        trunk = self.trunk_at(peer.host)
        if trunk is not None:
            if self._phones and self._claims_a_phone(request):
                return _CHALLENGE
            return Trusted(trunk)
        host = plain(peer.host)
        source = self._sources.get(host)
        if source is not None and source.banned_until > now:
            self.dropped_total += 1
            return _DROP
        agent = request.headers.get("User-Agent")
        if agent is not None and _SCANNER.search(agent):
            self._strike(host, now, GUARD_STRIKES)
            return self._drop()
        if not self._phones or request.method not in _CHALLENGED:
            self._strike(host, now, 1)
            return self._drop()
        if request.headers.get("Authorization") is None and not self._claims_a_phone(request):
            # A phone of ours asks so before it knows our nonce, and a whole office may at once.
            self._strike(host, now, 1)
        return _CHALLENGE

    def ha1(self, username: str, realm: str, algorithm: str, /) -> str | None:
        """The stored digest of a phone, None where there is no such phone."""
        secret = self._phones.get(username)
        if secret is None or secret.realm != realm:
            return None
        return secret.sha256 if algorithm.upper().startswith("SHA-256") else secret.md5

    # -- what the agent saw -------------------------------------------------------------------

    def failed(self, peer: Peer, now: Ms) -> None:
        """Credentials from there did not verify."""
        if self.trunk_at(peer.host) is None:
            self._strike(plain(peer.host), now, 2)

    def malformed(self, peer: Peer, now: Ms) -> int:
        """Bytes from there were no SIP: of how many a log line is to tell now, 0 for no line.

        Of what a banned source sends there is nothing new to say.
        """
        host = plain(peer.host)
        if self.trunk_at(host) is None:
            source = self._sources.get(host)
            if source is not None and source.banned_until > now:
                return 0
            self._strike(host, now, 1)
        return self._noise.heard(host, now)

    def proved(self, peer: Peer, /) -> None:
        """A phone proved itself from there: the strikes of its address are forgiven."""
        self._sources.pop(plain(peer.host), None)

    def banned(self, now: Ms) -> int:
        """How many sources are banned at present."""
        return sum(source.banned_until > now for source in self._sources.values())

    def bans(self, now: Ms) -> list[Ban]:
        """Who is banned at present, the last one first."""
        found = [
            Ban(address=host, since=Ms(source.banned_until - GUARD_BAN_MS),
                until=Ms(source.banned_until))
            for host, source in self._sources.items()
            if source.banned_until > now
        ]  # fmt: skip
        return sorted(found, key=lambda ban: -ban.until)

    def lift(self, address: str, now: Ms) -> Ban | None:
        """Ban an address no longer and forgive its strikes; the ban, None where there was none."""
        host = plain(address)
        found = next((ban for ban in self.bans(now) if ban.address == host), None)
        if found is not None:
            del self._sources[host]
        return found

    def _claims_a_phone(self, request: Request) -> bool:
        user = request.from_.uri.user
        return user is not None and user in self._phones

    def _drop(self) -> Verdict:
        self.dropped_total += 1
        return _DROP

    def _strike(self, host: str, now: Ms, weight: int) -> None:
        source = self._sources.get(host)
        if source is None:
            if len(self._sources) >= GUARD_SOURCES_MAX:
                self._forget_oldest()
            source = self._sources[host] = _Source(since=now)
        if now - source.since > GUARD_STRIKES_WINDOW_MS:
            source.strikes, source.since = 0, now
        source.strikes += weight
        if source.strikes >= GUARD_STRIKES and source.banned_until <= now:
            source.banned_until = now + GUARD_BAN_MS
            self.banned_total += 1

    def _forget_oldest(self) -> None:
        """Make room: a dict keeps the order of arrival, so the first quarter is the oldest."""
        for host in list(self._sources)[: GUARD_SOURCES_MAX // 4]:
            del self._sources[host]
