"""What the gate costs: one decision, and requests with and without it in one run.

    python bench/gate.py [--json] [--quick]

A request is ``GET /v1/calls`` and ``GET /v1/calls/SID`` with the account's token, through the whole
application in this process: sign-in, the use case over a real data folder of 2,000 calls, the
answer as JSON.

*What belongs to the gate*: finding who asks and at whose desk, the admission, its obligations, role
and declared purposes in force, the question before a value opens, and the leaf that says that it
was opened, for without a gate nobody would have to write it down. *Without* is none of that: an
office whose `run` goes straight to the function under its purpose, values that open without a
question, no leaf. It gives the same bytes, over the same office with the same memories.

*How it is compared*: in pairs, one request with and one without, in random order; cycles are
looked for in between and in neither. *End to end* is the clock of a client, from the first byte of
the request on a kept connection over loopback to the last of the answer, by the web server that
the platform has. Beside it stands the application alone: CPU time of the thread that answers, which
no neighbour on a busy machine disturbs. Of both it is the ratio of the 95th percentiles; the note
gives the middle ratio and how far chance moves the 95th (bootstrap over the pairs, 95 of 100
resamplings lie within). A leaf is handed to the writer while somebody waits, and written when it
has gathered company, 80 ms later: nobody waits for that, so it is in no time here. It is work all
the same, and the last row of each request says how much: CPU of all threads, leaves written, with
the gate over without.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import gc
import json
import random
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import uvicorn
import uvloop
from _served import Unlimited, as_served

from ringfence.api.http import build
from ringfence.app import _Http
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
PAIRS = 12_000
AT_ONCE = 0.05
"""Seconds of requests until the leaves are written: before the writer begins by itself."""
RESAMPLED = 400
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
def no_gate() -> Iterator[None]:
    """Let values open without asking the gate, and without a leaf."""
    asks, writes = Openings._enforce, Openings._write_down
    Openings._enforce = Openings._write_down = lambda *_: None  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        Openings._enforce, Openings._write_down = asks, writes  # type: ignore[method-assign]


async def request(app: Any, path: str, credentials: bytes) -> bytes:
    """Send one request through the application; the answer. Raises `RuntimeError` unless 200."""
    status = 0
    found: list[bytes] = []

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
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"",
        "root_path": "", "headers": [(b"authorization", credentials), (b"host", b"x")],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "state": {},
    }  # fmt: skip
    await app(scope, receive, send)
    if status != 200:
        raise RuntimeError(f"{path}: {status}")
    return b"".join(found)


class Wire(asyncio.Protocol):
    """A client's kept connection: one request after the other."""

    def __init__(self) -> None:
        self._got = bytearray()
        self._whole = 0
        self._done: asyncio.Future[None] | None = None
        self._transport: asyncio.Transport

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    async def ask(self, path: str, credentials: bytes) -> None:
        """Wait for the answer. Raises `RuntimeError` unless it is 200."""
        self._got.clear()
        self._whole = 0
        self._done = asyncio.get_running_loop().create_future()
        head = b"GET %s HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\n\r\n"
        self._transport.write(head % (path.encode(), credentials))
        async with asyncio.timeout(10):
            await self._done
        if not self._got.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"{path}: {bytes(self._got[:40])!r}")

    def data_received(self, data: bytes) -> None:
        self._got += data
        if not self._whole and (end := self._got.find(b"\r\n\r\n")) > 0:
            head = bytes(self._got[:end]).lower()
            self._whole = end + 4 + int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        if self._whole and len(self._got) >= self._whole and self._done is not None:
            self._done.set_result(None)

    def close(self) -> None:
        """Hang up."""
        self._transport.close()


@contextlib.asynccontextmanager
async def served(app: Any) -> AsyncIterator[Wire]:
    """Serve an application as the platform does, and connect to it."""
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", ws="none",
                            server_header=False)  # fmt: skip
    server = _Http(config)
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        running = asyncio.create_task(server._serve([sock]))
        await server.answers.wait()
        where = sock.getsockname()
        _, wire = await asyncio.get_running_loop().create_connection(Wire, *where)
        try:
            yield wire
        finally:
            wire.close()
            server.leave()
            await running


