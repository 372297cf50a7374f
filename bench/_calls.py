"""A million calls in a database, written through the statements of the schema, in bulk.

An even way back in time, a call each second: so many people call one number, every fourth call
rings a leg, one in five is missed. Two minutes for a million on a slow machine.
"""

from __future__ import annotations

import sys
from typing import Any

from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import PartyId
from ringfence.kernel.phone import Phone
from ringfence.office import Office
from ringfence.storage.schema import call_legs, call_parties, calls
from ringfence.storage.statement import Statement, insert_row

STEP = 20_000
_ADD: dict[str, Statement] = {
    str(table.name): insert_row(table) for table in (calls, call_legs, call_parties)
}


def fill(office: Office, count: int, people: int) -> list[PartyId]:
    """Write ``count`` calls that are over, the last of them now; the callers."""
    room, now = office.store.party_room, office.clock.now()
    callers: list[PartyId] = []
    for n in range(people):
        callers.append(room.resolve(Phone(f"+1202{550_000 + n:07}"), now))
        if n % STEP == STEP - 1:
            office.store.db.submit(lambda _: None).result(60)
    ours = room.resolve(Phone("+12025550100"), now)
    office.store.db.submit(lambda _: None).result(60)
    for begin in range(0, count, STEP):
        end = min(begin + STEP, count)
        rows = [_call(office, n, Ms(now - (count - n) * 1_000), callers, ours)
                for n in range(begin, end)]  # fmt: skip

        def write(tx: Any, rows: list[dict[str, list[Any]]] = rows) -> None:
            for name, statement in _ADD.items():
                tx.run_many(
                    statement,
                    [statement.bind(row) for made in rows for row in made.get(name, ())],
                )

        office.store.db.submit(write).result(600)
        if sys.stderr.isatty() or end % (STEP * 10) == 0:
            print(f"  {end:,} of {count:,} calls", file=sys.stderr, flush=True)
    return callers


def _call(
    office: Office, n: int, at: Ms, callers: list[PartyId], ours: PartyId
) -> dict[str, list[Any]]:
    """Return the rows of one call, by table."""
    call, account = ids.make("call", at, office.entropy), office.account.id
    caller = callers[n * 7_919 % len(callers)]
    missed = n % 5 == 0
    row = dict.fromkeys((column.name for column in calls.columns), None) | {
        "id": call, "account_id": account, "direction": "inbound", "state": "ended",
        "caller_id": caller, "called_id": ours, "offered_at": at,
        "answered_at": None if missed else at + 10, "ended_at": at + 900, "duration_ms": 890,
        "talk_ms": 0, "cause": "no_answer" if missed else "normal", "hung_up_by": "caller",
        "missed": missed, "codec": "PCMU", "mos_x100": 440,
    }  # fmt: skip
    found: dict[str, list[Any]] = {
        "calls": [row],
        "call_parties": [{"party_id": who, "call_id": call} for who in (caller, ours)],
    }
    if n % 4 == 0:
        leg = dict.fromkeys((column.name for column in call_legs.columns), None) | {
            "id": ids.make("leg", Ms(at + 20), office.entropy), "call_id": call,
            "account_id": account, "state": "ended", "caller_id": caller, "called_id": ours,
            "placed_at": at + 20, "answered_at": at + 30, "ended_at": at + 800,
            "duration_ms": 770, "cause": "normal", "codec": "PCMU", "mos_x100": 440,
        }  # fmt: skip
        found["call_legs"] = [leg]
    return found
