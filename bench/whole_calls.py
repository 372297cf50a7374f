"""Whole calls through the whole platform: CPU of all its processes, and its memory.

The platform is started as a user starts it. sipp makes the calls at a steady rate; what is counted
is user and system time of supervisor, serve, media worker and helpers (/proc/PID/stat), divided by
the calls. ``audio`` is what the calls' media cost on top: leg-seconds times the cost of a leg that
plays and is listened to, measured in the same run from calls that are held.

    IVR call      INVITE, answer, a prompt begins, BYE after 0.3 s; every fact in the database
    bridged call  the same with a second leg dialled over SIP, answered, bridged, both hung up
    REGISTER      a refresh: one request with a good digest, one 200
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

from platform_run import Platform, free_port  # noqa: E402

from ringfence.kernel.entropy import SystemEntropy  # noqa: E402
from ringfence.sip.auth import DigestClient  # noqa: E402
from ringfence.sip.message import Request, Response  # noqa: E402
from ringfence.sip.parser import parse  # noqa: E402

TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")
HOLD_MS = 300
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


def used(platform: Platform) -> Counter[str]:
    """Milliseconds of CPU of the platform's processes by what they do, without those that ended."""
    assert platform.process is not None
    found: Counter[str] = Counter()
    todo = [platform.process.pid]
    while todo:
        pid = todo.pop()
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            words = Path(f"/proc/{pid}/cmdline").read_text()
            todo += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        except OSError:
            continue
        part = next((name for word, name in PARTS.items() if word in words), "others")
        found[part] += round((int(fields[11]) + int(fields[12])) * TICK_MS)
    return found


def cpu_ms(platform: Platform) -> float:
    """The sum of `used`."""
    return float(used(platform).total())


def resident_kb(platform: Platform) -> int:
    """Resident memory of all processes, shared pages counted once per process."""
    assert platform.process is not None
    total, todo = 0, [platform.process.pid]
    while todo:
        pid = todo.pop()
        try:
            status = Path(f"/proc/{pid}/status").read_text()
            todo += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        except OSError:
            continue
        total += int(status.partition("VmRSS:")[2].split()[0])
    return total


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
    before = used(platform)
    sipp(platform, tmp, number, rate=rate, calls=calls, hold=hold)
    time.sleep(0.5)
    spent = used(platform) - before
    parts = ", ".join(f"{part} {ms / calls:.2f}" for part, ms in spent.most_common())
    return spent.total() / calls, parts


def held(platform: Platform, tmp: Path, number: str, *, legs: int, seconds: int) -> float:
    """CPU in µs for each second of a leg that plays, set-up not counted."""
    making = subprocess.Popen(
        [sys.executable, __file__, "--hold", platform.sip, number, str(legs), str(seconds + 4)],
        cwd=tmp,
    )
    time.sleep(legs / 50 + 2)
    before, started = cpu_ms(platform), time.monotonic()
    time.sleep(seconds - 2)
    used, elapsed = cpu_ms(platform) - before, time.monotonic() - started
    making.wait(120)
    return used * 1000 / elapsed / legs


def registers(platform: Platform, count: int) -> float:
    """CPU in µs for each REGISTER refresh."""
    secret = platform.ask("phone", "add", "bench")["secret"]
    host, _, port = platform.sip.rpartition(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.bind(("127.0.0.1", 0))
        wire.settimeout(5)
        wire.connect((host, int(port)))
        me = wire.getsockname()[1]
        digest = DigestClient("bench", secret, SystemEntropy())
        number = 0

        def ask() -> Response:
            nonlocal number
            number += 1
            request = parse(
                (
                    f"REGISTER sip:{platform.sip} SIP/2.0\r\n"
                    f"Via: SIP/2.0/UDP 127.0.0.1:{me};branch=z9hG4bK{number}\r\n"
                    f"From: <sip:bench@127.0.0.1>;tag=b\r\nTo: <sip:bench@127.0.0.1>\r\n"
                    f"Call-ID: bench@127.0.0.1\r\nCSeq: {number} REGISTER\r\nMax-Forwards: 70\r\n"
                    f"Contact: <sip:bench@127.0.0.1:{me}>\r\nExpires: 300\r\n"
                    "Content-Length: 0\r\n\r\n"
                ).encode()
            )
            assert isinstance(request, Request)
            digest.sign(request)
            wire.send(request.to_bytes())
            answer = parse(wire.recv(65_535))
            assert isinstance(answer, Response)
            return answer

        challenged = ask()
        if challenged.status != 401:
            raise RuntimeError(f"no challenge: {challenged.status}")
        digest.take(challenged)
        if ask().status != 200:
            raise RuntimeError("the registration was refused")
        before = cpu_ms(platform)
        for _ in range(count):
            if ask().status != 200:
                raise RuntimeError("a refresh was refused")
        return (cpu_ms(platform) - before) * 1000 / count


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
        time.sleep(5)
        idle_mb = resident_kb(platform) / 1024
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
            audio = held(platform, tmp, "+12025550100", legs=100, seconds=8)
            ivr, ivr_parts = cost(platform, tmp, "+12025550100", rate=50, calls=calls, hold=HOLD_MS)
            bridged, bridged_parts = cost(
                platform, tmp, "+12025550101", rate=25, calls=calls // 2, hold=HOLD_MS
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
    note = f"audio of a held call: {audio:.0f} µs per leg-second"
    return [
        row("one IVR call, 50/s, without audio", ivr - audio * seconds / 1000, "ms", 1.9, note),
        row("the same with its audio", ivr, "ms", None, ivr_parts),
        row("one bridged call, without audio", bridged - 2 * audio * seconds / 1000, "ms", 4.0),
        row("the same with its audio", bridged, "ms", None, bridged_parts),
        row("a REGISTER refresh", refresh / 1000, "ms", 0.4, "closed loop, one at a time"),
        row("resident memory, idle", idle_mb, "MB", 180),
        row("resident memory per call", per_call_kb, "KB", 100, "200 calls held"),
    ]


def row(
    work: str, value: float, unit: str, target: float | None = None, note: str = ""
) -> dict[str, object]:
    """One row of the table."""
    return {"work": work, "value": round(value, 3), "unit": unit, "target": target, "note": note}


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
