"""A small sealed file: replaced as a whole, opened by nobody else, never in the way of a start."""

import pytest

from ringfence.storage.account_seal import AccountSeal
from ringfence.storage.sealed_file import SealedFile


@pytest.fixture
def seal(store, account):
    return AccountSeal(account, store.vault, store.openings)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "bindings.sealed"


def a_file(path, seal, context="bindings"):
    return SealedFile(path, seal, context=context, why="connect_call")


def test_what_was_written_last_is_read(path, seal):
    file = a_file(path, seal)
    assert file.load() is None
    for plain in (b"sip:desk@192.0.2.7", b""):
        file.write(file.seal(plain))
        assert a_file(path, seal).load() == plain
    assert [found.name for found in path.parent.glob("bindings*")] == ["bindings.sealed"]


def test_the_content_is_sealed_and_its_owners_alone(path, seal):
    file = a_file(path, seal)
    file.write(file.seal(b"sip:desk@192.0.2.7"))
    assert b"desk" not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_of_another_kind_or_damaged_is_as_none(path, seal):
    file = a_file(path, seal)
    file.write(file.seal(b"something"))
    assert a_file(path, seal, "other").load() is None
    path.write_bytes(path.read_bytes()[:-1])
    assert file.load() is None
    path.write_bytes(b"")
    assert file.load() is None
    path.unlink()
    path.mkdir()
    assert file.load() is None


def test_what_a_kill_left_half_written_harms_nothing(path, seal):
    file = a_file(path, seal)
    file.write(file.seal(b"whole"))
    path.with_suffix(".new").write_bytes(b"half")
    assert file.load() == b"whole"
    file.write(file.seal(b"next"))
    assert file.load() == b"next"
