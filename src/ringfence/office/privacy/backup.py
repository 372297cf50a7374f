"""The keys copied while it runs; a folder put back made fit to serve again."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from ringfence.api import views
from ringfence.kernel.clock import SystemClock
from ringfence.kernel.entropy import SystemEntropy
from ringfence.office.table import OPERATOR, TABLE
from ringfence.storage import backup_keys
from ringfence.storage.folder import DataFolder
from ringfence.storage.store import Store

if TYPE_CHECKING:
    from ringfence.config import Settings
    from ringfence.office import Office


@TABLE.use_case(
    "backup.keys", actors=frozenset({OPERATOR}), none="keys alone say nothing about anybody"
)
async def copy_keys(office: Office, *, target: str) -> views.KeysCopied:
    """Copy the keys into a folder of this machine, in place of the copy that is there."""
    store, folder = office.store.store, Path(target)
    await asyncio.to_thread(backup_keys.make_room, folder, store.folder)
    await asyncio.to_thread(store.keystore.copy, folder)
    return views.KeysCopied(epoch=store.keystore.epoch)


def replay(settings: Settings) -> list[str]:
    """Erase again whom a restore brought back; their erasures. Blocking, with no server running.

    Raises `Refused`: those of `Store.open`.
    """
    clock, entropy = SystemClock(), SystemEntropy()
    store = Store.open(DataFolder(settings.data), clock=clock, entropy=entropy, replay=True)
    try:
        store.eraser.jurisdiction = settings.country
        begun = store.eraser.resume()
        return [*begun, *store.eraser.replay()]
    finally:
        store.close()
