"""Opens an office over a data folder, without a server."""

from __future__ import annotations

from pathlib import Path

from ringfence.config import load
from ringfence.kernel.clock import SystemClock
from ringfence.kernel.entropy import SystemEntropy
from ringfence.office import Office
from ringfence.storage.folder import DataFolder
from ringfence.storage.store import Store


def opened(data: Path) -> Office:
    settings = load(data, environment={}, flags={"domain": "pbx.example.com", "country": "US"})
    clock, entropy = SystemClock(), SystemEntropy()
    store = Store.open(DataFolder(data), clock=clock, entropy=entropy)
    return Office(settings, store, clock=clock, entropy=entropy)
