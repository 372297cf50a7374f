"""Text messages, the whole path: asked for, kept, sent over one SMPP session, receipt written.

    python bench/messages.py [--json] [--quick]

An office over a data folder of its own; the message centre is a process of its own and reports
every message as delivered. Asked for by use case, 64 at once, as an API's clients do. Figures per
second are wall-clock from the first question to the last answer (kept), to the last message the
centre has (sent) and to the last receipt on the disk (delivered). CPU is this process's, the writer
thread's included.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import ssl
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from ringfence.accounts.carriers import SmppAccess, TextCarrier
from ringfence.carriers.ports import Forgetful
from ringfence.carriers.roster import Around, Roster
from ringfence.config import load
from ringfence.kernel.clock import SystemClock
from ringfence.kernel.entropy import SystemEntropy
from ringfence.messaging.carrier import Link
from ringfence.office import Office
from ringfence.office.messaging.incoming import Incoming
from ringfence.storage.folder import DataFolder
from ringfence.storage.store import Store
from ringfence.testing.smsc import Smsc

MESSAGES = 6_000
PEOPLE = 500
AT_ONCE = 64
OURS = "+447700900999"
TARGET_PER_SECOND = 300
WAIT_S = 300


def centre(pipe: Connection) -> None:
    """Run the message centre until the other side hangs up."""

    async def serve() -> None:
        async with Smsc(receipts=True) as smsc:
            pipe.send(smsc.port)
            await until(pipe.poll)

    asyncio.run(serve())


async def until(what: Callable[[], object]) -> None:
    """Wait for something to become true, some minutes at most."""
    async with asyncio.timeout(WAIT_S):
        while True:
            if what():
                return
            await asyncio.sleep(0.05)


async def nobody(*_: Any, **__: Any) -> Any:
    """Stand for the web: SMPP needs none."""
    raise OSError


async def measure(data: Path, port: int, count: int) -> dict[str, float]:
    """Return seconds and CPU of one run."""
    settings = load(data, environment={}, flags={"domain": "pbx.example.com", "country": "GB"})
    clock, entropy = SystemClock(), SystemEntropy()
    store = Store.open(DataFolder(data), clock=clock, entropy=entropy)
    office = Office(settings, store, clock=clock, entropy=entropy)
    await office.run("number.add", {"number": OURS, "twiml": "<Response/>"}, actor="operator")
    roster = Roster(
        Around(
            receiver=Incoming(office),
            keeper=Forgetful(),
            clock=clock,
            fetch=nobody,
            ours=lambda _: False,
            trust=ssl.create_default_context,
        )
    )
    access = SmppAccess(host="127.0.0.1", port=port, system_id="ringfence", password="secret")
    await roster.start([TextCarrier(name="bench", smpp=access)])
    await until(lambda: roster.running()[0].state().link is Link.READY)
    await office.post.start(roster)
    turns = asyncio.Semaphore(AT_ONCE)

    async def ask(number: int) -> None:
        async with turns:
            args = {
                "to": f"+44770090{number % PEOPLE:04}",
                "text": f"Your parcel {number} is with your neighbour.",
                "sender": OURS,
            }
            await office.run("message.send", args, actor="api")

    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(ask(number) for number in range(count)))
    asked = time.perf_counter() - began
    await until(lambda: office.post.counts["sent"] >= count)
    sent = time.perf_counter() - began
    query = "SELECT count(*) FROM texts WHERE state = 'delivered'"
    await until(lambda: store.db.reading._cursor.execute(query).fetchall()[0][0] >= count)
    delivered = time.perf_counter() - began
    found = {
        "asked": asked, "sent": sent, "delivered": delivered,
        "cpu": time.process_time() - cpu,
    }  # fmt: skip
    await office.post.stop()
    await roster.stop()
    store.close()
    return found


def rows(*, quick: bool) -> list[dict[str, Any]]:
    """Measure and return the rows."""
    count = MESSAGES // 3 if quick else MESSAGES
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=centre, args=(theirs,))
    process.start()
    try:
        with tempfile.TemporaryDirectory(prefix="ringfence-bench-") as folder:
            found = asyncio.run(measure(Path(folder) / "data", ours.recv(), count))
    finally:
        ours.send("end")
        process.join(10)
    note = f"{count} messages to {PEOPLE} people through one SMPP session; loopback"
    made = [
        {
            "work": f"messages {word}, time of {TARGET_PER_SECOND}",
            "value": round(found[key] / count * TARGET_PER_SECOND, 3),
            "unit": "s",
            "target": 1.0,
            "note": f"{count / found[key]:.0f} a second; {note}",
        }
        for key, word in (("asked", "kept"), ("sent", "sent"), ("delivered", "delivered"))
    ]
    made.append(
        {
            "work": "a message from question to receipt, CPU",
            "value": round(found["cpu"] / count * 1000, 3),
            "unit": "ms",
            "note": note,
        }
    )
    return made


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    chosen = parser.parse_args()
    found = rows(quick=chosen.quick)
    if chosen.json:
        print(json.dumps({"rows": found}))
        return
    for row in found:
        print(f"{row['work']}: {row['value']} {row['unit']} ({row['note']})")


if __name__ == "__main__":
    main()
