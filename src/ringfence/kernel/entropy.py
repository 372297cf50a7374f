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


class SystemEntropy:
    """The operating system's generator, read in blocks because a syscall per id costs more."""

    __slots__ = ("_at", "_block")
    _BLOCK = 4096

    def __init__(self) -> None:
        self._block = b""
        self._at = 0

    def token(self, size: int, /) -> bytes:
        end = self._at + size
        if end > len(self._block):
            self._block = os.urandom(max(self._BLOCK, size))
            self._at, end = 0, size
        piece = self._block[self._at : end]
        self._at = end
        return piece


class SeededEntropy:
    """A repeatable source for tests and the simulator. Never for keys that guard real data."""

    __slots__ = ("_random",)

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose, tests only

    def token(self, size: int, /) -> bytes:
        return self._random.randbytes(size)
