"""What an office finds at rest: the installation's store and the rooms of its account."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from ringfence.storage.store import Store
from ringfence.storage.unit_of_work import Queries


class Rooms:
    """Shorthand for the use cases: one name for what the account and the store keep."""

    def __init__(self, store: Store, account: Any, *, over: Rooms | None = None) -> None:
        rooms = store.of(account)
        self.store = store
        self.db = store.db
        self.accounts = store.accounts
        self.records = store.call_records
        self.legs = store.call_legs
        self.timeline = store.timeline
        self.outbox = store.outbox
        self.calls = store.calls
        self.parties = store.parties
        self.party_room = rooms.parties
        self.flows = rooms.flows
        self.numbers = rooms.numbers
        self.trunks = rooms.trunks
        self.phones = rooms.phones
        self.recordings = rooms.recordings
        self.bindings = rooms.bindings
        self.rooms = rooms
        self._over = over
        self._aside: Queries | None = None
        self._aside_turn = asyncio.Lock()

    @asynccontextmanager
    async def aside(self) -> AsyncIterator[Queries]:
        """A connection for long reading in another thread, one reader at a time."""
        if self._over is not None:
            async with self._over.aside() as queries:
                yield queries
            return
        async with self._aside_turn:
            if self._aside is None:
                self._aside = await asyncio.to_thread(self.db.reader)
            yield self._aside

    @property
    def recording_refused(self) -> bool:
        """Whether new recordings are refused because of the disk."""
        return self.db.trouble is not None
