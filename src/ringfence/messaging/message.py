"""A text message's life: a literal table, and the facts that move it along.

What a fact says is stored beside the state it leads to; who and what was said is not in it. The
states are those that Twilio's clients know::

    accepted ─┐                 ┌──────────── again ────────────┐
    scheduled ┴─► queued ─► sending ─► sent ─► delivered ─► read │
        │           │ ▲        └─────────────────────────────────┘
        │           │          └─► failed       └─► undelivered
        └─► canceled ┘
    receiving ─► received

``sending`` is written before a carrier gets a message: what a killed process leaves there was
perhaps sent and is sent again; what the carrier's answer is known of never is.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal, get_args

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import LocalError
from ringfence.kernel.events import Event
from ringfence.kernel.ids import AccountId, MessageId, NumberId, PartyId
from ringfence.privacy.labels import ACCOUNT_ID, CONFIG, PARTY_ID, TEXT_FACT, TEXT_ID, TEXT_TIME

State = Literal[
    "accepted",  # its sender is chosen when it is its turn
    "scheduled",  # it waits for its hour
    "queued",
    "sending",  # a carrier is being asked
    "sent",  # a carrier has it
    "delivered",
    "undelivered",
    "failed",  # no carrier has it, and none will
    "receiving",  # parts of it have come
    "received",
    "canceled",
    "read",
]
STATES: tuple[State, ...] = get_args(State)

Direction = Literal["inbound", "api", "call", "reply"]
"""From whom: a person; or us, asked by a request, by a document in a call, or by an answer."""

About = Literal["service", "marketing", "keyword"]
"""What somebody asked for; an offer; or the one answer to STOP, START and HELP."""


class MessageFact(Event, frozen=True, kw_only=True):
    """What every fact of a message has: when, and of which message."""

    at: Annotated[Ms, TEXT_TIME]
    message: Annotated[MessageId, TEXT_ID]


class _Begun(MessageFact, frozen=True, kw_only=True):
    account: Annotated[AccountId, ACCOUNT_ID]
    party: Annotated[PartyId, PARTY_ID]
    """Whoever it goes to or comes from."""
    number: Annotated[NumberId | None, CONFIG] = None
    """Our number; None where ours is a word or a short code."""
    direction: Annotated[Direction, TEXT_FACT]
    about: Annotated[About, TEXT_FACT] = "service"
    segments: Annotated[int, TEXT_FACT] = 0


class MessageAccepted(_Begun, frozen=True, kw_only=True):
    """Somebody asked for a message; it is not told yet from which of our numbers."""


class MessageScheduled(_Begun, frozen=True, kw_only=True):
    """Somebody asked for a message at a later hour."""

    due_at: Annotated[Ms, TEXT_TIME]


class MessageAsked(_Begun, frozen=True, kw_only=True):
    """Somebody asked for a message now."""


class MessageQueued(MessageFact, frozen=True, kw_only=True):
    """It waits for a carrier: it is its turn, or a try did not work. ``why`` is a code word."""

    why: Annotated[str, TEXT_FACT] = ""
    due_at: Annotated[Ms | None, TEXT_TIME] = None


class MessageTaken(MessageFact, frozen=True, kw_only=True):
    """A carrier is asked to take it. ``attempt`` counts from 1."""

    attempt: Annotated[int, TEXT_FACT]


class MessageSent(MessageFact, frozen=True, kw_only=True):
    """A carrier has it, in so many parts."""

    carrier: Annotated[str, CONFIG]
    parts: Annotated[int, TEXT_FACT]


class MessageDelivered(MessageFact, frozen=True, kw_only=True):
    """It reached the telephone."""


class _Missed(MessageFact, frozen=True, kw_only=True):
    cause: Annotated[str, TEXT_FACT]
    """A word of `ringfence.messaging.carrier.Cause`, or the rule that forbade it."""
    code: Annotated[int, TEXT_FACT]
    """The number under which clients know the cause."""
    status: Annotated[str, TEXT_FACT] = ""
    """What the carrier said, in its own word or number."""


class MessageUndelivered(_Missed, frozen=True, kw_only=True):
    """The carrier had it and it did not arrive."""


class MessageFailed(_Missed, frozen=True, kw_only=True):
    """No carrier took it."""


class MessageCanceled(MessageFact, frozen=True, kw_only=True):
    """It was called back before its hour."""


class MessageRead(MessageFact, frozen=True, kw_only=True):
    """Somebody read it."""


class MessageArriving(_Begun, frozen=True, kw_only=True):
    """The first parts of somebody's message came."""


