"""What a carrier of text messages is handed, what it answers, and what it reports later.

The wire is the carrier's own affair (`ringfence.carriers`): whoever sends a message knows nothing
of SMPP or of a gateway's forms, and whoever writes a carrier knows nothing of storage or rules.

    send(Outbound) ─> Accepted | Rejected        at least once, see `Carrier.send`
    carrier ─> Receiver.receipt(Receipt)         what became of one part
    carrier ─> Receiver.inbound(Inbound)         acknowledged only after it returned
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import MessageId
from ringfence.kernel.phone import Phone


class Cause(StrEnum):
    """Why a message did not arrive, in words no carrier owns."""

    UNAVAILABLE = "unavailable"  # no session, no answer, the carrier's own trouble
    BUSY = "busy"  # throttled or the queue is full
    BAD_SENDER = "bad_sender"
    BAD_DESTINATION = "bad_destination"  # not a number, or nobody has it
    UNREACHABLE = "unreachable"  # switched off, out of coverage, memory full
    LANDLINE = "landline"
    BLOCKED = "blocked"  # the recipient or a block list says no
    FILTERED = "filtered"  # the content, its template or its registration
    BAD_MESSAGE = "bad_message"  # the carrier cannot read what we sent
    TOO_LATE = "too_late"  # the validity period is over
    NO_CREDIT = "no_credit"
    UNKNOWN = "unknown"


class Delivery(StrEnum):
    """What a receipt says (SMPP 3.4 5.2.28, in every dialect's spelling)."""

    ENROUTE = "enroute"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    EXPIRED = "expired"
    DELETED = "deleted"
    UNDELIVERABLE = "undeliverable"
    REJECTED = "rejected"
    UNKNOWN = "unknown"

    @property
    def final(self) -> bool:
        """Whether nothing else will come."""
        return self not in _PASSING

    @property
    def failed(self) -> bool:
        """Whether it will not arrive."""
        return self in _FAILED


_PASSING = frozenset({Delivery.ENROUTE, Delivery.ACCEPTED})
_FAILED = frozenset({Delivery.EXPIRED, Delivery.DELETED, Delivery.UNDELIVERABLE, Delivery.REJECTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What a regulator knows a message by: India's DLT (TRAI TCCCPR 2018) or a campaign."""

    entity: str = ""
    """Principal entity id."""
    template: str = ""
    telemarketer: str = ""
    """The hash of the chain of telemarketers."""
    campaign: str = ""
    """Campaign id (US 10DLC); few gateways want it with each message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """One message to one person. ``id`` is ours and the same each time it is handed over."""

    id: MessageId
    sender: Phone | str
    """A number, a short code, or up to eleven characters (an alphanumeric sender id)."""
    to: Phone
    text: str = field(repr=False)
    media: tuple[str, ...] = field(default=(), repr=False)
    """Addresses of pictures and the like; a carrier without MMS writes them under the text."""
    valid_ms: int | None = None
    """For how long the carrier may try; None: as long as it does by itself."""
    flash: bool = False
    """Shown at once and not kept (class 0, 3GPP TS 23.038 4)."""
    receipt: bool = True
    """Whether to ask for receipts."""
    registration: Registration = field(default_factory=Registration)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The carrier has it. ``carrier_ids``: one per part, in order; receipts refer to them.

    A carrier that gives none has ours instead: nothing will refer to it.
    """

    id: MessageId
    carrier_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rejected:
    """The carrier has not got it, or not all of it.

    ``status``: the dialect's own word or number (``ESME_RINVDSTADR``, ``HTTP 400``), safe to show;
    ``code``: the same as a number. ``temporary``: another try later may succeed.
    ``carrier_ids``: parts that it took before it said no. ``wait_ms``: for how long the carrier
    wants to be left in peace; 0 where it did not say.
    """

    id: MessageId
    cause: Cause
    status: str
    code: int
    temporary: bool
    carrier_ids: tuple[str, ...] = ()
    wait_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of one part of a message."""

    carrier: str
    """Name of the carrier."""
    carrier_id: str
    state: Delivery
    error: str = ""
    """The carrier's or network's own code, as it writes it; at most 16 characters."""
    cause: Cause | None = None
    """What that code probably means; None where it arrived or is still under way."""
    at: Ms
    """When the carrier says it happened, or when we heard of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """A whole message of a person to a number of ours, its parts already joined."""

    carrier: str
    sender: Phone | str
    to: Phone | str
    text: str = field(repr=False)
    media: tuple[str, ...] = field(default=(), repr=False)
    carrier_ref: str = field(default="", repr=False)
    """The carrier's own id, or a digest of the message where it has none: the same when a carrier
    delivers it twice (no answer of ours arrived). Empty for a message that cannot be such a
    repetition. Made from the text: keep it as a keyed hash only, and for minutes."""
    parts: int = 1
    incomplete: bool = False
    """Parts are missing and did not come in time."""
    at: Ms


class Link(StrEnum):
    """Where a carrier stands."""

    STOPPED = "stopped"
    CONNECTING = "connecting"
    READY = "ready"
    WAITING = "waiting"  # until the next try
    REFUSED = "refused"  # it does not know us; tried again, slowly


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierState:
    """What ``ringfence carrier list`` shows."""

    link: Link
    since: Ms
    waiting: int = 0
    """Messages handed over and not yet sent."""
    unanswered: int = 0
    """Sent, and the carrier has not answered yet."""
    detail: str = ""
    """Why it is not ready: a constant word."""


class Receiver(Protocol):
    """Who a carrier reports to."""

    async def receipt(self, receipt: Receipt, /) -> bool:
        """Record a receipt; False where no such ``carrier_id`` is known (yet).

        A receipt may overtake the answer to `Carrier.send`: on False the carrier asks again
        a few times over some seconds and then lets it go.
        """
        ...

    async def inbound(self, message: Inbound, /) -> None:
        """Make a message durable. The carrier hears yes only after this has returned.

        Raises whatever it likes: the carrier is then told to try again.
        """
        ...


class Carrier(Protocol):
    """A way for messages out of here and in."""

    @property
    def name(self) -> str:
        """What the operator calls it."""
        ...

    async def start(self) -> None:
        """Begin to connect; returns at once."""
        ...

    async def stop(self) -> None:
        """Let what was sent be answered, for a few seconds, and disconnect."""
        ...

    async def send(self, message: Outbound, /) -> Accepted | Rejected:
        """Hand a message over and wait for the carrier's answer; never raises for its doing.

        At least once: parts without an answer when a link drops are sent again over the next,
        those with one are not. Many may be under way at once, and that is what makes it fast.
        ``Rejected`` with ``temporary``, where no answer can be had in good time: hand it over
        again later, under the same id. To cancel it is to not know whether it left.
        """
        ...

    def state(self) -> CarrierState:
        """Return how the link is."""
        ...


def overall(states: Iterable[Delivery]) -> Delivery:
    """Return what a message of several parts has come to: as good as its worst part.

    Failed as soon as one part has; delivered when all are; ``ENROUTE`` for none.
    """
    seen = tuple(states)
    for state in _WORST_FIRST:
        if state in seen:
            return state
    return Delivery.ENROUTE


_WORST_FIRST = (
    *(Delivery.REJECTED, Delivery.UNDELIVERABLE, Delivery.EXPIRED, Delivery.DELETED),
    *(Delivery.ENROUTE, Delivery.UNKNOWN, Delivery.ACCEPTED, Delivery.DELIVERED),
)
