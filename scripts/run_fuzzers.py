"""Runs every fuzzer under ``fuzz/``: ``--short`` for minutes, without it a million inputs each.

Each is a program ``fuzz/<area>/run.py --inputs N --seed S`` whose exit code says whether its
invariant held. The seed of a long run is drawn and printed, so that a finding can be repeated.
"""

from __future__ import annotations

import argparse
import secrets
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHORT = 20_000
LONG = 1_000_000
SHORT_SEED = 1


def fuzzers(root: Path) -> list[Path]:
    """Return the fuzzers, in order."""
    return sorted((root / "fuzz").glob("*/run.py"))


def main(argv: list[str], root: Path = ROOT) -> int:
    """Run them all; 1 if one found something or there is none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="minutes instead of hours")
    parser.add_argument("--inputs", type=int, help="how many inputs each")
    parser.add_argument("--seed", type=int, help="repeat a run")
    options = parser.parse_args(argv)
    inputs = options.inputs or (SHORT if options.short else LONG)
    drawn = SHORT_SEED if options.short else secrets.randbelow(2**31)
    seed = options.seed if options.seed is not None else drawn
    found = fuzzers(root)
    failed = []
    for path in found:
        name = path.parent.name
        print(f"fuzz {name}: {inputs} inputs, seed {seed}", flush=True)
        words = [sys.executable, str(path), "--inputs", str(inputs), "--seed", str(seed)]
        if subprocess.run(words, check=False, cwd=root).returncode:
            failed.append(name)
    print(f"fuzz: {len(found)} fuzzers, failed: {', '.join(failed) or 'none'}")
    return 1 if failed or not found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
