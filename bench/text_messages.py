"""What a text message costs through one SMPP session: time and our CPU.

    python bench/text_messages.py [--json] [--quick]

The message centre of the test kit runs in a process of its own and answers at once; a message is
handed to the carrier, cut, written, answered, and its receipt read and reported. Storage is not
part of it. Wall time is that of a machine shared with others; the CPU time is ours alone.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import time
from multiprocessing.connection import Connection
from typing import Any

from ringfence.carriers.smpp.carrier import Account, SmppCarrier
from ringfence.carriers.smpp.link import Endpoint
from ringfence.kernel.clock import SystemClock
from ringfence.kernel.ids import MessageId
from ringfence.kernel.phone import Phone
from ringfence.messaging.carrier import Accepted, Inbound, Outbound, Receipt
from ringfence.testing.smsc import Smsc

MESSAGES, QUICK = 20_000, 2_000
AT_ONCE = 200


class Desk:
    """Counts receipts."""

    def __init__(self) -> None:
        self.receipts = 0

    async def receipt(self, receipt: Receipt, /) -> bool:
        self.receipts += receipt.state.final
        return True

    async def inbound(self, message: Inbound, /) -> None:
        raise NotImplementedError


def centre(told: Connection) -> None:
    """Run a message centre until the other side hangs up."""

    async def serve() -> None:
        async with Smsc(receipts=True) as smsc:
            told.send(smsc.port)
            await asyncio.get_running_loop().run_in_executor(None, told.poll, None)

    asyncio.run(serve())


async def send(port: int, count: int) -> tuple[float, float]:
    """Return seconds and CPU seconds for ``count`` messages and their receipts."""
    desk = Desk()
    carrier = SmppCarrier(
        "bench",
        Endpoint(host="127.0.0.1", port=port),
        Account(system_id="ringfence", password="secret"),
        desk,
        clock=SystemClock(),
    )
    await carrier.start()
    gate = asyncio.Semaphore(AT_ONCE)
    sender, to = Phone("+12025550100"), Phone("+12025550123")

    async def one(number: int) -> None:
        async with gate:
            answer = await carrier.send(
                Outbound(
                    id=MessageId(f"SM{number:032x}"), sender=sender, to=to,
                    text=f"Your appointment is at {number % 12} o'clock. See you!",
                )
            )  # fmt: skip
            taken = isinstance(answer, Accepted)
            if not taken:
                raise RuntimeError(answer)

    await one(0)
    began, used = time.perf_counter(), time.process_time()
    await asyncio.gather(*(one(number) for number in range(1, count + 1)))
    async with asyncio.timeout(60):
        while desk.receipts < count + 1:  # noqa: ASYNC110 - counted, not told
            await asyncio.sleep(0.005)
    wall, cpu = time.perf_counter() - began, time.process_time() - used
    await carrier.stop()
    return wall, cpu


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    count = QUICK if options.quick else MESSAGES
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=centre, args=(there,), daemon=True)
    process.start()
    try:
        wall, cpu = asyncio.run(send(here.recv(), count))
    finally:
        here.send(None)
        process.join(10)
        process.terminate()
    rows: list[dict[str, Any]] = [
        {
            "work": "text message and its receipt, one SMPP session",
            "value": round(wall / count * 1000, 3),
            "unit": "ms",
            "target": round(1000 / 300, 2),
            "note": f"{count / wall:.0f} messages a second, {count} of them",
        },
        {
            "work": "the same, CPU of our side",
            "value": round(cpu / count * 1e6),
            "unit": "µs",
            "note": "without storage",
        },
    ]
    if options.json:
        print(json.dumps({"rows": rows}))
        return
    for row in rows:
        print(f"{row['work']}: {row['value']} {row['unit']} ({row['note']})")


if __name__ == "__main__":
    main()
