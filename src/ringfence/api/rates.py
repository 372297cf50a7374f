"""How fast one caller may ask, told in the headers of every answer.

A bucket for each key, app and account, in memory. The headers are those of
draft-ietf-httpapi-ratelimit-headers-09: what holds (``RateLimit-Policy``) and what is left
(``RateLimit``); a refusal says how long to wait (``Retry-After``, RFC 9110 10.2.3).
"""

from __future__ import annotations

import math
from collections import OrderedDict

from ringfence.kernel.limits import API_CALLERS_MAX, API_RATE, API_RATE_WINDOW

POLICY = f'"default";q={API_RATE};w={API_RATE_WINDOW}'
POLICY_HEADER = "RateLimit-Policy"
STATE_HEADER = "RateLimit"


class Rates:
    """Counts down tokens that come back evenly over the window."""

    __slots__ = ("_buckets", "_quota", "_window")

    def __init__(self, quota: int = API_RATE, window: int = API_RATE_WINDOW) -> None:
        self._quota = quota
        self._window = window
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str, now: float) -> tuple[bool, int, int]:
        """Take a token; ``now`` in seconds.

        Returns whether there was one, how many are left, and in how many seconds there is one
        again, or all are.
        """
        left, at = self._buckets.pop(caller, (float(self._quota), now))
        left = min(self._quota, left + (now - at) * self._quota / self._window)
        allowed = left >= 1
        if allowed:
            left -= 1
        self._buckets[caller] = (left, now)
        if len(self._buckets) > API_CALLERS_MAX:
            self._buckets.popitem(last=False)
        missing = self._quota - left if allowed else 1 - left
        return allowed, int(left), max(1, math.ceil(missing * self._window / self._quota))


def headers(left: int, seconds: int) -> dict[str, str]:
    """Return the two headers."""
    return {POLICY_HEADER: POLICY, STATE_HEADER: f'"default";r={left};t={seconds}'}
