"""No source file is longer than 600 lines; 400 is worth another look."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("src", "tests", "scripts", "bench", "fuzz")
SUFFIXES = {".py", ".c", ".h"}
MOST = 600
LOOK = 400


def lengths(root: Path) -> Iterator[tuple[Path, int]]:
    """Yield every source file, relative to ``root``, and its number of lines."""
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in SUFFIXES and path.is_file():
                yield path.relative_to(root), path.read_bytes().count(b"\n")


def main(root: Path = ROOT) -> int:
    """Print files that are long; 1 if one is too long."""
    found = list(lengths(root))
    for path, count in found:
        if count > LOOK:
            print(f"{path}: {count} lines{': too long' if count > MOST else ''}")
    return 1 if any(count > MOST for _, count in found) else 0


if __name__ == "__main__":
    sys.exit(main())
