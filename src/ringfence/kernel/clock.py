"""One notion of time: whole milliseconds since the Unix epoch, never going backwards.

Every machine takes ``now: Ms`` as an argument. Only the adapters own a `Clock`. The system clock
is the monotonic clock anchored on the wall clock at start, so timers are safe from a stepped
wall clock and facts still carry a date.
"""

from __future__ import annotations

import time
from typing import NewType, Protocol

Ms = NewType("Ms", int)
"""An instant: milliseconds since 1970-01-01T00:00:00Z."""

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Clock(Protocol):
    """Something that can be asked for the time."""

    def now(self) -> Ms:
        """Return the present instant."""
        ...


class SystemClock:
    """Wall time at start plus monotonic time since."""

    __slots__ = ("_anchor_ns",)

    def __init__(self) -> None:
        self._anchor_ns = time.time_ns() - time.monotonic_ns()

    def now(self) -> Ms:
        return Ms((self._anchor_ns + time.monotonic_ns()) // 1_000_000)

    def not_before(self, instant: Ms, *, most_ms: int) -> int:
        """Go on from ``instant`` where the wall clock was put back by at most ``most_ms``.

        Returns how far it lies behind, in milliseconds; 0 where it does not. What was written
        stays in the past then; a clock further off was wrong before, and is believed now.
        """
        behind = max(instant - self.now(), 0)
        if behind <= most_ms:
            self._anchor_ns += behind * 1_000_000
        return behind

    def skew_ms(self) -> int:
        """How far the wall clock has moved away from the anchor (for ``ringfence doctor``)."""
        return (time.time_ns() - time.monotonic_ns() - self._anchor_ns) // 1_000_000


class VirtualClock:
    """A clock that moves only when told to."""

    __slots__ = ("_now",)

    def __init__(self, start: int = 1_700_000_000_000) -> None:
        self._now = start

    def now(self) -> Ms:
        return Ms(self._now)

    def advance(self, milliseconds: int) -> Ms:
        """Move forward and return the new instant."""
        if milliseconds < 0:
            raise ValueError("a clock does not go back")
        self._now += milliseconds
        return Ms(self._now)

    def set(self, instant: int) -> Ms:
        """Move forward to ``instant`` and return it."""
        return self.advance(instant - self._now)
