"""``epoch``: every day the keys are sealed anew and the old epoch key is destroyed.

Whatever was copied away before (a backup, a stolen disk) opens nothing from then on, so a key
destroyed today cannot come back from a copy of yesterday.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from ringfence.jobs.queue import BRIEF, Job, Tries
from ringfence.jobs.schedule import Recurring
from ringfence.kernel.clock import DAY, HOUR, MINUTE, Ms
from ringfence.kernel.limits import EPOCH_STEP

KIND = "epoch"
DAILY = Recurring(KIND, DAY, 3 * HOUR)


class Keystore(Protocol):
    """The keystore, as far as moving is concerned."""

    def begin_epoch(self) -> int:
        """Make a new epoch key, or go on with one that was begun."""
        ...

    def move(self, shelves: int, /) -> int:
        """Seal some old shelves anew; how many are left. With none, destroy the old key."""
        ...


class MoveKeys:
    """Moves in small steps, each in a thread: calls go on meanwhile."""

    tries: Tries = BRIEF
    timeout_ms: int = MINUTE

    def __init__(self, keystore: Keystore) -> None:
        self._keystore = keystore

    async def __call__(self, job: Job, now: Ms, /) -> None:  # noqa: ARG002
        await asyncio.to_thread(self._keystore.begin_epoch)
        while await asyncio.to_thread(self._keystore.move, EPOCH_STEP):
            pass
