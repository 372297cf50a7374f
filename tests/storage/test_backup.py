"""Backups are whole, hold no key, and do not bring people back."""

import shutil

import pytest

from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.storage import backup, backup_keys
from ringfence.storage.folder import DataFolder

CALLER = "+12025550123"


@pytest.fixture
def called(store, story, clock, settle):
    """A folder with one call and one sealed sound."""
    one = story(caller=CALLER)
    store.calls.record(one.whole(), clock.now())
    settle()
    (store.folder.recordings / "RE1-0.rfr").write_bytes(b"sealed")
    return one


def write(store, tmp_path, clock, name="backup"):
    return backup.write(store.folder, tmp_path / name, now=clock.now())


def test_a_backup_is_consistent_while_it_is_written_to(store, called, story, clock, tmp_path):
    written = write(store, tmp_path, clock)
    assert written.files == 2
    manifest = backup.check(tmp_path / "backup")
    assert set(manifest.files) == {"ringfence.db", "objects/recordings/RE1-0.rfr"}
    assert manifest.made_at == clock.now()
    store.calls.record(story().whole(), clock.now())  # the store goes on


def test_no_key_is_in_a_backup(store, called, clock, tmp_path):
    write(store, tmp_path, clock)
    (epoch,) = store.folder.keys.glob("*.key")
    everything = b"".join(
        path.read_bytes() for path in (tmp_path / "backup").rglob("*") if path.is_file()
    )
    assert epoch.read_bytes() not in everything
    assert not any(store.keystore.key(serial) in everything for serial in range(5))
    assert b"shelves" not in everything


@pytest.mark.promise("SEC-03")
def test_every_changed_byte_is_noticed(store, called, clock, tmp_path):
    write(store, tmp_path, clock)
    for name in ("ringfence.db", "objects/recordings/RE1-0.rfr"):
        path = tmp_path / "backup" / name
        whole = path.read_bytes()
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        with pytest.raises(Refused) as refused:
            backup.check(tmp_path / "backup")
        assert refused.value.code == "backup_damaged"
        assert name in refused.value.reason
        path.write_bytes(whole)
    backup.check(tmp_path / "backup")


@pytest.mark.parametrize("name", ["keys/keystore.db", "../x", "objects/../keys/x", "/etc/passwd"])
def test_a_manifest_cannot_name_other_files(store, called, clock, tmp_path, name):
    write(store, tmp_path, clock)
    path = tmp_path / "backup" / backup.MANIFEST
    path.write_bytes(path.read_bytes().replace(b"ringfence.db", name.encode()))
    with pytest.raises(Refused) as refused:
        backup.check(tmp_path / "backup")
    assert refused.value.code == "backup_damaged"


def test_what_is_no_backup_is_refused(tmp_path):
    with pytest.raises(Refused) as refused:
        backup.check(tmp_path)
    assert refused.value.code == "no_backup"


def test_a_backup_needs_a_place_of_its_own(store, called, clock, tmp_path):
    for target in ("backup", "data/backup"):
        (tmp_path / target).mkdir()
        (tmp_path / target / "something").touch()
        with pytest.raises(Refused) as refused:
            write(store, tmp_path, clock, target)
        assert refused.value.code == "backup_in_the_way"
    with pytest.raises(Refused) as refused:
        backup.write(DataFolder(tmp_path / "none"), tmp_path / "b", now=clock.now())
    assert refused.value.code == "nothing_to_back_up"


def erase(store, rooms, called):
    planned = store.eraser.plan(rooms.account, called.caller, reason="request", actor="operator")
    return store.eraser.carry_out(planned.id)


def put_back(tmp_path, ledgers=()):
    return backup.put_back(
        tmp_path / "backup",
        DataFolder(tmp_path / "data"),
        ledgers=ledgers,
        progress=lambda _: None,
    )


@pytest.mark.promise("SEC-03")
def test_what_is_put_back_serves_only_after_the_erasures_are_done_again(
    store, rooms, called, clock, tmp_path, open_store
):
    write(store, tmp_path, clock)
    done = erase(store, rooms, called)
    store.close()
    put_back(tmp_path)
    with pytest.raises(Refused) as refused:
        open_store()
    assert refused.value.code == "erasures_to_replay"
    again = open_store(replay=True)
    assert again.eraser.replay() == [done.id]
    assert again.of(rooms.account).parties.find(Phone(CALLER)) is None
    again.close()
    open_store().close()


def test_data_and_keys_of_yesterday_do_not_bring_anybody_back(
    store, rooms, called, clock, tmp_path, open_store
):
    """Neither of the two knows of the erasure; a newer backup does."""
    write(store, tmp_path, clock)
    (tmp_path / "keys").mkdir()
    store.keystore.copy(tmp_path / "keys")
    done = erase(store, rooms, called)
    write(store, tmp_path, clock, "newer")
    store.close()
    shutil.rmtree(tmp_path / "data")
    backup_keys.put_back(tmp_path / "keys", DataFolder(tmp_path / "data"))
    put_back(tmp_path, [tmp_path / "newer"])
    with pytest.raises(Refused) as refused:
        open_store()
    assert refused.value.code == "erasures_to_replay"
    again = open_store(replay=True)
    assert again.eraser.replay() == [done.id]
    with pytest.raises(Refused) as refused:
        again.keystore.key(done.serial)
    assert refused.value.code == "erased"
    assert not (tmp_path / "data" / backup.WAITING).exists()
    again.close()
    open_store().close()


def test_the_database_that_is_replaced_is_a_ledger_too(
    store, rooms, called, clock, tmp_path, open_store
):
    write(store, tmp_path, clock)
    (tmp_path / "keys").mkdir()
    store.keystore.copy(tmp_path / "keys")
    done = erase(store, rooms, called)
    store.close()
    shutil.rmtree(tmp_path / "data" / "keys")
    backup_keys.put_back(tmp_path / "keys", DataFolder(tmp_path / "data"))
    put_back(tmp_path)
    again = open_store(replay=True)
    assert again.eraser.replay() == [done.id]


def test_a_ledger_of_nothing_is_empty(tmp_path):
    assert backup.ledger_of(tmp_path) == []
    (tmp_path / "ringfence.db").write_bytes(b"no database at all" * 100)
    assert backup.ledger_of(tmp_path) == []
