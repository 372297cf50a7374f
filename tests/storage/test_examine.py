"""What is wrong with a folder that nobody uses is found without changing a byte of it."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest

from ringfence.kernel.clock import SystemClock
from ringfence.kernel.entropy import SystemEntropy
from ringfence.storage.examine import examine
from ringfence.storage.folder import DataFolder
from ringfence.storage.store import Store


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """A whole folder, closed."""
    made = DataFolder(tmp_path / "data")
    Store.open(made, clock=SystemClock(), entropy=SystemEntropy()).close()
    return made


def files(folder: DataFolder) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.root.rglob("*") if p.is_file()}


def found(folder: DataFolder) -> list[tuple[str, str]]:
    before = files(folder)
    troubles = [tuple(trouble) for trouble in examine(folder)]
    assert files(folder) == before
    return troubles


def test_a_whole_folder_and_an_empty_one_have_no_trouble(
    folder: DataFolder, tmp_path: Path
) -> None:
    assert found(folder) == []
    assert found(DataFolder(tmp_path / "nothing")) == []


@pytest.mark.parametrize("part", ["database", "keystore"])
@pytest.mark.parametrize("where", [0, 4_096])
def test_a_damaged_file_is_found(folder: DataFolder, part: str, where: int) -> None:
    file = folder.database if part == "database" else folder.keystore
    whole = file.read_bytes()
    file.write_bytes(whole[:where] + bytes([0xA5]) * 3_000 + whole[where + 3_000 :])
    assert found(folder) == [(part, "damaged")]


def test_keys_that_do_not_open_are_found(folder: DataFolder) -> None:
    epoch = next(folder.keys.glob("epoch-*.key"))
    kept = epoch.read_bytes()
    for other in (bytes(32), kept[:-1]):
        epoch.write_bytes(other)
        assert found(folder) == [("keystore", "damaged")]
    epoch.write_bytes(kept)
    for table in ("shelves", "rings"):
        whole = folder.keystore.read_bytes()
        db = apsw.Connection(str(folder.keystore))
        (sealed,) = db.execute(f"SELECT sealed FROM {table}").fetchone()
        db.execute(f"UPDATE {table} SET sealed = ?", (sealed[:-1] + bytes([sealed[-1] ^ 1]),))
        db.close()
        assert found(folder) == [("keystore", "damaged")]
        folder.keystore.write_bytes(whole)
    assert found(folder) == []


def test_what_is_missing_is_found(folder: DataFolder) -> None:
    epoch = next(folder.keys.glob("epoch-*.key"))
    kept = epoch.read_bytes()
    epoch.unlink()
    assert found(folder) == [("keystore", "missing")]
    epoch.write_bytes(kept)
    folder.keystore.unlink()
    assert found(folder) == [("keystore", "missing")]


def test_a_lost_database_beside_its_keys_is_found(folder: DataFolder) -> None:
    folder.database.unlink()
    assert found(folder) == [("database", "missing")]


@pytest.mark.parametrize(
    ("part", "sql"),
    [
        ("database", "UPDATE alembic_version SET version_num = '9999'"),
        ("keystore", "PRAGMA user_version = 99"),
    ],
)
def test_what_a_newer_version_wrote_is_told_apart(folder: DataFolder, part: str, sql: str) -> None:
    file = folder.database if part == "database" else folder.keystore
    db = apsw.Connection(str(file))
    db.execute(sql)
    db.pragma("wal_checkpoint(TRUNCATE)")
    db.close()
    assert found(folder) == [(part, "newer")]


def test_a_file_that_is_no_file_cannot_be_read(folder: DataFolder) -> None:
    folder.database.unlink()
    folder.database.mkdir()
    assert [tuple(trouble) for trouble in examine(folder)] == [("database", "unreadable")]


def test_what_a_kill_left_behind_is_no_trouble(folder: DataFolder) -> None:
    db = apsw.Connection(str(folder.database))
    db.execute("CREATE TABLE unfinished (n)")  # in the write-ahead log alone
    journal = folder.keystore.with_name("keystore.db-journal")
    journal.write_bytes(b"not yet rolled back")
    try:
        assert list(examine(folder)) == []
    finally:
        db.close()
