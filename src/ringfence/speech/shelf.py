"""Clips in memory: what was spoken lately, bounded in bytes, the oldest let go first.

Clips may name people (``Hello, ...``), so they live here and nowhere else.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, Protocol, TypeVar

from ringfence.kernel.limits import CLIP_SHELF_BYTES


class Sized(Protocol):
    """Something with samples in it."""

    @property
    def pcm(self) -> bytes: ...


K = TypeVar("K")
C = TypeVar("C", bound=Sized)


class Shelf(Generic[K, C]):
    """Clips by key; using one keeps it."""

    def __init__(self, limit: int = CLIP_SHELF_BYTES) -> None:
        self._limit = limit
        self._clips: OrderedDict[K, C] = OrderedDict()
        self.size = 0

    def get(self, key: K) -> C | None:
        """The clip, if it is still here."""
        clip = self._clips.get(key)
        if clip is not None:
            self._clips.move_to_end(key)
        return clip

    def put(self, key: K, clip: C) -> None:
        """Keep a clip, and let go of the oldest ones where there is no room."""
        old = self._clips.pop(key, None)
        if old is not None:
            self.size -= len(old.pcm)
        self._clips[key] = clip
        self.size += len(clip.pcm)
        while self.size > self._limit and len(self._clips) > 1:
            _, gone = self._clips.popitem(last=False)
            self.size -= len(gone.pcm)

    def clear(self) -> None:
        """Let go of everything."""
        self._clips.clear()
        self.size = 0

    def drop(self, key: K) -> None:
        """Let go of a clip, if it is here."""
        gone = self._clips.pop(key, None)
        if gone is not None:
            self.size -= len(gone.pcm)

    def __len__(self) -> int:
        return len(self._clips)
