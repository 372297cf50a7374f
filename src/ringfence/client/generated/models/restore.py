"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import msgspec


class Staged(msgspec.Struct, frozen=True, kw_only=True):
    """A backup that was verified and is put back at the next start; None where none is."""

    source: str | None = None
    made: int | None = None
