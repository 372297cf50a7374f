"""The keystore on disk: nothing used is lost, nothing destroyed comes back."""

import shutil
import stat

import apsw
import pytest

from ringfence.kernel.entropy import SystemEntropy
from ringfence.kernel.errors import LocalError, Refused
from ringfence.kernel.limits import KEYSTORE_SHELF, KEYSTORE_SHELVES_CACHED
from ringfence.storage import keystore_file
from ringfence.storage.keystore_file import Destruction, KeystoreFile, move_all

ENTROPY = SystemEntropy()


@pytest.fixture
def file(tmp_path):
    (tmp_path / "keys").mkdir()
    return tmp_path / "keys" / "keystore.db"


@pytest.fixture
def keystore(file):
    keystore = KeystoreFile.open(file, entropy=ENTROPY)
    yield keystore
    keystore.close()


def reopen(keystore, file):
    keystore.close()
    return KeystoreFile.open(file, entropy=ENTROPY)


def crash(keystore):
    """Close the file as a killed process would: without saving anything."""
    keystore._db.close()
    keystore._closed = True


def test_keys_are_counted_and_stay_what_they_are(keystore, file):
    serials = [keystore.take() for _ in range(300)]
    assert serials == list(range(300))
    keys = [keystore.key(serial) for serial in serials]
    assert len(set(keys)) == 300
    again = reopen(keystore, file)
    assert [again.key(serial) for serial in serials] == keys
    assert again.take() == 300
    again.close()


def test_a_key_is_on_disk_once_it_is_saved(keystore, file):
    serial = keystore.take()
    key = keystore.key(serial)
    assert keystore.unsaved
    keystore.save()
    assert not keystore.unsaved
    crash(keystore)
    again = KeystoreFile.open(file, entropy=ENTROPY)
    assert again.key(serial) == key
    again.close()


def test_after_a_crash_no_serial_is_handed_out_twice(keystore, file):
    for _ in range(5):
        keystore.take()
    keystore.save()
    handed = keystore.take()
    crash(keystore)
    again = KeystoreFile.open(file, entropy=ENTROPY)
    assert again.take() > handed
    again.close()
    # and after a clean close followed by a crash in the middle of the shelf
    again = KeystoreFile.open(file, entropy=ENTROPY)
    handed = again.take()
    again.save()
    crash(again)
    third = KeystoreFile.open(file, entropy=ENTROPY)
    assert third.take() > handed
    third.close()


def test_a_clean_restart_wastes_nothing(keystore, file):
    assert keystore.take() == 0
    again = reopen(keystore, file)
    assert again.take() == 1
    again.close()


def test_named_keys_are_found_again(keystore, file):
    audit = keystore.named("audit")
    assert keystore.named("audit") == audit
    assert keystore.named("nonce") != audit
    key = keystore.key(audit)
    again = reopen(keystore, file)
    assert again.named("audit") == audit
    assert again.key(audit) == key
    again.close()


def test_a_destroyed_key_is_gone_from_memory_and_disk(keystore, file):
    serials = [keystore.take() for _ in range(130)]
    keys = {serial: keystore.key(serial) for serial in serials}
    assert keystore.destroy([3, 125]) == 2
    assert keystore.destroy([3]) == 0

    def check(store):
        for serial in (3, 125):
            with pytest.raises(Refused) as refused:
                store.key(serial)
            assert refused.value.code == "erased"
        assert store.key(4) == keys[4]

    check(keystore)
    again = reopen(keystore, file)
    check(again)
    again.close()


def test_a_serial_nobody_was_given_is_a_bug(keystore):
    with pytest.raises(LocalError):
        keystore.key(10_000)


def test_old_shelves_leave_memory_and_are_read_again(keystore):
    count = (KEYSTORE_SHELVES_CACHED + 3) * KEYSTORE_SHELF
    first = keystore.key(keystore.take())
    for _ in range(count - 1):
        keystore.take()
    assert keystore.key(0) == first  # unsaved shelves are never let go
    keystore.save()
    for _ in range(KEYSTORE_SHELF):
        keystore.take()
    assert keystore.key(0) == first
    assert len(keystore._shelves) <= KEYSTORE_SHELVES_CACHED + 4