class Comparison:
    """One request, with the gate and without."""

    def __init__(self, office: Office, path: str) -> None:
        self._office = office
        self._path = path
        self._apps = {True: build(office), False: build(Bare(office))}  # type: ignore[arg-type]
        for app in self._apps.values():
            app.state["rates"] = Unlimited()
        token = f"{office.account.id}:{office.directory.auth_token}"
        self._credentials = b"Basic " + base64.b64encode(token.encode())
        self.gated = True
        """How a request that comes over the wire is answered."""

    async def ask(self, gated: bool) -> bytes:
        """Send the request once."""
        return await request(self._apps[gated], self._path, self._credentials)

    async def asked(self, gated: bool) -> float:
        """Return milliseconds of CPU until the answer; such a request waits for nothing."""
        with contextlib.nullcontext() if gated else no_gate():
            began = time.thread_time()
            await self.ask(gated)
            return (time.thread_time() - began) * 1000

    async def clocked(self, wire: Wire, gated: bool) -> float:
        """Return milliseconds of a client until it has the whole answer."""
        self.gated = gated
        with contextlib.nullcontext() if gated else no_gate():
            began = time.perf_counter()
            await wire.ask(self._path, self._credentials)
            return (time.perf_counter() - began) * 1000

    async def end_to_end(self, count: int) -> list[tuple[float, float]]:
        """Return so many pairs of milliseconds at the client: with, without."""

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await self._apps[self.gated](scope, receive, send)

        async with served(app) as wire:
            return await self.pairs(count, lambda gated: self.clocked(wire, gated))

    async def pairs(
        self, count: int, measure: Callable[[bool], Awaitable[float]]
    ) -> list[tuple[float, float]]:
        """Return so many pairs of milliseconds: with, without."""
        for _ in range(50):
            with no_gate():
                plain = await self.ask(False)
            if await self.ask(True) != plain:
                raise RuntimeError(f"{self._path}: another answer without the gate")
        found: list[tuple[float, float]] = []
        while len(found) < count:
            await self._office.settled()  # leaves of the one are not written during the other
            gc.collect()
            gc.disable()
            until = time.perf_counter() + AT_ONCE
            while time.perf_counter() < until:
                first = random.random() < 0.5
                taken = {gated: await measure(gated) for gated in (first, not first)}
                found.append((taken[True], taken[False]))
            gc.enable()
        return found[:count]

    async def work(self, rounds: int) -> tuple[float, float]:
        """Return milliseconds of CPU of all threads, leaves written, with the gate and without.

        The best of some rounds of each, in turns.
        """
        best = {True: float("inf"), False: float("inf")}
        for number in range(rounds * 2):
            gated = number % 2 == 0
            with contextlib.nullcontext() if gated else no_gate():
                began = time.process_time()
                for _ in range(50):
                    await self.ask(gated)
                await self._office.settled()
                best[gated] = min(best[gated], (time.process_time() - began) / 50 * 1000)
        return best[True], best[False]


def p95(values: Iterable[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(values, n=20)[-1]


def compared(pairs: list[tuple[float, float]]) -> tuple[float, str]:
    """Return the ratio of the 95th percentiles, and what there is to say of it."""
    gated, bare = (p95(some) for some in zip(*pairs, strict=True))
    middle = statistics.median(one / other for one, other in pairs)
    resampled = sorted(
        p95(one for one, _ in some) / p95(other for _, other in some)
        for some in (random.choices(pairs, k=len(pairs)) for _ in range(RESAMPLED))
    )
    low, high = resampled[RESAMPLED // 40], resampled[-RESAMPLED // 40]
    note = (
        f"{gated:.3f} ms / {bare:.3f} ms, {len(pairs)} pairs; by chance {low:.3f} to {high:.3f}; "
        f"middle of the pairs' ratios {middle:.3f}"
    )
    return gated / bare, note


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


async def requests(office: Office, what: str, path: str, pairs: int) -> list[dict[str, Any]]:
    """Compare one kind of request."""
    comparison = Comparison(office, path)
    value, note = compared(await comparison.end_to_end(pairs))
    alone, said = compared(await comparison.pairs(pairs, comparison.asked))
    gated, bare = await comparison.work(pairs // 100)
    return [
        {"work": f"{what} over HTTP, end to end, p95 with the gate / without",
         "value": round(value, 3), "unit": "ratio", "target": 1.05, "note": note},
        {"work": f"{what}, the application alone, p95 with the gate / without",
         "value": round(alone, 3), "unit": "ratio", "note": said},
        {"work": f"{what}, all its CPU, leaves written, with / without",
         "value": round(gated / bare, 3), "unit": "ratio",
         "note": f"{gated * 1000:.0f} µs / {bare * 1000:.0f} µs"},
    ]  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    pairs = PAIRS // 10 if options.quick else PAIRS
    rows: list[dict[str, Any]] = []
    decisions(rows)
    with tempfile.TemporaryDirectory() as folder:
        office = filled(Path(folder) / "data")
        as_served()
        sid = asyncio.run(office.run("call.list", {"limit": 1}, actor="operator")).calls[0].sid
        for what, path in (("a list of 50 calls", "/v1/calls"), ("one call", f"/v1/calls/{sid}")):
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                rows += runner.run(requests(office, what, path, pairs))
        office.store.store.close()
    if options.json:
        print(json.dumps({"rows": rows}))
        return
    for row in rows:
        print(f"{row['value']:>8} {row['unit']:<6} {row['work']}  {row.get('note', '')}")


if __name__ == "__main__":
    main()
