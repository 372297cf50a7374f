"""Migrations: they lead to the schema, whole or not at all, and know when not to start."""

import apsw
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from ringfence.kernel.errors import Refused
from ringfence.storage import migrations
from ringfence.storage.migrations import HEAD, KNOWN, bring_up_to_date, revision
from ringfence.storage.migrations.run import configuration, migrate, script
from ringfence.storage.schema import metadata

SQL = (
    "SELECT type, name, tbl_name, sql FROM sqlite_master"
    " WHERE name NOT LIKE 'alembic%' AND name NOT LIKE 'sqlite_%' ORDER BY type, name"
)


def shape(db):
    return [(*row[:3], " ".join((row[3] or "").split())) for row in db.execute(SQL)]


def test_the_migrations_lead_to_the_schema_of_the_code(tmp_path):
    migrate(tmp_path / "x.db")
    migrated = apsw.Connection(str(tmp_path / "x.db"))
    expected = apsw.Connection(":memory:")
    for table in metadata.sorted_tables:
        expected.execute(str(CreateTable(table).compile(dialect=sqlite.dialect())))
        for index in table.indexes:
            expected.execute(str(CreateIndex(index).compile(dialect=sqlite.dialect())))
    assert shape(migrated) == shape(expected)
    assert len(shape(migrated)) > len(metadata.sorted_tables)
    migrated.close()


def test_alembic_and_the_serving_process_agree_on_the_newest_revision():
    directory = ScriptDirectory.from_config(configuration())
    assert directory.get_current_head() == HEAD
    assert tuple(sorted(step.revision for step in directory.walk_revisions())) == KNOWN


def test_every_step_leads_from_the_one_before():
    sql = script(None)
    assert sql.count("alembic_version") >= 2
    assert "BEGIN" not in sql  # one transaction around all steps, ours


def test_the_revision_is_read_from_the_file(tmp_path):
    path = tmp_path / "x.db"
    assert revision(path) is None
    path.touch()
    assert revision(path) is None
    migrate(path)
    assert revision(path) == HEAD


def test_a_database_up_to_date_is_left_alone(tmp_path, monkeypatch):
    migrate(tmp_path / "x.db")
    monkeypatch.setattr(migrations.subprocess, "run", lambda *a, **k: pytest.fail("started"))
    assert bring_up_to_date(tmp_path / "x.db") is False
    migrate(tmp_path / "x.db")


def test_a_database_of_a_newer_version_is_refused(tmp_path):
    migrate(tmp_path / "x.db")
    db = apsw.Connection(str(tmp_path / "x.db"))
    db.execute("UPDATE alembic_version SET version_num = '9999'")
    db.close()
    with pytest.raises(Refused) as refused:
        bring_up_to_date(tmp_path / "x.db")
    assert refused.value.code == "storage_newer"


def test_somebody_elses_database_is_refused(tmp_path):
    db = apsw.Connection(str(tmp_path / "x.db"))
    db.execute("CREATE TABLE theirs (x)")
    db.close()
    (tmp_path / "y.db").write_bytes(b"no database at all, only some words" * 100)
    for name in ("x.db", "y.db"):
        with pytest.raises(Refused) as refused:
            bring_up_to_date(tmp_path / name)
        assert refused.value.code == "storage_damaged"


def test_a_migration_that_fails_leaves_the_database_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "x.db"
    monkeypatch.setattr(
        "ringfence.storage.migrations.run.script",
        lambda *_: "CREATE TABLE half (x); CREATE TABLE broken (",
    )
    with pytest.raises(apsw.SQLError):
        migrate(path)
    db = apsw.Connection(str(path))
    assert shape(db) == []
    db.close()
