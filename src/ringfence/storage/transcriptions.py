"""Transcriptions at rest: asked for, waited for, settled with the words of each voice sealed.

::

    waiting ──recording saved──▶ queued ──▶ completed
       └──no recording──▶ failed   └──▶ failed
                                        (any of them) ──▶ deleted, expired: without words

Words are sealed under the key of whoever said them (`storage.keyring`): JSON, a list of when in
the recording (ms), what, and how sure the recogniser was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

import msgspec
from sqlalchemy import Select, bindparam, null, select, update

from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import AccountId, CallId, PartyId, RecordingId, TranscriptionId
from ringfence.privacy.labels import CONTENT_SEALED
from ringfence.privacy.vault import Vault
from ringfence.storage.account_seal import AccountSeal
from ringfence.storage.keyring import KeyRing
from ringfence.storage.openings import Openings
from ringfence.storage.schema import transcription_parts, transcriptions
from ringfence.storage.statement import Row, Statement, at_most, insert_new, insert_row, word
from ringfence.storage.unit_of_work import Queries, Transaction

State = Literal["waiting", "queued", "completed", "failed", "expired", "deleted"]

_t, _p = transcriptions.c, transcription_parts.c
_THIS = _t.id == bindparam("transcription")
_ADD = insert_new(transcriptions)
_ADD_PART = insert_row(transcription_parts)
_GET = Statement(select(*_t).where(_THIS))
_QUEUE = Statement(
    update(transcriptions).where(_THIS, _t.state == word("waiting")).values(state=word("queued")),
    "transcription",
)
_SETTLE = Statement(
    update(transcriptions)
    .where(_THIS, _t.state.in_([word("waiting"), word("queued")]))
    .values(
        state=bindparam("to"),
        reason=bindparam("why"),
        made_by=bindparam("by"),
        settled_at=bindparam("at"),
        duration_ms=bindparam("duration"),
    ),
    *("to", "why", "by", "at", "duration", "transcription"),
)
_HIDE = Statement(
    update(transcriptions)
    .where(_THIS)
    .values(state=word("deleted"), removed_at=bindparam("at"), callback=null()),
    *("at", "transcription"),
)
_EMPTY = Statement(
    update(transcription_parts)
    .where(_p.transcription_id == bindparam("transcription"))
    .values(sealed=null(), key_serial=null()),
    "transcription",
)
_PARTS = Statement(
    select(_p.number, _p.party_id, _p.key_serial, _p.sealed)
    .where(_p.transcription_id == bindparam("transcription"))
    .order_by(_p.number)
)
_WAITING = Statement(select(*_t).where(_t.state == word("waiting")).order_by(_t.id))
_OF_RECORDING = Statement(
    select(_t.id).where(_t.recording_id == bindparam("recording"), _t.removed_at.is_(None))
)
_AFTER_ALL = "TS"


@cache
def _page(of_recording: bool) -> Statement:
    query: Select[Any] = select(*_t).where(
        _t.id < bindparam("above"), _t.id >= bindparam("below"), _t.removed_at.is_(None)
    )
    if of_recording:
        query = query.where(_t.recording_id == bindparam("recording"))
    else:
        query = query.where(_t.account_id == bindparam("account"))
    return Statement(at_most(query.order_by(_t.id.desc()), "count"))


class Said(msgspec.Struct, frozen=True, array_like=True):
    """One utterance: ``at`` ms from the beginning of the recording."""

    at: int
    text: str
    confidence: float

    def __repr__(self) -> str:
        return f"Said(at={self.at})"


@dataclass(frozen=True, slots=True)
class Transcription:
    """A row, in the order of the table's columns; the words are its parts'."""

    id: TranscriptionId
    account: AccountId
    call: CallId
    recording: RecordingId
    state: State
    reason: str | None
    language: str | None
    made_by: str | None
    requested_at: Ms
    settled_at: Ms | None
    duration_ms: int
    callback: bytes | None = field(repr=False)
    removed_at: Ms | None


@dataclass(frozen=True, slots=True)
class Voice:
    """What one voice said; ``said`` None where its words are gone."""

    number: int
    party: PartyId | None
    said: tuple[Said, ...] | None = field(repr=False)


class Transcriptions:
    """The transcriptions of one account."""

    __slots__ = ("_keys", "_openings", "_seal", "_vault")

    def __init__(
        self, seal: AccountSeal, *, vault: Vault, keys: KeyRing, openings: Openings
    ) -> None:
        self._seal = seal
        self._vault = vault
        self._keys = keys
        self._openings = openings

    def add(
        self,
        tx: Transaction,
        transcription: TranscriptionId,
        *,
        call: CallId,
        recording: RecordingId,
        state: State,
        language: str | None,
        callback: tuple[str, str] | None,
        now: Ms,
    ) -> Transcription:
        """Ask for one; ``callback``: URL and method."""
        told = None if callback is None else msgspec.json.encode(callback).decode()
        made = Transcription(
            transcription, self._seal.account.id, call, recording, state, None, language, None,
            now, None, 0, self._seal.seal_text(told, f"transcription:{transcription}:callback"),
            None,
        )  # fmt: skip
        tx.run(
            _ADD,
            (
                *(made.id, made.account, call, recording, state, None, language, None, now),
                *(None, 0, made.callback, None),
            ),
        )
        return made

    def queue(self, tx: Transaction, transcription: TranscriptionId) -> bool:
        """The recording is there; False where that was known, or nobody waits any more."""
        return bool(tx.changed(_QUEUE, (transcription,)))

    def settle(
        self,
        tx: Transaction,
        found: Transcription,
        to: State,
        *,
        now: Ms,
        reason: str | None = None,
        made_by: str | None = None,
        duration_ms: int = 0,
        voices: Sequence[Voice] = (),
    ) -> bool:
        """Write down what became of it, with the words; False where that is known already."""
        values = (to, reason, made_by, now, duration_ms, found.id)
        if not tx.changed(_SETTLE, values):
            return False
        for voice in voices:
            serial = self._keys.serial(tx, self._seal.account.id, voice.party)
            if voice.party is not None and serial == self._seal.account.seal_key:
                continue  # they were erased while this was read: their words go with them
            sealed = self._vault.seal(
                serial,
                msgspec.json.encode(voice.said or ()),
                context=f"transcription:{found.id}:{voice.number}",
            )
            tx.run(_ADD_PART, (found.id, voice.number, voice.party, now, serial, sealed))
        return True

    def remove(self, tx: Transaction, transcription: TranscriptionId, *, at: Ms) -> None:
        """Take the words away, and show it to nobody."""
        tx.run(_EMPTY, (transcription,))
        tx.run(_HIDE, (at, transcription))

    # --- reading --------------------------------------------------------------------------------

    def get(self, queries: Queries, transcription: TranscriptionId) -> Transcription | None:
        """Return one, also one that was removed."""
        row = queries.row(_GET, (transcription,))
        return None if row is None else _read(row)

    def waiting(self, queries: Queries) -> list[Transcription]:
        """Return those whose recording had not ended."""
        return [_read(row) for row in queries.rows(_WAITING)]

    def of_recording(self, queries: Queries, recording: RecordingId) -> list[TranscriptionId]:
        """Return those of a recording that were not removed."""
        return of_recording(queries, recording)

    def page(
        self,
        queries: Queries,
        *,
        count: int,
        before: TranscriptionId | None = None,
        recording: RecordingId | None = None,
        since: Ms | None = None,
        until: Ms | None = None,
    ) -> list[Transcription]:
        """Return transcriptions, newest first, of these days; older than ``before``."""
        above = _AFTER_ALL if until is None else ids.floor("transcription", until)
        values: dict[str, Any] = {
            "account": self._seal.account.id,
            "above": above if before is None else min(above, before),
            "below": ids.floor("transcription", since or Ms(0)),
            "recording": recording,
            "count": count,
        }
        statement = _page(recording is not None)
        bound = tuple(values[name] for name in statement.names)
        return [_read(row) for row in queries.rows(statement, bound)]

    def voices(self, queries: Queries, transcription: TranscriptionId) -> list[Voice]:
        """Return what was said, voice by voice. Purposes: those of contents."""
        found = []
        for number, party, serial, sealed in queries.rows(_PARTS, (transcription,)):
            said = None
            if sealed is not None and serial is not None:
                said = self._opened(transcription, number, serial, sealed)
            found.append(Voice(number, party, said))
        return found

    def _opened(
        self, transcription: TranscriptionId, number: int, serial: int, sealed: bytes
    ) -> tuple[Said, ...] | None:
        try:
            plain = self._openings.open(
                sealed,
                serial=serial,
                context=f"transcription:{transcription}:{number}",
                label=CONTENT_SEALED,
                read=bytes,
            )
        except Refused as refused:
            if refused.code == "erased":
                return None
            raise
        return msgspec.json.decode(plain, type=tuple[Said, ...])

    def callback(self, found: Transcription) -> tuple[str, str] | None:
        """Return the URL that is told, and how. Purposes: those of the set-up."""
        told = self._seal.open_text(found.callback, f"transcription:{found.id}:callback")
        return None if told is None else msgspec.json.decode(told, type=tuple[str, str])


def of_recording(queries: Queries, recording: RecordingId) -> list[TranscriptionId]:
    """Return the transcriptions of a recording that were not removed."""
    return [TranscriptionId(row[0]) for row in queries.rows(_OF_RECORDING, (recording,))]


def remove_of_recording(tx: Transaction, recording: RecordingId, *, at: Ms) -> None:
    """A recording goes, and with it what was read from it."""
    for transcription in of_recording(tx, recording):
        tx.run(_EMPTY, (transcription,))
        tx.run(_HIDE, (at, transcription))


def _read(row: Row) -> Transcription:
    return Transcription(*row)
