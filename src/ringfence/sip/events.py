"""What the SIP agent tells the switch: frozen facts about legs, registrations and trunks.

Life of a leg. Every INVITE session, ours or theirs, is one *leg* with one `LegKey` from the first
event to the last. Forks, retransmissions, challenges, redirects of the path and fail-over from
one target to the next happen inside it and never change the key.

    theirs:  InviteReceived  ──▶ Established ──▶ ... ──▶ Ended
    ours:    Progress*       ──▶ Answered    ──▶ ... ──▶ Ended

``Ended`` comes exactly once per leg and is always its last event, whoever ended it and however:
a BYE, a CANCEL, a refusal, our own ``Reject``/``Cancel``/``Bye`` (at once), a time-out. Commands
for a leg that has ended are ignored, because its ``Ended`` may still be on its way to whoever
gave the command.

These are wire facts, not records: they carry URIs and bodies, so every such field is left out of
``repr`` and none of them is stored or logged as it is.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, NewType

from msgspec.structs import astuple

from ringfence.kernel.clock import Ms
from ringfence.kernel.values import Hidden, Value
from ringfence.sip.headers import NameAddr
from ringfence.sip.message import Request, Response

Transport = Literal["udp", "tcp", "tls", "ws"]

LegKey = NewType("LegKey", str)
"""Names one INVITE session of this agent. Opaque; ours are given in `commands.Invite`."""

RegistrationKey = NewType("RegistrationKey", str)
"""Names one registration of ours at somebody's registrar; given in `commands.Register`."""

ProbeKey = NewType("ProbeKey", str)
"""Names one watched target; given in `commands.Probe`."""


class Peer(NamedTuple):
    """Where bytes came from or go to.

    ``host`` is an IP address literal (no brackets), ``flow`` the adapter's number for the socket
    or connection: bytes for a non-zero flow leave through exactly that one (RFC 5626), for flow
    zero the adapter picks the socket or opens a connection.
    """

    transport: Transport
    host: str
    port: int
    flow: int = 0


class Transmit(NamedTuple):
    """One whole message to put on the wire."""

    data: bytes
    peer: Peer


class InviteReceived(Value, frozen=True, kw_only=True):
    """Somebody calls. A 100 Trying has already left; answer with a command for ``leg``.

    ``source``: the trusted source's id given by admission, or ``""`` for a phone.
    ``username``: the digest user that proved itself, or ``""`` for a trusted source.
    ``request``: the whole INVITE, read only (``.uri``, ``.from_``, ``.to``, ``.headers``).
    ``offer``: its SDP; ``b""`` means that our 2xx has to carry the offer (RFC 3261 13.2.1).
    ``reliable``: the caller understands 100rel, so `commands.Provisional` may be reliable.
    ``replaces``: the leg this call takes the place of (RFC 3891), or None; answering it makes the
    agent end that leg with cause ``replaced``.
    """

    leg: LegKey
    peer: Peer
    source: str
    username: str
    request: Hidden[Request]
    offer: Hidden[bytes]
    reliable: bool = False
    replaces: LegKey | None = None


class Established(Value, frozen=True, kw_only=True):
    """The caller acknowledged our 2xx. ``answer``: the SDP of the ACK when our 2xx offered."""

    leg: LegKey
    answer: Hidden[bytes] = b""


class Progress(Value, frozen=True, kw_only=True):
    """A provisional response above 100 to our INVITE.

    ``fork`` tells the early dialogs of one INVITE apart (the remote tag). ``body`` is early-media
    SDP or ``b""``. A reliable one has already been acknowledged by PRACK.
    """

    leg: LegKey
    status: int
    fork: str = ""
    body: Hidden[bytes] = b""
    reliable: bool = False


class Answered(Value, frozen=True, kw_only=True):
    """Our INVITE was accepted; this fork is the call, any other is hung up by the agent.

    ``body``: the answer to our offer. When our INVITE carried no offer, ``wants_answer`` is true,
    ``body`` is *their* offer and `commands.Acknowledge` must follow; else the ACK has left.
    """

    leg: LegKey
    peer: Peer
    response: Hidden[Response]
    body: Hidden[bytes]
    fork: str = ""
    wants_answer: bool = False


class OfferReceived(Value, frozen=True, kw_only=True):
    """The far end wants to change the session (re-INVITE, UPDATE or an offer in PRACK).

    ``offer`` is ``b""`` for a re-INVITE without a body: *we* are asked for an offer, put it in the
    `commands.AnswerOffer`. A refresh that repeats the present session is shown too.
    ``method``: ``INVITE``, ``UPDATE`` or ``PRACK``.
    """

    leg: LegKey
    method: str
    offer: Hidden[bytes]


class OfferAnswered(Value, frozen=True, kw_only=True):
    """An offer of ours inside the leg was answered: in a 2xx, or in the ACK to an asked offer.

    ``wants_answer``: our re-INVITE carried no offer, ``body`` is theirs and
    `commands.Acknowledge` is due.
    """

    leg: LegKey
    body: Hidden[bytes]
    wants_answer: bool = False


class OfferRefused(Value, frozen=True, kw_only=True):
    """Our `commands.Reoffer` was refused with ``status``; the session stays as it was.

    Glare (491) is retried by the agent itself and shows up here only when it persists.
    """

    leg: LegKey
    status: int


