"""Puts the questions of `ringfence.sip.locate` to DNS and to the hosts file."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

from dns.exception import DNSException

from ringfence.kernel.entropy import Entropy
from ringfence.kernel.limits import DNS_QUERY_MS, DNS_TOTAL_MS
from ringfence.observe.logs import get_logger
from ringfence.sip.events import Peer
from ringfence.sip.locate import Locator, Naptr, Query, Record, Srv
from ringfence.sip.uri import Uri
from ringfence.switch.routing import Located

if TYPE_CHECKING:
    from dns.asyncresolver import Resolver as NameServers

log = get_logger(__name__)


class Resolver:
    """RFC 3263 for the router. ``names``: which name a certificate at an address has to prove."""

    def __init__(self, entropy: Entropy) -> None:
        self.names: dict[tuple[str, int], str] = {}
        self._entropy = entropy
        self._tasks: set[asyncio.Task[None]] = set()
        self._servers: NameServers | None = None

    def locate(self, uri: Uri, done: Located) -> None:
        """Find targets; an address needs no question and is answered at once."""
        locator = Locator(uri, self._entropy)
        if locator.targets is not None:
            done(self._peers(locator))
            return
        task = asyncio.get_running_loop().create_task(self._ask(locator, done))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _ask(self, locator: Locator, done: Located) -> None:
        try:
            async with asyncio.timeout(DNS_TOTAL_MS / 1000):
                while locator.targets is None:
                    queries = locator.take_output()
                    answers = await asyncio.gather(*(self._query(query) for query in queries))
                    for query, records in zip(queries, answers, strict=True):
                        locator.receive(query, records)
        except TimeoutError:
            log.warning("dns_slow")
            done(())
            return
        done(self._peers(locator))

    def _peers(self, locator: Locator) -> tuple[Peer, ...]:
        targets = locator.targets or ()
        for target in targets:
            if target.transport == "tls":
                self.names[(target.host, target.port)] = target.name
        return tuple(Peer(target.transport, target.host, target.port) for target in targets)

    async def _query(self, query: Query) -> list[Record]:
        try:
            async with asyncio.timeout(DNS_QUERY_MS / 1000):
                if query.type in {"A", "AAAA"}:
                    return await self._addresses(query)
                return await self._records(query)
        except (OSError, TimeoutError, DNSException, UnicodeError):
            return []

    async def _addresses(self, query: Query) -> list[Record]:
        # getaddrinfo and not dnspython: it knows the hosts file too.
        family = socket.AF_INET if query.type == "A" else socket.AF_INET6
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(query.name, None, family=family, type=socket.SOCK_DGRAM)
        return [str(entry[4][0]) for entry in found]

    async def _records(self, query: Query) -> list[Record]:
        if self._servers is None:
            # On a thread: calls do not wait while sixty files are read.
            self._servers = await asyncio.to_thread(_name_servers)
        return _read(query, await self._servers.resolve(query.name, query.type))


def _name_servers() -> NameServers:
    """Those of this machine. Read in when a name is asked for: with addresses, nobody ever is."""
    from dns.asyncresolver import Resolver as NameServers

    return NameServers()


def _read(query: Query, answer: Any) -> list[Record]:
    if query.type == "NAPTR":
        return [
            Naptr(
                record.order,
                record.preference,
                record.flags.decode("ascii", "replace").lower(),
                record.service.decode("ascii", "replace").upper(),
                record.replacement.to_text(omit_final_dot=True),
            )
            for record in answer
        ]
    return [
        Srv(
            record.priority,
            record.weight,
            record.port,
            record.target.to_text(omit_final_dot=True),
        )
        for record in answer
    ]
