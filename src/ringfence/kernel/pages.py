"""Large pages for what lives as long as the process.

A server that wakes up for one datagram finds the processor's caches full of somebody else's work.
What a call touches is spread over a thousand small pages, and before each of them is read its
entry in the page table is. In pages of 2 MB the heap after the start has a few dozen entries.

Memory in use does not grow noticeably: only what is mapped already is moved, and where a part of
2 MB was never touched its pages come to life with the rest.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_LARGE: Final = 2 * 1024 * 1024
_MADV_COLLAPSE: Final = 25
"""madvise(2), Linux 6.1: move a range into large pages now."""


def heap_ranges(maps: str) -> Iterator[tuple[int, int]]:
    """Start and length of the whole large pages within the heap; ``maps``: as in proc(5).

    The heap is what is private, writable, and of no file; thread stacks are left alone (a guard
    page that cannot be touched lies right below each).
    """
    guarded = False
    for line in maps.splitlines():
        fields = line.split()
        if len(fields) < 5:
            continue
        access, path = fields[1], fields[5] if len(fields) > 5 else ""
        if access == "rw-p" and path in {"", "[heap]"} and not guarded:
            first, _, last = fields[0].partition("-")
            start = -(-int(first, 16) // _LARGE) * _LARGE
            end = int(last, 16) // _LARGE * _LARGE
            if end > start:
                yield start, end - start
        guarded = access == "---p"


def enlarge() -> int:
    """Move the heap into large pages; how many bytes the system moved, 0 where it cannot."""
    try:
        maps = Path("/proc/self/maps").read_text()
        madvise = ctypes.CDLL(None).madvise
    except (OSError, AttributeError):
        return 0  # another system: it works with small pages
    madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    return sum(
        length for start, length in heap_ranges(maps) if madvise(start, length, _MADV_COLLAPSE) == 0
    )
