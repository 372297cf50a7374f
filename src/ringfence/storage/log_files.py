"""Log files by the day: turned every night, removed when their last line is too old.

::

    logs/serve.log              being written (its writers append)
    logs/serve.log.1            what the supervisor put aside when it grew too large
    logs/serve.log.2030-01-31   everything up to the night of that day
"""

from __future__ import annotations

import os
import re
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

from ringfence.kernel.clock import DAY, Ms

_DATED = re.compile(r"\.log(?:\.1)?\.(\d{4}-\d{2}-\d{2})\Z")


def turn(folder: Path, now: Ms) -> int:
    """Put what was logged so far aside under today's date; how many files that made.

    A writer that appends in the moment between copying and emptying loses that line; nobody can
    close its file for it.
    """
    today, made = _day(now), 0
    for path in sorted(folder.glob("*.log")):
        aside = path.with_name(path.name + ".1")
        if aside.exists():
            aside.rename(aside.with_name(f"{aside.name}.{today}"))
            made += 1
        target = path.with_name(f"{path.name}.{today}")
        if path.stat().st_size and not target.exists():
            shutil.copyfile(path, target)
            target.chmod(0o600)
            os.truncate(path, 0)
            made += 1
    return made


def expired(folder: Path, cutoff: Ms) -> list[tuple[Path, Ms]]:
    """Return the dated files whose newest line is older than ``cutoff``, and that line's day."""
    found = []
    for path in sorted(folder.glob("*.log.*")):
        match = _DATED.search(path.name)
        if match is None:
            continue
        moment = datetime.combine(date.fromisoformat(match[1]), datetime.min.time(), UTC)
        newest = Ms(int(moment.timestamp() * 1000) + DAY)
        if newest <= cutoff:
            found.append((path, newest))
    return found


def _day(now: Ms) -> date:
    return datetime.fromtimestamp(now / 1000, UTC).date()