class MessageArrived(_Begun, frozen=True, kw_only=True):
    """Somebody sent us a message."""


class MessageCompleted(MessageFact, frozen=True, kw_only=True):
    """The rest of its parts came."""


class MessageAnswered(MessageFact, frozen=True, kw_only=True):
    """What a message that came in asks for was done; ``replies``: how many answers go out."""

    replies: Annotated[int, TEXT_FACT] = 0
    unread: Annotated[bool, TEXT_FACT] = False
    """Whether it is left for a person all the same."""


class MessageSeen(MessageFact, frozen=True, kw_only=True):
    """Somebody of ours has read a message that came in; or marked it unread again."""

    unread: Annotated[bool, TEXT_FACT] = False


class MessageRedacted(MessageFact, frozen=True, kw_only=True):
    """What it said was destroyed; that it was sent remains."""


class MessageRated(MessageFact, frozen=True, kw_only=True):
    """The sender heard, by another way, whether it had its effect."""

    outcome: Annotated[str, TEXT_FACT]


Kind = type[MessageFact]

FACTS: tuple[Kind, ...] = (
    MessageAccepted,
    MessageScheduled,
    MessageAsked,
    MessageQueued,
    MessageTaken,
    MessageSent,
    MessageDelivered,
    MessageUndelivered,
    MessageFailed,
    MessageCanceled,
    MessageRead,
    MessageArriving,
    MessageArrived,
    MessageCompleted,
    MessageAnswered,
    MessageSeen,
    MessageRedacted,
    MessageRated,
)
"""Every kind of fact a message can have."""

BEGINS: Mapping[Kind, State] = MappingProxyType(
    {
        MessageAccepted: "accepted",
        MessageScheduled: "scheduled",
        MessageAsked: "queued",
        MessageArriving: "receiving",
        MessageArrived: "received",
    }
)
"""The facts a message begins with."""

MESSAGE_TABLE: Mapping[State, Mapping[Kind, State]] = MappingProxyType(
    {
        "accepted": {
            MessageQueued: "queued",
            MessageCanceled: "canceled",
            MessageFailed: "failed",
        },
        "scheduled": {
            MessageQueued: "queued",
            MessageCanceled: "canceled",
            MessageFailed: "failed",
        },
        "queued": {
            MessageTaken: "sending",
            MessageCanceled: "canceled",
            MessageFailed: "failed",
        },
        "sending": {
            MessageQueued: "queued",
            MessageSent: "sent",
            MessageFailed: "failed",
        },
        "sent": {
            MessageDelivered: "delivered",
            MessageUndelivered: "undelivered",
            MessageRead: "read",
            MessageRated: "sent",
            MessageRedacted: "sent",
        },
        "delivered": {
            MessageRead: "read",
            MessageRated: "delivered",
            MessageRedacted: "delivered",
        },
        "undelivered": {MessageRated: "undelivered", MessageRedacted: "undelivered"},
        "failed": {MessageRedacted: "failed"},
        "receiving": {MessageCompleted: "received"},
        "received": {
            MessageAnswered: "received",
            MessageSeen: "received",
            MessageRedacted: "received",
        },
        "canceled": {MessageRedacted: "canceled"},
        "read": {MessageRated: "read", MessageRedacted: "read"},
    }
)
"""State and fact -> next state. What is not here cannot happen."""

SETTLED: frozenset[State] = frozenset(
    {"delivered", "undelivered", "failed", "received", "canceled", "read"}
)
"""States in which nothing more will be done for a message."""

AT_REST: frozenset[State] = SETTLED | {"sent"}
"""States in which nobody works on it: it may be redacted or deleted."""

WAITING: frozenset[State] = frozenset({"accepted", "scheduled", "queued"})
"""States in which it can be called back."""


def follow(state: State | None, fact: MessageFact) -> State:
    """Return the state after a fact; ``state`` None for a message that does not exist yet.

    Raises `LocalError` for a fact the table does not have there.
    """
    table = BEGINS if state is None else MESSAGE_TABLE[state]
    found = table.get(type(fact))
    if found is None:
        raise LocalError(f"{fact.name()} cannot happen to a message that is {state or 'new'}")
    return found


def may(state: State, kind: Kind) -> bool:
    """Whether a fact can happen in a state."""
    return kind in MESSAGE_TABLE[state]
