"""Where in a recording something is heard: silence at both ends can be left out.

A block of 20 ms counts as heard when its mean square is above that of a quiet line (-44 dBFS, far
above comfort noise and codec noise, far below a whisper into a telephone). A little of the silence
stays, so that no word loses its beginning.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from operator import mul

BLOCK_MS = 20
MARGIN_MS = 200
QUIET = 200 * 200
"""Mean square of 16-bit samples."""


def heard_span(channels: Iterable[tuple[array[int], int]]) -> tuple[int, int] | None:
    """Return from and until when something is heard on any channel, in ms; None for silence.

    ``channels``: mono samples and their rate, beginning at the same instant.
    """
    spans = [span for pcm, rate in channels if (span := _span(pcm, rate)) is not None]
    if not spans:
        return None
    return min(first for first, _ in spans), max(last for _, last in spans)


def _span(pcm: array[int], rate: int) -> tuple[int, int] | None:
    size = rate * BLOCK_MS // 1000
    blocks = -(-len(pcm) // size)
    first = next((n for n in range(blocks) if _is_heard(pcm, n, size)), None)
    if first is None:
        return None
    last = next(n for n in range(blocks - 1, first - 1, -1) if _is_heard(pcm, n, size))
    whole = len(pcm) * 1000 // rate
    return (
        max(first * BLOCK_MS - MARGIN_MS, 0),
        min((last + 1) * BLOCK_MS + MARGIN_MS, whole),
    )


def _is_heard(pcm: array[int], block: int, size: int) -> bool:
    piece = pcm[block * size : (block + 1) * size]
    power: int = sum(map(mul, piece, piece))
    return power > QUIET * len(piece)
