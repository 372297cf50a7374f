"""What a list of 50 calls costs through ``/v1``, at the first page and at the last.

    python bench/native_api.py [--json] [--quick]

Whole requests through the application in this process (sign-in, rate, use case over a real data
folder, pages, ETag), in CPU time of the process, the best of several rounds. The two pages take
turns. *Use case alone* is the same list without HTTP: the difference is what the edge costs.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from _served import Unlimited, as_served
from gate import CALLS, filled

from ringfence.api.http import build
from ringfence.office import Office

PAGE = 50


async def ask(app: Any, query: str, credentials: bytes) -> bytes:
    """Ask for one page and return it as it came."""
    found: list[bytes] = []
    status = 0

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        else:
            found.append(message.get("body", b""))

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": "/v1/calls", "raw_path": b"/v1/calls",
        "query_string": query.encode(), "root_path": "",
        "headers": [(b"authorization", credentials), (b"host", b"x")],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "state": {},
    }  # fmt: skip
    await app(scope, receive, send)
    if status != 200:
        raise RuntimeError(f"a page was answered with {status}")
    return b"".join(found)


async def last_page(app: Any, credentials: bytes) -> str:
    """Walk to the end; the query of the last full page."""
    query = f"limit={PAGE}"
    for _ in range(CALLS // PAGE - 1):
        page = json.loads(await ask(app, query, credentials))
        query = f"limit={PAGE}&cursor={page['next']}"
    if len(json.loads(await ask(app, query, credentials))["items"]) != PAGE:
        raise RuntimeError("the last page is not full")
    return query


async def measure(office: Office, rounds: int, times: int) -> tuple[float, float, float]:
    """Return µs of CPU of the first page, the last page, and the use case alone."""
    app = build(office)
    app.state["rates"] = Unlimited()
    word = f"{office.account.id}:{office.directory.auth_token}".encode()
    credentials = b"Basic " + base64.b64encode(word)
    queries = [f"limit={PAGE}", await last_page(app, credentials)]
    best = [float("inf")] * 3

    async def alone() -> None:
        await office.run("call.list", {"limit": PAGE}, actor="api")

    for _ in range(rounds):
        for which in range(3):
            began = time.process_time()
            for _ in range(times):
                if which == 2:
                    await alone()
                else:
                    await ask(app, queries[which], credentials)
            best[which] = min(best[which], (time.process_time() - began) / times * 1e6)
    return best[0], best[1], best[2]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        office = filled(Path(folder) / "data")
        as_served()
        try:
            rounds, times = (3, 20) if options.quick else (9, 100)
            first, last, alone = asyncio.run(measure(office, rounds, times))
        finally:
            office.store.store.close()
    rows = [
        {"work": f"/v1: list of {PAGE} calls of {CALLS}, first page", "value": round(first),
         "unit": "µs CPU", "target": 500, "note": "sign-in, sealed numbers opened, JSON, ETag"},
        {"work": f"/v1: list of {PAGE} calls of {CALLS}, last page", "value": round(last),
         "unit": "µs CPU", "target": 500},
        {"work": f"/v1: the same list without HTTP, {PAGE} calls", "value": round(alone),
         "unit": "µs CPU", "note": "the use case alone"},
    ]  # fmt: skip
    for row in rows:
        print(f"{row['work']}: {row['value']} {row['unit']}")
    if options.json:
        print(json.dumps({"rows": rows}))


if __name__ == "__main__":
    main()
