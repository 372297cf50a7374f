"""Searches every byte below some folders for tracers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ringfence.kernel.limits import TRACER_CHUNK, TRACER_OVERLAP
from ringfence.privacy.tracers.report import Searched
from ringfence.privacy.tracers.search import Hit, Search

Progress = Callable[[int], None]
"""Is told how many bytes more have been read."""


@dataclass(slots=True)
class Scan:
    """What a search of one place found."""

    what: str
    files: int = 0
    octets: int = 0
    seconds: float = 0.0
    hits: list[tuple[str, Hit]] = field(default_factory=list)
    """The file's path below its folder, and the hit."""

    def summary(self) -> Searched:
        """Return the line for the report."""
        return Searched(what=self.what, files=self.files, octets=self.octets, hits=len(self.hits))


def files_below(folder: Path) -> list[Path]:
    """Return every regular file below ``folder``, links not followed."""
    found = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return sorted(found)


def size_below(*folders: Path) -> int:
    """Return how many bytes there are to read."""
    return sum(path.stat().st_size for folder in folders for path in files_below(folder))


def scan(search: Search, folder: Path, *, what: str, progress: Progress = lambda _: None) -> Scan:
    """Search every file below ``folder``. A file that vanishes meanwhile is passed over."""
    found = Scan(what)
    began = time.monotonic()
    for path in files_below(folder):
        try:
            hits = set(_hits(search, path, found, progress))
        except FileNotFoundError:
            continue
        found.files += 1
        name = str(path.relative_to(folder))
        found.hits += [(name, hit) for hit in sorted(hits, key=lambda hit: hit.at)]
    found.seconds = time.monotonic() - began
    return found


def _hits(search: Search, path: Path, found: Scan, progress: Progress) -> Iterator[Hit]:
    """Read a file in pieces that share an edge, so that what lies across is seen."""
    with path.open("rb") as file:
        start, kept = 0, b""
        while fresh := file.read(int(TRACER_CHUNK)):
            found.octets += len(fresh)
            progress(len(fresh))
            data = kept + fresh
            for hit in search.find(data):
                yield Hit(hit.subject, hit.how, start + hit.at)
            kept = data[-int(TRACER_OVERLAP) :]
            start += len(data) - len(kept)
