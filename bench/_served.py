"""What a running server is, for benchmarks that ask its parts in their own process."""

from __future__ import annotations

import gc

from ringfence.kernel.limits import GC_OBJECTS


def as_served() -> None:
    """Look for cycles as seldom as a running server does (`ringfence.app`)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(int(GC_OBJECTS))


class Unlimited:
    """Lets everybody ask as often as they like."""

    def take(self, _caller: str, _now: float) -> tuple[bool, int, int]:
        """Return that they may."""
        return True, 1, 1
