"""A running platform for system tests: `ringfence up` in a folder of its own, on free ports."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

RINGFENCE = Path(sys.executable).with_name("ringfence")
STOP_SECONDS = 60


PORTS = range(5_200, 8_000)
"""Where tests listen: below the ports that the kernel hands out by itself, to whoever binds to 0 or
connects, between the moment a port is found free and the moment it is taken."""
_CLAIMS: list[socket.socket] = []


def free_port() -> int:
    """A port nobody listens on, UDP and TCP; no other test is given it while this process lives."""
    for port in random.sample(PORTS, len(PORTS)):
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0ringfence-test-port-{port}")
            with (
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
                socket.socket() as tcp,
            ):
                udp.bind(("127.0.0.1", port))
                tcp.bind(("127.0.0.1", port))
        except OSError:
            claim.close()
            continue
        _CLAIMS.append(claim)
        return port
    raise OSError("no free port")


RTP_BLOCKS = range(16_000, 32_000, 2_000)
"""Where platforms speak from: below the ports that the kernel hands out by itself."""


def claim_rtp_range(blocks: range = RTP_BLOCKS) -> tuple[str, socket.socket]:
    """LOW-HIGH of ports that nothing else of a test uses while the socket beside it is open."""
    for low in random.sample(blocks, len(blocks)):
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0ringfence-test-rtp-{low}")
        except OSError:
            claim.close()
            continue
        return f"{low}-{low + blocks.step - 1}", claim
    raise OSError("every range of RTP ports is taken by another test")


class Platform:
    """`ringfence up` as a user starts it. ``ready``: its JSON line."""

    def __init__(self, data: Path, *flags: str, rtp: str = "") -> None:
        self.data = data
        self.flags = flags
        self.rtp = rtp
        self._claim: socket.socket | None = None
        self.ready: dict[str, str] = {}
        self.process: subprocess.Popen[str] | None = None
        self.sip_port = free_port()
        self.http_port = free_port()

    def __enter__(self) -> Platform:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def sip(self) -> str:
        """HOST:PORT of SIP."""
        return self.ready["sip"]

    def start(self) -> None:
        """Start and wait for the ready line; raises with what was printed where none comes."""
        rtp = self.rtp
        if not rtp:
            rtp, self._claim = claim_rtp_range()
        self.process = subprocess.Popen(
            [
                *(str(RINGFENCE), "up", "--data", str(self.data)),
                *("--http", f"127.0.0.1:{self.http_port}", "--sip", f"127.0.0.1:{self.sip_port}"),
                *("--rtp", rtp, "--advertise", "127.0.0.1", "--json", *self.flags),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line or "http" not in line:
            self.process.kill()
            _, errors = self.process.communicate()
            self._release()
            raise RuntimeError(f"not ready: {line!r} {errors[-2000:]} {self.log()[-2000:]}")
        self.ready = json.loads(line)

    def stop(self) -> int:
        """Stop as Ctrl-C does; the exit code."""
        process = self.process
        if process is None:
            return 0
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
        self.process = None
        self._release()
        return process.returncode

    def _release(self) -> None:
        if self._claim is not None:
            self._claim.close()
            self._claim = None

    def cli(
        self, *words: str, check: bool = True, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of the command line on this platform."""
        done = subprocess.run(
            [str(RINGFENCE), *words, "--data", str(self.data)],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if check and done.returncode:
            raise RuntimeError(f"{words[:2]}: {done.returncode} {done.stdout} {done.stderr}")
        return done

    def ask(self, *words: str, stdin: str = "") -> Any:
        """Run a command with --json and return what it printed."""
        return json.loads(self.cli(*words, "--json", stdin=stdin).stdout)

    def do(self, use_case: str, **args: Any) -> Any:
        """Run a use case through the control socket, as the command line does, without its start.

        Raises RuntimeError with the refusal.
        """
        with socket.socket(socket.AF_UNIX) as control:
            control.settimeout(30)
            control.connect(str(self.data / "run" / "control.sock"))
            control.sendall(json.dumps({"do": use_case, "args": args}).encode() + b"\n")
            with control.makefile("rb") as answer:
                said = answer.readline()
        if not said.endswith(b"\n"):
            raise ConnectionResetError(f"{use_case}: the server went away before it answered")
        line = json.loads(said)
        if "ok" not in line:
            raise RuntimeError(f"{use_case}: {line}")
        return line["ok"]

    def calls(self, *, ended: int = 0, seconds: float = 20) -> list[dict[str, Any]]:
        """The calls, newest first, once at least ``ended`` of them have ended."""
        deadline = time.monotonic() + seconds
        while True:
            calls: list[dict[str, Any]] = self.do("call.list")["calls"]
            if sum(call["status"] == "ended" for call in calls) >= ended:
                return calls
            if time.monotonic() > deadline:
                raise TimeoutError(f"{ended} ended calls expected: {calls}")
            time.sleep(0.05)

    def number(self, number: str, twiml: str) -> None:
        """Let a number be answered by a document."""
        self.do("number.add", number=number, twiml=twiml)

    def pids(self, word: str) -> list[int]:
        """Process ids of children of ours whose command line has ``word``."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if word in line and str(self.data) in line and "supervisor" not in line:
                found.append(int(entry.name))
        return found

    def kill(self, word: str) -> None:
        """``kill -9`` the process with that word in its command line."""
        for pid in self.pids(word):
            os.kill(pid, signal.SIGKILL)

    def log(self) -> str:
        """Everything the processes logged."""
        folder = self.data / "logs"
        if not folder.exists():
            return ""
        return "".join(path.read_text() for path in sorted(folder.glob("*.log")))
