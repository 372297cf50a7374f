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


SMALL = """
import sys
sys.path.insert(0, sys.argv[1])
import erasure as bench
bench.PEOPLE = 7
assert all(figure > 0 for figure in bench.measure(20))
"""


def test_an_installation_that_was_filled_for_a_benchmark_may_serve() -> None:
    words = [sys.executable, "-c", SMALL, str(BENCH)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


CUT_OFF = """
import asyncio, sys
sys.path.insert(0, sys.argv[1])
import api_beside_calls as bench
asyncio.run(bench.listen([bench.listener(), bench.listener()], 0.2))
"""


def test_calls_that_are_gone_are_no_figure() -> None:
    words = [sys.executable, "-c", CUT_OFF, str(BENCH)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    assert "2 of 2 listeners did not hear their call to the end" in done.stderr


def test_without_asterisk_nothing_is_measured_and_that_is_said(tmp_path: Path) -> None:
    words = [sys.executable, "-P", str(BENCH / "beside_asterisk.py"), "--json"]
    words += ["--asterisk", str(tmp_path)]
    done = subprocess.run(
        words,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PATH": str(tmp_path)},
    )
    assert (done.returncode, done.stdout.strip()) == (0, '{"rows": []}'), done.stderr[-2000:]
    assert "NOT MEASURED: Asterisk is not installed; scripts/install_asterisk.sh" in done.stderr


ENDED = """
import sys, threading, time
def work():
    while time.thread_time() < 0.2: pass
thread = threading.Thread(target=work)
thread.start()
thread.join()
print("ended", flush=True)
sys.stdin.read()
"""


def test_threads_that_ended_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCH))
    import _asterisk  # type: ignore[import-not-found]

    with subprocess.Popen(
        [sys.executable, "-c", ENDED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ended\n"
        assert _asterisk.cpu_us(child.pid) >= 200_000
        child.communicate()
