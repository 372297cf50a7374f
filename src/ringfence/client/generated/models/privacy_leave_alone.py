"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import msgspec


class Suppressions(msgspec.Struct, frozen=True, kw_only=True):
    """How many people are on each list; the lists hold no numbers."""

    do_not_call: int
    marketing: int
