"""A conference room of the reference core: the running sum of what its members contribute."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from operator import add, sub

from ringfence.media.engine.reference_play import SILENCE
from ringfence.media.mixer import minus


class Room:
    """Exists while it has members."""

    __slots__ = ("_total", "members", "name", "rate")

    def __init__(self, name: str, *, rate: int) -> None:
        self.name = name
        self.rate = rate
        self.members = 0
        self._total = list(SILENCE[rate])

    def replace(self, old: array[int], fresh: array[int]) -> None:
        """Exchange one member's contribution."""
        if fresh is not old:
            self._total = list(map(add, self._total, map(sub, fresh, old)))

    def minus(self, own: array[int], whispers: Sequence[array[int]] = ()) -> array[int]:
        """Return what a member who contributes ``own`` hears, to whom some may ``whisper``."""
        total = self._total
        for said in whispers:
            total = list(map(add, total, said))
        return minus(total, own)
