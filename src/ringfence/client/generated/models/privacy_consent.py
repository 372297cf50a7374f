"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import msgspec


class ConsentText(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody is shown, or was: the hash is over version, language and text."""

    purpose: str = ""
    channel: str = ""
    locale: str
    version: str
    hash: str
    text: str
