"""The targets that documents and CI name exist, and CI runs what a developer runs."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = frozenset(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))


@pytest.mark.parametrize(
    "name",
    [
        *("venv", "install", "demo", "up", "test", "bench", "lint", "types"),
        *("unit", "system", "interop", "fuzz", "clean", "contracts", "shape"),
    ],
)
def test_the_target_exists(name: str) -> None:
    assert name in TARGETS


def test_make_test_runs_every_check() -> None:
    [line] = re.findall(r"^test: (.*?) ##", MAKEFILE, re.MULTILINE)
    assert set(line.split()) == {
        *("lint", "types", "contracts", "shape", "unit", "system", "interop", "fuzz"),
    }


def test_ci_runs_make_test_and_nothing_else() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert re.findall(r"^make .*$", script, re.MULTILINE) == ['make test 2>&1 | tee "$log"']


@pytest.mark.parametrize("path", [".ci/run", *sorted(p.name for p in ROOT.glob("scripts/*.sh"))])
def test_shell_scripts_can_be_run_and_parse(path: str) -> None:
    file = ROOT / path if "/" in path else ROOT / "scripts" / path
    assert file.stat().st_mode & 0o111
    assert subprocess.run(["bash", "-n", str(file)], check=False).returncode == 0


@pytest.mark.parametrize("venv", [".venv", "/nonexistent/venv"])
def test_a_stop_installs_nothing(venv: str) -> None:
    """After an update, and without a network, the platform must still come to an end."""
    make = ["make", "--no-print-directory", "-n", "-W", "pyproject.toml", f"VENV={venv}", "stop"]
    done = subprocess.run(make, capture_output=True, text=True, check=True, cwd=ROOT)
    assert "pip" not in done.stdout
    assert "make_venv" not in done.stdout
    assert f"{venv}/bin/ringfence stop" in done.stdout
