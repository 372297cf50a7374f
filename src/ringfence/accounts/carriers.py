"""Carriers of text messages as the operator sets them up, and which of our senders go by which.

What the words mean is said where they are used: ``carriers.smpp.dialect``, ``carriers.template``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

Sessions = Literal["transceiver", "separate", "transmitter", "receiver"]
Alphabet = Literal["gsm7", "latin1"]
Parts = Literal["udh", "udh16", "sar", "payload"]
ReceiptIds = Literal["same", "hex", "decimal"]

SESSIONS: Final[tuple[Sessions, ...]] = ("transceiver", "separate", "transmitter", "receiver")


@dataclass(frozen=True, slots=True, kw_only=True)
class SmppAccess:
    """Where a carrier's message centre is, who we are there, and its ways."""

    host: str
    port: int
    tls: bool = False
    system_id: str = field(repr=False)
    password: str = field(repr=False)
    system_type: str = ""
    sessions: Sessions = "transceiver"
    outbind: int = 0
    """The port where it calls us; 0: we call."""
    window: int = 50
    per_second: int = 0
    alphabet: Alphabet = "gsm7"
    parts: Parts = "udh"
    languages: tuple[str, ...] = ()
    """Whose national tables telephones there know (ISO 639-1)."""
    smart: bool = False
    receipt_ids: ReceiptIds = "same"
    service_type: str = ""
    source_ton: int | None = None
    source_npi: int | None = None
    dest_ton: int | None = None
    dest_npi: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpGateway:
    """A gateway with HTTP, by templates; ``hook``: what its webhooks prove themselves with."""

    url: str = field(repr=False)
    method: Literal["GET", "POST"] = "POST"
    body: Literal["json", "form", "query"] = "json"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    success: str = ""
    message_id: str = ""
    secret: str = field(default="", repr=False)
    receipt: Mapping[str, str] = field(default_factory=dict)
    inbound: Mapping[str, str] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)
    hook: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextCarrier:
    """One way for text messages. Neither ``smpp`` nor ``http``: it delivers to itself.

    ``senders``: our numbers and words that go this way; none: all that have no way of their own.
    """

    name: str
    senders: tuple[str, ...] = ()
    smpp: SmppAccess | None = None
    http: HttpGateway | None = None

    @property
    def kind(self) -> Literal["smpp", "http", "loopback"]:
        """By what it is spoken to."""
        if self.smpp is not None:
            return "smpp"
        return "loopback" if self.http is None else "http"


def ways(carriers: Iterable[TextCarrier], sender: str) -> list[str]:
    """Return the names of the carriers that ``sender`` may go by, in the order to be tried.

    A sender with ways of its own goes by no other: elsewhere it would be refused, or changed.
    """
    known = list(carriers)
    own = [carrier.name for carrier in known if sender in carrier.senders]
    return own or [carrier.name for carrier in known if not carrier.senders]
