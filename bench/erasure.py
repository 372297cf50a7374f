"""What erasing one person costs, in an installation of 10,000 calls and in one of 1,000,000.

    python bench/erasure.py [--json] [--quick]

Both installations are filled with calls of other people, each with a party and a key of its own,
facts with their leaves in the audit log, and a recorded channel. The people who are erased called
as in service, at instants spread over the whole time, so their rows lie all over the tables. An
erasure is the plan and everything that follows until the signed receipt is durable: ledger, keys,
epoch, files, rows, log. CPU time is the whole process's, writer thread and kernel included; the
median counts, as an erasure waits for the disk some ten times and others use that disk too.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import apsw

from ringfence.calls import events
from ringfence.calls.causes import Cause
from ringfence.kernel import ids
from ringfence.kernel.clock import DAY, Ms, SystemClock
from ringfence.kernel.entropy import SystemEntropy
from ringfence.kernel.ids import AccountId, PartyId
from ringfence.kernel.phone import Phone
from ringfence.storage.audit import AuditTrail, record_bytes
from ringfence.storage.folder import DataFolder
from ringfence.storage.migrations.run import migrate
from ringfence.storage.store import AccountStore, Store

CLOCK, ENTROPY = SystemClock(), SystemEntropy()
SMALL, LARGE = 10_000, 1_000_000
PEOPLE = 40
BATCH = 10_000
WAIT_S = 60
SPREAD = 30 * DAY
Row = dict[str, Any]


class Heard:
    """A channel on which somebody is heard."""

    def __init__(self, leg: str, party: PartyId) -> None:
        self.leg, self.party, self.incoming = leg, party, True


def opened(root: Path) -> Store:
    return Store.open(DataFolder(root), clock=CLOCK, entropy=ENTROPY, migrate=migrate)


def install(root: Path, calls: int) -> tuple[AccountId, list[PartyId]]:
    """Make an installation with ``calls`` calls of others and some people to erase."""
    store = opened(root)
    account = store.db.submit(
        lambda tx: store.accounts.add(
            tx,
            ids.make("account", CLOCK.now(), ENTROPY),
            name="Bench",
            auth_token="t",
            now=CLOCK.now(),
        )
    ).result(10)
    serials = [store.keystore.take() for _ in range(calls)]
    store.keystore.save()
    fill(store, root / "ringfence.db", account.id, serials)
    store.close()
    store = opened(root)
    people = [person(store, store.of(account), number) for number in range(PEOPLE)]
    store.close()
    return account.id, people


def fill(store: Store, path: Path, account: AccountId, serials: list[int]) -> None:
    """Write calls of other people: leaves through the audit log, rows straight into the tables."""
    db = apsw.Connection(str(path))
    db.pragma("synchronous", "OFF")
    tables = {
        "parties": 9, "calls": 21, "call_parties": 2, "events": 7, "recordings": 12,
        "recording_channels": 8,
    }  # fmt: skip
    began = CLOCK.now() - SPREAD
    for start in range(0, len(serials), BATCH):
        rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in tables}
        salts: dict[str, bytes] = {}
        for number in range(start, min(start + BATCH, len(serials))):
            at = Ms(began + number * SPREAD // len(serials))
            call = ids.make("call", at, ENTROPY)
            salts[call] = store.vault.salt(serials[number], call)
            for name, row in others(account, at, call, serials[number]):
                rows[name].append(row)
        facts = rows["events"]
        leaves = store.db.submit(partial(append, store.trail, facts, salts)).result(WAIT_S)
        rows["events"] = [(*fact, leaf) for fact, leaf in zip(facts, leaves, strict=True)]
        with db:
            for name, width in tables.items():
                marks = ", ".join("?" * width)
                columns = ", ".join(COLUMNS[name])
                db.executemany(f"INSERT INTO {name} ({columns}) VALUES ({marks})", rows[name])
    db.pragma("wal_checkpoint(TRUNCATE)")
    db.close()


def append(
    trail: AuditTrail, facts: list[tuple[Any, ...]], salts: dict[str, bytes], _tx: object
) -> list[int]:
    """Add the leaf of each fact to the log, in a transaction; where they stand."""
    return [
        trail.append(salts[call], record_bytes(name, at, call, body.encode()))
        for _, call, _, at, name, body in facts
    ]


COLUMNS = {
    "parties": ("id", "account_id", "kind", "lookup", "address", "key_serial", "created_at",
                "erased_at", "kept_lookup"),
    "calls": ("id", "account_id", "direction", "state", "caller_id", "called_id", "answered_by",
              "number_id", "trunk_id", "offered_at", "rang_at", "answered_at", "person_at",
              "ended_at", "duration_ms", "talk_ms", "cause", "hung_up_by", "missed", "codec",
              "mos_x100"),
    "call_parties": ("party_id", "call_id"),
    "events": ("id", "call_id", "account_id", "at", "name", "body", "leaf"),
    "recordings": ("id", "call_id", "account_id", "source", "state", "reason", "requested_at",
                   "started_at", "ended_at", "duration_ms", "size", "sha256"),
    "recording_channels": ("recording_id", "channel", "leg_id", "incoming", "party_id",
                           "key_serial", "wrapped", "file"),
}  # fmt: skip


def others(
    account: AccountId, at: Ms, call: str, serial: int
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Yield the rows of a call of somebody else."""
    party, leg, recording = (ids.make(k, at, ENTROPY) for k in ("party", "leg", "recording"))
    body = json.dumps({"leg": leg, "caller": party, "called": party})
    yield "parties", (party, account, "phone", os.urandom(16), os.urandom(41), serial, at, None,
                      None)  # fmt: skip
    yield "calls", (call, account, "inbound", "ended", party, party, None, None, None, at, None,
                    at, None, at, 9000, 0, "normal", "caller", True, "PCMU", 441)  # fmt: skip
    yield "call_parties", (party, call)
    for name in ("CallOffered", "RecordingSaved", "CallEnded"):
        yield "events", (None, call, account, at, name, body)
    yield "recordings", (recording, call, account, "voicemail", "saved", "stopped", at, at, at,
                         5000, 40_000, "0" * 64)  # fmt: skip
    yield "recording_channels", (recording, 0, leg, True, party, serial, os.urandom(61),
                                 f"{recording}-0.rfr")  # fmt: skip


