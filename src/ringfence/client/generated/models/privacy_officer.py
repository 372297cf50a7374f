"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import msgspec


class Officer(msgspec.Struct, frozen=True, kw_only=True):
    """Who takes grievances of people under one law (``*``: everybody else)."""

    law: str
    name: str
    email: str
    post: str
    since: int
