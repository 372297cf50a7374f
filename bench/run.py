"""``make bench``: runs every benchmark in a process of its own; JSON and a table beside targets.

A benchmark is ``bench/<name>.py`` (not this file, nothing that begins with ``_``). It is started
as ``python -P bench/<name>.py --json`` and the last line it prints is one JSON object::

    {"rows": [{"work": "IVR leg, 200 legs", "value": 231.0, "unit": "µs/leg-s", "target": 280,
               "floor": 82, "note": "how it was measured"}]}

``target`` (smaller is better), ``floor`` and ``note`` may be missing. Results are written to
``bench/results/<name>.json`` with the machine they were measured on. A target missed is shown and
does not fail the run: the machine is shared and the figure is what it is. A benchmark that could
not measure does, but one that found no peer to measure beside says so and prints no rows: what it
measured last stays.

    python bench/run.py [--quick] [NAME ...]
    python bench/run.py --document      # the last results into docs/benchmarks.md; the rest stays
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
RESULTS = HERE / "results"
DOCUMENT = ROOT / "docs" / "benchmarks.md"
BEGIN = "<!-- results: written by make bench-document -->"
END = "<!-- end of results -->"
MOST_SECONDS = 1800


class Row(NamedTuple):
    """One figure."""

    work: str
    value: float
    unit: str = ""
    target: float | None = None
    floor: float | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        """``reached`` or ``MISSED`` and how many times the target; nothing where there is none."""
        if self.target is None:
            return ""
        word = "reached" if self.value <= self.target else "MISSED"
        if not self.target:
            return word
        return f"{word}, {self.value / self.target:.2f} x"


def benchmarks(folder: Path = HERE) -> list[str]:
    """Return the names of the benchmarks."""
    return sorted(
        path.stem
        for path in folder.glob("*.py")
        if path.name != "run.py" and not path.name.startswith("_")
    )


def read(output: str) -> list[Row]:
    """Read the rows from the last line a benchmark printed; ValueError or TypeError without."""
    lines = output.strip().splitlines()
    document = json.loads(lines[-1]) if lines else {}
    if not isinstance(document, dict) or not isinstance(document.get("rows"), list):
        raise TypeError("the last line is no object with rows")
    return [
        Row(**{key: value for key, value in item.items() if key in Row._fields})
        for item in document["rows"]
    ]


def measure(name: str, *, quick: bool) -> list[Row]:
    """Run one benchmark; RuntimeError where it could not measure."""
    # -P: a benchmark must not be taken for a module of the same name
    words = [
        sys.executable,
        "-P",
        str(HERE / f"{name}.py"),
        "--json",
        *(["--quick"] if quick else []),
    ]
    try:
        done = subprocess.run(
            words, stdout=subprocess.PIPE, text=True, cwd=ROOT, timeout=MOST_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"{name} took longer than {MOST_SECONDS} s") from None
    if done.returncode:
        raise RuntimeError(f"{name} ended with {done.returncode}")
    try:
        return read(done.stdout)
    except (ValueError, TypeError) as error:
        raise RuntimeError(f"{name} printed no rows: {error}") from None


def machine() -> dict[str, Any]:
    """Say what was measured on, without naming the host."""
    model = ""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "kernel": os.uname().release,
        "python": sys.version.split()[0],
        "measured": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def table(rows: list[Row]) -> str:
    """Return the figures beside their targets, as Markdown."""
    lines = ["| work | measured | target | floor | |", "|---|---|---|---|---|"]
    for row in rows:
        target = f"≤ {row.target:g}" if row.target is not None else "–"
        floor = f"{row.floor:g}" if row.floor is not None else "–"
        figure = f"{row.value:.4g} {row.unit}".strip()
        lines.append(f"| {row.work} | {figure} | {target} | {floor} | {row.verdict} |")
    return "\n".join(lines)


def document(page: Path, results: Path) -> None:
    """Put the last results, and how they were got, between the two marks of ``page``.

    What was not measured again stays as it was measured, with its machine and its day; what is no
    benchmark any more goes.
    """
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    old, _, after = rest.partition(END)
    sections = {
        name: f"### {name}\n{text.rstrip()}"
        for name, _, text in (part.partition("\n") for part in old.split("### ")[1:])
        if name in benchmarks()
    }
    for path in sorted(results.glob("*.json")):
        content = json.loads(path.read_text("utf-8"))
        rows = [Row(**row) for row in content["rows"]]
        where = content["machine"]
        parts = [f"### {path.stem}"]
        parts.append(
            f"{where['cpu']}, {where['cores']} cores, Python {where['python']}, Linux "
            f"{where['kernel'].split('-')[0]}, {where['measured'][:10]}."
        )
        parts.append(table(rows))
        notes = [f"- {row.work}: {row.note}" for row in rows if row.note]
        if notes:
            parts.append("\n".join(notes))
        sections[path.stem] = "\n\n".join(parts)
    kept = (sections[name] for name in sorted(sections))
    page.write_text(before + "\n\n".join([BEGIN, *kept, END]) + after, "utf-8")


def main(argv: list[str]) -> int:
    """Run the benchmarks asked for, or all; 1 where one could not measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a shorter, rougher run")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--document", action="store_true", help="put the last table into docs")
    options = parser.parse_args(argv)
    RESULTS.mkdir(exist_ok=True)
    if options.document:
        document(DOCUMENT, RESULTS)
        return 0
    rows: list[Row] = []
    failed: list[str] = []
    for name in options.names or benchmarks():
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        try:
            found = measure(name, quick=options.quick)
        except RuntimeError as error:
            failed.append(str(error))
            continue
        if not found:
            continue
        content = {"machine": machine(), "rows": [row._asdict() for row in found]}
        text = json.dumps(content, indent=2, ensure_ascii=False)
        (RESULTS / f"{name}.json").write_text(text + "\n", "utf-8")
        rows += found
    text = table(rows)
    (RESULTS / "table.md").write_text(text + "\n", "utf-8")
    print(text)
    for line in failed:
        print(f"COULD NOT MEASURE: {line}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
