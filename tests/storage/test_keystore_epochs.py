"""Epoch keys as files: whole or not at all, gone when destroyed."""

import stat

import pytest

from ringfence.kernel.entropy import SystemEntropy
from ringfence.kernel.errors import Refused
from ringfence.storage.keystore_epochs import destroy_epoch, epoch_file, make_epoch, read_epochs

ENTROPY = SystemEntropy()


def test_a_key_is_written_read_and_destroyed(tmp_path):
    made = make_epoch(tmp_path, 7, ENTROPY)
    file = epoch_file(tmp_path, 7)
    assert (made.number, file.name) == (7, "epoch-000007.key")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(read_epochs(tmp_path)) == [7]
    destroy_epoch(tmp_path, 7, ENTROPY)
    assert list(tmp_path.iterdir()) == []


def test_the_bytes_of_a_destroyed_key_are_overwritten_first(tmp_path):
    make_epoch(tmp_path, 1, ENTROPY)
    key = epoch_file(tmp_path, 1).read_bytes()
    other = tmp_path / "hard link"
    other.hardlink_to(epoch_file(tmp_path, 1))
    destroy_epoch(tmp_path, 1, ENTROPY)
    assert len(other.read_bytes()) == 32
    assert other.read_bytes() != key


def test_what_is_half_written_is_removed_and_what_has_the_wrong_size_refused(tmp_path):
    (tmp_path / "epoch-000002.new").write_bytes(b"half")
    assert read_epochs(tmp_path) == {}
    assert list(tmp_path.iterdir()) == []
    epoch_file(tmp_path, 3).write_bytes(b"short")
    with pytest.raises(Refused) as refused:
        read_epochs(tmp_path)
    assert refused.value.code == "keystore_damaged"
