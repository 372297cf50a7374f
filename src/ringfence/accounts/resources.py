"""What an account sets up beside its numbers, flows, trunks and phones: small documents.

Each is one frozen dataclass, kept as one sealed row (``storage.resources``). `KINDS` says which
word and which prefix of ids stand for which; the prefixes are those that Twilio's clients expect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from ringfence.accounts.carriers import TextCarrier

Method = Literal["GET", "POST"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """A URL of the account's that is asked or told something."""

    url: str = field(repr=False)
    method: Method = "POST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """URLs under one name, to which numbers and calls refer."""

    name: str = field(repr=False)
    voice: Hook | None = None
    voice_fallback: Hook | None = None
    status: Hook | None = None
    sms: Hook | None = None
    sms_fallback: Hook | None = None
    sms_status: Hook | None = None
    message_status: Hook | None = None
    caller_name_lookup: bool = False
    public_connect: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StockRange:
    """Numbers that a trunk brings. ``first``: E.164; ``kind``: "" where the digits say it."""

    first: str = field(repr=False)
    count: int
    trunk: str | None = None
    kind: str = ""
    sms: bool = False


Resource = Application | StockRange | TextCarrier
"""Any of them."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A word for the row, and the kind of its id (a key of ``kernel.ids.PREFIX``)."""

    word: str
    id: str


KINDS: Final[Mapping[type[object], Kind]] = {
    Application: Kind("application", "application"),
    StockRange: Kind("stock", "stock"),
    TextCarrier: Kind("text_carrier", "text_carrier"),
}
