"""Where to send a request: transport, address and port of a URI (RFC 3263, RFC 2782).

::

    maddr or host     port?   transport?     asked of DNS
    ---------------   -----   ------------   ------------------------------------------------
    address           any     any            nothing
    name              yes     any            A/AAAA name
    name              no      given          SRV _sip._<transport>.name, then A/AAAA
    name              no      not given      NAPTR name, SRV as it says, then A/AAAA
                              no NAPTR       SRV of every transport we have, then A/AAAA
                              no SRV         A/AAAA name, default port

The machine does no input or output: it names queries, is told answers, and has the targets when
nothing more is needed, in the order in which to try them.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address
from typing import Final, Literal, NamedTuple

from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import LocalError
from ringfence.kernel.limits import LOCATE_QUERIES_MAX, LOCATE_TARGETS_MAX
from ringfence.sip.grammar import IPV4
from ringfence.sip.uri import Uri

Transport = Literal["udp", "tcp", "tls"]
Family = Literal["A", "AAAA"]
TRANSPORTS: Final[tuple[Transport, ...]] = ("udp", "tcp", "tls")

_SERVICES: Final[dict[str, Transport]] = {
    "SIP+D2U": "udp",
    "SIP+D2T": "tcp",
    "SIPS+D2T": "tls",
}
_SRV_PREFIX: Final[dict[Transport, str]] = {
    "udp": "_sip._udp.",
    "tcp": "_sip._tcp.",
    "tls": "_sips._tcp.",
}


class Query(NamedTuple):
    """A question for DNS; ``name`` in lower case without the final dot."""

    name: str
    type: Literal["NAPTR", "SRV", "A", "AAAA"]


class Naptr(NamedTuple):
    """One NAPTR record (RFC 3403 section 4)."""

    order: int
    preference: int
    flags: str
    service: str
    replacement: str


class Srv(NamedTuple):
    """One SRV record (RFC 2782)."""

    priority: int
    weight: int
    port: int
    target: str


Record = Naptr | Srv | str
"""What an answer holds: NAPTR, SRV, or the text of an address."""


class Target(NamedTuple):
    """One place to try. ``host`` is an address without brackets; ``name`` is what a certificate
    has to prove over TLS: the domain of the URI, not the name a record led to (RFC 5922 4)."""

    transport: Transport
    host: str
    port: int
    name: str


class Locator:
    """Finds the targets of one URI.

    ``take_output`` names what to ask now (each question once); every question is to be answered
    by ``receive``, with nothing where the name does not exist or DNS failed. ``targets`` is None
    until the answers suffice; an empty tuple means that there is nowhere to send to.
    """

    __slots__ = ("_answers", "_asked", "_entropy", "_families", "_queue", "_transports", "_uri")

    def __init__(
        self,
        uri: Uri,
        entropy: Entropy,
        *,
        transports: Sequence[Transport] = TRANSPORTS,
        families: Sequence[Family] = ("A",),
    ) -> None:
        if not uri.is_sip:
            raise LocalError("only sip and sips URIs can be located")
        self._uri = uri
        self._entropy = entropy
        self._transports = transports
        self._families = families
        self._answers: dict[Query, list[Record]] = {}
        self._asked: set[Query] = set()
        self._queue: list[Query] = []
        self._plan()

    @property
    def targets(self) -> tuple[Target, ...] | None:
        """The places to try in order, or None while an answer is missing."""
        targets = self._plan()
        return None if targets is None else tuple(dict.fromkeys(targets))[:LOCATE_TARGETS_MAX]

    def take_output(self) -> list[Query]:
        """Return the questions to put to DNS now."""
        queries, self._queue = self._queue, []
        return queries

    def receive(self, query: Query, answers: Sequence[Record]) -> None:
        """Take the answer to a question; order within it does not matter."""
        if query not in self._asked or query in self._answers:
            return
        if query.type == "NAPTR":
            naptrs = [record for record in answers if isinstance(record, Naptr)]
            self._answers[query] = [*sorted(naptrs, key=lambda r: (r.order, r.preference))]
        elif query.type == "SRV":
            srvs = [record for record in answers if isinstance(record, Srv)]
            self._answers[query] = [*self._by_weight(srvs)]
        else:
            self._answers[query] = [record for record in answers if isinstance(record, str)]
        self._plan()

    def _plan(self) -> list[Target] | None:
        """Go through the procedure with the answers at hand; ask for the first ones missing."""
        uri = self._uri
        host = (uri.params.get("maddr") or uri.host).strip("[]").rstrip(".").lower()
        transport = self._fixed_transport()
        if transport is None:
            return []
        if _is_address(host):
            return self._at(transport or self._default(), host, uri.port)
        if uri.port is not None:
            return self._addresses(transport or self._default(), host, uri.port)
        if transport:
            return self._services([(transport, _SRV_PREFIX[transport] + host)], host)
        naptrs = self._ask(Query(host, "NAPTR"))
        if naptrs is None:
            return None
        services = [
            (_SERVICES[record.service.upper()], record.replacement.rstrip(".").lower())
            for record in naptrs
            if isinstance(record, Naptr)
            and record.flags.lower() == "s"
            and record.service.upper() in _SERVICES
        ]
        services = [service for service in services if self._usable(service[0])]
        if not services:
            services = [
                (each, _SRV_PREFIX[each] + host) for each in self._transports if self._usable(each)
            ]
        return self._services(services, host)

    def _fixed_transport(self) -> Transport | Literal[""] | None:
        """Return the transport the URI names, ``""`` where it leaves the choice, None if unfit."""
        name = self._uri.transport
        if name is None:
            return ""
        if self._uri.secure or name == "tls":
            fixed: Transport | None = "tls" if name in {"tcp", "tls"} else None
        else:
            fixed = {"udp": "udp", "tcp": "tcp"}.get(name)  # type: ignore[assignment]
        return fixed if fixed in self._transports else None

    def _usable(self, transport: Transport) -> bool:
        return transport in self._transports and (transport == "tls" or not self._uri.secure)

    def _default(self) -> Transport:
        """Section 4.1: UDP for sip and TLS for sips, where nothing says otherwise."""
        if self._uri.secure:
            return "tls"
        return "udp" if "udp" in self._transports else self._transports[0]

    def _services(self, services: list[tuple[Transport, str]], host: str) -> list[Target] | None:
        """Follow SRV records, all of them asked at once; without any, the name itself."""
        found = [(transport, self._ask(Query(name, "SRV"))) for transport, name in services]
        if any(records is None for _, records in found):
            return None
        targets: list[Target] = []
        missing = exists = False
        for transport, records in found:
            for record in records or ():
                if not isinstance(record, Srv):
                    continue
                exists = True
                name = record.target.rstrip(".").lower()
                if not name:
                    continue  # "." says that there is no such service (RFC 2782)
                places = self._addresses(transport, name, record.port)
                missing = missing or places is None
                targets += places or []
        if missing:
            return None
        if exists:
            return targets
        first = services[0][0] if len(services) == 1 else self._default()
        return self._addresses(first, host, None)

    def _addresses(self, transport: Transport, name: str, port: int | None) -> list[Target] | None:
        if _is_address(name):
            return self._at(transport, name, port)
        found = [self._ask(Query(name, family)) for family in self._families]
        if any(records is None for records in found):
            return None
        return [
            target
            for records in found
            for record in records or ()
            if isinstance(record, str) and _is_address(record)
            for target in self._at(transport, record, port)
        ]

    def _at(self, transport: Transport, address: str, port: int | None) -> list[Target]:
        if transport not in self._transports:
            return []
        default = 5061 if transport == "tls" else 5060
        return [Target(transport, address, port or default, self._uri.host)]

    def _ask(self, query: Query) -> list[Record] | None:
        known = self._answers.get(query)
        if known is None and query not in self._asked:
            if len(self._asked) >= LOCATE_QUERIES_MAX:
                return []
            self._asked.add(query)
            self._queue.append(query)
        return known

    def _by_weight(self, records: list[Srv]) -> list[Srv]:
        """Order by priority, and by weighted chance within one priority (RFC 2782 page 3)."""
        ordered: list[Srv] = []
        for priority in sorted({record.priority for record in records}):
            # Weight 0 goes first, so that it keeps its very small chance.
            group = sorted(
                (r for r in records if r.priority == priority), key=lambda r: (r.weight > 0, r)
            )
            while group:
                total = sum(record.weight for record in group)
                drawn = int.from_bytes(self._entropy.token(4), "big") % (total + 1)
                running = 0
                for record in group:
                    running += record.weight
                    if running >= drawn:
                        ordered.append(record)
                        group.remove(record)
                        break
        return ordered


def _is_address(text: str) -> bool:
    if ":" not in text:
        return IPV4.fullmatch(text) is not None
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
