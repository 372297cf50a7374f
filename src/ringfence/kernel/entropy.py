"""Randomness as an argument: nothing below the adapters draws it on its own."""

from __future__ import annotations

import os
import random
from typing import Protocol


class Entropy(Protocol):
    """A source of random bytes."""

    def token(self, size: int, /) -> bytes:
        """Return ``size`` random bytes."""
        ...

    def ordinal(self) -> int:
        """Return one more than last time, modulo `ORDINALS`."""
        ...


ORDINALS = 1 << 24
"""After so many ordinals they begin again: what was made within one millisecond keeps its order."""


class SystemEntropy:
    """The operating system's generator, read in blocks because a syscall per id costs more."""

    __slots__ = ("_at", "_block", "_ordinal")
    _BLOCK = 4096

    def __init__(self) -> None:
        self._block = b""
        self._at = 0
        # Anywhere, so that an id does not tell how many came before it.
        self._ordinal = int.from_bytes(os.urandom(3), "big")

    def token(self, size: int, /) -> bytes:
        end = self._at + size
        if end > len(self._block):
            self._block = os.urandom(max(self._BLOCK, size))
            self._at, end = 0, size
        piece = self._block[self._at : end]
        self._at = end
        return piece

    def ordinal(self) -> int:
        self._ordinal = (self._ordinal + 1) % ORDINALS
        return self._ordinal


class SeededEntropy:
    """A repeatable source for tests and the simulator. Never for keys that guard real data."""

    __slots__ = ("_ordinal", "_random")

    def __init__(self, seed: int) -> None:
        self._ordinal = 0
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose, tests only

    def token(self, size: int, /) -> bytes:
        return self._random.randbytes(size)

    def ordinal(self) -> int:
        self._ordinal = (self._ordinal + 1) % ORDINALS
        return self._ordinal