def test_no_key_lies_in_the_file_in_clear(keystore, file):
    keys = [keystore.key(keystore.take()) for _ in range(120)]
    keystore.save()
    data = b"".join(path.read_bytes() for path in file.parent.iterdir())
    assert not any(key in data for key in keys)


# --- epochs -------------------------------------------------------------------------------------


def test_a_new_epoch_keeps_the_keys_and_makes_old_copies_useless(keystore, file, tmp_path):
    keys = [keystore.key(keystore.take()) for _ in range(500)]
    keystore.save()
    backup = tmp_path / "backup"
    backup.mkdir()
    (backup / "keystore.db").write_bytes(file.read_bytes())
    keystore.destroy([7])
    left = []
    move_all(keystore, step=2, progress=left.append)
    assert left == [3, 1]
    assert keystore.epoch == 3, "one by the erasure, one by the move"
    assert not keystore.moving
    assert keystore.key(8) == keys[8]
    assert [path.name for path in sorted(file.parent.glob("*.key"))] == ["epoch-000003.key"]
    again = reopen(keystore, file)
    assert again.key(499) == keys[499]
    again.close()
    # the copy made before the erasure, with the only key file there is
    shutil.copy(file.parent / "epoch-000003.key", backup)
    with pytest.raises(Refused) as refused:
        KeystoreFile.open(backup / "keystore.db", entropy=ENTROPY)
    assert refused.value.code == "keystore_missing"


def test_a_move_broken_off_is_gone_on_with(keystore, file):
    keys = [keystore.key(keystore.take()) for _ in range(500)]
    keystore.save()
    keystore.begin_epoch()
    assert keystore.move(2) == 3
    crash(keystore)
    again = KeystoreFile.open(file, entropy=ENTROPY)
    assert again.moving
    assert [again.key(serial) for serial in range(500)] == keys
    assert again.begin_epoch() == 2
    while again.move(2):
        pass
    assert not again.moving
    assert [again.key(serial) for serial in range(500)] == keys
    assert len(list(file.parent.glob("*.key"))) == 1
    again.close()


def test_a_destroyed_key_cannot_come_back_from_a_copy(keystore, file, tmp_path):
    """Not even with the epoch key of today beside the copy of yesterday."""
    for _ in range(130):
        keystore.take()
    keystore.save()
    backup = tmp_path / "backup"
    shutil.copytree(file.parent, backup)
    (key,) = backup.glob("*.key")
    key.unlink()
    assert keystore.destroy([5], line=Destruction("ER1", "PA1", 5, None, 7)) == 1
    (now,) = file.parent.glob("*.key")
    assert now.name == "epoch-000002.key"
    shutil.copy(now, backup)
    with pytest.raises(Refused) as refused:
        KeystoreFile.open(backup / "keystore.db", entropy=ENTROPY)
    assert refused.value.code == "keystore_missing"
    shutil.copy(now, backup / "epoch-000001.key")  # under the name the copy asks for
    with pytest.raises(Refused) as refused:
        KeystoreFile.open(backup / "keystore.db", entropy=ENTROPY)
    assert refused.value.code == "keystore_damaged"


def test_the_ledger_names_every_destruction_once(keystore, file):
    for _ in range(10):
        keystore.take()
    lines = [Destruction(f"ER{n}", f"PA{n}", n, None if n else 9, 100 + n) for n in range(3)]
    for line in [*lines, lines[0]]:
        keystore.destroy([line.serial], line=line)
    again = reopen(keystore, file)
    assert again.ledger() == lines
    again.close()


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_kill_around_the_new_epoch_leaves_one_epoch(keystore, file, monkeypatch, moment):
    keys = [keystore.key(keystore.take()) for _ in range(130)]
    keystore.save()

    def die(*_):
        raise KeyboardInterrupt

    # a kill runs no clean-up either
    monkeypatch.setattr(keystore_file, "destroy_epoch", die)
    if moment == "before":
        monkeypatch.setattr(keystore, "_put_ring", die)
    with pytest.raises(KeyboardInterrupt):
        keystore.destroy([5])
    monkeypatch.undo()
    crash(keystore)
    assert len(list(file.parent.glob("*.key"))) == 2
    again = KeystoreFile.open(file, entropy=ENTROPY)
    assert len(list(file.parent.glob("*.key"))) == 1
    assert again.key(6) == keys[6]
    if moment == "before":
        assert again.key(5) == keys[5]
    else:
        with pytest.raises(Refused):
            again.key(5)
    again.close()


