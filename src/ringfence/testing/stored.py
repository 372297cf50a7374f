"""A real data folder under a world: its parties, facts and recordings are those of the product.

The writer is a thread of its own, in real time; nothing in a world waits for it, so the world runs
as it does without. At the end everything has to be at rest as it happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from ringfence.calls.effects import Channel
from ringfence.calls.events import CallEnded, CallFact
from ringfence.calls.words import RecordingSource
from ringfence.kernel.clock import Clock, Ms
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.ids import AccountId, CallId, RecordingId
from ringfence.privacy.purposes import purpose
from ringfence.storage.folder import DataFolder
from ringfence.storage.recordings import Recordings
from ringfence.storage.store import Store
from ringfence.switch.ports import ChannelFile, Facts, Parties, Recorder
from ringfence.testing.books import by_call

_TOKEN = "a world's own"  # noqa: S105 - it signs nothing that leaves the world


class Shelf(Recorder, Protocol):
    """A recorder that can be asked what it still holds."""

    @property
    def begun(self) -> list[RecordingId]:
        """Recordings that nobody has finished."""
        ...

    @property
    def strays(self) -> list[str]:
        """Files of recordings that were not kept."""
        ...


class StoredShelf:
    """`Recordings` of a data folder, and what of them is under way."""

    def __init__(self, recordings: Recordings, spool: Path) -> None:
        self._recordings = recordings
        self._spool = spool
        self._begun: set[RecordingId] = set()

    @property
    def begun(self) -> list[RecordingId]:
        """Recordings that nobody has finished."""
        return sorted(self._begun)

    @property
    def strays(self) -> list[str]:
        """Files left in the spool."""
        return sorted(path.name for path in self._spool.iterdir())

    def begin(
        self,
        recording: RecordingId,
        call: CallId,
        source: RecordingSource,
        channels: Sequence[Channel],
        now: Ms,
        /,
    ) -> Sequence[ChannelFile]:
        """As `Recordings.begin`."""
        files = self._recordings.begin(recording, call, source, channels, now)
        self._begun.add(recording)
        return files

    async def finish(self, recording: RecordingId, *, keep: bool) -> int:
        """As `Recordings.finish`."""
        self._begun.discard(recording)
        return await self._recordings.finish(recording, keep=keep)

    def discard(self, recording: RecordingId, /) -> None:
        """As `Recordings.discard`."""
        self._begun.discard(recording)
        self._recordings.discard(recording)


class StoredRooms:
    """A data folder with one account. Close it, whatever happens."""

    def __init__(self, folder: Path, account: AccountId, *, clock: Clock, entropy: Entropy) -> None:
        self.store = Store.open(DataFolder(folder), clock=clock, entropy=entropy, gather_ms=0)
        made = self.store.db.submit(
            lambda tx: self.store.accounts.add(
                tx, account, name="World", auth_token=_TOKEN, now=clock.now()
            )
        ).result()
        rooms = self.store.of(made)
        self.parties: Parties = rooms.parties
        self.facts: Facts = self.store.calls
        self.recordings = rooms.recordings
        self.shelf = StoredShelf(rooms.recordings, self.store.folder.spool)

    def close(self) -> None:
        """Write what is waiting and close the folder."""
        self.store.close()

    def complaints(self, facts: Iterable[CallFact]) -> list[str]:
        """Return where what is at rest differs from what happened."""
        self.store.db.submit(lambda _: None).result()  # everything before it is written now
        return [
            f"{call}: {problem}"
            for call, story in by_call(facts).items()
            for problem in self._problems(call, story)
        ]

    def _problems(self, call: CallId, story: list[CallFact]) -> Iterable[str]:
        if self.store.timeline.facts_of(call) != story:
            yield "its timeline is another than what happened"
        record = self.store.call_records.get(call)
        last = story[-1]
        if record is None or not isinstance(last, CallEnded):
            yield "it has no record"
            return
        stored = (record.state, record.cause, record.ended_at, record.duration_ms, record.missed)
        if stored != ("ended", last.cause.value, last.ended_at, last.duration_ms, last.missed):
            yield "its record is another than its end"
        for recording in self.recordings.of_call(call):
            if recording.ended_at is None:
                yield f"recording {recording.id} has not ended"
            elif recording.state == "saved":
                with purpose("deliver_content"):
                    channels = self.recordings.channels(self.store.db.reading, recording.id)
                if not all(channel.file.exists() and channel.key for channel in channels):
                    yield f"recording {recording.id} has lost a file or a key"
