"""CPU time of the media process: microseconds per leg and second of audio, 50 packets each way.

    python bench/media.py [--seconds 12] [--only WORD] [--json] [--quick]

The worker runs as it does in service (``python -m ringfence.media.engine.worker``), told what to do
over its socket; the far ends are ``_media_load.c``, a process of its own on loopback. CPU time is
what the kernel's scheduler counted for all threads of the worker (/proc/PID/task/*/schedstat) in
windows of two seconds of steady traffic, so sealing and writing recordings is inside; the figure is
the least disturbed window, the note gives the median too. The kernel charges the sender of a
loopback packet with its delivery to the receiver: the *floor* is a loop that does nothing but
receive and send, measured the same way on the same machine, just before each row.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import _rtpengine as rtpengine

from ringfence.media.engine import protocol as p
from ringfence.media.engine.build import OPTIMISED, compile_program
from ringfence.media.engine.framing import NoticeReader, encode
from ringfence.media.engine.interface import Clockwork

HERE = Path(__file__).resolve().parent
RTP = (40_000, 59_999)
Row = dict[str, Any]


WINDOW = 2.0
"""Seconds of one measurement."""


def windows(cpu_us: Callable[[], float], seconds: float, count: int) -> list[float]:
    """Return the cost per leg and second of each window, cheapest first."""
    found = []
    for _ in range(max(int(seconds / WINDOW), 1)):
        began, before = time.monotonic(), cpu_us()
        time.sleep(WINDOW)
        found.append((cpu_us() - before) / count / (time.monotonic() - began))
    return sorted(found)


def cpu_us(pid: int) -> float:
    """Return the CPU time of all threads of a process."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):
            total += int((task / "schedstat").read_text().split()[0])
    return total / 1000


def load_program(folder: Path) -> Path:
    built = compile_program(folder / "media_load", [HERE / "_media_load.c"], OPTIMISED)
    if built is None:
        sys.exit("no C compiler: the load generator cannot be built")
    return built


class Far:
    """The other ends of the calls."""

    def __init__(self, program: Path, count: int, seconds: float, *words: str) -> None:
        self.process = subprocess.Popen(
            [str(program), str(count), str(seconds), *words],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        self.ports = [int(word) for word in self.process.stdout.readline().split()]

    def go(self, ports: list[int]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(" ".join(map(str, ports)) + "\n")
        self.process.stdin.flush()

    def result(self) -> dict[str, int]:
        assert self.process.stdout is not None
        answer: dict[str, int] = json.loads(self.process.stdout.readline())
        self.process.wait()
        return answer


class Worker:
    """A media process and the connection to it."""

    def __init__(self, folder: Path, engine: str, wire: str = "auto") -> None:
        path = str(folder / "media.sock")
        self.process = subprocess.Popen(
            [
                sys.executable, "-m", "ringfence.media.engine.worker", "--socket", path,
                "--rtp", f"{RTP[0]}-{RTP[1]}", "--bind", "127.0.0.1", "--engine", engine,
                "--wire", wire,
            ]
        )  # fmt: skip
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(30)
        for _ in range(600):
            try:
                self.socket.connect(path)
                break
            except OSError:
                time.sleep(0.05)
        self._reader = NoticeReader()
        self._heard: list[p.AnyNotice] = []
        hello = self.wait(p.Hello)
        self.engine = hello.engine
        self.idle_kib = self.resident()

    def do(self, *commands: p.AnyCommand) -> None:
        self.socket.sendall(encode(*commands))

    def wait(self, kind: type[Any], count: int = 1) -> Any:
        """Return the count-th notice of a kind to come."""
        while True:
            for at, notice in enumerate(self._heard):
                if isinstance(notice, kind):
                    count -= 1
                    if count == 0:
                        self._heard = self._heard[at + 1 :]
                        return notice
            self._heard = self._reader.feed(self.socket.recv(1 << 20))

    def report(self) -> p.EngineReport:
        self.do(p.ReadEngine())
        found: p.EngineReport = self.wait(p.EngineReport)
        return found

    def resident(self) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0])

    def close(self) -> None:
        self.socket.close()
        self.process.terminate()
        self.process.wait(15)


def open_legs(worker: Worker, far: Far, codec: str = "PCMU") -> list[int]:
    ports = []
    for number, port in enumerate(far.ports):
        worker.do(p.OpenLeg(f"LG{number}"))
        ports.append(worker.wait(p.LegOpened).port)
        worker.do(
            p.ConnectLeg(f"LG{number}", "127.0.0.1", port, codec, {"PCMU": 0, "G722": 9}[codec])  # type: ignore[arg-type]
        )
    return ports


