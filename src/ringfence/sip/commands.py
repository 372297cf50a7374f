"""What the switch asks of the SIP agent: frozen imperatives, given to ``Agent.do(command, now)``.

A command for a leg that has ended is ignored (see `ringfence.sip.events`). A command that the
leg's state does not allow raises `LocalError`: that is a bug of the caller.

    command        leg                                 leads to
    ------------   ---------------------------------   ------------------------------------------
    Invite         new, ours                           Progress*, Answered or Ended
    Provisional    theirs, not yet answered            -
    Answer         theirs, not yet answered            Established (at the ACK) or Ended
    Reject         theirs, not yet answered            Ended(by=local, cause=refused)
    Acknowledge    after ``wants_answer``              -
    Cancel         ours, not yet answered              Ended(by=local, cause=cancelled)
    Bye            any                                 Ended(by=local, cause=bye|cancelled|refused)
    Reoffer        answered, no offer pending          OfferAnswered or OfferRefused
    AnswerOffer    after OfferReceived                 OfferAnswered (if we were asked to offer)
    RejectOffer    after OfferReceived                 -
    SendInfo       answered                            -
    Refer          answered                            ReferProgress*
    AcceptRefer    after ReferReceived                 -
    NotifyRefer    after AcceptRefer                   -
    RejectRefer    after ReferReceived                 -
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ringfence.sip.events import LegKey, Peer, ProbeKey, RegistrationKey
from ringfence.sip.headers import NameAddr
from ringfence.sip.uri import Uri

Headers = tuple[tuple[str, str], ...]
"""Extra header fields in order; names as they shall appear on the wire."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What answers a digest challenge of the far end."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Way:
    """One way to a phone: ``targets`` in order, each asked with this Request-URI and route set."""

    targets: tuple[Peer, ...]
    uri: Uri = field(repr=False)
    route: tuple[NameAddr, ...] = field(repr=False, default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """Call somebody.

    ``leg``: a fresh key of the caller's choosing. ``targets``: where to send it, tried in order
    on a transport error, a 503 or silence (RFC 3263 4.3); at least one. ``uri``: the Request-URI;
    ``to``: the To field, by default ``uri``. ``offer``: SDP, or ``b""`` to be offered in the 2xx.
    ``session_expires``: seconds asked for a session timer (RFC 4028), 0 for none.
    ``reliable``: offer 100rel support (RFC 3262). ``route``: a preloaded route set.
    ``max_forwards``: for a call placed on behalf of another one less than that one had (RFC 7332).
    ``spares``: other ways to the same phone, tried after ``targets`` (RFC 5626). ``others``: other
    phones that ring at the same time, each by its ways; the first 2xx is the call (RFC 3261 16.7).
    """

    leg: LegKey
    targets: tuple[Peer, ...]
    uri: Uri = field(repr=False)
    from_: NameAddr = field(repr=False)
    to: NameAddr | None = field(repr=False, default=None)
    offer: bytes = field(repr=False, default=b"")
    credentials: Credentials | None = field(repr=False, default=None)
    headers: Headers = field(repr=False, default=())
    route: tuple[NameAddr, ...] = field(repr=False, default=())
    session_expires: int = 1800
    reliable: bool = True
    max_forwards: int = 70
    spares: tuple[Way, ...] = field(repr=False, default=())
    others: tuple[tuple[Way, ...], ...] = field(repr=False, default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Provisional:
    """Send 180, 183, ... to a caller; ``body``: early-media SDP; ``reliable``: with 100rel.

    A reliable one to a caller without 100rel support is sent unreliably.
    """

    leg: LegKey
    status: int = 180
    body: bytes = field(repr=False, default=b"")
    headers: Headers = field(repr=False, default=())
    reliable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Accept a call with 200. ``body``: the answer, or our offer when the INVITE had none."""

    leg: LegKey
    body: bytes = field(repr=False)
    headers: Headers = field(repr=False, default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """Refuse a call with ``status`` 300-699. ``q850``: sent as a Reason header if given.

    ``retry_after``: seconds, for 480/486/503/600. 3xx: put Contact into ``headers``.
    """

    leg: LegKey
    status: int
    reason: str | None = None
    q850: int | None = None
    retry_after: int | None = None
    headers: Headers = field(repr=False, default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledge:
    """Send the ACK that carries our answer to an offer received in a 2xx."""

    leg: LegKey
    answer: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """Give up an INVITE of ours. A 2xx that crosses the CANCEL is acknowledged and hung up.

    If the leg has been answered meanwhile, this is a `Bye`.
    """

    leg: LegKey
    q850: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bye:
    """End a leg in whatever state it is.

    Answered: BYE (held back until their ACK is in, RFC 3261 15). Ours and ringing: CANCEL.
    Theirs and ringing: refused with ``status``.
    """

    leg: LegKey
    q850: int | None = None
    status: int = 480
    headers: Headers = field(repr=False, default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Reoffer:
    """Change the session by re-INVITE; ``offer`` ``b""`` asks the far end to offer.

    ``update``: by UPDATE (RFC 3311) if the far end allows it; needs an offer.
    """

    leg: LegKey
    offer: bytes = field(repr=False)
    update: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerOffer:
    """Accept an `events.OfferReceived` with our answer (or our offer, if we were asked)."""

    leg: LegKey
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectOffer:
    """Refuse an `events.OfferReceived`; the session stays as it was."""

    leg: LegKey
    status: int = 488


@dataclass(frozen=True, slots=True, kw_only=True)
class SendInfo:
    """Send an INFO inside the leg, e.g. ``application/dtmf-relay``."""

    leg: LegKey
    content_type: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refer:
    """Ask the far end to call ``target``; ``replaces``: in place of that leg of ours."""

    leg: LegKey
    target: NameAddr = field(repr=False)
    referred_by: NameAddr | None = field(repr=False, default=None)
    replaces: LegKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptRefer:
    """Answer 202 and report 100 Trying by NOTIFY; go on with `NotifyRefer`."""

    leg: LegKey
    refer: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyRefer:
    """Report the referred call's ``status``; 200 or more is the last report."""

    leg: LegKey
    refer: int
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectRefer:
    """Refuse an `events.ReferReceived`."""

    leg: LegKey
    refer: int
    status: int = 603


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Register at a provider and stay registered until `Unregister`.

    ``registrar``: the Request-URI (no user part). ``aor``: the address registered.
    ``contact_user``: user part of our Contact, by which the provider reaches us. ``expires``:
    seconds asked for.
    """

    registration: RegistrationKey
    targets: tuple[Peer, ...]
    registrar: Uri = field(repr=False)
    aor: Uri = field(repr=False)
    contact_user: str = field(repr=False)
    credentials: Credentials | None = field(repr=False, default=None)
    expires: int = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Retarget:
    """The registrar is found elsewhere now; nothing happens if the registration is gone."""

    registration: RegistrationKey
    targets: tuple[Peer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unregister:
    """Remove the binding and forget the registration."""

    registration: RegistrationKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """Ask ``targets`` (the first that answers) for OPTIONS every ``interval_ms``."""

    probe: ProbeKey
    targets: tuple[Peer, ...]
    uri: Uri = field(repr=False)
    interval_ms: int = 30_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StopProbe:
    """Stop asking."""

    probe: ProbeKey


@dataclass(frozen=True, slots=True, kw_only=True)
class SendFailed:
    """The adapter could not reach ``peer`` (ICMP error, refused connection): RFC 3261 8.1.3.1."""

    peer: Peer


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowClosed:
    """The connection ``flow`` is gone; bindings that rest on it go too (RFC 5626 5.3).

    ``peer``: whom it led to, where we opened it; a registration of ours may have rested on it.
    """

    flow: int
    peer: Peer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drain:
    """Take no new calls: 503 with Retry-After. `events.Drained` follows the end of the last leg."""

    retry_after: int = 30


LegCommand = (
    Invite
    | Provisional
    | Answer
    | Reject
    | Acknowledge
    | Cancel
    | Bye
    | Reoffer
    | AnswerOffer
    | RejectOffer
    | SendInfo
    | Refer
    | AcceptRefer
    | NotifyRefer
    | RejectRefer
)
Command = (
    LegCommand
    | Register
    | Retarget
    | Unregister
    | Probe
    | StopProbe
    | SendFailed
    | FlowClosed
    | Drain
)
