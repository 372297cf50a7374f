"""Calls and recordings that somebody asked to be rid of, before their time is over.

The sound goes at once: its keys are deleted with the rows of its channels. The record of a call
may have to stay for a while (``privacy.terms``): until then it is shown to nobody, and the sweep
takes it on the first day it may (`sweeps`, kind ``removed``).
"""

from __future__ import annotations

from sqlalchemy import bindparam, delete, select, update

from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import CallId, LegId, RecordingId
from ringfence.storage.holds import is_held
from ringfence.storage.schema import (
    call_legs,
    calls,
    notifications,
    recording_channels,
    recordings,
)
from ringfence.storage.statement import Statement, word
from ringfence.storage.transcriptions import remove_of_recording
from ringfence.storage.unit_of_work import Queries, Transaction

_r = recordings.c
_HIDE_CALL = Statement(
    update(calls).where(calls.c.id == bindparam("call")).values(removed_at=bindparam("at")),
    "at",
    "call",
)
_HIDE_LEG = Statement(
    update(call_legs).where(call_legs.c.id == bindparam("leg")).values(removed_at=bindparam("at")),
    "at",
    "leg",
)
_OF_CALL = Statement(select(_r.id).where(_r.call_id == bindparam("call")))
_SILENCE = Statement(
    update(recordings)
    .where(_r.id == bindparam("recording"))
    .values(state=word("deleted"), size=0, sha256="", removed_at=bindparam("gone")),
    "size",
    "sha256",
    "gone",
    "recording",
)
_UNLOCK = Statement(
    delete(recording_channels).where(recording_channels.c.recording_id == bindparam("recording"))
)
_EMPTY = Statement(
    update(notifications)
    .where(notifications.c.call_id == bindparam("call"))
    .values(sealed=bindparam("nothing"), key_serial=bindparam("no_key")),
    "no_key",
    "nothing",
    "call",
)


def held(queries: Queries, call: CallId) -> bool:
    """Whether a hold stands on a call or on a recording of it."""
    if is_held(queries, call):
        return True
    return any(is_held(queries, row[0]) for row in queries.rows(_OF_CALL, (call,)))


def recordings_of(queries: Queries, call: CallId) -> list[RecordingId]:
    """Return every recording of a call."""
    return [RecordingId(row[0]) for row in queries.rows(_OF_CALL, (call,))]


def remove_leg(tx: Transaction, leg: LegId, *, at: Ms) -> None:
    """Show a leg to nobody; it goes with its call."""
    tx.run(_HIDE_LEG, (at, leg))


def remove_call(tx: Transaction, call: CallId, *, at: Ms) -> None:
    """Show a call to nobody, and take away what was said and exchanged in it."""
    tx.run(_HIDE_CALL, (at, call))
    tx.run(_EMPTY, (None, None, call))
    for recording in recordings_of(tx, call):
        remove_recording(tx, recording, at=at)


def remove_recording(tx: Transaction, recording: RecordingId, *, at: Ms) -> None:
    """Make a recording unreadable; its files are the caller's to delete afterwards."""
    tx.run(_SILENCE, (0, "", at, recording))
    tx.run(_UNLOCK, (recording,))
    remove_of_recording(tx, recording, at=at)
