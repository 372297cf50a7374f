"""Parts of messages that are not whole yet, kept in one sealed file over a restart.

A carrier that was told yes forgets a part, so it is on the disk before that. The file holds what
came in the last ten minutes and is replaced as a whole; parts that come together share a write.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

import msgspec

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import SMS_JOINING_MAX
from ringfence.messaging.concatenation import Key, Part
from ringfence.observe.logs import get_logger

log = get_logger(__name__)


class PartStore(Protocol):
    """Where they are kept."""

    def load(self) -> bytes | None:
        """What was saved last, None where nothing was or nothing can be read."""
        ...

    def seal(self, plain: bytes) -> bytes:
        """Seal what is to be kept; raises `Refused`."""
        ...

    def write(self, sealed: bytes) -> None:
        """Keep this instead. Blocking; raises OSError."""
        ...


class _Row(msgspec.Struct, array_like=True):
    """One part, as it is kept."""

    carrier: str
    sender: str
    to: str
    reference: int
    total: int
    number: int
    text: str
    at: int


_DECODER = msgspec.json.Decoder(list[_Row])


class PartShelf:
    """A `Keeper`; see `ringfence.carriers.ports`."""

    def __init__(self, store: PartStore) -> None:
        self._store = store
        self._rows: dict[tuple[str, Key, int], _Row] | None = None
        self._changed = 0
        self._written = 0
        self._writing = asyncio.Lock()

    async def keep(self, carrier: str, part: Part, now: Ms, /) -> None:
        """Make a part durable; raises `Refused` (``too_many_parts``, ``storage``), ``OSError``."""
        rows = self._known()
        if len(rows) >= SMS_JOINING_MAX * 4:
            raise Refused("too_many_parts", "too many messages are half here")
        sender, to, reference = part.key
        rows[carrier, part.key, part.number] = _Row(
            carrier, sender, to, reference, part.total, part.number, part.text, now
        )
        await self._write()

    async def forget(self, carrier: str, key: Key, /) -> None:
        """Drop the parts of a message that is durable as a whole."""
        rows = self._known()
        for place in [place for place in rows if place[:2] == (carrier, key)]:
            del rows[place]
        await self._write()

    async def kept(self, carrier: str, /) -> Sequence[tuple[Part, Ms]]:
        """Return the parts of one carrier, the oldest first."""
        rows = sorted(self._known().values(), key=lambda row: row.at)
        return [
            (
                Part((row.sender, row.to, row.reference), row.total, row.number, row.text),
                Ms(row.at),
            )
            for row in rows
            if row.carrier == carrier
        ]

    def _known(self) -> dict[tuple[str, Key, int], _Row]:
        if self._rows is None:
            self._rows = {}
            plain = self._store.load()
            try:
                found = [] if plain is None else _DECODER.decode(plain)
            except msgspec.MsgspecError:
                log.warning("parts_unreadable")
                found = []
            for row in found:
                key = (row.sender, row.to, row.reference)
                self._rows[row.carrier, key, row.number] = row
        return self._rows

    async def _write(self) -> None:
        """Return when what is there now is on the disk; whoever waits shares the next write."""
        self._changed += 1
        wanted = self._changed
        async with self._writing:
            if self._written >= wanted:
                return
            covered = self._changed
            plain = msgspec.json.encode(list(self._known().values()))
            await asyncio.to_thread(self._store.write, self._store.seal(plain))
            self._written = covered
