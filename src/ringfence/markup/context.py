"""What a program is told about its call, and Twilio's parameters made of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Protocol

from msgspec.structs import astuple

from ringfence.calls.words import DialStatus, Direction, RoomEnd
from ringfence.kernel import values
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import AccountId, CallId, RecordingId
from ringfence.kernel.phone import Phone
from ringfence.kernel.values import Hidden
from ringfence.markup.exchange import Params, Value
from ringfence.markup.parser import Document
from ringfence.markup.verbs import Method, Verb

API_VERSION: Final = "2010-04-01"

WITHHELD: Final = "anonymous"
"""``From`` of somebody who does not say who they are (RFC 3323, RFC 3325 9.3)."""

DEFAULT_SORRY: Final = "We are sorry. Something went wrong. Please try again later. Goodbye."


class Context(values.Value, frozen=True, kw_only=True, gc=True):
    """The call a program drives.

    ``caller``, ``called``: a number, or a SIP address as text; kept out of ``repr``. ``region``
    (ISO 3166) completes national numbers in documents. ``public_url``: where this installation's
    API is reached, the base of RecordingUrl. ``sorry``: spoken when a document fails.
    ``parent``: the call that dialled this one. ``besides``: what is told with every request for a
    document, and with no status callback: headers of the INVITE, what a dial passes on.
    ``token``: makes the ``CallToken`` that goes with it, for the few calls that ask for a document.
    """

    call: CallId
    account: AccountId
    caller: Hidden[Value]
    called: Hidden[Value]
    direction: Direction = "inbound"
    caller_name: Hidden[str] = ""
    forwarded_from: Hidden[Value | None] = None
    region: str | None = None
    public_url: str = ""
    sorry: str = DEFAULT_SORRY
    voice: str = ""
    language: str = ""
    parent: CallId | None = None
    besides: Hidden[Params] = ()
    token: Hidden[Callable[[], str] | None] = None
    """The last field: two contexts are the same whatever makes it."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Context) and astuple(self)[:-1] == astuple(other)[:-1]

    def __hash__(self) -> int:
        return hash(astuple(self)[:-1])

    def told(self) -> Params:
        """What goes with every request for a document: `base_params`, ``besides``, the token."""
        token = () if self.token is None else (("CallToken", self.token()),)
        return (*base_params(self), *self.besides, *token)


class Source(values.Value, frozen=True, kw_only=True):
    """Where a program begins: a URL (http, https or flow), or a document at hand.

    ``document`` is a TwiML document as text or bytes, or one read before, and wins over ``url``.
    ``fallback_url`` is asked when a document cannot be had or is not usable, with ErrorCode and
    ErrorUrl.
    """

    url: Hidden[str] = ""
    method: Method = "POST"
    document: Hidden[Document | bytes | str | None] = None
    fallback_url: Hidden[str] = ""
    fallback_method: Method = "POST"


class Restart(values.Value, frozen=True, kw_only=True):
    """An order to a program: drop what is under way and begin with another source."""

    source: Source


class Applets(Protocol):
    """Documents of this installation, addressed by ``flow:`` URLs and answered at once."""

    def open(self, url: str, params: Mapping[str, Value], now: Ms) -> tuple[Verb, ...] | None:
        """Return the verbs at ``url`` for these parameters, None where there is no such thing."""
        ...


Sides = tuple[tuple[str, ...], tuple[str, ...]]
SIDES: Final[Sides] = (("From", "Caller"), ("To", "Called"))
"""What parameters about who calls and who is called begin with."""

END_WORDS: Final[dict[RoomEnd, str]] = {
    "api": "conference-ended-via-api",
    "exit_left": "participant-with-end-conference-on-exit-left",
    "exit_removed": "participant-with-end-conference-on-exit-kicked",
    "last_left": "last-participant-left",
    "last_removed": "last-participant-kicked",
}
"""Twilio's ``ReasonConferenceEnded``."""

_DIAL_WORDS: Final[dict[DialStatus, str]] = {
    "completed": "completed",
    "busy": "busy",
    "no_answer": "no-answer",
    "failed": "failed",
    "cancelled": "canceled",
}


def base_params(context: Context) -> Params:
    """The parameters of every request about a call, without its status."""
    caller, called = context.caller or WITHHELD, context.called
    params: list[tuple[str, Value]] = [
        ("CallSid", context.call),
        ("AccountSid", context.account),
        ("From", caller),
        ("To", called),
        ("Caller", caller),
        ("Called", called),
        ("Direction", direction_word(context)),
        ("ApiVersion", API_VERSION),
    ]
    if context.parent is not None:
        params.append(("ParentCallSid", context.parent))
    if context.caller_name:
        params.append(("CallerName", context.caller_name))
    if context.forwarded_from is not None:
        params.append(("ForwardedFrom", context.forwarded_from))
    return (*params, *places(caller, called))


def direction_word(context: Context) -> str:
    """Return Twilio's ``Direction``: a leg that a dial rang and that has its own program is its."""
    if context.direction == "inbound":
        return "inbound"
    return "outbound-api" if context.parent is None else "outbound-dial"


def places(caller: Value, called: Value, sides: Sides = SIDES) -> Params:
    """``FromCity``, ``FromState``, ``FromZip`` and ``FromCountry``, and so on of every side.

    Of numbers alone. The country is what the number says by itself; where somebody is we do not
    look up, so the others are empty, as Twilio's are where it does not know. They are there
    because applications read them without asking whether they are (Twilio's own examples do).
    """
    found: list[tuple[str, Value]] = []
    for party, names in zip((caller, called), sides, strict=True):
        if isinstance(party, str) and party[:1] == "+" and party[1:].isdigit():
            party = Phone(party)
        if isinstance(party, Phone):
            country = party.region or ""
            for name in names:
                found += [(f"{name}{part}", "") for part in ("City", "State", "Zip")]
                found.append((f"{name}Country", country))
    return tuple(found)


def recording_params(context: Context, recording: RecordingId) -> Params:
    """``RecordingSid`` and ``RecordingUrl``."""
    path = f"/{API_VERSION}/Accounts/{context.account}/Recordings/{recording}"
    return (("RecordingSid", recording), ("RecordingUrl", f"{context.public_url}{path}"))


def dial_word(status: DialStatus) -> str:
    """Return Twilio's ``DialCallStatus``."""
    return _DIAL_WORDS[status]


def whole_seconds(milliseconds: int) -> str:
    """Seconds for a parameter, rounded half up; a second begun by half counts."""
    return str((milliseconds + 500) // 1000)
