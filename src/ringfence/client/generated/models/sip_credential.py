"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import msgspec


class SipCredential(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on a list of credentials; never their password."""

    sid: str
    list: str
    username: str
    created: int
    changed: int
