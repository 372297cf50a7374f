"""Whole calls through the whole platform: CPU of all its processes, and its memory.

The platform is started as a user starts it. sipp makes the calls at a steady rate; what is counted
is the time that supervisor, serve, media worker and helpers had a processor
(/proc/PID/task/*/schedstat), divided by the calls: the least disturbed of several windows.

    IVR call      INVITE, answer, a prompt begins, BYE after 0.3 s; every fact in the database
    bridged call  the same with a second leg dialled over SIP, answered, bridged, both hung up
    REGISTER      a refresh: one request with a good digest, one 200

*Audio* is what the same number of calls at a time cost when nobody comes or goes: a second run
holds them for some seconds and counts the media worker.

The *floor* is the kernel's part: a program that receives and sends as many datagrams, and does
nothing with them, at the same rate with the same pauses (see `wire_floor`).

*Cold*: between two calls at 50 a second lie 20 ms in which the processors' caches fill with other
work, here and on the machine below a virtual one. The row "code that waits" says what that costs on
the machine at hand: one SIP call through the agent, 20 ms after the last, over one right after it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "support"))

sys.path.insert(0, str(HERE))

import sip_machines  # noqa: E402
from platform_run import Platform, free_port  # noqa: E402

from ringfence.kernel.entropy import SystemEntropy  # noqa: E402
from ringfence.kernel.limits import SPEECH_IDLE_MS  # noqa: E402
from ringfence.sip.auth import DigestClient  # noqa: E402
from ringfence.sip.message import Request, Response  # noqa: E402
from ringfence.sip.parser import parse  # noqa: E402

HOLD_MS = 300
WINDOWS = 4
PARTS = {"ringfence.app": "serve", "media.engine.worker": "media"}

UAC = """<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="call">
  <send retrans="500"><![CDATA[
INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:+12025550123@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:bench@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: [len]

v=0
o=bench 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0 101
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
]]></send>
  <recv response="100" optional="true"/>
  <recv response="180" optional="true"/>
  <recv response="183" optional="true"/>
  <recv response="200" rrs="true"/>
  <send><![CDATA[
ACK [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:+12025550123@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

]]></send>
  <pause/>
  <send retrans="500"><![CDATA[
BYE [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:+12025550123@[local_ip]:[local_port]>;tag=[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 2 BYE
Max-Forwards: 70
Content-Length: 0

]]></send>
  <recv response="200"/>
</scenario>
"""


def processes(platform: Platform) -> dict[int, str]:
    """The platform's processes and their command lines."""
    assert platform.process is not None
    found: dict[int, str] = {}
    todo = [platform.process.pid]
    while todo:
        pid = todo.pop()
        try:
            found[pid] = Path(f"/proc/{pid}/cmdline").read_text()
            todo += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        except OSError:
            continue
    return found


def used(platform: Platform) -> Counter[str]:
    """Milliseconds of CPU of the platform's processes by what they do, without those that ended."""
    found: Counter[str] = Counter()
    for pid, words in processes(platform).items():
        try:
            threads = [
                int((task / "schedstat").read_text().split()[0])
                for task in Path(f"/proc/{pid}/task").iterdir()
            ]
        except OSError:
            continue
        part = next((name for word, name in PARTS.items() if word in words), "others")
        found[part] += sum(threads) / 1e6  # type: ignore[assignment]  # a Counter of floats
    return found


def cpu_ms(platform: Platform) -> float:
    """The sum of `used`."""
    return float(used(platform).total())


def resident_kb(platform: Platform, field: str = "Rss") -> int:
    """Resident memory of all processes: ``Rss`` counts a shared page in each, ``Pss`` once."""
    total = 0
    for pid in processes(platform):
        try:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        total += int(rollup.partition(f"\n{field}:")[2].split()[0])
    return total


def idle_memory(platform: Platform) -> tuple[float, float]:
    """Resident MB once nothing has been said for a while: the sum of the processes, and together.

    The helper that spoke the demo's prompts ahead of time ends when it has nothing to do.
    """
    deadline = time.monotonic() + SPEECH_IDLE_MS / 1000 + 10
    while "speech" in str(processes(platform)) and time.monotonic() < deadline:
        time.sleep(1)
    return resident_kb(platform) / 1024, resident_kb(platform, "Pss") / 1024


def sipp(platform: Platform, tmp: Path, number: str, *, rate: int, calls: int, hold: int) -> None:
    """Make calls; raises where one of them failed."""
    scenario = tmp / "uac.xml"
    scenario.write_text(UAC)
    done = subprocess.run(
        [
            *("sipp", "-sf", str(scenario), "-s", number, platform.sip, "-i", "127.0.0.1"),
            *("-p", str(free_port()), "-r", str(rate), "-m", str(calls), "-d", str(hold)),
            *("-nostdin", "-l", str(calls), "-timeout", "300s", "-trace_err"),
        ],
        cwd=tmp,
        capture_output=True,
        text=True,
        errors="replace",  # its screen shows messages as they came
        timeout=400,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"sipp: {done.returncode} {done.stdout[-1500:]}")


def cost(
    platform: Platform, tmp: Path, number: str, *, rate: int, calls: int, hold: int
) -> tuple[float, str]:
    """CPU in ms for each call, and in words which process used how much of it."""
    sipp(platform, tmp, number, rate=rate, calls=rate, hold=hold)  # warm
    time.sleep(0.5)
    windows: list[Counter[str]] = []
    for _ in range(WINDOWS):
        before = used(platform)
        sipp(platform, tmp, number, rate=rate, calls=calls // WINDOWS, hold=hold)
        time.sleep(0.5)
        windows.append(used(platform) - before)
    count = calls // WINDOWS
    windows.sort(key=lambda one: one.total())
    best, median = windows[0], windows[WINDOWS // 2].total() / count
    parts = ", ".join(f"{part} {ms / count:.2f}" for part, ms in best.most_common())
    return best.total() / count, f"{parts}; median {median:.2f}"


def held(platform: Platform, tmp: Path, number: str, *, legs: int, seconds: int) -> float:
    """CPU in µs of the media worker for each second of a leg that plays, set-up not counted."""
    making = subprocess.Popen(
        [sys.executable, __file__, "--hold", platform.sip, number, str(legs), str(seconds + 4)],
        cwd=tmp,
    )
    time.sleep(legs / 50 + 2)
    windows = []
    for _ in range(seconds // 2):
        before, started = used(platform)["media"], time.monotonic()
        time.sleep(1.5)
        windows.append((used(platform)["media"] - before) / (time.monotonic() - started))
    making.wait(120)
    return min(windows) * 1000 / legs


def wire_floor(datagrams_in: int, datagrams_out: int, *, rate: int, calls: int) -> float:
    """CPU in ms of the kernel's part of a call: its datagrams, its wake-ups, nothing done."""
    program = (
        "import select,socket,sys,time;"
        "s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM);s.bind(('127.0.0.1',0));"
        "print(s.getsockname()[1],flush=True);p=select.epoll();p.register(s,1);n=0;b=b'x'*600\n"
        f"while n<{calls * datagrams_in}:\n"
        " p.poll()\n"
        " d,a=s.recvfrom(2000);n+=1\n"
        f" if n%{datagrams_in}<{datagrams_out}:s.sendto(b,a)\n"
        " if n==50:c=time.thread_time()\n"
        f"print((time.thread_time()-c)*1000/({calls}-50/{datagrams_in}))"
    )
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    port = int(child.stdout.readline())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.connect(("127.0.0.1", port))
        for _ in range(calls):
            for _ in range(datagrams_in):
                wire.send(b"x" * 600)
                time.sleep(1 / rate / datagrams_in)
    return float(child.communicate(timeout=60)[0])


def waiting() -> tuple[float, float]:
    """Of one SIP call through the agent: its cost in µs, and how many times that after 20 ms."""
    case = sip_machines.Inbound()
    for _ in range(300):
        case.once(sip_machines.Stopwatch())

    def cost(rounds: int, pause: float) -> float:
        watch = sip_machines.Stopwatch()
        for _ in range(rounds):
            time.sleep(pause)
            case.once(watch)
        return watch.spent / rounds / 1000

    hot = min(cost(200, 0) for _ in range(5))
    return hot, min(cost(50, 0.02) for _ in range(4)) / hot


class Registrant:
    """A phone that registers, one request after the other, with a digest computed anew."""

    def __init__(self, target: str, user: str, secret: str) -> None:
        host, _, port = target.rpartition(":")
        self._target, self._user = target, user
        self._wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._wire.bind(("127.0.0.1", 0))
        self._wire.settimeout(5)
        self._wire.connect((host, int(port)))
        self._secret = secret
        self._number = 0

    def __enter__(self) -> Registrant:
        return self

    def __exit__(self, *_: object) -> None:
        self._wire.close()

    def begin(self) -> None:
        """Be challenged anew, and register."""
        self._digest = DigestClient(self._user, self._secret, SystemEntropy())
        challenged = self._ask()
        if challenged.status != 401:
            raise RuntimeError(f"no challenge: {challenged.status}")
        self._digest.take(challenged)
        if self._ask().status != 200:
            raise RuntimeError("the registration was refused")

    def refresh(self, count: int) -> None:
        """Register so many times again."""
        for _ in range(count):
            if self._ask().status != 200:
                raise RuntimeError("a refresh was refused")

    def _ask(self) -> Response:
        self._number += 1
        me = f"127.0.0.1:{self._wire.getsockname()[1]}"
        request = parse(
            (
                f"REGISTER sip:{self._target} SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP {me};branch=z9hG4bK{self._number}\r\n"
                f"From: <sip:{self._user}@127.0.0.1>;tag=b\r\nTo: <sip:{self._user}@127.0.0.1>\r\n"
                f"Call-ID: {me}\r\nCSeq: {self._number} REGISTER\r\nMax-Forwards: 70\r\n"
                f"Contact: <sip:{self._user}@{me}>\r\nExpires: 300\r\nContent-Length: 0\r\n\r\n"
            ).encode()
        )
        assert isinstance(request, Request)
        self._digest.sign(request)
        self._wire.send(request.to_bytes())
        answer = parse(self._wire.recv(65_535))
        assert isinstance(answer, Response)
        return answer


def registers(platform: Platform, count: int) -> float:
    """CPU in µs for each REGISTER refresh."""
    secret = platform.ask("phone", "add", "bench")["secret"]
    with Registrant(platform.sip, "bench", secret) as phone:
        phone.begin()
        windows = []
        for _ in range(WINDOWS):
            before = cpu_ms(platform)
            phone.refresh(count // WINDOWS)
            windows.append((cpu_ms(platform) - before) * 1000 / (count // WINDOWS))
    return min(windows)


def hold(target: str, number: str, legs: int, seconds: int) -> None:
    """Hold calls with sipp (a process of its own, so that its CPU is not ours)."""
    with tempfile.TemporaryDirectory() as folder:
        scenario = Path(folder) / "uac.xml"
        scenario.write_text(UAC)
        subprocess.run(
            [
                *("sipp", "-sf", str(scenario), "-s", number, target, "-i", "127.0.0.1"),
                *("-p", str(free_port()), "-r", "50", "-m", str(legs), "-l", str(legs)),
                *("-d", str(seconds * 1000), "-nostdin"),
            ],
            cwd=folder,
            capture_output=True,
            check=False,
            timeout=seconds + 60,
        )


def measure(tmp: Path, *, quick: bool) -> list[dict[str, object]]:
    """All rows."""
    calls = 300 if quick else 1500
    with Platform(tmp / "data") as platform:
        idle_mb, together_mb = idle_memory(platform)
        platform.number(
            "+12025550100",
            "<Response><Gather numDigits='1' timeout='30'><Say>Press one for our opening hours,"
            " or two to leave a message.</Say></Gather></Response>",
        )
        callee = free_port()
        platform.number(
            "+12025550101",
            f"<Response><Dial><Sip>sip:agent@127.0.0.1:{callee}</Sip></Dial></Response>",
        )
        answering = subprocess.Popen(
            [*("sipp", "-sn", "uas", "-i", "127.0.0.1", "-p", str(callee), "-nostdin")],
            cwd=tmp,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            ivr, ivr_parts = cost(platform, tmp, "+12025550100", rate=50, calls=calls, hold=HOLD_MS)
            together = 50 * HOLD_MS // 1000
            audio = held(platform, tmp, "+12025550100", legs=together, seconds=8)
            bridged, bridged_parts = cost(
                platform, tmp, "+12025550101", rate=25, calls=calls // 2, hold=HOLD_MS
            )
            loaded, loaded_parts = cost(
                platform, tmp, "+12025550100", rate=200, calls=calls * 2, hold=HOLD_MS
            )
            refresh = registers(platform, 500 if quick else 3000)
            before_kb = resident_kb(platform)
            legs = 200
            holding = subprocess.Popen(
                [sys.executable, __file__, "--hold", platform.sip, "+12025550100", "200", "14"],
                cwd=tmp,
            )
            time.sleep(legs / 50 + 3)
            per_call_kb = (resident_kb(platform) - before_kb) / legs
            holding.wait(90)
        finally:
            answering.terminate()
            answering.wait(10)
    seconds = HOLD_MS / 1000
    note = f"{together} held calls: {audio:.0f} µs per leg-second"
    ivr_floor = wire_floor(3, 2, rate=50, calls=200)
    bridged_floor = wire_floor(6, 5, rate=25, calls=200)
    hot, times = waiting()
    return [
        row(
            "one IVR call, 50/s, without audio",
            ivr - audio * seconds / 1000,
            *("ms", 1.9, note, ivr_floor),
        ),
        row("the same with its audio", ivr, "ms", None, ivr_parts),
        row("the same, 200/s", loaded, "ms", None, loaded_parts),
        row(
            "one bridged call, 25/s, without audio",
            bridged - 2 * audio * seconds / 1000,
            *("ms", 4.0, "", bridged_floor),
        ),
        row("the same with its audio", bridged, "ms", None, bridged_parts),
        row(
            "code that waits: a SIP call in the agent, 20 ms after the last",
            times,
            "times",
            None,
            f"over {hot:.0f} µs right after it: what caches lose meanwhile on this machine",
        ),
        row("a REGISTER refresh", refresh / 1000, "ms", 0.4, "closed loop, one at a time"),
        row(
            "resident memory, idle",
            idle_mb,
            "MB",
            180,
            "pages that processes share counted in each",
        ),
        row("the same, shared pages counted once", together_mb, "MB"),
        row("resident memory per call", per_call_kb, "KB", 100, "200 calls held"),
    ]


def row(
    work: str,
    value: float,
    unit: str,
    target: float | None = None,
    note: str = "",
    floor: float | None = None,
) -> dict[str, object]:
    """One row of the table."""
    found: dict[str, object] = {"work": work, "value": round(value, 3), "unit": unit, "note": note}
    return {**found, "target": target, "floor": None if floor is None else round(floor, 3)}


def main() -> None:
    """Measure and print."""
    if "--hold" in sys.argv:
        at = sys.argv.index("--hold")
        target, number, legs, seconds = sys.argv[at + 1 : at + 5]
        hold(target, number, int(legs), int(seconds))
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    if shutil.which("sipp") is None:
        sys.exit("bench/whole_calls.py needs sipp: apt-get install sip-tester")
    # Where modules are compiled at each start, what that leaves behind is resident.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    root = Path(tempfile.mkdtemp(prefix="ringfence-bench-"))
    try:
        rows = measure(root, quick=options.quick)
    finally:
        shutil.rmtree(root)
    if options.json:
        print(json.dumps({"rows": rows}))
        return
    for one in rows:
        target = "" if one["target"] is None else f"(target {one['target']:g})"
        print(f"{one['work']:40} {one['value']:>10} {one['unit']:3} {target:14} {one['note']}")


if __name__ == "__main__":
    main()
