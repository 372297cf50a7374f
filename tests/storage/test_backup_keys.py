"""Copies of keys: one at a time, complete, and apart from the data."""

import pytest

from ringfence.kernel.entropy import SystemEntropy
from ringfence.kernel.errors import Refused
from ringfence.storage import backup_keys
from ringfence.storage.folder import DataFolder
from ringfence.storage.keystore_file import KeystoreFile

ENTROPY = SystemEntropy()


@pytest.fixture
def folder(tmp_path):
    made = DataFolder(tmp_path / "data")
    made.make()
    return made


@pytest.fixture
def keystore(folder):
    keystore = KeystoreFile.open(folder.keystore, entropy=ENTROPY)
    yield keystore
    keystore.close()


def test_a_copy_opens_what_the_keystore_opens(folder, keystore, tmp_path):
    keys = [keystore.key(keystore.take()) for _ in range(130)]
    target = tmp_path / "safe"
    backup_keys.make_room(target, folder)
    keystore.copy(target)
    other = DataFolder(tmp_path / "other")
    backup_keys.put_back(target, other)
    again = KeystoreFile.open(other.keystore, entropy=ENTROPY)
    assert [again.key(serial) for serial in range(130)] == keys
    again.close()
    assert all(path.stat().st_mode & 0o077 == 0 for path in target.iterdir())


def test_a_new_copy_replaces_the_one_before(folder, keystore, tmp_path):
    target = tmp_path / "safe"
    backup_keys.make_room(target, folder)
    keystore.take()
    keystore.copy(target)
    (first,) = target.glob("*.key")
    before = first.read_bytes()
    other_name = tmp_path / "held on to"
    other_name.hardlink_to(first)
    keystore.destroy([0])
    keystore.copy(target)
    assert [path.name for path in sorted(target.iterdir())] == ["epoch-000002.key", "keystore.db"]
    assert other_name.read_bytes() != before, "overwritten, not only removed"


def test_keys_lie_neither_in_the_data_nor_beside_a_backup(folder, tmp_path):
    beside = tmp_path / "backup"
    beside.mkdir()
    (beside / "manifest.json").touch()
    for target in (beside, folder.root / "copy"):
        with pytest.raises(Refused) as refused:
            backup_keys.make_room(target, folder)
        assert refused.value.code == "backup_in_the_way"


def test_newer_keys_are_never_replaced_by_a_copy(folder, keystore, tmp_path):
    keystore.take()
    target = tmp_path / "safe"
    backup_keys.make_room(target, folder)
    keystore.copy(target)
    with pytest.raises(Refused) as refused:
        backup_keys.put_back(target, folder)
    assert refused.value.code == "keys_in_the_way"
    with pytest.raises(Refused) as refused:
        backup_keys.put_back(tmp_path, folder)
    assert refused.value.code == "no_keys"
