"""The circuit breaker of one server: a server that does not answer is left alone for a while.

::

             answered                    a pause is over
            ┌───────┐                ┌────────────────────┐
            ▼       │  the fifth     │                    ▼
          closed ───┴──failure────▶ open ◀──failed── half_open
            ▲                         │                   │
            └───────────answered──────┴─────answered──────┘

*closed*: everything goes. *open*: nothing goes. *half_open*: one goes, to see. The pause is
`BREAKER_FIRST_MS`, twice as long after each failed trial, at most `BREAKER_LONGEST_MS`. An answer
is any answer below 500 but 429: a server that says 404 is alive.
"""

from __future__ import annotations

from typing import Final, Literal

from ringfence.kernel.clock import Ms
from ringfence.kernel.limits import BREAKER_FAILURES, BREAKER_FIRST_MS, BREAKER_LONGEST_MS

State = Literal["closed", "open", "half_open"]
News = Literal["answered", "failed", "failed_too_often", "waited"]

TRANSITIONS: Final[dict[tuple[State, News], State]] = {
    ("closed", "answered"): "closed",
    ("closed", "failed"): "closed",
    ("closed", "failed_too_often"): "open",
    ("open", "answered"): "closed",  # a straggler that was under way when it opened
    ("open", "failed"): "open",
    ("open", "failed_too_often"): "open",
    ("open", "waited"): "half_open",
    ("half_open", "answered"): "closed",
    ("half_open", "failed"): "open",
    ("half_open", "failed_too_often"): "open",
}
"""Every transition; ``waited`` happens only while it is open."""


class Breaker:
    """``failures``: in a row, until now."""

    __slots__ = ("_due", "_pause", "failures", "state")

    def __init__(self) -> None:
        self.state: State = "closed"
        self.failures = 0
        self._pause = int(BREAKER_FIRST_MS)
        self._due: Ms | None = None

    def receive(self, answered: bool, now: Ms) -> None:
        """A request has ended: the server answered, or it did not."""
        if answered:
            self.failures = 0
            self._step("answered", now)
            return
        self.failures += 1
        self._step("failed_too_often" if self.failures >= BREAKER_FAILURES else "failed", now)

    def deadline(self) -> Ms | None:
        """When the pause is over, None without one."""
        return self._due

    def fire(self, now: Ms) -> None:
        """Look whether the pause is over."""
        if self._due is not None and now >= self._due:
            self._step("waited", now)

    def _step(self, news: News, now: Ms) -> None:
        before, self.state = self.state, TRANSITIONS[self.state, news]
        if self.state == before:
            return
        self._due = None
        if self.state == "closed":
            self._pause = int(BREAKER_FIRST_MS)
        elif self.state == "open":
            self._due = Ms(now + self._pause)
            self._pause = min(self._pause * 2, int(BREAKER_LONGEST_MS))