def play(worker: Worker, count: int) -> None:
    tone = bytes((k * 37 >> 3) & 0x1F if k & 1 else k & 0xFF for k in range(2 * 8000 * 4))
    worker.do(p.LoadClip("music", 8000, tone))
    for number in range(count):
        worker.do(p.Play(f"LG{number}", f"P{number}", ["music"], loop=0))


def record(worker: Worker, count: int, folder: Path) -> None:
    play(worker, count)
    for number in range(count):
        leg, key = f"LG{number}", os.urandom(32)
        channels = [
            p.Channel(leg, "in", key, str(folder / f"{number}.in")),
            p.Channel(leg, "out", os.urandom(32), str(folder / f"{number}.out")),
        ]
        worker.do(p.StartRecording(f"RE{number}", channels))
    worker.wait(p.RecordingStarted, count)


def record_to(folder: Path) -> Callable[[Worker, int], None]:
    folder.mkdir()
    return lambda worker, count: record(worker, count, folder)


def relay(worker: Worker, count: int) -> None:
    for number in range(0, count - 1, 2):
        worker.do(p.Bridge(f"LG{number}", f"LG{number + 1}"))


def conference(worker: Worker, count: int) -> None:
    for number in range(count):
        worker.do(p.JoinConference(f"CF{number // 3}", f"LG{number}"))