EndedBy = Literal["local", "remote", "failure"]
EndCause = Literal[
    "bye",  # either side hung up an answered call
    "cancelled",  # the caller's CANCEL, or ours
    "refused",  # a final response of 300 or more ended the INVITE: theirs (remote), ours (local)
    "timeout",  # nobody answered on the wire: no response to the INVITE from any target
    "no_ack",  # our 2xx was never acknowledged within 64*T1
    "replaced",  # another call took this one's place (RFC 3891)
    "session_expired",  # the session timer ran out without a refresh (RFC 4028)
    "transport",  # the connection of the leg is gone and there is no other way to reach it
    "lost",  # the far end answered 481 or nothing to a request inside the call
]


class Ended(Value, frozen=True, kw_only=True):
    """The last event of a leg.

    ``by``: who ended it. ``status``: the final SIP status involved, 0 where there is none (200 for
    a BYE). ``q850``: the cause of a Reason header (RFC 3326, protocol Q.850) or None.
    ``retry_after``: seconds from a Retry-After header of the refusal or None. ``redirect``: the
    contacts of a 3xx, which the agent never follows by itself. ``response``: theirs, that refused.
    """

    leg: LegKey
    by: EndedBy
    cause: EndCause
    status: int = 0
    q850: int | None = None
    retry_after: int | None = None
    redirect: Hidden[tuple[NameAddr, ...]] = ()
    response: Hidden[Response | None] = None
    """The last field: it is left out where two of them are compared."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ended) and astuple(self)[:-1] == astuple(other)[:-1]

    def __hash__(self) -> int:
        return hash(astuple(self)[:-1])


class InfoReceived(Value, frozen=True, kw_only=True):
    """An INFO inside a leg; already answered 200, since its type is one that we know.

    ``digits``: telephone keys if it was application/dtmf-relay or application/dtmf, else ``""``;
    ``duration_ms``: of the key, 0 if unsaid.
    """

    leg: LegKey
    content_type: str
    body: Hidden[bytes]
    digits: Hidden[str] = ""
    duration_ms: int = 0


class ReferReceived(Value, frozen=True, kw_only=True):
    """The far end asks us to call somebody (RFC 3515). Answer: `AcceptRefer` or `RejectRefer`.

    ``refer`` numbers it within the leg. ``replaces`` is the leg of ours named by a Replaces in
    the Refer-To (attended transfer), or None.
    """

    leg: LegKey
    refer: int
    target: Hidden[NameAddr]
    replaces: LegKey | None = None


class ReferProgress(Value, frozen=True, kw_only=True):
    """How a `commands.Refer` of ours fares.

    ``status``: of the referred call as the far end reports it; 202 when it accepted; when
    ``final`` nothing follows, and a status of 300 or more says that it failed or was refused.
    """

    leg: LegKey
    status: int
    final: bool


class Registered(Value, frozen=True, kw_only=True):
    """We are registered until ``expires_at``; sent for the first success and every refresh.

    ``service_route``: the way the registrar asks our requests to take (RFC 3608), the next hop
    first; for the route set of every new dialog until the next of these events. ``seen_from``: the
    address the registrar sees us at, if it says so.
    """

    registration: RegistrationKey
    expires_at: Ms
    seen_from: Hidden[str] = ""
    service_route: Hidden[tuple[NameAddr, ...]] = ()


class RegistrationFailed(Value, frozen=True, kw_only=True):
    """A registration attempt failed with ``status`` (408: no answer). Next try at ``retry_at``."""

    registration: RegistrationKey
    status: int
    retry_at: Ms


class Unregistered(Value, frozen=True, kw_only=True):
    """A registration of ours is gone because we asked for it."""

    registration: RegistrationKey


class BindingsChanged(Value, frozen=True, kw_only=True):
    """A phone appeared, moved or left; ``username`` is its digest user.

    Not sent for a refresh that only moves the expiry. ``Agent.bindings(username, now)`` lists them.
    """

    username: str
    count: int


class ProbeChanged(Value, frozen=True, kw_only=True):
    """A watched target began (``up``) or stopped answering OPTIONS; ``status`` is the last one.

    ``seen_from``: the address it sees us at, if it says so; another one is told of, too.
    """

    probe: ProbeKey
    up: bool
    status: int
    seen_from: Hidden[str] = ""


class AuthenticationFailed(Value, frozen=True, kw_only=True):
    """A request carried credentials that do not verify: count it against ``peer``.

    Not sent for a first request without credentials nor for a stale nonce.
    """

    peer: Peer
    method: str


class MalformedReceived(Value, frozen=True, kw_only=True):
    """Bytes that are not SIP. ``reason`` is a constant sentence; ``answered``: a 400/505 left."""

    peer: Peer
    reason: str
    answered: bool


class Drained(Value, frozen=True, kw_only=True):
    """After `commands.Drain`: the last leg has ended and its last request was answered."""


SipEvent = (
    InviteReceived
    | Established
    | Progress
    | Answered
    | OfferReceived
    | OfferAnswered
    | OfferRefused
    | Ended
    | InfoReceived
    | ReferReceived
    | ReferProgress
    | Registered
    | RegistrationFailed
    | Unregistered
    | BindingsChanged
    | ProbeChanged
    | AuthenticationFailed
    | MalformedReceived
    | Drained
)
