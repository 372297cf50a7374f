"""Callbacks a second: sealed before the first try, sent to another process, logged sealed.

    python bench/webhooks.py [--json] [--quick]

A callback is what a call tells its status URL: twelve parameters, signed. Each is sealed and
committed, posted over kept connections to an HTTP server in a process of its own, and when its 204
is there, the exchange is sealed into the notification log and the callback removed, in one
transaction. All are told at once and the clock stops when the last of them is settled: 500 a second
are 2 ms each. Cycles are looked for as seldom as in a running server. CPU time is the whole
process's, writer thread and kernel included, without the server's. *Floor*: the same posts by the
same client, with nothing kept and nothing logged.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import uvloop
from _served import as_served

from ringfence import config
from ringfence.backroom import Backroom
from ringfence.calls import events
from ringfence.kernel import ids
from ringfence.kernel.clock import Ms, SystemClock
from ringfence.kernel.entropy import SystemEntropy
from ringfence.kernel.ids import CallId, LegId
from ringfence.kernel.phone import Phone
from ringfence.markup.exchange import Callback, Params
from ringfence.observe import logs
from ringfence.office import Office
from ringfence.outside import Outside
from ringfence.storage.folder import DataFolder
from ringfence.storage.notifications import Wanted
from ringfence.storage.store import Store

CLOCK, ENTROPY = SystemClock(), SystemEntropy()
SERVER = """
import asyncio, sys
class Taker(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.data = transport, b""
    def data_received(self, data):
        self.data += data
        while True:
            head, mark, rest = self.data.partition(b"\\r\\n\\r\\n")
            if not mark:
                return
            lower = head.lower()
            at = lower.find(b"content-length:")
            size = int(lower[at + 15:].split(b"\\r\\n", 1)[0]) if at >= 0 else 0
            if len(rest) < size:
                return
            self.data = rest[size:]
            self.transport.write(b"HTTP/1.1 204 No Content\\r\\n\\r\\n")
async def main():
    server = await asyncio.get_running_loop().create_server(Taker, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""
Row = dict[str, Any]


def opened(root: Path) -> Office:
    settings = config.load(root, environment={}, flags={"fetch_private": "127.0.0.0/8"})
    store = Store.open(DataFolder(root), clock=CLOCK, entropy=ENTROPY)
    return Office(settings, store, clock=CLOCK, entropy=ENTROPY)


def calls(office: Office, count: int) -> list[CallId]:
    """Calls of so many people."""
    made: list[CallId] = []
    room = office.store.party_room
    for number in range(count):
        now = CLOCK.now()
        call = CallId(ids.make("call", now, ENTROPY))
        fact = events.CallOffered(
            at=now, call=call, account=office.account.id,
            leg=LegId(ids.make("leg", now, ENTROPY)),
            caller=room.resolve(Phone(f"+1{200 + number // 100 % 100}55501{number % 100:02d}"),
                                now),
            called=room.resolve(Phone("+12025550100"), now),
        )  # fmt: skip
        office.store.calls.record([fact], now)
        made.append(call)
    return made


def params(call: str, account: str) -> Params:
    return (
        ("CallSid", call), ("AccountSid", account), ("From", Phone("+12025550123")),
        ("To", Phone("+12025550100")), ("Caller", Phone("+12025550123")),
        ("Called", Phone("+12025550100")), ("Direction", "inbound"), ("ApiVersion", "2010-04-01"),
        ("CallStatus", "completed"), ("CallbackSource", "call-progress-events"),
        ("SequenceNumber", "3"), ("CallDuration", "42"),
    )  # fmt: skip


async def delivered(office: Office, url: str, count: int, per_call: int) -> tuple[float, float]:
    """Seconds of wall and of CPU for so many callbacks."""
    outside = Outside(office.settings, office, entropy=ENTROPY, clock=CLOCK)
    room = Backroom(office, deliver=outside.deliver, clock=CLOCK)
    people = calls(office, count // per_call)
    await office.settled()
    room.courier.start()
    account = office.account.id
    wall, spent = time.perf_counter(), time.process_time()
    for _ in range(per_call):
        for call in people:
            room.tell(call, Callback(url=url, params=params(call, account), event="completed"))
        await asyncio.sleep(0)
    while room.courier.taken < len(people) * per_call:
        if room.courier.failed or room.courier.dead:
            raise RuntimeError("a callback failed")
        await asyncio.sleep(0.005)
    await office.settled()
    done = time.perf_counter() - wall, time.process_time() - spent
    await room.courier.stop()
    await outside.close()
    return done


async def bare(office: Office, url: str, count: int) -> float:
    """CPU seconds for so many posts of the same client, fifty at once, nothing kept."""
    outside = Outside(office.settings, office, entropy=ENTROPY, clock=CLOCK)
    left = iter(range(count))
    said = params("CA" + "1" * 32, office.account.id)

    async def some() -> None:
        for _ in left:
            result = await outside._client.fetch(
                url, params=said, token=office.directory.auth_token
            )
            if not result.ok:
                raise RuntimeError("a post failed")

    await outside._client.fetch(url, params=said)
    spent = time.process_time()
    await asyncio.gather(*(some() for _ in range(50)))
    spent = time.process_time() - spent
    await outside.close()
    return spent


def pages(office: Office, count: int) -> tuple[float, float, float]:
    """CPU milliseconds of 50 rows of a log of so many: the newest, the oldest, oldest failures."""
    account, start = office.account.id, CLOCK.now() - count
    columns = "id, account_id, kind, at, elapsed_ms, method, status, failure, code, request_size"
    rows = [
        (
            ids.make("notification", Ms(start + number), ENTROPY), account, "status",
            start + number, 5, "POST", 200 if number % 50 else 503,
            None if number % 50 else "fetch_status", None if number % 50 else 11200, 100,
        )
        for number in range(count)
    ]  # fmt: skip
    sql = (
        f"INSERT INTO notifications ({columns}, response_size, attempt) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 1)"
    )
    store = office.store.db
    store.submit(lambda tx: tx._cursor.executemany(sql, rows) and None).result(300)
    log = office.store.rooms.notifications

    def cpu(wanted: Wanted, before: str | None) -> float:
        spent = time.process_time()
        for _ in range(200):
            found = log.page(store.reading, wanted, count=50, before=before)
        assert len(found) == 50
        return (time.process_time() - spent) / 200 * 1e3

    oldest, failure = rows[60][0], rows[51 * 50][0]
    return (
        cpu(Wanted(), None), cpu(Wanted(), oldest), cpu(Wanted(failed=True), failure),
    )  # fmt: skip


def measure(root: Path, *, quick: bool) -> list[Row]:
    count = 2_000 if quick else 10_000
    with subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE) as server:
        try:
            assert server.stdout is not None
            url = f"http://127.0.0.1:{int(server.stdout.readline())}/status"
            office = opened(root)
            as_served()
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                floor = runner.run(bare(office, url, count)) / count * 1e6
                wall, cpu = runner.run(delivered(office, url, count, 1))
                lane, lane_cpu = runner.run(delivered(office, url, count, 5))
            rows = len(
                office.store.db.reading._cursor.execute("SELECT 1 FROM notifications").fetchall()
            )
            long = 50_000 if quick else 500_000
            first, last, failed = pages(office, long)
            office.store.store.close()
        finally:
            server.kill()
    if rows != 2 * count:
        raise RuntimeError("not every exchange is in the log")
    note = f"{count / wall:,.0f} a second; {cpu / wall:.0%} of a core"
    return [
        row("a callback: sealed, sent, logged sealed", wall / count * 1e3, "ms", 2.0, note),
        row("its CPU time", cpu / count * 1e6, "µs", 2_000, "", floor),
        row("the same, five of each call in order", lane / count * 1e3, "ms", 2.0,
            f"{count / lane:,.0f} a second; {lane_cpu / count * 1e6:,.0f} µs of CPU"),
        row(f"50 rows of a log of {long:,}: newest", first, "ms", None, "CPU"),
        row("the same: oldest", last, "ms", None, f"{last / first:.2f} times the newest"),
        row("the same: oldest failures, one in fifty", failed, "ms", None,
            f"{failed / first:.2f} times the newest"),
    ]  # fmt: skip


def row(
    work: str, value: float, unit: str, target: float | None, note: str, floor: float | None = None
) -> Row:
    return {
        "work": work, "value": round(value, 3), "unit": unit, "target": target, "note": note,
        "floor": None if floor is None else round(floor),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    logs.configure("error", sys.stderr)
    root = Path(tempfile.mkdtemp(prefix="ringfence-bench-"))
    try:
        rows = measure(root / "data", quick=options.quick)
    finally:
        shutil.rmtree(root)
    if options.json:
        print(json.dumps({"rows": rows}))
        return
    for one in rows:
        floor = f"(floor {one['floor']})" if one["floor"] is not None else ""
        print(f"{one['work']:45} {one['value']:>9} {one['unit']:3} {floor:14} {one['note']}")


if __name__ == "__main__":
    main()