def person(store: Store, rooms: AccountStore, number: int) -> PartyId:
    """Let somebody call and leave a message, at an instant of their own."""
    at = Ms(CLOCK.now() - SPREAD + number * SPREAD // PEOPLE)
    call, leg, recording = (ids.make(k, at, ENTROPY) for k in ("call", "leg", "recording"))
    party = rooms.parties.resolve(Phone(f"+120255501{number:02d}"), at)
    common: dict[str, Any] = {"at": at, "call": call}
    store.calls.record(
        [
            events.CallOffered(
                account=rooms.account.id, leg=leg, caller=party, called=party, **common
            )
        ],
        at,
    )
    (file,) = rooms.recordings.begin(recording, call, "voicemail", [Heard(leg, party)], at)
    Path(file.path).write_bytes(os.urandom(40_000))
    rooms.recordings.finish_now(recording, keep=True)
    store.calls.record(
        [
            events.RecordingRequested(recording=recording, source="voicemail", legs=(leg,),
                                      parties=(party,), **common),
            events.RecordingSaved(recording=recording, source="voicemail", reason="stopped",
                                  duration_ms=5000, size=40_000, sha256=("0" * 64,), **common),
            events.CallEnded(account=rooms.account.id, direction="inbound", cause=Cause.NORMAL,
                             hung_up_by="caller", missed=True, offered_at=at, rang_at=None,
                             answered_at=at, answered_by_person_at=None, ended_at=at,
                             duration_ms=9000, talk_ms=0, **common),
        ],
        at,
    )  # fmt: skip
    store.db.submit(lambda _: None).result(30)
    return party


def erase(root: Path, account: AccountId, people: list[PartyId]) -> tuple[float, float]:
    """Erase people one after the other; CPU and clock milliseconds of one, at the median."""
    store = opened(root)
    owner = store.accounts.get(store.db.reading, account)
    assert owner is not None
    cpu, wall = [], []
    for party in people:
        before, began = time.process_time(), time.perf_counter()
        planned = store.eraser.plan(owner, party, reason="request", actor="operator")
        done = store.eraser.carry_out(planned.id)
        cpu.append(time.process_time() - before)
        wall.append(time.perf_counter() - began)
        assert done.state == "done"
    store.close()
    return statistics.median(cpu[5:]) * 1e3, statistics.median(wall[5:]) * 1e3


def measure(calls: int) -> tuple[float, float]:
    root = Path(tempfile.mkdtemp(prefix="ringfence-bench-"))
    try:
        account, people = install(root, calls)
        return erase(root, account, people)
    finally:
        shutil.rmtree(root)


def rows(*, quick: bool) -> Iterator[Row]:
    large = LARGE // 10 if quick else LARGE
    few = measure(SMALL)
    many = measure(large)
    how = "plan, ledger, key, epoch, files, rows, receipt; median of 35; CPU of all threads"
    yield {"work": f"erasing one caller among {SMALL:,} calls", "value": few[0], "unit": "ms",
           "note": f"{how}; {few[1]:.1f} ms by the clock"}  # fmt: skip
    yield {"work": f"erasing one caller among {large:,} calls", "value": many[0], "unit": "ms",
           "note": f"{many[1]:.1f} ms by the clock"}  # fmt: skip
    yield {"work": "the second in terms of the first", "value": many[0] / few[0], "unit": "times",
           "target": 1.5, "note": f"{many[1] / few[1]:.2f} times by the clock"}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    found = list(rows(quick=options.quick))
    if options.json:
        print(json.dumps({"rows": found}))
        return
    for row in found:
        print(f"{row['work']:<45} {row['value']:8.2f} {row['unit']}   {row.get('note', '')}")


if __name__ == "__main__":
    main()
