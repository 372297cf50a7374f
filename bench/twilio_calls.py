"""Twilio's interface under load: lists of calls, calls placed by API, and the audio beside them.

    python bench/twilio_calls.py [--json] [--quick]

*List*: 50 calls of a million (a quarter of them dialled legs), asked for at the first page, in the
middle and at the last, through the whole application (ASGI, without a socket): CPU time of the
process for each page. *Placed*: `ringfence up`; the time from a POST on a connection that is open
until the INVITE has arrived, ten a second, both ends on this machine.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

import aiohttp
from office_open import opened
from platform_run import Platform

from ringfence.api.http import build
from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.phone import Phone
from ringfence.office import Office

Row = dict[str, Any]
CALLERS = 500
VERSION = "/2010-04-01"


def basic(account: str, secret: str) -> str:
    """HTTP Basic."""
    return "Basic " + base64.b64encode(f"{account}:{secret}".encode()).decode()


async def get(app: Any, path: str, query: str, token: str) -> dict[str, Any]:
    """Ask the application without a socket."""
    parts: list[bytes] = []
    scope = {
        "type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "path": path,
        "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(b"authorization", token.encode()), (b"host", b"bench")],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.body":
            parts.append(message.get("body", b""))

    await app(scope, receive, send)
    answer: dict[str, Any] = json.loads(b"".join(parts))
    return answer


def fill(office: Office, count: int) -> None:
    """Write calls that are over, and a leg for each fourth, an even way back in time."""
    room, now = office.store.party_room, office.clock.now()
    callers = [room.resolve(Phone(f"+1202556{n:04}"), now) for n in range(CALLERS)]
    ours = room.resolve(Phone("+12025550100"), now)
    office.store.db.submit(lambda _: None).result(60)
    account = office.account.id

    def work(tx: Any) -> None:
        for begin in range(0, count, 20_000):
            rows, links, legs = [], [], []
            for n in range(begin, min(begin + 20_000, count)):
                at = Ms(now - (count - n) * 1_000)
                call, caller = ids.make("call", at, office.entropy), callers[n % CALLERS]
                rows.append((
                    call, account, "inbound", "ended", caller, ours, None, None, None, at, None,
                    at + 10, None, at + 900, 890, 0, "normal", "caller", 0, "PCMU", 440, None,
                    None, None, None, None,
                ))  # fmt: skip
                links.append((caller, call))
                if n % 4 == 0:
                    leg = ids.make("leg", Ms(at + 20), office.entropy)
                    legs.append((
                        leg, call, account, "ended", caller, ours, at + 20, None, at + 30, at + 800,
                        770, "normal", "PCMU", 440, None,
                    ))  # fmt: skip
            cursor = tx._cursor
            cursor.executemany(f"INSERT INTO calls VALUES ({','.join('?' * 26)})", rows)
            cursor.executemany("INSERT INTO call_parties VALUES (?,?)", links)
            cursor.executemany(f"INSERT INTO call_legs VALUES ({','.join('?' * 15)})", legs)

    office.store.db.submit(work).result(600)


async def lists(root: Path, count: int) -> list[Row]:
    """CPU of a page of 50 calls."""
    office = opened(root)
    fill(office, count)
    account, secret = office.account.id, office.directory.auth_token
    token = basic(account, secret)
    app = build(office)
    path = f"{VERSION}/Accounts/{account}/Calls.json"
    floor = ids.created
    newest = (await get(app, path, "PageSize=1", token))["calls"][0]["sid"]
    oldest = floor(newest) - count * 1_000
    places = {
        "the first page": "",
        "in the middle": f"&PageToken=CA{(floor(newest) + oldest) // 2:012x}{'0' * 20}",
        "the last page": f"&PageToken=CA{oldest + 45_000:012x}{'0' * 20}",
        "of one caller": "&From=%2B12025560007",
    }
    rows = []
    for where, query in places.items():
        asked = f"PageSize=50{query}"
        for _ in range(20):
            answer = await get(app, path, asked, token)
        best = []
        for _ in range(20):
            before = time.process_time()
            for _ in range(10):
                await get(app, path, asked, token)
            best.append((time.process_time() - before) / 10 * 1e3)
        shown = len(answer["calls"])
        rows.append(
            row(f"50 calls of {count:,}: {where}", min(best), "ms", 0.5, f"{shown} calls shown")
        )
    await office.close()
    return rows


class Callee(asyncio.DatagramProtocol):
    """Takes INVITEs, remembers when each came, and is busy."""

    def __init__(self) -> None:
        self.came: dict[str, float] = {}

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        text = data.decode()
        if not text.startswith("INVITE"):
            return
        self.came.setdefault(text.split("sip:")[1].partition("@")[0], time.perf_counter())
        kept = [
            line
            for line in text.split("\r\n")[1:]
            if line.partition(":")[0].lower() in {"via", "from", "to", "call-id", "cseq"}
        ]
        head = ["SIP/2.0 486 Busy Here", *kept, "Content-Length: 0", "", ""]
        self.transport.sendto("\r\n".join(head).encode(), addr)


async def placed(root: Path, count: int) -> list[Row]:
    """From the request to the INVITE."""
    with Platform(root) as platform:
        platform.number("+12025550100", "<Response><Hangup/></Response>")
        ready = platform.ready
        loop = asyncio.get_running_loop()
        _, callee = await loop.create_datagram_endpoint(Callee, local_addr=("127.0.0.1", 0))
        port = callee.transport.get_extra_info("sockname")[1]
        url = f"{ready['http']}{VERSION}/Accounts/{ready['account_sid']}/Calls.json"
        auth = {"Authorization": basic(ready["account_sid"], ready["auth_token"])}
        sent: dict[str, float] = {}
        async with aiohttp.ClientSession(headers=auth) as web:
            for n in range(count):
                form = {
                    "To": f"sip:t{n}@127.0.0.1:{port}", "From": "+12025550100",
                    "Twiml": "<Response><Hangup/></Response>",
                }  # fmt: skip
                sent[f"t{n}"] = time.perf_counter()
                async with web.post(url, data=form) as answer:
                    if answer.status != 201:
                        raise RuntimeError(await answer.text())
                await asyncio.sleep(0.1)
        await asyncio.sleep(1)
        taken = sorted((callee.came[name] - at) * 1e3 for name, at in sent.items())
    warm = taken[: max(len(taken) * 95 // 100, 1)]
    note = f"{count} calls; half of them within {statistics.median(taken):.1f} ms"
    return [row("API request to INVITE, p95", warm[-1], "ms", 30, note)]


def row(work: str, value: float, unit: str, target: float | None = None, note: str = "") -> Row:
    """One row of the table."""
    return {"work": work, "value": round(value, 3), "unit": unit, "target": target, "note": note}


def measure(root: Path, *, quick: bool) -> list[Row]:
    """All rows."""
    rows = asyncio.run(placed(root / "placed", 50 if quick else 300))
    return rows + asyncio.run(lists(root / "lists", 50_000 if quick else 1_000_000))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
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
        print(f"{one['work']:44} {one['value']:>10} {one['unit']:3} {target:14} {one['note']}")


if __name__ == "__main__":
    main()
