"""How often one address may ask something of a public page.

A bucket for each address, kept in memory by a keyed hash: nothing says afterwards who asked.
Behind a proxy on this machine the address is the one the proxy names last (RFC 7239's plain form).
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections import OrderedDict

from ringfence.api.common import Asked
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import RIGHTS_PER_HOUR, RIGHTS_SOURCES_MAX

_LOCAL = frozenset({"127.0.0.1", "::1"})


class Limiter:
    """Counts down tokens that come back over an hour."""

    __slots__ = ("_buckets", "_key", "_per_hour")

    def __init__(self, per_hour: int = RIGHTS_PER_HOUR) -> None:
        self._per_hour = per_hour
        self._key = secrets.token_bytes(16)
        self._buckets: OrderedDict[bytes, tuple[float, float]] = OrderedDict()

    def take(self, address: str, now: float) -> None:
        """Take a token; ``now`` in seconds. Raises `Refused` (``too_many_requests``)."""
        source = hashlib.blake2b(address.encode(), key=self._key, digest_size=12).digest()
        left, at = self._buckets.pop(source, (float(self._per_hour), now))
        left = min(self._per_hour, left + (now - at) * self._per_hour / 3_600)
        allowed = left >= 1
        self._buckets[source] = (left - 1 if allowed else left, now)
        if len(self._buckets) > RIGHTS_SOURCES_MAX:
            self._buckets.popitem(last=False)
        if not allowed:
            raise Refused("too_many_requests", "that was asked very often; come back in an hour")


def limit(request: Asked) -> None:
    """Count one request of whoever asks. Raises `Refused` (``too_many_requests``)."""
    state = request.app.state
    limiter = state.get("rights_limiter")
    if limiter is None:
        limiter = Limiter()
        state["rights_limiter"] = limiter
    limiter.take(source(request), time.monotonic())


def source(request: Asked) -> str:
    """Return where a request comes from."""
    host = request.client.host if request.client is not None else ""
    forwarded = request.headers.get("x-forwarded-for", "")
    if host in _LOCAL and forwarded:
        return forwarded.rpartition(",")[2].strip()[:64]
    return host
