"""Every benchmark starts as `make bench` starts it; what it measures is not a test."""

import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[2] / "bench"
NAMES = sorted(path.name for path in BENCH.glob("[a-z]*.py"))


@pytest.mark.parametrize("name", NAMES)
def test_a_benchmark_starts(name: str) -> None:
    words = [sys.executable, "-P", str(BENCH / name), "--help"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, "usage:" in done.stdout) == (0, True), done.stderr[-2000:]
