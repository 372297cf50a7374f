"""The RTP port range of one media process: even ports, each with the odd one after it for RTCP."""

from __future__ import annotations

from collections import deque


class Ports:
    """Hands out the even ports of ``low``..``high`` in turn.

    A port given back goes to the end of the queue: late packets of the call before (RFC 3550 gives
    no way to tell) have gone quiet by the time it is used again.
    """

    __slots__ = ("_free", "size")

    def __init__(self, low: int, high: int) -> None:
        self._free = deque(range(low + low % 2, high, 2))
        self.size = len(self._free)
        """How many legs fit."""

    def take(self) -> int | None:
        """Return the next even port, None where all are in use."""
        return self._free.popleft() if self._free else None

    def give_back(self, port: int) -> None:
        """Return a port that `take` gave."""
        self._free.append(port)
