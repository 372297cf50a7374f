"""Of which garbage a log line is written: whoever sends it must not fill the log with it.

::

    from one address   x  x x   x x    x          x
    lines              1                          6      how many came since the line before
                       |---- GARBAGE_LINE_MS ----|

Addresses can be forged, so all of them together have no more than GARBAGE_LINES_MAX lines in that
time; what is left out then is in the metrics alone. Time is an argument.
"""

from __future__ import annotations

from ringfence.kernel.clock import Ms
from ringfence.kernel.limits import GARBAGE_LINE_MS, GARBAGE_LINES_MAX


class Noise:
    """Who was told of lately, and how often since."""

    __slots__ = ("_since", "_unsaid", "_untold")

    def __init__(self) -> None:
        self._since = Ms(0)
        self._untold: dict[str, int] = {}
        """By address that has had its line: how many came after it."""
        self._unsaid: dict[str, int] = {}
        """The same of the time before, for the next line of that address."""

    def heard(self, host: str, now: Ms) -> int:
        """Take note of one; how many a line is to tell of now, 0 where none is to be written."""
        if now - self._since >= GARBAGE_LINE_MS:
            self._since = now
            self._unsaid, self._untold = self._untold, {}
        if host in self._untold:
            self._untold[host] += 1
            return 0
        if len(self._untold) >= GARBAGE_LINES_MAX:
            return 0
        self._untold[host] = 0
        return 1 + self._unsaid.pop(host, 0)
