"""What an account sets up beside its numbers, flows, trunks and phones: small documents.

Each is one frozen dataclass, kept as one sealed row (``storage.resources``). `KINDS` says which
word and which prefix of ids stand for which; the prefixes are those that Twilio's clients expect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from ringfence.accounts.carriers import TextCarrier
from ringfence.accounts.payments import PaymentConnector
from ringfence.kernel.clock import Ms

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


AddressRule = Literal["none", "any", "local", "foreign"]
"""Whose address a country wants to know before a number of it is somebody's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockPlace:
    """Where numbers are from, "" and None where nobody said.

    ``region``: in North America the two letters of the state; ``lata``: local access and transport
    area; ``latitude``, ``longitude``: degrees.
    """

    locality: str = ""
    region: str = ""
    postal_code: str = ""
    rate_center: str = ""
    lata: str = ""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StockRange:
    """Numbers that a trunk brings. ``first``: E.164; ``kind``: "" where the digits say it.

    ``voice``, ``sms``, ``mms``, ``fax``: what they can do. ``beta``: the trunk is new.
    """

    first: str = field(repr=False)
    count: int
    trunk: str | None = None
    kind: str = ""
    sms: bool = False
    voice: bool = True
    mms: bool = False
    fax: bool = False
    beta: bool = False
    address: AddressRule = "none"
    place: StockPlace = StockPlace()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerId:
    """A number (E.164) of somebody's that calls may show, because they confirmed it."""

    number: str = field(repr=False)
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SipDomain:
    """A name under which calls by SIP are taken, and what answers them.

    ``credentials``, ``addresses``: ids of the lists whose members may call. ``secure``: by TLS
    alone. ``emergency``, ``emergency_caller`` (SID of a number), ``carrier`` (SID of a trunk for
    calls of one's own carrier): kept for whoever asks.
    """

    domain: str
    name: str = field(default="", repr=False)
    voice: Hook | None = None
    voice_fallback: Hook | None = None
    status: Hook | None = None
    registration: bool = False
    credentials: tuple[str, ...] = ()
    registrations: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    secure: bool = False
    emergency: bool = False
    emergency_caller: str = ""
    carrier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialList:
    """Phones under one name."""

    name: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A phone (``storage.phones``) that belongs to a list."""

    username: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class IpList:
    """Addresses under one name."""

    name: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class IpAddress:
    """An address or a network of a list."""

    name: str = field(repr=False)
    address: str = field(repr=False)
    prefix: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageTrigger:
    """Who is told once use reaches an amount (of a price: in millionths).

    ``fired_at``: when that was last so, in ms.
    """

    name: str = field(repr=False)
    category: str
    value: int
    hook: Hook
    by: Literal["count", "usage", "price"] = "usage"
    recurring: Literal["alltime", "daily", "monthly", "yearly"] = "alltime"
    fired_at: Ms | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A server that is told of what happens, as JSON. ``events``: of which, e.g. message.sent."""

    url: str = field(repr=False)
    events: tuple[str, ...]


Resource = (
    Application | StockRange | TextCarrier | CallerId | SipDomain | CredentialList | Credential
    | IpList | IpAddress | UsageTrigger | PaymentConnector | Webhook
)  # fmt: skip
"""Any of them."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A word for the row, and the kind of its id (a key of ``kernel.ids.PREFIX``)."""

    word: str
    id: str


KINDS: Final[Mapping[type[object], Kind]] = {
    Application: Kind("application", "application"),
    StockRange: Kind("stock", "stock"),
    CallerId: Kind("caller_id", "number"),
    SipDomain: Kind("sip_domain", "sip_domain"),
    CredentialList: Kind("credential_list", "credential_list"),
    Credential: Kind("credential", "credential"),
    IpList: Kind("ip_list", "ip_list"),
    IpAddress: Kind("ip_address", "ip_address"),
    UsageTrigger: Kind("usage_trigger", "usage_trigger"),
    PaymentConnector: Kind("payment_connector", "payment_connector"),
    TextCarrier: Kind("text_carrier", "text_carrier"),
    Webhook: Kind("webhook", "webhook"),
}
