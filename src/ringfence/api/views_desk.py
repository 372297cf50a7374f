"""Views of what an account sets up in small documents, and of its number stock and use."""

from __future__ import annotations

import msgspec


class Hook(msgspec.Struct, frozen=True, kw_only=True):
    """A URL that is asked or told something, and how."""

    url: str
    method: str


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """URLs under one name.

    ``hooks``: those that are set, of ``voice``, ``voice_fallback``, ``status``, ``sms``,
    ``sms_fallback``, ``sms_status``, ``message_status``.
    """

    sid: str
    name: str
    hooks: dict[str, Hook]
    caller_name_lookup: bool = False
    public_connect: bool = False
    created: int
    changed: int


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where numbers are from. ``region``: in North America the two letters of the state."""

    locality: str | None = None
    region: str | None = None
    postal_code: str | None = None
    rate_center: str | None = None
    lata: str | None = None
    latitude: float | None = None
    longitude: float | None = None


class StockRange(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers that a trunk brings, from ``first`` to ``last``."""

    sid: str
    first: str
    last: str
    count: int
    used: int
    trunk: str | None = None
    kind: str | None = None
    """What they are, where it was said; else the digits say."""
    voice: bool = True
    sms: bool = False
    mms: bool = False
    fax: bool = False
    beta: bool = False
    address: str = "none"
    """Whose address has to be known: ``none``, ``any``, ``local``, ``foreign``."""
    place: Place
    """What an operator said; the digits say the rest."""
    created: int


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where a customer lives whom a number was given to."""

    sid: str
    customer: str
    street: str
    street_more: str | None = None
    city: str
    region: str
    postal_code: str
    country: str
    name: str = ""
    emergency: bool = False
    created: int
    changed: int


class StockCountry(msgspec.Struct, frozen=True, kw_only=True):
    """A country of numbers that can be had. ``beta``: all of them are new."""

    code: str
    name: str
    kinds: list[str]
    beta: bool = False


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
    place: Place


class UsageRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What was used of a category from ``start`` to ``end`` (days of UTC, both included)."""

    category: str
    says: str
    start: str
    end: str
    count: int
    count_unit: str
    usage: int
    usage_unit: str
    as_of: int
    price: str | None = None
    """Null where nothing costs."""
    currency: str | None = None


class Lookup(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a number. From ``carrier`` on: what others said, where they were asked."""

    number: str
    valid: bool
    errors: list[str]
    """Words of Twilio's Lookup: TOO_SHORT, NOT_A_NUMBER and others."""
    country: str | None = None
    calling_code: str | None = None
    national: str | None = None
    line_type: str | None = None
    asked: list[str] = []
    """Which fields were asked for."""
    answered: bool = False
    """Whether somebody was asked and answered."""
    carrier: str | None = None
    mobile_country_code: str | None = None
    mobile_network_code: str | None = None
    caller_name: str | None = None
    caller_type: str | None = None
    line_status: str | None = None
    roaming: bool | None = None
    roaming_country: str | None = None


class CallerId(msgspec.Struct, frozen=True, kw_only=True):
    """A number of somebody's that calls may show, because they confirmed it."""

    sid: str
    number: str
    name: str
    created: int
    changed: int


class CallerIdCheck(msgspec.Struct, frozen=True, kw_only=True):
    """A number is being called; who answers enters ``code``."""

    call: str
    number: str
    name: str
    code: str


class SipDomain(msgspec.Struct, frozen=True, kw_only=True):
    """A name under which calls by SIP are taken.

    ``hooks``: those set, of ``voice``, ``voice_fallback``, ``status``. ``credentials``,
    ``registrations``, ``addresses``: SIDs of the lists that count for it.
    """

    sid: str
    domain: str
    name: str
    hooks: dict[str, Hook]
    registration: bool
    secure: bool = False
    """By TLS alone."""
    emergency: bool = False
    emergency_caller: str | None = None
    carrier: str | None = None
    credentials: list[str]
    registrations: list[str]
    addresses: list[str]
    created: int
    changed: int


class SipList(msgspec.Struct, frozen=True, kw_only=True):
    """A list of credentials or of addresses."""

    sid: str
    name: str
    created: int
    changed: int


class SipCredential(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on a list of credentials; never their password."""

    sid: str
    list: str
    username: str
    created: int
    changed: int


class SipAddress(msgspec.Struct, frozen=True, kw_only=True):
    """An address, or the network around it, on a list."""

    sid: str
    list: str
    name: str
    address: str
    prefix: int
    created: int
    changed: int


class UsageTrigger(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody is told once ``current`` reaches ``value``."""

    sid: str
    name: str
    category: str
    by: str
    """count, usage, price."""
    recurring: str
    """alltime, daily, monthly, yearly."""
    value: int
    """Of a price: in millionths of the currency."""
    current: int
    hook: Hook
    fired: int | None = None
    created: int
    changed: int
