"""Recordings: keys and file names before the first frame, the row that facts bring up to date.

A channel's key is made here, locked with the key of the party heard on it and given to the media
worker; it is never written in clear. While it is recorded a channel lies in ``spool/``, finished
in ``objects/recordings/``; the name follows from the recording and the channel, so moving a file
needs no write to the database and a crash between the two is found by looking in both places.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import bindparam, column, func, select, update
from sqlalchemy.dialects import sqlite

from ringfence.calls import events
from ringfence.calls.events import CallFact
from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import AccountId, CallId, LegId, PartyId, RecordingId
from ringfence.kernel.limits import MEDIA_CHANNELS_MAX, RECORDING_DISK_RESERVE
from ringfence.privacy.vault import Vault
from ringfence.storage.accounts import Account
from ringfence.storage.folder import DataFolder, sync_folder
from ringfence.storage.keyring import KeyRing
from ringfence.storage.openings import Openings
from ringfence.storage.schema import recording_channels, recordings
from ringfence.storage.sqlite import Database
from ringfence.storage.statement import Row, Statement, at_most, insert_new, word
from ringfence.storage.unit_of_work import Queries, Transaction, Values

Change = tuple[Statement, Values]

_r = recordings.c
_h = recording_channels.c
_THIS = _r.id == bindparam("recording")
_ADD = insert_new(recordings)
_asked = sqlite.insert(recordings)
_ASK = Statement(
    _asked.on_conflict_do_update(
        index_elements=["id"],
        set_={name: _asked.excluded[name] for name in ("asked_by", "track", "mixed")},
    ),
    *(column.name for column in recordings.columns),
)
_ADD_CHANNEL = insert_new(recording_channels)
_STARTED = Statement(
    update(recordings).where(_THIS).values(state=word("recording"), started_at=bindparam("at")),
    "at",
    "recording",
)
_SAVED = Statement(
    update(recordings)
    .where(_THIS)
    .values(
        state=word("saved"),
        reason=bindparam("why"),
        ended_at=bindparam("at"),
        duration_ms=bindparam("duration"),
        size=bindparam("octets"),
        sha256=bindparam("digests"),
        from_ms=bindparam("begins"),
    ),
    "why",
    "at",
    "duration",
    "octets",
    "digests",
    "begins",
    "recording",
)
_STATE = Statement(
    update(recordings).where(_THIS).values(state=bindparam("now")), "now", "recording"
)
_FAILED = Statement(
    update(recordings)
    .where(_THIS)
    .values(state=word("failed"), reason=bindparam("why"), ended_at=bindparam("at")),
    "why",
    "at",
    "recording",
)
_GET = Statement(select(*_r).where(_THIS))
_OF_CALL = Statement(select(*_r).where(_r.call_id == bindparam("call")).order_by(_r.id))
_CHANNELS = Statement(
    select(*_h).where(_h.recording_id == bindparam("recording")).order_by(_h.channel)
)
_COUNT_CHANNELS = Statement(
    select(_h.channel).where(_h.recording_id == bindparam("recording")).order_by(_h.channel.desc())
)
_CHANNELS_OF = Statement(
    select(_h.recording_id, func.max(_h.channel))
    .where(
        _h.recording_id.in_(
            select(column("value")).select_from(func.json_each(bindparam("recordings")))
        )
    )
    .group_by(_h.recording_id),
    "recordings",
)

_AFTER_ALL = "RF"


@cache
def _page(of_call: bool, removed: bool) -> Statement:
    query = select(*_r).where(_r.id < bindparam("above"), _r.id >= bindparam("below"))
    if of_call:
        # Its index alone is looked at; whose the call is, `page` asks of what was found.
        query = query.where(_r.call_id == bindparam("call"))
    else:
        query = query.where(_r.account_id == bindparam("account"))
    if not removed:
        query = query.where(_r.removed_at.is_(None))
    return Statement(at_most(query.order_by(_r.id.desc()), "count"))


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording, in the order of the table's columns. ``state``: see `storage.schema`."""

    id: RecordingId
    call: CallId
    account: AccountId
    source: str
    state: str
    reason: str | None
    requested_at: Ms
    started_at: Ms | None
    ended_at: Ms | None
    duration_ms: int
    size: int
    sha256: tuple[str, ...]
    """Of each channel's sealed file, in hexadecimal digits; empty until it is saved."""
    asked_by: str | None = None
    track: str | None = None
    mixed: bool | None = None
    from_ms: Ms | None = None
    removed_at: Ms | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelFile:
    """One channel: where its frames go while it is recorded, and the key that seals them."""

    key: bytes = field(repr=False)
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredChannel:
    """One channel of a recording at rest. ``key`` None: whoever is heard was erased."""

    channel: int
    leg: LegId
    incoming: bool
    party: PartyId | None
    file: Path
    key: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Salvaged:
    """What is left of a recording whose writer died; ``sha256`` of each channel, in hex."""

    duration_ms: int
    size: int
    sha256: tuple[str, ...]


