"""What the gate costs: one decision, and requests with and without it in one run.

    python bench/gate.py [--json] [--quick]

A request is ``GET /v1/calls`` and ``GET /v1/calls/SID`` with the account's token, through the whole
application in this process: sign-in, the use case over a real data folder of 2,000 calls, the
answer as JSON. *Without* means an office whose `run` goes straight to the function under the
purpose, and openings that ask nobody. The two take turns, request by request, so that a busy
machine slows both; what counts is the ratio of their 95th percentiles.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import gc
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ringfence.api.http import build
from ringfence.calls import events
from ringfence.calls.causes import Cause
from ringfence.config import load
from ringfence.kernel import ids
from ringfence.kernel.clock import SystemClock
from ringfence.kernel.entropy import SystemEntropy
from ringfence.kernel.phone import Phone
from ringfence.office import Office
from ringfence.office.privacy import policy
from ringfence.office.table import TABLE
from ringfence.privacy.gate import decide
from ringfence.privacy.purposes import purpose
from ringfence.privacy.recording_law.decision import Case, Party
from ringfence.privacy.recording_law.decision import decide as decide_recording
from ringfence.privacy.recording_law.places import place_of
from ringfence.privacy.recording_law.rules import load as load_rules
from ringfence.storage.folder import DataFolder
from ringfence.storage.openings import Openings
from ringfence.storage.store import Store

CALLS = 2_000
ROUNDS = 400
CLOCK, ENTROPY = SystemClock(), SystemEntropy()


def best(work: Callable[[], object], times: int, rounds: int = 7) -> float:
    """Return seconds of one, the best of several rounds."""
    found = []
    for _ in range(rounds):
        began = time.process_time()
        for _ in range(times):
            work()
        found.append((time.process_time() - began) / times)
    return min(found)


def filled(data: Path) -> Office:
    """Return an office with calls of a hundred people."""
    store = Store.open(DataFolder(data), clock=CLOCK, entropy=ENTROPY)
    office = Office(load(data, environment={}, flags={}), store, clock=CLOCK, entropy=ENTROPY)
    now = CLOCK.now()
    for number in range(CALLS):
        call, leg = (ids.make(kind, now, ENTROPY) for kind in ("call", "leg"))
        party = office.store.party_room.resolve(Phone(f"+1202555{number % 100 + 100:04d}"), now)
        common: dict[str, Any] = {"at": now, "call": call}
        store.calls.record(
            [
                events.CallOffered(
                    account=office.account.id, leg=leg, caller=party, called=party, **common
                ),
                events.CallEnded(
                    account=office.account.id, direction="inbound", cause=Cause.NORMAL,
                    hung_up_by="caller", missed=True, offered_at=now, rang_at=None,
                    answered_at=now, answered_by_person_at=None, ended_at=now,
                    duration_ms=9000, talk_ms=0, **common,
                ),
            ],
            now,
        )  # fmt: skip
    store.db.submit(lambda _: None).result(60)
    return office


class Bare:
    """The office without a gate: straight to the function, under the purpose."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def run(
        self, name: str, args: Mapping[str, Any], *, actor: str, account: str | None = None
    ) -> Any:
        """Carry out one use case, whoever asks and of whichever account."""
        del actor, account
        row = TABLE.rows[name]
        row.check(args)
        policy.note_use(self._office, "api")  # a request's share, with or without a gate
        with purpose(row.handling.purposes[0]):
            return await row.work(self._office, **args)


@contextlib.contextmanager
def nobody_asks() -> Iterator[None]:
    """Let values open without asking the gate."""
    kept = Openings._ask
    Openings._ask = lambda *_: None  # type: ignore[method-assign]
    try:
        yield
    finally:
        Openings._ask = kept  # type: ignore[method-assign]


async def request(app: Any, path: str, credentials: bytes) -> int:
    """Send one request through the application; the status."""
    status = 0

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"",
        "root_path": "", "headers": [(b"authorization", credentials), (b"host", b"x")],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "state": {},
    }  # fmt: skip
    await app(scope, receive, send)
    return status


async def compare(office: Office, path: str, rounds: int) -> tuple[float, float]:
    """Return milliseconds at the 95th percentile with and without the gate."""
    with_gate, without = build(office), build(Bare(office))  # type: ignore[arg-type]
    token = f"{office.account.id}:{office.directory.auth_token}"
    credentials = b"Basic " + base64.b64encode(token.encode())
    taken: dict[bool, list[float]] = {True: [], False: []}
    for number in range(rounds * 2):
        gated = number % 2 == 0
        app = with_gate if gated else without
        guard = contextlib.nullcontext() if gated else nobody_asks()
        with guard:
            began = time.perf_counter()
            status = await request(app, path, credentials)
            taken[gated].append((time.perf_counter() - began) * 1000)
        if status != 200:
            raise RuntimeError(f"{path}: {status}")
        await office.settled()  # leaves of the one are not written during the other
    first = min(100, rounds // 4)
    p95 = {key: statistics.quantiles(some[first:], n=20)[-1] for key, some in taken.items()}
    return p95[True], p95[False]


def decisions(rows: list[dict[str, Any]]) -> None:
    """Measure single decisions."""
    one = best(
        lambda: decide("owner", purpose="call_record", category="user.contact.phone_number"),
        50_000,
    )
    rows.append({"work": "one decision of the gate", "value": round(one * 1e6, 3), "unit": "µs",
                 "target": 1, "note": "two look-ups in a table compiled at the start"})  # fmt: skip
    rules = load_rules()
    parties = (Party("US-CA"), Party("DE"), Party("GB", "staff"))
    case = Case(source="dial", parties=parties, at=CLOCK.now(), hours=(480, 1200),
                zone="Europe/Berlin")  # fmt: skip
    one = best(lambda: decide_recording(case, rules), 2_000)
    rows.append({"work": "one decision on a recording, three parties", "unit": "ms",
                 "value": round(one * 1e3, 4), "target": 1})  # fmt: skip
    phone = Phone("+15145550123")
    one = best(lambda: place_of(phone), 1_000)
    rows.append({"work": "where a number lives", "value": round(one * 1e3, 4), "unit": "ms",
                 "note": "the dearest kind: a Canadian number"})  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    rounds = ROUNDS // 10 if options.quick else ROUNDS
    rows: list[dict[str, Any]] = []
    decisions(rows)
    with tempfile.TemporaryDirectory() as folder:
        office = filled(Path(folder) / "data")
        gc.collect()
        gc.freeze()
        sid = asyncio.run(office.run("call.list", {"limit": 1}, actor="operator")).calls[0].sid
        for what, path in (("a list of 50 calls", "/v1/calls"), ("one call", f"/v1/calls/{sid}")):
            gated, bare = asyncio.run(compare(office, path, rounds))
            rows.append({"work": f"{what} over HTTP, p95 with the gate / without",
                         "value": round(gated / bare, 3), "unit": "ratio", "target": 1.05,
                         "note": f"{gated:.2f} ms / {bare:.2f} ms"})  # fmt: skip
        office.store.store.close()
    if options.json:
        print(json.dumps({"rows": rows}))
        return
    for row in rows:
        print(f"{row['value']:>8} {row['unit']:<6} {row['work']}  {row.get('note', '')}")


if __name__ == "__main__":
    main()
