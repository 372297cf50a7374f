"""Runs sipp, a SIP test program of others, against a platform: one scenario file, many calls."""

from __future__ import annotations

import csv
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from platform_run import free_port

SIPP = shutil.which("sipp")
SCENARIOS = Path(__file__).resolve().parents[1] / "interop" / "sipp"
MEDIA_PORTS = range(10_000, 16_000, 2_000)
"""Below the ports that the kernel hands out and that platforms under test speak from."""

_runs = count(1)


@dataclass(frozen=True)
class Outcome:
    """What sipp counted. ``errors``: what it complained about."""

    successful: int
    failed: int
    retransmissions: int
    errors: str


class Sipp:
    """Starts sipp in a folder of its own. ``target``: HOST:PORT of the platform."""

    def __init__(self, target: str, folder: Path) -> None:
        self.target = target
        self.folder = folder

    def call(
        self,
        scenario: str,
        user: str,
        *flags: str,
        calls: int = 5,
        rate: int = 20,
        seconds: int = 80,
    ) -> Outcome:
        """Place ``calls`` calls to ``user``, ``rate`` a second; all of them have to succeed."""
        process, stem = self._start(
            scenario,
            *(self.target, "-s", user, "-m", str(calls), "-r", str(rate), "-l", str(calls)),
            *("-timeout", f"{seconds}s", "-timeout_error", *flags),
        )
        with process:
            try:
                output, _ = process.communicate(timeout=seconds + 10)
            finally:
                process.kill()
        return _judge(scenario, process.returncode, output, _outcome(stem), calls)

    @contextmanager
    def answering(
        self, scenario: str, port: int, *flags: str, calls: int, seconds: int = 80
    ) -> Iterator[None]:
        """Be called ``calls`` times on ``port`` while the block runs; all have to succeed."""
        process, stem = self._start(
            scenario,
            *("-m", str(calls), "-timeout", f"{seconds}s", "-timeout_error", *flags),
            port=port,
        )
        with process:
            try:
                _wait_until_taken(port)
                yield
                output, _ = process.communicate(timeout=seconds + 10)
            finally:
                process.kill()
        _judge(scenario, process.returncode, output, _outcome(stem), calls)

    def _start(
        self, scenario: str, *flags: str, port: int = 0
    ) -> tuple[subprocess.Popen[str], Path]:
        assert SIPP is not None
        stem = self.folder / f"{scenario}-{next(_runs)}"
        process = subprocess.Popen(
            [
                *(SIPP, "-sf", str(SCENARIOS / f"{scenario}.xml"), "-nostdin"),
                *("-i", "127.0.0.1", "-mi", "127.0.0.1", "-mp", str(_media_port())),
                *("-p", str(port or free_port())),
                *("-trace_err", "-error_file", f"{stem}.errors"),
                *("-trace_stat", "-stf", f"{stem}.csv"),
                *flags,
            ],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return process, stem


def _judge(scenario: str, code: int, output: str, outcome: Outcome, calls: int) -> Outcome:
    assert code == 0, f"{scenario}: {output[-1500:]} {outcome.errors[:3000]}"
    assert (outcome.successful, outcome.failed) == (calls, 0), outcome.errors[:3000]
    return outcome


def _outcome(stem: Path) -> Outcome:
    rows = Path(f"{stem}.csv")
    counts: list[dict[str, str]] = []
    if rows.exists():
        with rows.open(newline="") as file:
            counts = list(csv.DictReader(file, delimiter=";"))
    last = counts[-1] if counts else {}
    errors = Path(f"{stem}.errors")
    return Outcome(
        successful=int(last.get("SuccessfulCall(C)") or 0),
        failed=int(last.get("FailedCall(C)") or 0),
        retransmissions=int(last.get("Retransmissions(C)") or 0),
        errors=errors.read_text(errors="replace") if errors.exists() else "",
    )


def _wait_until_taken(port: int) -> None:
    """Return once somebody listens on a UDP port."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            try:
                udp.bind(("127.0.0.1", port))
            except OSError:
                return
        time.sleep(0.02)
    raise TimeoutError("sipp does not listen")


def _media_port() -> int:
    """The first of a row of ports for RTP; sipp listens on it and on the one two further."""
    for port in MEDIA_PORTS:
        try:
            for offset in (0, 2):
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
                    udp.bind(("127.0.0.1", port + offset))
        except OSError:
            continue
        return port
    raise OSError("no free port for RTP")