Measure = Callable[[Path, bytes], int]
"""Milliseconds of whole frames in a channel's file, sealed under this key; 0 if there are none."""


class ChannelAsked(Protocol):
    """One sound to record; `calls.effects.Channel` is one."""

    @property
    def leg(self) -> LegId: ...
    @property
    def incoming(self) -> bool: ...
    @property
    def party(self) -> PartyId | None: ...


def _row(recording: RecordingId, call: CallId, account: AccountId, source: str, at: Ms) -> Values:
    return (recording, call, account, source, "requested", None, at, None, None, 0, 0, "",
            None, None, None, None, None)  # fmt: skip


def _requested(fact: events.RecordingRequested, account: AccountId) -> Change:
    row = _row(fact.recording, fact.call, account, fact.source, fact.at)
    return _ASK, (*row[:12], fact.asked_by, fact.track, fact.mixed, *row[15:])


def _saved(fact: events.RecordingSaved, _account: AccountId) -> Change:
    digests = " ".join(fact.sha256)
    return _SAVED, (
        fact.reason, fact.at, fact.duration_ms, fact.size, digests, fact.from_ms or None,
        fact.recording,
    )  # fmt: skip


RECORDING_CHANGES: dict[type[CallFact], Callable[[Any, AccountId], Change]] = {
    events.RecordingRequested: _requested,
    events.RecordingStarted: lambda fact, _: (_STARTED, (fact.at, fact.recording)),
    events.RecordingPaused: lambda fact, _: (_STATE, ("paused", fact.recording)),
    events.RecordingResumed: lambda fact, _: (_STATE, ("recording", fact.recording)),
    events.RecordingSaved: _saved,
    events.RecordingFailed: lambda fact, _: (_FAILED, (fact.reason, fact.at, fact.recording)),
}
"""What a fact changes in the row of its recording."""


def channel_name(recording: RecordingId, channel: int) -> str:
    """Return the file name of a channel: an id and a number, nothing else."""
    return f"{recording}-{channel}.rfr"


