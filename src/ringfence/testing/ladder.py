"""The failure ladder: let the n-th write, fetch or send fail, for every n.

ladder = Ladder()          # no rung: counts how many steps a scene takes
ladder = Ladder(rung=3)    # the third step fails
"""

from __future__ import annotations

import errno


class Ladder:
    """Counts steps and lets one of them fail. ``more``: and every step after it."""

    __slots__ = ("more", "rung", "steps")

    def __init__(self, rung: int | None = None, *, more: bool = False) -> None:
        self.start(rung, more=more)

    def start(self, rung: int | None = None, *, more: bool = False) -> None:
        """Count from here; that step from here fails."""
        self.rung = rung
        self.more = more
        self.steps = 0

    def fails(self) -> bool:
        """Take a step; return whether it is one that fails."""
        self.steps += 1
        if self.rung is None:
            return False
        return self.steps >= self.rung if self.more else self.steps == self.rung

    def disk(self) -> None:
        """Take a step that needs the disk; raises OSError (no room left) where it fails."""
        if self.fails():
            raise OSError(errno.ENOSPC, "the ladder says that the disk is full")

    @property
    def reached(self) -> bool:
        """Whether the step that was to fail was taken."""
        return self.rung is not None and self.steps >= self.rung
