"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import msgspec


class Backup(msgspec.Struct, frozen=True, kw_only=True):
    """A backup as a file, in the folder for backups. It holds no key."""

    name: str
    size: int
    made: int
