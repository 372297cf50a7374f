"""The clips of the native engine and the plays that use them: who frees what, and when.

The audio thread reads samples while a play is under way, so a clip whose name was dropped stays
until the last play that uses it has come back.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

from ringfence.kernel.limits import (
    MEDIA_CLIP_BYTES,
    MEDIA_CLIP_TOTAL_BYTES,
    MEDIA_CLIPS_MAX,
    MEDIA_PLAY_CLIPS,
)
from ringfence.media.engine.protocol import Refusal

RATES = frozenset((8_000, 16_000))


class _Clip:
    __slots__ = ("named", "plays", "pointer", "size")

    def __init__(self, pointer: int, size: int) -> None:
        self.pointer = pointer
        self.size = size
        self.named = True
        self.plays = 0


class Shelf:
    """Samples by name, plays by the pointer the engine knows them by."""

    __slots__ = ("_bytes", "_clips", "_lib", "_plays")

    def __init__(self, library: ctypes.CDLL) -> None:
        self._lib = library
        self._clips: dict[str, _Clip] = {}
        self._bytes = 0
        self._plays: dict[int, tuple[str, list[_Clip]]] = {}

    def load(self, name: str, rate: int, pcm: bytes) -> Refusal | None:
        """Keep s16le samples under a name; say why not."""
        size, old = len(pcm), self._clips.get(name)
        if rate not in RATES or size % 2 or size > MEDIA_CLIP_BYTES:
            return "invalid"
        total = self._bytes + size - (old.size if old is not None else 0)
        if total > MEDIA_CLIP_TOTAL_BYTES or (old is None and len(self._clips) >= MEDIA_CLIPS_MAX):
            return "limit"
        pointer = self._lib.rf_clip_new(rate, pcm, size // 2)
        if pointer is None:
            return "limit"
        if old is not None:
            self._unname(old)
        self._clips[name] = _Clip(pointer, size)
        self._bytes = total
        return None

    def drop(self, name: str) -> bool:
        """Forget a name; False where there is none."""
        clip = self._clips.pop(name, None)
        if clip is None:
            return False
        self._bytes -= clip.size
        self._unname(clip)
        return True

    def _unname(self, clip: _Clip) -> None:
        clip.named = False
        if clip.plays == 0:
            self._lib.rf_clip_free(clip.pointer)

    def begin(self, name: str, clips: Sequence[str], loop: int, rate: int) -> int | None:
        """Make a play for a leg of this rate; return its pointer, None where it cannot be."""
        found = [self._clips.get(clip) for clip in clips[: MEDIA_PLAY_CLIPS + 1]]
        known = [clip for clip in found if clip is not None]
        if (
            not 0 < len(known) == len(found) <= MEDIA_PLAY_CLIPS
            or not 0 <= loop < 1 << 31
            or not self._prepare(known, rate)
        ):
            return None
        pointers = (ctypes.c_void_p * len(known))(*[clip.pointer for clip in known])
        play: int | None = self._lib.rf_play_new(pointers, len(known), loop)
        if play is not None:
            for clip in known:
                clip.plays += 1
            self._plays[play] = (name, known)
        return play

    def prepare(self, play: int, rate: int) -> None:
        """The leg of a play is about to change its rate."""
        self._prepare(self._plays[play][1], rate)

    def _prepare(self, clips: list[_Clip], rate: int) -> bool:
        return all(self._lib.rf_clip_prepare(clip.pointer, rate) == 0 for clip in clips)

    def end(self, play: int) -> str:
        """The engine gave a play back: free it, return its name."""
        name, clips = self._plays.pop(play)
        self._lib.rf_play_free(play)
        for clip in clips:
            clip.plays -= 1
            if clip.plays == 0 and not clip.named:
                self._lib.rf_clip_free(clip.pointer)
        return name

    def free(self) -> None:
        """The engine is gone: free everything."""
        for play in list(self._plays):
            self.end(play)
        for name in list(self._clips):
            self.drop(name)
