"""Mix-minus: everybody in a room hears all the others and not themselves.

The mix for a member is the sum of all other members' samples, computed without loss and then
saturated to 16 bits; it does not depend on the order of the members.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from operator import add, sub

from ringfence.media.fir import clipped


def total(frames: Sequence[array[int]]) -> list[int]:
    """Return the plain sums, sample by sample, of at least one frame of equal length."""
    sums = list(frames[0])
    for frame in frames[1:]:
        sums = list(map(add, sums, frame))
    return sums


def minus(sums: Sequence[int], own: array[int]) -> array[int]:
    """Return what a member hears: the sums without its own frame, saturated."""
    return clipped(list(map(sub, sums, own)))
