"""What the API answers. Written by scripts/make_client.py; not by hand."""

from __future__ import annotations

import builtins

import msgspec


class DeskPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where numbers are from. ``region``: in North America the two letters of the state."""

    locality: str | None = None
    region: str | None = None
    postal_code: str | None = None
    rate_center: str | None = None
    lata: str | None = None
    latitude: float | None = None
    longitude: float | None = None


class FreeNumber(msgspec.Struct, frozen=True, kw_only=True):
    """A number that can be had."""

    number: str
    country: str | None = None
    kind: str | None = None
    voice: bool = True
    sms: bool = False
    mms: bool = False
    fax: bool = False
    beta: bool = False
    address: str = "none"
    place: DeskPlace


class Lookup(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a number. From ``carrier`` on: what others said, where they were asked."""

    number: str
    valid: bool
    errors: builtins.list[str]
    country: str | None = None
    calling_code: str | None = None
    national: str | None = None
    line_type: str | None = None
    asked: builtins.list[str] = []
    answered: bool = False
    carrier: str | None = None
    mobile_country_code: str | None = None
    mobile_network_code: str | None = None
    caller_name: str | None = None
    caller_type: str | None = None
    line_status: str | None = None
    roaming: bool | None = None
    roaming_country: str | None = None


class StockCountry(msgspec.Struct, frozen=True, kw_only=True):
    """A country of numbers that can be had. ``beta``: all of them are new."""

    code: str
    name: str
    kinds: builtins.list[str]
    beta: bool = False


class StockRange(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers that a trunk brings, from ``first`` to ``last``."""

    sid: str
    first: str
    last: str
    count: int
    used: int
    trunk: str | None = None
    kind: str | None = None
    voice: bool = True
    sms: bool = False
    mms: bool = False
    fax: bool = False
    beta: bool = False
    address: str = "none"
    place: DeskPlace
    created: int


class Ties(msgspec.Struct, frozen=True, kw_only=True):
    """SIDs of what a number is tied to, '' unties it. ``trunk``: its calls are passed on there, before anything else; ``address``: whose it is; ``emergency_address``, and ``emergency`` true: where help is sent; ``bundle``, ``identity``: papers kept elsewhere."""

    trunk: str | None = None
    address: str | None = None
    emergency_address: str | None = None
    emergency: bool | None = None
    bundle: str | None = None
    identity: str | None = None
