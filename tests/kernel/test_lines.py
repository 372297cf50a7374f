"""A log that is full now and then: what gets out is whole lines, and the count of the others."""

import errno

import pytest

from ringfence.kernel.lines import Lines


class Disk:
    """Takes ``room`` bytes, then none."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.taken = b""

    def write(self, data: bytes) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, "no room")
        part = data[: self.room]
        self.taken += part
        self.room -= len(part)
        return len(part)


def test_what_fits_is_written() -> None:
    disk = Disk(100)
    lines = Lines(disk.write)
    assert lines.put(b"one\n")
    assert lines.put(b"two\n")
    assert (disk.taken, lines.lost) == (b"one\ntwo\n", 0)


@pytest.mark.parametrize("room", range(13))
def test_no_line_is_torn_wherever_the_disk_ends(room: int) -> None:
    """Whatever room there is, the lines written are whole, and the others are counted."""
    disk = Disk(room)
    lines = Lines(disk.write)
    written = [line for line in (b"one\n", b"two\n", b"six\n") if lines.put(line)]
    assert lines.lost == 3 - len(written)
    disk.room = 100
    assert lines.put(b"end\n")
    assert disk.taken == b"".join(written) + b"end\n"
    assert lines.lost == 0
