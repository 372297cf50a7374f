"""A hundred API requests a second during two hundred calls: does the audio wait for them?

    python bench/api_beside_calls.py [--json] [--quick]

`ringfence up`; calls come in over SIP, hear a voice without end, and talk: their far ends are the C
program of `bench/media.py`. Eight more far ends are sockets of this process that only listen, and
say so (``recvonly``: who is to send and is not heard for thirty seconds is taken for gone): the
kernel stamps each datagram when it is handed over (SO_TIMESTAMPNS), so a listener that is late
itself does not count. *Late* is a packet by as much as it came after its place in the 20 ms grid of
its own stream, whose best packets are on time. First nobody asks anything, then a hundred requests
a second come over kept connections: lists of calls, messages, recordings and numbers, single calls,
calls placed. Both windows have the same calls, or there is no figure: each listener has to hear
its stream to the end, and afterwards every call has to be there. The difference is what the
requests do.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import socket
import struct
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

import aiohttp
from platform_run import Platform
from twilio_calls import VERSION, Callee, basic

from media import Far, load_program

Row = dict[str, Any]
LISTENERS = 8
RATE = 100
SO_TIMESTAMPNS = 35
GRID_NS = 20_000_000
HEARD = 0.95
"""The least share of its packets that a listener whose call goes on hears."""
NUMBER = "+12025550100"
SAID = "Thank you for calling. Somebody will be with you soon."
VOICE = f"<Response><Say loop='0'>{SAID}</Say></Response>"


class Caller(asyncio.DatagramProtocol):
    """Places calls by hand: INVITE, ACK; knows where each is to send its audio."""

    def __init__(self) -> None:
        self.answered: dict[str, int] = {}
        self.refused: list[str] = []

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def invite(self, name: str, port: int, to: tuple[str, int], *, listens: bool) -> None:
        """Call; who ``listens`` sends no audio (RFC 3264 5.1)."""
        direction = "recvonly" if listens else "sendrecv"
        body = (
            "v=0\r\no=bench 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            f"m=audio {port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na={direction}\r\n"
        )
        head = [
            *self._head("INVITE", name, to, ""),
            f"Contact: <sip:bench@127.0.0.1:{self.port}>",
            "Content-Type: application/sdp", f"Content-Length: {len(body)}", "", body,
        ]  # fmt: skip
        self.transport.sendto("\r\n".join(head).encode(), to)

    def _head(self, method: str, name: str, to: tuple[str, int], tag: str) -> list[str]:
        return [
            f"{method} sip:{NUMBER}@{to[0]}:{to[1]} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK{name}{method}",
            f"From: <sip:+12025550123@127.0.0.1:{self.port}>;tag={name}",
            f"To: <sip:{NUMBER}@{to[0]}:{to[1]}>{tag}",
            f"Call-ID: {name}", f"CSeq: 1 {method}", "Max-Forwards: 70",
        ]  # fmt: skip

    def datagram_received(self, data: bytes, addr: Any) -> None:
        text = data.decode(errors="replace")  # reports on audio come here as well
        fields = {
            key.strip().lower(): value.strip()
            for key, _, value in (line.partition(":") for line in text.split("\r\n")[1:])
        }
        name = fields.get("call-id", "")
        if text.startswith("SIP/2.0 200") and "m=audio " in text:
            tag = fields["to"].partition(">")[2]
            ack = [*self._head("ACK", name, addr, tag), "Content-Length: 0", "", ""]
            self.transport.sendto("\r\n".join(ack).encode(), addr)
            self.answered[name] = int(text.partition("m=audio ")[2].split()[0])
        elif text.startswith("SIP/2.0") and text[8] in "3456":
            self.refused.append(text.splitlines()[0])


async def call(platform: Platform, talking: list[int], listening: list[int]) -> list[int]:
    """Call from each port, 50 a second; the ports that answered, in that order."""
    ports = [*talking, *listening]
    host, _, port = platform.sip.partition(":")
    loop = asyncio.get_running_loop()
    _, caller = await loop.create_datagram_endpoint(Caller, local_addr=("127.0.0.1", 0))
    mark = f"{random.getrandbits(32):08x}"
    for number, own in enumerate(ports):
        to = (host, int(port))
        caller.invite(f"{mark}{number}", own, to, listens=number >= len(talking))
        await asyncio.sleep(0.02)
    for _ in range(300):
        if len(caller.answered) + len(caller.refused) >= len(ports):
            break
        await asyncio.sleep(0.1)
    if len(caller.answered) != len(ports):
        raise RuntimeError(f"{len(caller.answered)} of {len(ports)} answered {caller.refused[:3]}")
    return [caller.answered[f"{mark}{number}"] for number in range(len(ports))]


def listener() -> socket.socket:
    """A socket whose datagrams are stamped by the kernel."""
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    made.bind(("127.0.0.1", 0))
    made.setblocking(False)
    return made


def drained(heard: socket.socket) -> list[tuple[int, int]]:
    """Everything that came: (sequence number, instant in ns)."""
    found = []
    while True:
        try:
            data, extra, _, _ = heard.recvmsg(2048, 64)
        except BlockingIOError:
            return found
        for _, kind, value in extra:
            if kind == SO_TIMESTAMPNS and len(data) >= 12:
                seconds, ns = struct.unpack("qq", value[:16])
                found.append((int.from_bytes(data[2:4], "big"), seconds * 10**9 + ns))


def lateness(packets: list[tuple[int, int]]) -> list[int]:
    """How late each packet of a stream came, in µs, by the grid of its earliest packets."""
    place, last, offsets = 0, None, []
    for sequence, instant in packets:
        # The nearest place with that number (RFC 3550 A.1: 16 bits that wrap).
        place += 0 if last is None else ((sequence - last + 0x8000) & 0xFFFF) - 0x8000
        last = sequence
        offsets.append(instant - place * GRID_NS)
    # The worker's clock and ours drift apart: the grid is taken anew for every two seconds.
    late = []
    for begin in range(0, len(offsets), 100):
        part = offsets[begin : begin + 100]
        best = sorted(part)[len(part) // 20]
        late += [max(one - best, 0) // 1000 for one in part]
    return late


async def listen(sockets: list[socket.socket], seconds: float) -> list[int]:
    """What the listeners heard for a while. Raises `RuntimeError` where one of them was cut off."""
    for one in sockets:
        drained(one)
    await asyncio.sleep(seconds)
    heard = [drained(one) for one in sockets]
    least = seconds * 10**9 / GRID_NS * HEARD
    if deaf := sum(len(packets) < least for packets in heard):
        raise RuntimeError(f"{deaf} of {len(sockets)} listeners did not hear their call to the end")
    return sorted(late for packets in heard for late in lateness(packets))


class Asking:
    """A hundred requests a second, of every kind a program sends."""

    def __init__(self, web: aiohttp.ClientSession, platform: Platform, callee: int) -> None:
        self.web, self.callee = web, callee
        self.here = f"{platform.ready['http']}{VERSION}/Accounts/{platform.ready['account_sid']}"
        self.placed: list[str] = []
        self.taken: list[float] = []
        self.failed: dict[int, int] = {}

    async def one(self, number: int) -> None:
        """Send one request; which one follows from its number."""
        began = time.perf_counter()
        method, path, form = self._what(number)
        async with self.web.request(method, self.here + path, data=form) as answer:
            body = await answer.read()
            if answer.status >= 400:
                self.failed[answer.status] = self.failed.get(answer.status, 0) + 1
            elif method == "POST" and path == "/Calls.json":
                self.placed.append(json.loads(body)["sid"])
        self.taken.append((time.perf_counter() - began) * 1e3)

    def _what(self, number: int) -> tuple[str, str, dict[str, str] | None]:
        kind = number % 10
        if kind in {0, 5} or not self.placed:
            form = {
                "To": f"sip:t{number}@127.0.0.1:{self.callee}", "From": NUMBER,
                "Twiml": "<Response><Hangup/></Response>",
            }  # fmt: skip
            return "POST", "/Calls.json", form
        sid = self.placed[-1]
        return {
            1: ("GET", "/Calls.json?PageSize=50", None),
            2: ("GET", f"/Calls/{sid}.json", None),
            3: ("GET", "/Messages.json", None),
            4: ("GET", f"/Calls/{sid}.json", None),
            6: ("GET", "/Calls.json?Status=in-progress&PageSize=50", None),
            7: ("GET", f"/Calls/{sid}.json", None),
            8: ("GET", "/Recordings.json", None),
            9: ("GET", "/IncomingPhoneNumbers.json", None),
        }[kind]

    async def going_on(self) -> int:
        """How many calls are being talked on."""
        path = "/Calls.json?Status=in-progress&PageSize=1000"
        async with self.web.get(self.here + path) as answer:
            return len(json.loads(await answer.read())["calls"])

    async def run(self, seconds: float) -> None:
        """Ask at an even pace, whether or not answers come."""
        began, tasks = time.perf_counter(), []
        for number in range(int(seconds * RATE)):
            wait = began + number / RATE - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            tasks.append(asyncio.create_task(self.one(number)))
        await asyncio.gather(*tasks)


async def windows(
    platform: Platform, far: Far, seconds: float
) -> tuple[list[int], list[int], Asking, int]:
    """Both windows: what was heard in each, who asked in the second, how many calls were left."""
    ears = [listener() for _ in range(LISTENERS)]
    ports = await call(platform, far.ports, [one.getsockname()[1] for one in ears])
    far.go(ports[: len(far.ports)])
    await asyncio.sleep(3)
    quiet = await listen(ears, seconds)
    loop = asyncio.get_running_loop()
    _, callee = await loop.create_datagram_endpoint(Callee, local_addr=("127.0.0.1", 0))
    port = callee.transport.get_extra_info("sockname")[1]
    auth = basic(platform.ready["account_sid"], platform.ready["auth_token"])
    async with aiohttp.ClientSession(headers={"Authorization": auth}) as web:
        asking = Asking(web, platform, port)
        beside, _ = await asyncio.gather(listen(ears, seconds), asking.run(seconds))
        return quiet, beside, asking, await asking.going_on()


async def measure(root: Path, *, calls: int, seconds: float) -> list[Row]:
    """All rows."""
    with Platform(root / "data") as platform:
        platform.number(NUMBER, VOICE)
        far = Far(load_program(root), calls, seconds * 2 + 30)
        try:
            quiet, beside, asking, left = await windows(platform, far, seconds)
        finally:
            far.process.kill()
            far.process.wait()
    if left < calls + LISTENERS:
        raise RuntimeError(f"{left} of {calls + LISTENERS} calls were still there at the end")
    if asking.failed:
        raise RuntimeError(f"requests were refused: {asking.failed}")
    asked = sorted(asking.taken)
    what = f"{calls} calls, {RATE} requests/s"
    before = f"without requests {at(quiet, 99) / 1000:.2f} ms"
    spread = f"p50 {at(beside, 50) / 1000:.2f}, p99.9 {at(beside, 99.9) / 1000:.2f} ms; {before}"
    return [
        row(f"lateness of packets p99, {what}", at(beside, 99) / 1000, "ms", 1.0, spread),
        row("by how much the requests moved it", (at(beside, 99) - at(quiet, 99)) / 1000, "ms"),
        row(f"a request beside {calls} calls, p95", at(asked, 95), "ms", None,
            f"half of them within {at(asked, 50):.1f} ms; {len(asked)} requests"),
    ]  # fmt: skip


def at(values: list[Any], percent: float) -> Any:
    """Return a percentile of sorted values."""
    return values[min(int(len(values) * percent / 100), len(values) - 1)]


def row(work: str, value: float, unit: str, target: float | None = None, note: str = "") -> Row:
    """One row of the table."""
    return {"work": work, "value": round(value, 3), "unit": unit, "target": target, "note": note}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ringfence-bench-") as folder:
        calls, seconds = (50, 8.0) if options.quick else (200, 30.0)
        rows = asyncio.run(measure(Path(folder), calls=calls, seconds=seconds))
    if options.json:
        print(json.dumps({"rows": rows}))
        return
    for one in rows:
        target = "" if one["target"] is None else f"(target {one['target']:g})"
        print(f"{one['work']:56} {one['value']:>10} {one['unit']:3} {target:14} {one['note']}")


if __name__ == "__main__":
    main()
