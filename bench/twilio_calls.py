"""Twilio's interface under load: lists of calls, calls placed by API, and the audio beside them.

    python bench/twilio_calls.py [--json] [--quick]

*List*: 50 calls of a million (a quarter of them dialled legs), asked for at the first page, in the
middle and at the last, through the whole application (ASGI, without a socket): CPU time of the
process for each page, the writer of the audit log included, the cheapest of twenty rounds; 20,000
people call, so that each page shows some forty. A page is asked for again and again, as a program
that looks does: calls that are over are written once and shown again, their people opened and
written down each time. The row "one after the other" is the other case, where no page was asked for
before. *Placed*: `ringfence up`; the time from a POST on a
connection that is open until the INVITE has arrived, ten a second, both ends on this machine.
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
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

import aiohttp
import msgspec
from _calls import fill
from _served import Unlimited, as_served
from office_open import opened
from platform_run import Platform

from ringfence.api.http import build
from ringfence.kernel import ids

Row = dict[str, Any]
CALLERS = 20_000
VERSION = "/2010-04-01"


def basic(account: str, secret: str) -> str:
    """HTTP Basic."""
    return "Basic " + base64.b64encode(f"{account}:{secret}".encode()).decode()


class Following(msgspec.Struct):
    """All that is read of a page by whoever goes on to the next."""

    next_page_uri: str


_following = msgspec.json.Decoder(Following).decode


async def get(app: Any, path: str, query: str, token: str, *, read: bool = True) -> dict[str, Any]:
    """Ask the application without a socket; the answer as an object where it is to be ``read``."""
    body = await raw(app, path, query, token)
    answer: dict[str, Any] = json.loads(body) if read else {}
    return answer


async def raw(app: Any, path: str, query: str, token: str) -> bytes:
    """Ask the application without a socket; the answer as it came."""
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
    return b"".join(parts)


async def lists(root: Path, count: int) -> list[Row]:
    """CPU of a page of 50 calls."""
    office = opened(root)
    fill(office, count, min(CALLERS, count // 10))
    as_served()
    account, secret = office.account.id, office.directory.auth_token
    token = basic(account, secret)
    app = build(office)
    app.state["rates"] = Unlimited()
    path = f"{VERSION}/Accounts/{account}/Calls.json"
    newest = (await get(app, path, "PageSize=1", token))["calls"][0]
    began = ids.created(newest["sid"])
    oldest = began - count * 1_000

    def at(share: float) -> str:
        return f"CA{int(began + (oldest - began) * share):012x}{'0' * 20}"

    day = datetime.fromtimestamp((began + oldest) / 2000, UTC).date().isoformat()
    parent = await parent_of(app, path, token)
    places = {
        "the first page": "",
        "in the middle": f"&PageToken={at(0.5)}",
        "the last page": f"&PageToken={at(1 - 50 / count)}",
        "of one caller": "&From=%2B12020550007",
        "to one number, in the middle": f"&To=%2B12025550100&PageToken={at(0.5)}",
        "no answer, in the middle": f"&Status=no-answer&PageToken={at(0.5)}",
        "of a day long ago": f"&StartTime%3C={day}",
        "of one call": f"&ParentCallSid={parent}",
        "page 10,000 without a token": "&Page=10000",
    }
    rows = []
    for where, query in places.items():
        asked = f"PageSize=50{query}"
        value, shown = await page_cost(office, app, path, asked, token)
        rows.append(row(f"50 calls of {count:,}: {where}", value, "ms", 0.5, f"{shown} shown"))
    value, shown = await page_cost(office, app, "/v1/calls", "limit=50", token)
    rows.append(row(f"/v1: 50 calls of {count:,}", value, "ms", 0.5, f"{shown} shown"))
    rows.append(await walk(office, app, path, token))
    value, _ = await page_cost(office, app, path, "PageSize=1", token)
    rows.append(row("one call of them: what a request costs besides", value, "ms"))
    await office.close()
    return rows


async def parent_of(app: Any, path: str, token: str) -> str:
    """A call that rang a leg."""
    found = (await get(app, path, "PageSize=50", token))["calls"]
    return next(one["parent_call_sid"] for one in found if one["parent_call_sid"])


async def page_cost(office: Any, app: Any, path: str, asked: str, token: str) -> tuple[float, int]:
    """CPU milliseconds of one page, all threads, its leaves written; how many calls it shows."""
    for _ in range(10):
        answer = await get(app, path, asked, token)
    best = []
    for _ in range(20):
        await office.settled()
        before = time.process_time()
        for _ in range(20):
            await get(app, path, asked, token, read=False)
        await office.settled()
        best.append((time.process_time() - before) / 20 * 1e3)
    return min(best), len(answer.get("calls") or answer.get("items") or ())


async def walk(office: Any, app: Any, path: str, token: str) -> Row:
    """CPU of pages that come one after the other: other people on each, nobody remembered."""
    asked, best = "PageSize=50", []
    for _ in range(8):
        await office.settled()
        before = time.process_time()
        for _ in range(25):
            answer = _following(await raw(app, path, asked, token))
            asked = answer.next_page_uri.partition("?")[2]
        await office.settled()
        best.append((time.process_time() - before) / 25 * 1e3)
    note = "other people on each: keys from the disk, every number unsealed"
    return row("200 pages, one after the other, each", min(best), "ms", None, note)


class Callee(asyncio.DatagramProtocol):
    """Takes INVITEs, remembers when each came, and is busy."""

    def __init__(self) -> None:
        self.came: dict[str, float] = {}

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if not data.startswith(b"INVITE"):
            return  # audio's reports come here as well, where a far end had the port below
        text = data.decode()
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
