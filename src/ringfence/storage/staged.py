"""A backup that is put back at the next start: asked for while the platform runs.

``DATA/restore.json`` names it. It was compared with its manifest when it was staged, and is again
when it is put back; a start at which that fails is refused, and nothing is served.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.storage import backup
from ringfence.storage.backup_file import unpacked

FILE = "restore.json"


@dataclass(frozen=True, slots=True)
class Staged:
    """What waits: a folder or a file, and of when its data is."""

    source: Path
    made_at: Ms


class _Written(msgspec.Struct):
    source: str
    made_at: int


def stage(data: Path, source: Path) -> int:
    """Check a backup and have it put back at the next start; when it was made.

    Raises `Refused`: those of `backup.check` and `unpacked`.
    """
    with unpacked(source, near=data) as place:
        made_at = backup.check(place).made_at
    draft = data / f"{FILE}.new"
    draft.write_bytes(msgspec.json.encode(_Written(source=str(source), made_at=made_at)))
    draft.replace(data / FILE)
    return made_at


def read(data: Path) -> Staged | None:
    """Return what waits. Raises `Refused` (``bad_restore``)."""
    try:
        written = msgspec.json.decode((data / FILE).read_bytes(), type=_Written)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError):
        raise Refused(
            "bad_restore", f"{FILE} cannot be read; see it, or: ringfence restore --unstage"
        ) from None
    return Staged(Path(written.source), Ms(written.made_at))


def withdraw(data: Path) -> bool:
    """Put nothing back; whether something waited."""
    there = (data / FILE).exists()
    (data / FILE).unlink(missing_ok=True)
    return there