def test_an_epoch_key_half_written_is_not_believed(keystore, file):
    keystore.take()
    keystore.close()
    (file.parent / "epoch-000002.new").write_bytes(b"half")
    again = KeystoreFile.open(file, entropy=ENTROPY)
    assert again.epoch == 1
    assert not (file.parent / "epoch-000002.new").exists()
    again.close()


# --- trouble ------------------------------------------------------------------------------------


def test_a_missing_epoch_key_refuses_to_open(keystore, file):
    keystore.take()
    keystore.close()
    (file.parent / "epoch-000001.key").unlink()
    with pytest.raises(Refused) as refused:
        KeystoreFile.open(file, entropy=ENTROPY)
    assert refused.value.code == "keystore_missing"


def test_a_missing_file_is_not_made_anew_where_data_depends_on_it(file):
    with pytest.raises(Refused) as refused:
        KeystoreFile.open(file, entropy=ENTROPY, must_exist=True)
    assert refused.value.code == "keystore_missing"


def test_damage_is_noticed(keystore, file):
    serial = keystore.take()
    keystore.close()
    whole = file.read_bytes()
    db = apsw.Connection(str(file))
    db.execute("UPDATE shelves SET sealed = zeroblob(length(sealed))")
    db.close()
    again = KeystoreFile.open(file, entropy=ENTROPY)
    with pytest.raises(Refused) as refused:
        again.key(serial)
    assert refused.value.code == "keystore_damaged"
    assert "ringfence restore BACKUP --keys COPY" in refused.value.reason
    again.close()
    file.write_bytes(b"not a database, but long enough to be looked at" * 100)
    with pytest.raises(Refused) as refused:
        KeystoreFile.open(file, entropy=ENTROPY)
    assert refused.value.code == "keystore_damaged"
    file.write_bytes(whole)


def test_a_newer_format_is_refused(keystore, file):
    keystore.close()
    db = apsw.Connection(str(file))
    db.pragma("user_version", 99)
    db.close()
    with pytest.raises(Refused) as refused:
        KeystoreFile.open(file, entropy=ENTROPY)
    assert refused.value.code == "keystore_newer"


def test_the_files_are_the_owners_alone(keystore, file):
    keystore.take()
    keystore.save()
    for path in file.parent.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path.name


def test_whichever_write_fails_every_saved_key_survives(tmp_path, disk):
    """Invariant: a key that `save` confirmed is readable after any later failure."""
    for n in range(1, 40):
        folder = tmp_path / f"k{n}"
        folder.mkdir()
        file = folder / "keystore.db"
        keystore = KeystoreFile.open(file, entropy=ENTROPY, vfs=disk.name)
        first = keystore.key(keystore.take())
        keystore.save()
        disk.fail_after(n, once=True)
        survived = {0: first}
        failures = 0
        for _ in range(3):
            try:
                serials = [keystore.take() for _ in range(KEYSTORE_SHELF)]
                keys = {serial: keystore.key(serial) for serial in serials}
                keystore.save()
                survived.update(keys)
            except (apsw.FullError, apsw.IOError):
                failures += 1
        disk.mend()
        crash(keystore)
        again = KeystoreFile.open(file, entropy=ENTROPY)
        assert {serial: again.key(serial) for serial in survived} == survived
        again.close()
        assert failures <= 1


def test_a_number_is_noted_once_and_for_good(file, keystore):
    assert keystore.once("since", 7) == 7
    assert keystore.once("since", 9) == 7
    keystore.close()
    again = KeystoreFile.open(file, entropy=ENTROPY)
    assert again.once("since", 11) == 7
    assert again.noted("since") == 7
    again.forget("since")
    assert again.noted("since") is None
    again.close()
