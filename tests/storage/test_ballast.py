"""Room for a start and a stop on a full disk: taken while there is plenty, given up in halves."""

import os
from types import SimpleNamespace

import pytest

from ringfence.kernel.limits import BALLAST_BYTES, BALLAST_KEPT, BALLAST_LEAST, BALLAST_SHARE
from ringfence.storage import ballast
from ringfence.storage.folder import DataFolder

AMPLE = BALLAST_SHARE * BALLAST_BYTES


@pytest.fixture
def disk(monkeypatch):
    """How many bytes are free; whether the system takes room for a file."""
    disk = SimpleNamespace(free=AMPLE, takes=True)

    def allocate(descriptor, _offset, size):
        if not disk.takes:
            raise OSError("no room")
        os.truncate(descriptor, size)

    monkeypatch.setattr(
        ballast.os, "statvfs", lambda _: SimpleNamespace(f_bavail=disk.free, f_frsize=1)
    )
    monkeypatch.setattr(ballast.os, "posix_fallocate", allocate)
    return disk


@pytest.fixture
def folder(tmp_path):
    return DataFolder(tmp_path)


def size(folder):
    return folder.ballast.stat().st_size if folder.ballast.exists() else 0


def test_it_takes_room_that_nobody_else_can_have(folder):
    if os.statvfs(folder.root).f_bavail * os.statvfs(folder.root).f_frsize < AMPLE:
        pytest.skip("NOT RUN: this disk is nearly full")
    assert ballast.keep(folder)
    found = folder.ballast.stat()
    assert found.st_size == BALLAST_BYTES
    assert found.st_blocks * 512 >= BALLAST_BYTES
    assert found.st_mode & 0o077 == 0


def test_it_is_made_where_room_is_ample_and_completed_there(folder, disk):
    disk.free = AMPLE - 1
    assert not ballast.keep(folder)
    assert not folder.ballast.exists()
    disk.free = AMPLE
    assert ballast.keep(folder)
    os.truncate(folder.ballast, BALLAST_BYTES // 2)
    disk.free = AMPLE - 1
    assert not ballast.keep(folder)
    assert size(folder) == BALLAST_BYTES // 2, "what is left of it stays"
    disk.free = AMPLE
    assert ballast.keep(folder)
    assert size(folder) == BALLAST_BYTES


def test_where_there_is_less_room_than_it_seemed_nothing_is_left_behind(folder, disk):
    disk.takes = False
    assert not ballast.keep(folder)
    assert not folder.ballast.exists()


def test_starts_on_a_full_disk_share_it(folder, disk):
    ballast.keep(folder)
    disk.free = BALLAST_LEAST
    assert not ballast.make_room(folder), "a start finds room"
    disk.free = BALLAST_LEAST - 1
    left = []
    while ballast.make_room(folder):
        left.append(size(folder))
    assert left == [BALLAST_BYTES // 2, BALLAST_BYTES // 4, BALLAST_BYTES // 8, 0]
    assert not folder.ballast.exists()


def test_a_write_leaves_something_for_a_start(folder, disk):
    ballast.keep(folder)
    disk.free = 0
    left = []
    while ballast.make_room(folder, keep=BALLAST_KEPT):
        left.append(size(folder))
    assert left == [BALLAST_BYTES // 2, BALLAST_KEPT]


def test_a_stop_takes_all_of_it(folder, disk):
    ballast.keep(folder)
    assert ballast.give_up(folder)
    assert not ballast.give_up(folder)
    assert not folder.ballast.exists()


def test_a_folder_that_is_not_there_is_no_fault_of_the_ballast(tmp_path):
    folder = DataFolder(tmp_path / "nowhere")
    assert not ballast.keep(folder)
    assert not ballast.make_room(folder)
    assert not ballast.give_up(folder)
    assert not ballast.is_full(folder)
