"""The clips of the native engine and the plays that use them: who frees what, and when.

The audio thread reads samples while a play is under way, so a clip whose name was dropped stays
until the last play that uses it has come back.
"""

from __future__ import annotations

import ctypes
from array import array
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
    __slots__ = ("named", "plays", "pointer", "rates", "size")

    def __init__(self, pointer: int, rate: int, size: int) -> None:
        self.pointer = pointer
        self.rates = {rate}
        """At which its samples are there."""
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
        self._clips[name] = _Clip(pointer, rate, size)
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
        if not 0 < len(clips) <= MEDIA_PLAY_CLIPS or not 0 <= loop < 1 << 31:
            return None
        found, pointers = [], array("Q")
        for wanted in clips:
            clip = self._clips.get(wanted)
            if clip is None or not (rate in clip.rates or self._prepare(clip, rate)):
                return None
            found.append(clip)
            pointers.append(clip.pointer)
        play: int | None = self._lib.rf_play_new(pointers.tobytes(), len(found), loop)
        if play is not None:
            for clip in found:
                clip.plays += 1
            self._plays[play] = (name, found)
        return play

    def prepare(self, play: int, rate: int) -> None:
        """The leg of a play is about to change its rate."""
        for clip in self._plays[play][1]:
            self._prepare(clip, rate)

    def _prepare(self, clip: _Clip, rate: int) -> bool:
        """See that a clip is there at a rate; False where memory is short."""
        if self._lib.rf_clip_prepare(clip.pointer, rate) != 0:
            return False
        clip.rates.add(rate)
        return True

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
