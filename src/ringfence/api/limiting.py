"""How often one address may ask something of a public page.

A bucket for each address, kept in memory by a keyed hash: nothing says afterwards who asked. Of an
IPv6 address its /64 counts, which is what one household is given. What does something to others
before anybody has looked into it (`SELDOM`) has a bucket of its own besides.
Behind a proxy on this machine the address is the one the proxy names last (RFC 7239's plain form).
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
import time
from collections import OrderedDict

from ringfence.api.common import Asked
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import CHILD_REPORTS_PER_DAY, RIGHTS_PER_HOUR, RIGHTS_SOURCES_MAX

SELDOM = {"privacy.child.report": CHILD_REPORTS_PER_DAY / 24}
"""Use case → how often an hour one address may ask for it; a day's worth may come at once."""

_DAY_HOURS = 24
_LOCAL = frozenset({"127.0.0.1", "::1"})


class Limiter:
    """Counts down tokens that come back over time; ``most``: how many there are at once."""

    __slots__ = ("_buckets", "_key", "_most", "_per_hour")

    def __init__(self, per_hour: float = RIGHTS_PER_HOUR, *, most: float | None = None) -> None:
        self._per_hour = per_hour
        self._most = per_hour if most is None else most
        self._key = secrets.token_bytes(16)
        self._buckets: OrderedDict[bytes, tuple[float, float]] = OrderedDict()

    def take(self, address: str, now: float) -> None:
        """Take a token; ``now`` in seconds. Raises `Refused` (``too_many_requests``)."""
        household = _household(address).encode()
        source = hashlib.blake2b(household, key=self._key, digest_size=12).digest()
        left, at = self._buckets.pop(source, (float(self._most), now))
        left = min(self._most, left + (now - at) * self._per_hour / 3_600)
        allowed = left >= 1
        self._buckets[source] = (left - 1 if allowed else left, now)
        if len(self._buckets) > RIGHTS_SOURCES_MAX:
            self._buckets.popitem(last=False)
        if not allowed:
            raise Refused(
                "too_many_requests",
                "that was asked very often; come back later, or turn to whoever runs this exchange",
            )


def limit(request: Asked, case: str = "") -> None:
    """Count one request of whoever asks for a use case.

    Raises `Refused` (``too_many_requests``).
    """
    state = request.app.state
    limiters = state.get("limiters")
    if limiters is None:
        limiters = {name: Limiter(rate, most=rate * _DAY_HOURS) for name, rate in SELDOM.items()}
        state["limiters"] = limiters
        limiters[""] = Limiter()
    for name in ("", case) if case in SELDOM else ("",):
        limiters[name].take(source(request), time.monotonic())


def _household(address: str) -> str:
    """Return the part of an address that is one customer's; anything else as it is."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return address
    return str(ipaddress.ip_network((found, 64), strict=False))


def source(request: Asked) -> str:
    """Return where a request comes from."""
    host = request.client.host if request.client is not None else ""
    forwarded = request.headers.get("x-forwarded-for", "")
    if host in _LOCAL and forwarded:
        return forwarded.rpartition(",")[2].strip()[:64]
    return host