class Bench:
    """One folder, one load program, one engine."""

    def __init__(self, folder: Path, engine: str, seconds: float, wire: str = "auto") -> None:
        self.folder = folder
        self.engine = engine
        self.wire = wire
        self.seconds = seconds
        self.program = load_program(folder)
        self.plain: dict[int, float] = {}
        """Cost of the first work measured with that many legs: without recording."""

    def floor(self, count: int) -> float:
        """Return what receiving and sending alone costs, in µs per leg and second."""
        talkers = Far(self.program, count, self.seconds + 3)
        echo = Far(self.program, count, self.seconds + 3, "floor")
        echo.go(talkers.ports)
        talkers.go(echo.ports)
        time.sleep(1)
        pid = echo.process.pid
        cost = windows(lambda: cpu_us(pid), self.seconds, count)[0]
        for far in (echo, talkers):
            far.process.kill()
            far.process.wait()
        return round(cost, 1)

    @contextlib.contextmanager
    def traffic(
        self, count: int, prepare: Callable[[Worker], None], codec: str = "PCMU"
    ) -> Iterator[tuple[Worker, dict[str, Any]]]:
        """Run traffic for the time; yield when it is steady, then fill in what was measured."""
        far = Far(self.program, count, self.seconds * 2 + 6)
        worker = Worker(self.folder, self.engine, self.wire)
        try:
            ports = open_legs(worker, far, codec)
            prepare(worker)
            far.go(ports)
            time.sleep(2.5)
            found: dict[str, Any] = {}
            yield worker, found
            costs = windows(lambda: cpu_us(worker.process.pid), self.seconds, count)
            found["cpu"] = round(costs[0], 1)
            found["median"] = round(costs[len(costs) // 2], 1)
            found["rss_per_leg"] = round((worker.resident() - worker.idle_kib) / count, 1)
            found["idle_mib"] = round(worker.idle_kib / 1024, 1)
            found["report"] = worker.report()
            found.update(far.result())
        finally:
            far.process.kill()
            far.process.wait()
            worker.close()

    def legs(
        self, work: str, count: int, prepare: Callable[[Worker], None], target: float | None
    ) -> Row:
        floor = self.floor(count)
        with self.traffic(count, prepare) as (_, found):
            pass
        report = found["report"]
        note = (
            f"median {found['median']} µs; {found['received']} of {found['sent']} packets back; "
            f"lateness p99 {report.lateness_p99_us} µs; {found['rss_per_leg']} KiB per leg; "
            f"by {report.wire}; {found['cpu'] / floor:.2f} x floor"
        )
        plain = self.plain.setdefault(count, found["cpu"])
        if "recorded" in work:
            note += f"; {found['cpu'] / plain:.2f} x the same without recording"
        if "relayed" in work and self.engine == "native":
            note += self.beside(count, found["cpu"])
        return {
            "work": work, "value": found["cpu"], "unit": "µs/leg-s", "target": target,
            "floor": floor, "note": note,
        }  # fmt: skip

    def beside(self, count: int, ours: float) -> str:
        """Say what rtpengine takes for the same, just afterwards."""
        if not rtpengine.installed():
            return "; rtpengine is NOT INSTALLED and was not measured beside"
        peer = rtpengine.Rtpengine()
        far = Far(self.program, count, self.seconds * 2 + 6)
        try:
            far.go(peer.relay(far.ports))
            time.sleep(2.5)
            cost = windows(lambda: cpu_us(peer.process.pid), self.seconds, count)[0]
            back = far.result()
        finally:
            far.process.kill()
            far.process.wait()
            peer.close()
        return (
            f"; rtpengine in user space just afterwards: {cost:.0f} µs "
            f"({back['received']} of {back['sent']} back), {ours / cost:.2f} x that"
        )

    def punctuality(self) -> Row:
        """Lateness while processes like serve keep both cores busy, and only then."""
        with self.traffic(100, lambda worker: play(worker, 100)) as (worker, found):
            busy = [subprocess.Popen([sys.executable, "-c", _BUSY]) for _ in range(2)]
            time.sleep(0.5)
            before = worker.report()
            time.sleep(self.seconds)
            after = worker.report()
            for process in busy:
                process.kill()
                process.wait()
        bins = zip(after.lateness, before.lateness, strict=True)
        seen = Clockwork(lateness=tuple(late - earlier for late, earlier in bins))
        ticks, late = after.ticks - before.ticks, after.late_ticks - before.late_ticks
        return {
            "work": "send lateness p99, 100 legs, two busy processes beside",
            "value": seen.percentile(99) / 1000, "unit": "ms", "target": 1,
            "note": f"p50 {seen.percentile(50)} µs; {late} of {ticks} ticks began 5 ms late or "
            f"more; by {after.wire}; a process with its library takes {found['idle_mib']} MiB",
        }  # fmt: skip

    def idle(self) -> Row:
        """What a media process costs that has nothing to do."""
        worker = Worker(self.folder, self.engine, self.wire)
        try:
            time.sleep(1)
            costs = windows(lambda: cpu_us(worker.process.pid), self.seconds, 1)
            ticks = worker.report().ticks
        finally:
            worker.close()
        return {
            "work": "media process without a leg", "value": round(costs[0], 1), "unit": "µs/s",
            "note": f"{ticks} ticks were run meanwhile",
        }  # fmt: skip


_BUSY = "x = {}\nwhile True:\n    for k in range(9999): x[k] = str(k) * 3\n"


def measure(bench: Bench, word: str) -> Iterator[Row]:
    """Yield the rows of the table whose name holds a word."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=bench.folder)))
        plan: list[tuple[str, int, Callable[[Worker, int], None], float]] = [
            ("IVR leg, receive + play", 200, play, 280),
            ("IVR leg, receive + play", 1000, play, 220),
            ("IVR leg, both sides recorded and sealed", 200, record_to(folder / "a"), 392),
            ("IVR leg, both sides recorded and sealed", 1000, record_to(folder / "b"), 308),
            ("relayed leg", 200, relay, 290),
            ("relayed leg", 1000, relay, 220),
            ("conference of 3, per leg", 198, conference, 320),
        ]
        for name, count, prepare, target in plan:
            work = f"{name}, {count} legs"
            if word in work:
                yield bench.legs(
                    work,
                    count,
                    lambda w, p=prepare, c=count: p(w, c),
                    target,  # type: ignore[misc]
                )
    if word in "send lateness":
        yield bench.punctuality()
    if word in "without a leg":
        yield bench.idle()


def main() -> int:
    """Print the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=12)
    parser.add_argument("--only", default="", help="rows whose name holds this word")
    parser.add_argument("--engine", default="native", choices=("native", "reference"))
    parser.add_argument("--wire", default="auto", choices=("auto", "epoll"))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(
            Path(folder), options.engine, 4 if options.quick else options.seconds, options.wire
        )
        rows = []
        for row in measure(bench, options.only):
            if not options.json:
                print(
                    f"{row['work']:58} {row['value']:8} {row['unit']:9} target {row.get('target')}"
                    f" floor {row.get('floor')}  {row['note']}",
                    flush=True,
                )
            rows.append(row)
    if options.json:
        print(json.dumps({"rows": rows}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
