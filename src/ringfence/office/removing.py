"""Getting rid of calls and recordings before their time is over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import RecordingId, is_id, leg_of
from ringfence.office.privacy.retention import terms
from ringfence.office.records import call_id, record_of
from ringfence.office.table import KNOWN, TABLE
from ringfence.storage import removal, sweeps
from ringfence.storage.holds import is_held
from ringfence.storage.sweeps import Due
from ringfence.storage.unit_of_work import Transaction

if TYPE_CHECKING:
    from ringfence.office import Office

_FINAL = frozenset({"saved", "failed", "expired", "erased"})


@TABLE.use_case("call.remove", actors=KNOWN, purpose="erase", category="user")
async def remove_call(office: Office, *, sid: str) -> None:
    """Remove the record of a call that is over, and everything recorded and exchanged in it.

    A law may want the record kept: then it is shown to nobody, and goes on the first day it may.
    """
    call, now = call_id(sid), office.clock.now()
    record = record_of(office, call)
    if record is None:
        raise Refused("not_found", "no call of that SID")
    if record.ended_at is None:
        raise Refused("in_progress", "it can be removed when it is over")
    ended = record.ended_at
    if office.store.records.get(call) is None:
        await _write(office, "leg_removed", sid, lambda tx: removal.remove_leg(
            tx, leg_of(call), at=now))  # fmt: skip
        return
    if office.read(lambda queries: removal.held(queries, call)):
        raise Refused("held", "a hold stands on it: nothing of it is removed")
    files = office.read(lambda queries: removal.recordings_of(queries, call))
    sure = office.store.store.leapt_from is None
    may_go = sure and terms(office.settings, now)["call_log"].floor_ends(ended) <= now

    def work(tx: Transaction) -> None:
        removal.remove_call(tx, call, at=now)
        if may_go:
            sweeps.remove(tx, "calls", [Due(call, ended)])

    await _write(office, "call_removed", sid, work)
    await _discard(office, files)


@TABLE.use_case("recording.remove", actors=KNOWN, purpose="erase", category="user")
async def remove_recording(office: Office, *, sid: str) -> None:
    """Remove a recording: its keys and its sound at once; that there was one stays known."""
    found = office.store.recordings.get(RecordingId(sid)) if is_id(sid, "recording") else None
    if found is None or found.account != office.account.id or found.removed_at is not None:
        raise Refused("not_found", "no recording of that SID")
    if found.state not in _FINAL:
        raise Refused("in_progress", "it can be removed when it is over")
    recording, now = found.id, office.clock.now()
    if office.read(lambda queries: is_held(queries, recording) or is_held(queries, found.call)):
        raise Refused("held", "a hold stands on it: it is not removed")
    await _write(office, "recording_removed", sid, lambda tx: removal.remove_recording(
        tx, recording, at=now))  # fmt: skip
    await _discard(office, [recording])


async def _write(office: Office, kind: str, sid: str, work: Callable[[Transaction], None]) -> None:
    now, account = office.clock.now(), office.account.id

    def unit(tx: Transaction) -> None:
        work(tx)
        office.store.store.trail.note_removal(
            tx, kind, at=now, account=account, body={"record": sid}
        )

    await office.write(unit)


async def _discard(office: Office, recordings: Sequence[RecordingId]) -> None:
    for recording in recordings:
        await asyncio.to_thread(office.store.recordings.discard, recording)
