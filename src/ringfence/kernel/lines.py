"""Lines of a log that a full disk does not take: lost and counted, never an exception.

Whoever says something to a log is in the middle of a call. Nothing is kept for later but the rest
of a line of which the disk took a part, so that no line is ever torn.
"""

from __future__ import annotations

from collections.abc import Callable


class Lines:
    """Writes whole lines. Used by one thread at a time.

    ``write``: takes bytes and returns how many of them it took, like ``os.write``, or raises
    `OSError`.
    """

    __slots__ = ("_rest", "_write", "lost")

    def __init__(self, write: Callable[[bytes], int]) -> None:
        self._write = write
        self._rest = b""
        self.lost = 0
        """How many lines were lost since the last that was written."""

    def put(self, line: bytes) -> bool:
        """Write ``line``, which ends with a line feed; whether it is written or begun."""
        self._rest += line
        try:
            while self._rest:
                self._rest = self._rest[self._write(self._rest) :]
        except OSError:
            if len(self._rest) >= len(line):  # none of it was taken
                self._rest = self._rest[: -len(line)]
                self.lost += 1
                return False
        self.lost = 0
        return True
