"""Bringing a database to the newest form of the schema, before anything else opens it.

Alembic writes the SQL (offline mode) and the SQLite that comes with apsw carries it out, in one
transaction, in a process of its own: the serving process imports neither Alembic nor a second
SQLite library, and a migration broken off in the middle leaves the database as it was.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import apsw

from ringfence.kernel.errors import LocalError, Refused
from ringfence.kernel.limits import MIGRATE_WAIT

HEAD = "0028"
"""The newest revision. A test compares it with what Alembic finds in ``versions``."""

SOURCE = Path(__file__).parent

KNOWN = tuple(sorted(path.name[:4] for path in (SOURCE / "versions").glob("[0-9]*.py")))
"""Every revision there is: file names begin with their number."""


def revision(path: Path, *, vfs: str | None = None) -> str | None:
    """Return the revision of a database, or None where it is new or empty.

    Raises `Refused` (``storage_damaged``) for a file that is no database, or one with tables that
    are not ours.
    """
    if not path.exists() or path.stat().st_size == 0:
        return None
    db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE, vfs=vfs)
    try:
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
        if "alembic_version" not in tables:
            if tables:
                raise Refused("storage_damaged", "ringfence.db holds tables that are not ours")
            return None
        found: str | None = db.execute("SELECT version_num FROM alembic_version").get
    except (apsw.NotADBError, apsw.CorruptError):
        raise Refused(
            "storage_damaged",
            "ringfence.db is damaged; put a backup back: ringfence restore BACKUP",
        ) from None
    else:
        return found
    finally:
        db.close()


def bring_up_to_date(path: Path) -> bool:
    """Migrate ``path`` in a subprocess if it needs it; whether it did.

    Raises `Refused`: ``storage_newer`` (written by a newer Ringfence), ``storage_damaged``,
    ``migration_failed`` (with the database as it was).
    """
    found = revision(path)
    if found == HEAD:
        return False
    if found is not None and found not in KNOWN:
        raise Refused("storage_newer", "ringfence.db was written by a newer Ringfence; update")
    command = [sys.executable, "-m", "ringfence.storage.migrations", str(path)]
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command, capture_output=True, text=True, check=False, timeout=MIGRATE_WAIT
        )
    except subprocess.TimeoutExpired:
        raise Refused("migration_failed", "the migration took too long; see the log") from None
    if done.returncode:
        sys.stderr.write(done.stderr)
        raise Refused("migration_failed", "the database could not be migrated and is unchanged")
    if revision(path) != HEAD:
        raise LocalError("the migration ended before the newest revision")
    return True
