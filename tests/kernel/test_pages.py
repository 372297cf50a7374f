"""Which parts of a process's memory go into large pages."""

import ctypes
import mmap

from ringfence.kernel import pages
from ringfence.kernel.pages import heap_ranges

MAPS = """\
55d0c0000000-55d0c0010000 r-xp 00000000 08:01 131 /usr/bin/python3.11
55d0c1000000-55d0c1500000 rw-p 00000000 00:00 0 [heap]
7f0000100000-7f0000700000 rw-p 00000000 00:00 0
7f0000700000-7f0000900000 rw-p 00000000 08:01 132 /usr/lib/libpython3.11.so.1.0
7f0000900000-7f0000a00000 rw-p 00000000 00:00 0
7f0001000000-7f0001001000 ---p 00000000 00:00 0
7f0001001000-7f0001801000 rw-p 00000000 00:00 0
7f0002000000-7f0002400000 r--p 00000000 00:00 0
7f0003000000-7f0003400000 rw-p 00000000 00:00 0
7ffd00000000-7ffd00400000 rw-p 00000000 00:00 0 [stack]
"""
MB = 1024 * 1024


def test_whole_large_pages_of_the_heap_and_nothing_of_files_stacks_and_small_pieces():
    assert list(heap_ranges(MAPS)) == [
        (0x55D0C1000000, 4 * MB),
        (0x7F0000200000, 4 * MB),
        (0x7F0003000000, 4 * MB),
    ]


def test_lines_that_mean_nothing_are_passed_over():
    assert list(heap_ranges("\n\nnonsense\n")) == []


def test_what_is_moved_stays_what_it_was(monkeypatch):
    large = 2 * MB
    with mmap.mmap(-1, 3 * large) as block:
        block[:] = bytes(range(256)) * (len(block) // 256)
        view = ctypes.c_char.from_buffer(block)
        start = -(-ctypes.addressof(view) // large) * large
        monkeypatch.setattr(pages, "heap_ranges", lambda _: [(start, large)])
        assert pages.enlarge() in {0, large}  # an older kernel has no such call
        assert block[:] == bytes(range(256)) * (len(block) // 256)
        del view