class Recordings:
    """Recordings of one account: a `switch.ports.Recorder`, and their reading."""

    def __init__(
        self,
        db: Database,
        folder: DataFolder,
        account: Account,
        *,
        vault: Vault,
        keys: KeyRing,
        openings: Openings,
    ) -> None:
        self._openings = openings
        self._db = db
        self._folder = folder
        self._account = account
        self._vault = vault
        self._keys = keys

    # --- while calls go on ----------------------------------------------------------------------

    def begin(
        self,
        recording: RecordingId,
        call: CallId,
        source: str,
        channels: Sequence[ChannelAsked],
        now: Ms,
    ) -> list[ChannelFile]:
        """Make keys and file names, one per channel.

        Raises `Refused`: ``disk_full`` where the database cannot be written or the disk is all
        but full. The locked keys are given to the writer; they are durable some milliseconds
        after the first frame, and without them the frames of those milliseconds are noise.
        """
        if self._db.trouble is not None or self.free_bytes() < RECORDING_DISK_RESERVE:
            raise Refused("disk_full", "there is no room for a recording")
        row = _row(recording, call, self._account.id, source, now)
        rows: list[Values] = []
        files: list[ChannelFile] = []
        for number, channel in enumerate(channels):
            key = self._vault.new_record_key()
            serial = self._keys.serial(self._db.reading, self._account.id, channel.party)
            context = f"recording:{recording}:{number}"
            wrapped = self._vault.wrap(serial, key, context=context)
            name = channel_name(recording, number)
            rows.append(
                (recording, number, channel.leg, channel.incoming, channel.party, serial, wrapped,
                 name)
            )  # fmt: skip
            files.append(ChannelFile(key=key, path=str(self._folder.spool / name)))

        def work(tx: Transaction) -> None:
            tx.run(_ADD, row)
            tx.run_many(_ADD_CHANNEL, rows)

        self._db.give(work, asked_about=True)
        return files

    async def finish(self, recording: RecordingId, *, keep: bool) -> int:
        """Move the complete files to where they stay, or remove them; their size in bytes."""
        return await asyncio.to_thread(self.finish_now, recording, keep=keep)

    def finish_now(self, recording: RecordingId, *, keep: bool) -> int:
        """Like `finish`, at once. Files that have been moved already are counted where they are."""
        size = 0
        for spooled in self._spooled(recording):
            if keep:
                _sync(spooled)
                spooled.replace(self._folder.recordings / spooled.name)
            else:
                spooled.unlink()
        if keep:
            size = sum(path.stat().st_size for path in self._kept(recording))
            sync_folder(self._folder.recordings)
        sync_folder(self._folder.spool)
        return size

    def discard(self, recording: RecordingId) -> None:
        """Delete the files of a recording, wherever they are."""
        for path in (*self._spooled(recording), *self._kept(recording)):
            path.unlink(missing_ok=True)

    def salvage(
        self, queries: Queries, recording: RecordingId, measure: Measure
    ) -> Salvaged | None:
        """Keep what a dead writer left behind, or remove it and return None if it is nothing.

        Blocking. Purpose: deliver_content (each channel has to be opened to know its length).
        """
        channels = self.channels(queries, recording)
        lengths = [
            measure(channel.file, channel.key)
            for channel in channels
            if channel.key is not None and channel.file.exists()
        ]
        if not any(lengths):
            self.discard(recording)
            return None
        size = self.finish_now(recording, keep=True)
        digests = tuple(_sha256(path) for path in self._kept(recording))
        return Salvaged(duration_ms=max(lengths), size=size, sha256=digests)

    def free_bytes(self) -> int:
        """Return how much room the disk has for files of ours."""
        found = os.statvfs(self._folder.spool)
        return found.f_bavail * found.f_frsize

    # --- afterwards -----------------------------------------------------------------------------

    def get(self, recording: RecordingId) -> Recording | None:
        """Return one recording."""
        row = self._db.reading.row(_GET, (recording,))
        return None if row is None else _recording(row)

    def of_call(self, call: CallId) -> list[Recording]:
        """Return the recordings of a call, oldest first."""
        return [_recording(row) for row in self._db.reading.rows(_OF_CALL, (call,))]

    def page(
        self,
        *,
        count: int,
        before: RecordingId | None = None,
        call: CallId | None = None,
        since: Ms | None = None,
        until: Ms | None = None,
        removed: bool = False,
    ) -> list[Recording]:
        """Return recordings, newest first, older than ``before``; ``removed``: deleted ones, too.

        ``since``, ``until``: from the first instant, before the second.
        """
        above = _AFTER_ALL if until is None else ids.floor("recording", until)
        values = {
            "account": self._account.id,
            "above": above if before is None else min(above, before),
            "below": ids.floor("recording", since or Ms(0)),
            "call": call,
            "count": count,
        }
        statement = _page(call is not None, removed)
        bound = tuple(values[name] for name in statement.names)
        found = [_recording(row) for row in self._db.reading.rows(statement, bound)]
        return [recording for recording in found if recording.account == self._account.id]

    def open_ones(self, open_calls: Iterable[CallId]) -> list[Recording]:
        """Return recordings that nobody has ended: after a crash, the interrupted ones.

        They belong to a call that has not ended either, or their files are still in the spool. A
        spooled file that belongs to no open recording is removed: nobody will ever ask for it.
        """
        found = {
            recording.id: recording
            for call in open_calls
            for recording in self.of_call(call)
            if recording.ended_at is None
        }
        for file in sorted(self._folder.spool.iterdir()):
            name = RecordingId(file.name.partition("-")[0])
            if name in found:
                continue
            recording = self.get(name)
            if recording is not None and recording.ended_at is None:
                found[name] = recording
            else:
                file.unlink()
        return sorted(found.values(), key=lambda recording: recording.id)

    def channel_count(self, recording: RecordingId) -> int:
        """Return how many channels a recording has."""
        last = self._db.reading.value(_COUNT_CHANNELS, (recording,))
        return 0 if last is None else int(last) + 1

    def channel_counts(self, recordings: Iterable[RecordingId]) -> dict[RecordingId, int]:
        """Return how many channels each of several recordings has, with one query."""
        rows = self._db.reading.rows(_CHANNELS_OF, (json.dumps(sorted(recordings)),))
        return {RecordingId(recording): int(last) + 1 for recording, last in rows}

    def channels(
        self, queries: Queries, recording: RecordingId, *, heard: PartyId | None = None
    ) -> list[StoredChannel]:
        """Return the channels with their keys in clear. Purposes: deliver_content, answer_rights.

        A channel whose person was erased has no key any more; the others are as they were.
        ``heard``: only channels of this person; the keys of the others stay locked.
        """
        rows = queries.rows(_CHANNELS, (recording,))
        return [self._channel(row) for row in rows if heard is None or row[4] == heard]

    def _channel(self, row: Sequence[Any]) -> StoredChannel:
        recording, number, leg, incoming, party, serial, wrapped, name = row
        kept = self._folder.recordings / name
        key = self._openings.record_key(
            wrapped, serial=serial, context=f"recording:{recording}:{number}", party=party
        )
        return StoredChannel(
            channel=number,
            leg=leg,
            incoming=bool(incoming),
            party=party,
            file=kept if kept.exists() else self._folder.spool / name,
            key=key,
        )

    def _spooled(self, recording: RecordingId) -> list[Path]:
        return _files(self._folder.spool, recording)

    def _kept(self, recording: RecordingId) -> list[Path]:
        return _files(self._folder.recordings, recording)


def _recording(row: Row) -> Recording:
    values = [*row]
    values[11] = tuple(row[11].split())
    return Recording(*values)


def _files(folder: Path, recording: RecordingId) -> list[Path]:
    names = (channel_name(recording, number) for number in range(MEDIA_CHANNELS_MAX))
    return [path for name in names if (path := folder / name).exists()]


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _sync(file: Path) -> None:
    """Make the bytes of a file survive a power cut."""
    descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
