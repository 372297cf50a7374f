"""CPU time of storage: what a call costs at rest, and how fast keys move to a new epoch.

    python bench/storage.py [--json] [--quick]

A call is an IVR call with a menu and a voicemail from a caller never seen before: ten facts in
nine turns, two parties looked up, one of them made with a key of its own. *Paced*: 50 calls a
second in real time on an event loop, as in service, so a commit is shared by whatever arrived
within 80 ms; the CPU time of the same loop making the same facts and storing none is taken off.
*Saturated*: as fast as it goes. CPU time is the whole process's, writer thread and kernel included.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ringfence.calls import events
from ringfence.calls.causes import Cause
from ringfence.calls.events import CallFact
from ringfence.kernel import ids
from ringfence.kernel.clock import Ms, SystemClock
from ringfence.kernel.entropy import SystemEntropy
from ringfence.kernel.ids import AccountId, NumberId, PartyId
from ringfence.kernel.limits import EPOCH_STEP
from ringfence.kernel.phone import Phone
from ringfence.privacy.audit import Log, commitment
from ringfence.storage.folder import DataFolder
from ringfence.storage.keystore_file import KeystoreFile, move_all
from ringfence.storage.migrations.run import migrate
from ringfence.storage.store import AccountStore, Store

CLOCK, ENTROPY = SystemClock(), SystemEntropy()
PER_SECOND = 50
Row = dict[str, Any]


def opened(root: Path, **options: Any) -> tuple[Store, AccountStore]:
    store = Store.open(DataFolder(root), clock=CLOCK, entropy=ENTROPY, migrate=migrate, **options)
    account = store.db.submit(
        lambda tx: store.accounts.add(
            tx,
            ids.make("account", CLOCK.now(), ENTROPY),
            name="Bench",
            auth_token="t",
            now=CLOCK.now(),
        )
    ).result(10)
    return store, store.of(account)


Resolve = Callable[[Phone, Ms], PartyId]


def story(account: AccountId, resolve: Resolve, number: int) -> Iterator[list[CallFact]]:
    """The turns of one call, each with its facts."""
    now = CLOCK.now()
    call, leg, recording = (ids.make(k, now, ENTROPY) for k in ("call", "leg", "recording"))
    caller = resolve(Phone(f"+1{2_000_000_000 + number}"), now)
    called = resolve(Phone("+442079460001"), now)
    common: dict[str, Any] = {"at": now, "call": call}
    voicemail: dict[str, Any] = {"recording": recording, "source": "voicemail"}
    prompt = events.PromptPlayed(leg=leg, reason="done", played_ms=2000, **common)
    yield [events.CallOffered(account=account, leg=leg, caller=caller, called=called,
                              number=NumberId("PN" + "1" * 32), **common)]  # fmt: skip
    yield [events.CallAnswered(codec="PCMU", **common)]
    yield [events.AudioArrived(leg=leg, **common)]
    yield [prompt]
    yield [events.DigitsCollected(count=1, reason="max_digits", **common)]
    yield [events.RecordingRequested(legs=(leg,), parties=(caller,), **voicemail, **common)]
    yield [events.RecordingStarted(recording=recording, **common)]
    yield [
        events.RecordingSaved(
            reason="leg_closed", duration_ms=5000, size=40_000, sha256=("0" * 64,),
            **voicemail, **common,
        )
    ]  # fmt: skip
    yield [
        events.LegEnded(
            leg=leg, role="caller", cause=Cause.NORMAL, by_far_end=True, up_ms=9000, party=caller,
            stats_known=True, codec="PCMU", packets_in=450, packets_out=450, mos_x100=441, **common,
        ),
        events.CallEnded(
            account=account, direction="inbound", cause=Cause.NORMAL, hung_up_by="caller",
            missed=True, offered_at=now, rang_at=None, answered_at=now, answered_by_person_at=None,
            ended_at=now, duration_ms=9000, talk_ms=0, codec="PCMU", mos_x100=441, **common,
        ),
    ]  # fmt: skip


async def paced(do: Callable[[int], Iterator[object]], seconds: float) -> float:
    """Run calls at a pace, a turn every 100 ms each; CPU microseconds per call."""
    going: list[Iterator[object]] = []
    started, before = time.perf_counter(), time.process_time()
    number, tick = 0, 0
    while (tick := tick + 1) <= seconds * PER_SECOND:
        await asyncio.sleep(max(0.0, started + tick / PER_SECOND - time.perf_counter()))
        going.append(do(number))
        number += 1
        for turn in going[-41::5]:  # calls in different turns, as they come
            next(turn, None)
        if len(going) > 50:
            going.pop(0)
    return (time.process_time() - before) / number * 1e6


def whole_call_paced(
    root: Path, seconds: float, durability: str, callers: int = 10**9
) -> tuple[float, float]:
    """CPU per call, and how many commits a second it took."""
    store, rooms = opened(root, durability=durability)
    account = rooms.account.id

    def only_made(number: int) -> Iterator[None]:
        for _ in story(account, lambda *_: PartyId("PA" + "0" * 32), number):
            yield

    def stored(number: int) -> Iterator[None]:
        for facts in story(account, rooms.parties.resolve, number % callers):
            store.calls.record(facts, facts[0].at)
            yield

    idle = asyncio.run(paced(only_made, seconds / 2))
    commits = store.db.commits
    busy = asyncio.run(paced(stored, seconds))
    commits = store.db.commits - commits
    store.close()
    return busy - idle, commits / seconds


def whole_call_saturated(root: Path, calls: int) -> tuple[float, float]:
    """CPU per call and facts a second, as fast as it goes."""
    store, rooms = opened(root)
    before, wall = time.process_time(), time.perf_counter()
    for number in range(calls):
        for facts in story(rooms.account.id, rooms.parties.resolve, number):
            store.calls.record(facts, facts[0].at)
    store.db.submit(lambda _: None, patient=True).result(120)
    spent, wall = time.process_time() - before, time.perf_counter() - wall
    store.close()
    return spent / calls * 1e6, calls * 10 / wall


def parties(root: Path, count: int) -> tuple[float, float]:
    """CPU of finding a caller in memory, and of making a new one (writing included)."""
    store, rooms = opened(root)
    before = time.process_time()
    for number in range(count):
        rooms.parties.resolve(Phone(f"+1{2_000_000_000 + number}"), CLOCK.now())
    store.db.submit(lambda _: None, patient=True).result(60)
    new = (time.process_time() - before) / count * 1e6
    rooms.parties.resolve(Phone("+12025550100"), CLOCK.now())
    known = Phone("+12025550100")
    before = time.process_time()
    for _ in range(count):
        rooms.parties.resolve(known, CLOCK.now())
    found = (time.process_time() - before) / count * 1e6
    store.close()
    return found, new


def keys(root: Path, count: int) -> tuple[float, float, float]:
    """Seconds to move ``count`` keys to a new epoch; milliseconds to destroy one; the longest
    step in milliseconds."""
    root.mkdir()
    keystore = KeystoreFile.open(root / "keystore.db", entropy=ENTROPY)
    for _ in range(count):
        keystore.take()
    keystore.save()
    wall = time.perf_counter()
    move_all(keystore, step=EPOCH_STEP)
    moved = time.perf_counter() - wall
    keystore.begin_epoch()
    longest, left = 0.0, 1
    while left:
        step = time.perf_counter()
        left = keystore.move(EPOCH_STEP)
        longest = max(longest, time.perf_counter() - step)
    wall = time.perf_counter()
    for serial in range(0, 20 * 977, 977):
        keystore.destroy([serial % count])
    destroyed = (time.perf_counter() - wall) / 20
    keystore.close()
    return moved, destroyed * 1000, longest * 1000


def audit(count: int) -> float:
    """CPU of one leaf: commitment, append, tiles."""
    log, salt, record = Log(), b"s" * 32, b"r" * 200
    before = time.process_time()
    for index in range(count):
        log.append(commitment(salt, index, record))
    log.take_tiles()
    return (time.process_time() - before) / count * 1e6


def measure(root: Path, *, quick: bool) -> list[Row]:
    seconds = 3.0 if quick else 12.0
    usual, commits = whole_call_paced(root / "a", seconds, "second")
    known, _ = whole_call_paced(root / "g", seconds, "second", callers=10)
    each, _ = whole_call_paced(root / "b", seconds, "each")
    saturated, rate = whole_call_saturated(root / "c", 1_000 if quick else 5_000)
    found, new = parties(root / "d", 2_000 if quick else 20_000)
    million = 100_000 if quick else 1_000_000
    moved, destroyed, longest = keys(root / "e", million)
    _, destroyed_small, _ = keys(root / "f", 10_000)
    note = f"10 facts, new caller; {commits:.0f} commits a second"
    return [
        row("whole call, 50 a second", usual, "µs", target=400, note=note),
        row("the same, callers known", known, "µs", target=400),
        row("the same, fsync for each commit", each, "µs"),
        row("whole call, saturated", saturated, "µs", note=f"{rate:,.0f} facts a second"),
        row("a caller known lately", found, "µs"),
        row("a new caller: key, sealing, row", new, "µs"),
        row("one audit leaf", audit(20_000 if quick else 200_000), "µs"),
        row(f"{million:,} keys moved to a new epoch", moved, "s", target=5 * million / 1e6),
        row("longest step of that move", longest, "ms", note="delays reading other keys"),
        row(f"destroying one key of {million:,}", destroyed, "ms",
            note=f"{destroyed_small:.2f} ms with 10,000: it does not grow"),
    ]  # fmt: skip


def row(work: str, value: float, unit: str, *, target: float | None = None, note: str = "") -> Row:
    return {
        "work": work, "value": round(value, 2), "unit": unit, "target": target, "note": note,
    }  # fmt: skip


def main() -> None:
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
        print(f"{one['work']:40} {one['value']:>10} {one['unit']:3} {target:14} {one['note']}")


if __name__ == "__main__":
    main()
