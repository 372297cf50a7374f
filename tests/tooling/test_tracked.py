"""Nothing that the program keeps for somebody is part of the project: no keys, no rows, no data."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

KEPT = frozenset(
    {".key", ".db", ".db-wal", ".db-shm", ".sqlite", ".pem", ".p12", ".sealed", ".part"}
)
"""How files end that a data folder, a keystore or a backup is made of."""

FOLDERS = frozenset({"bench", "docs", "fuzz", "scripts", "src", "tests", ".ci"})
"""What lies at the top of the project; anything else there was left by a program that ran."""


def tracked() -> list[Path]:
    """The files of the project, by git."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout: what is tracked cannot be known")
    said = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, timeout=60
    )
    return [Path(name.decode()) for name in said.stdout.split(b"\0") if name]


def test_no_key_and_no_database_is_tracked() -> None:
    assert [str(path) for path in tracked() if path.suffix in KEPT] == []


def test_only_known_folders_lie_at_the_top() -> None:
    assert {path.parts[0] for path in tracked() if len(path.parts) > 1} == FOLDERS
