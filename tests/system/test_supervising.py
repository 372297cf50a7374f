"""The supervisor with real processes: restarts, refusals, graceful stops, no orphans."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

WAIT = 60.0

SERVE = """
import json, os, signal, sys, time
log = open({log!r}, "a", buffering=1)
def stop(*_):
    log.write("term\\n")
    time.sleep({drain})
    log.write("drained\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
log.write(f"serve {{os.getpid()}}\\n")
print(json.dumps({{"http": "h", "sip": "s", "account_sid": "a", "auth_token": "t",
                   "admin_url": "u"}}), flush=True)
while True:
    time.sleep(0.05)
"""
WORKER = """
import os, signal, sys, time
log = open({log!r}, "a", buffering=1)
signal.signal(signal.SIGTERM, lambda *_: (log.write("worker term\\n"), sys.exit(0)))
log.write(f"worker {{os.getpid()}}\\n")
while True:
    time.sleep(0.05)
"""


class Rig:
    """A supervisor over two small programs that write down what happens to them."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "log"
        self.log.touch()
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, serve: str = SERVE, *, drain: float = 0.0, drain_seconds: int = 5) -> None:
        values = {"log": str(self.log), "drain": drain}

        def child(name: str, source: str) -> dict[str, Any]:
            argv = [sys.executable, "-c", source.format(**values)]
            log = str(self.folder / f"{name}.log")
            return {"name": name, "argv": argv, "log": log, "main": name == "serve"}

        plan = {
            "lock": str(self.folder / "lock"),
            "drain_seconds": drain_seconds,
            "json": True,
            "stop": "ringfence stop --data /srv/x",
            "children": [child("media", WORKER), child("serve", serve)],
        }
        with (self.folder / "up.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ringfence.supervisor", json.dumps(plan)],
                stdout=subprocess.PIPE,
                stderr=log,
            )

    def line(self) -> dict[str, Any]:
        assert self.process
        assert self.process.stdout
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def pids(self, name: str) -> list[int]:
        lines = self.log.read_text().splitlines()
        return [
            int(line.split()[1])
            for line in lines
            if line.startswith(name + " ") and line.split()[1].isdigit()
        ]

    def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + WAIT
        while not condition():
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.02)

    def close(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(WAIT)
            if self.process.stdout:
                self.process.stdout.close()


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    rig.close()


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("name", ["serve", "worker"])
def test_whoever_dies_is_started_again(rig: Rig, name: str) -> None:
    rig.start()
    rig.line()
    rig.until(lambda: len(rig.pids(name)) == 1)
    os.kill(rig.pids(name)[0], signal.SIGKILL)
    rig.until(lambda: len(rig.pids(name)) == 2)
    other = "worker" if name == "serve" else "serve"
    rig.until(lambda: len(rig.pids(other)) == 1)


def test_the_ready_line_is_printed_once(rig: Rig) -> None:
    rig.start()
    assert rig.line()["account_sid"] == "a"
    os.kill(rig.pids("serve")[0], signal.SIGKILL)
    rig.until(lambda: len(rig.pids("serve")) == 2)
    assert rig.process
    assert rig.process.stdout
    rig.process.terminate()
    assert rig.process.wait(WAIT) == 0
    assert rig.process.stdout.read() == b""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_drains_serve_before_the_worker_goes(rig: Rig, number: int) -> None:
    rig.start(drain=0.5)
    rig.line()
    rig.until(lambda: len(rig.pids("worker")) == 1)
    assert rig.process
    rig.process.send_signal(number)
    assert rig.process.wait(WAIT) == 0
    lines = rig.log.read_text().splitlines()
    assert lines.index("drained") < lines.index("worker term")
    assert lines.count("term") == 1


def test_a_drain_without_end_is_cut_off(rig: Rig) -> None:
    rig.start(drain=600, drain_seconds=0)
    rig.line()
    assert rig.process
    rig.process.terminate()
    assert rig.process.wait(WAIT) == 0
    assert not any(alive(pid) for pid in rig.pids("serve") + rig.pids("worker"))


def test_nobody_survives_the_supervisor(rig: Rig) -> None:
    rig.start()
    rig.line()
    rig.until(lambda: len(rig.pids("worker")) == 1)
    assert rig.process
    rig.process.kill()
    rig.until(lambda: not any(alive(pid) for pid in rig.pids("serve") + rig.pids("worker")))


def test_a_refusal_to_start_is_passed_on(rig: Rig) -> None:
    refusing = """
import sys
print('{{"refused": "port_taken", "reason": "taken"}}', flush=True)
sys.exit(2)
"""
    rig.start(refusing)
    assert rig.line()["refused"] == "port_taken"
    assert rig.process
    assert rig.process.wait(WAIT) == 2


def test_a_program_that_never_gets_ready_is_given_up(rig: Rig) -> None:
    rig.start("import sys; sys.exit(1)")
    assert rig.line()["refused"] == "cannot_start"
    assert rig.process
    assert rig.process.wait(WAIT) == 1


def test_a_second_supervisor_is_refused(rig: Rig, tmp_path: Path) -> None:
    rig.start()
    rig.line()
    second = Rig(tmp_path)
    second.start()
    told = second.line()
    assert told["refused"] == "already_running"
    assert "'ringfence stop --data /srv/x' stops it" in told["reason"]
    assert second.process
    assert second.process.wait(WAIT) == 2
    second.close()
