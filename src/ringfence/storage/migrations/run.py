"""The migrating process: SQL from Alembic, carried out by apsw in one transaction."""

from __future__ import annotations

import io
from pathlib import Path

import apsw
from alembic import command
from alembic.config import Config

from ringfence.storage.folder import make_private
from ringfence.storage.migrations import HEAD, SOURCE, revision


def configuration(output: io.StringIO | None = None) -> Config:
    """Return Alembic's configuration; there is no ini file to lose."""
    config = Config(output_buffer=output) if output is not None else Config()
    config.set_main_option("script_location", str(SOURCE))
    config.set_main_option("path_separator", "os")
    return config


def script(start: str | None, end: str = HEAD) -> str:
    """Return the SQL that leads from revision ``start`` (None: nothing there) to ``end``."""
    output = io.StringIO()
    command.upgrade(configuration(output), f"{start or 'base'}:{end}", sql=True)
    return output.getvalue()


def migrate(path: Path, *, end: str = HEAD) -> None:
    """Migrate ``path`` to ``end``, whole or not at all."""
    start = revision(path)
    if start == end:
        return
    make_private(path)
    db = apsw.Connection(str(path))
    try:
        db.set_busy_timeout(10_000)
        db.pragma("temp_store", "MEMORY")
        db.pragma("secure_delete", True)
        db.pragma("journal_mode", "WAL")
        db.pragma("synchronous", "FULL")
        db.execute("BEGIN IMMEDIATE")
        db.execute(script(start, end)).fetchall()  # a statement that returns a row is a halt
        violated = db.execute("PRAGMA foreign_key_check").fetchall()
        if violated:
            raise SystemExit("the migration would leave rows that refer to nothing")
        db.execute("COMMIT")
        db.pragma("wal_checkpoint(TRUNCATE)")
    finally:
        db.close()
