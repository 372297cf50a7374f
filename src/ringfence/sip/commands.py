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

from ringfence.kernel.values import Hidden, Value
from ringfence.sip.events import LegKey, Peer, ProbeKey, RegistrationKey
from ringfence.sip.headers import NameAddr
from ringfence.sip.uri import Uri

Headers = tuple[tuple[str, str], ...]
"""Extra header fields in order; names as they shall appear on the wire."""


class Credentials(Value, frozen=True):
    """What answers a digest challenge of the far end."""

    username: str
    password: Hidden[str]


class Way(Value, frozen=True):
    """One way to a phone: ``targets`` in order, each asked with this Request-URI and route set."""

    targets: tuple[Peer, ...]
    uri: Hidden[Uri]
    route: Hidden[tuple[NameAddr, ...]] = ()


class Invite(Value, frozen=True, kw_only=True):
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
    uri: Hidden[Uri]
    from_: Hidden[NameAddr]
    to: Hidden[NameAddr | None] = None
    offer: Hidden[bytes] = b""
    credentials: Hidden[Credentials | None] = None
    headers: Hidden[Headers] = ()
    route: Hidden[tuple[NameAddr, ...]] = ()
    session_expires: int = 1800
    reliable: bool = True
    max_forwards: int = 70
    spares: Hidden[tuple[Way, ...]] = ()
    others: Hidden[tuple[tuple[Way, ...], ...]] = ()


class Provisional(Value, frozen=True, kw_only=True):
    """Send 180, 183, ... to a caller; ``body``: early-media SDP; ``reliable``: with 100rel.

    A reliable one to a caller without 100rel support is sent unreliably.
    """

    leg: LegKey
    status: int = 180
    body: Hidden[bytes] = b""
    headers: Hidden[Headers] = ()
    reliable: bool = False


class Answer(Value, frozen=True, kw_only=True):
    """Accept a call with 200. ``body``: the answer, or our offer when the INVITE had none."""

    leg: LegKey
    body: Hidden[bytes]
    headers: Hidden[Headers] = ()


class Reject(Value, frozen=True, kw_only=True):
    """Refuse a call with ``status`` 300-699. ``q850``: sent as a Reason header if given.

    ``retry_after``: seconds, for 480/486/503/600. 3xx: put Contact into ``headers``.
    """

    leg: LegKey
    status: int
    reason: str | None = None
    q850: int | None = None
    retry_after: int | None = None
    headers: Hidden[Headers] = ()


class Acknowledge(Value, frozen=True, kw_only=True):
    """Send the ACK that carries our answer to an offer received in a 2xx."""

    leg: LegKey
    answer: Hidden[bytes]


class Cancel(Value, frozen=True, kw_only=True):
    """Give up an INVITE of ours. A 2xx that crosses the CANCEL is acknowledged and hung up.

    If the leg has been answered meanwhile, this is a `Bye`.
    """

    leg: LegKey
    q850: int | None = None


class Bye(Value, frozen=True, kw_only=True):
    """End a leg in whatever state it is.

    Answered: BYE (held back until their ACK is in, RFC 3261 15). Ours and ringing: CANCEL.
    Theirs and ringing: refused with ``status``.
    """

    leg: LegKey
    q850: int | None = None
    status: int = 480
    headers: Hidden[Headers] = ()


class Reoffer(Value, frozen=True, kw_only=True):
    """Change the session by re-INVITE; ``offer`` ``b""`` asks the far end to offer.

    ``update``: by UPDATE (RFC 3311) if the far end allows it; needs an offer.
    """

    leg: LegKey
    offer: Hidden[bytes]
    update: bool = False


class AnswerOffer(Value, frozen=True, kw_only=True):
    """Accept an `events.OfferReceived` with our answer (or our offer, if we were asked)."""

    leg: LegKey
    body: Hidden[bytes]


class RejectOffer(Value, frozen=True, kw_only=True):
    """Refuse an `events.OfferReceived`; the session stays as it was."""

    leg: LegKey
    status: int = 488


class SendInfo(Value, frozen=True, kw_only=True):
    """Send an INFO inside the leg, e.g. ``application/dtmf-relay``."""

    leg: LegKey
    content_type: str
    body: Hidden[bytes]


class Refer(Value, frozen=True, kw_only=True):
    """Ask the far end to call ``target``; ``replaces``: in place of that leg of ours."""

    leg: LegKey
    target: Hidden[NameAddr]
    referred_by: Hidden[NameAddr | None] = None
    replaces: LegKey | None = None


class AcceptRefer(Value, frozen=True, kw_only=True):
    """Answer 202 and report 100 Trying by NOTIFY; go on with `NotifyRefer`."""

    leg: LegKey
    refer: int


class NotifyRefer(Value, frozen=True, kw_only=True):
    """Report the referred call's ``status``; 200 or more is the last report."""

    leg: LegKey
    refer: int
    status: int


class RejectRefer(Value, frozen=True, kw_only=True):
    """Refuse an `events.ReferReceived`."""

    leg: LegKey
    refer: int
    status: int = 603


class Register(Value, frozen=True, kw_only=True):
    """Register at a provider and stay registered until `Unregister`.

    ``registrar``: the Request-URI (no user part). ``aor``: the address registered.
    ``contact_user``: user part of our Contact, by which the provider reaches us. ``expires``:
    seconds asked for.
    """

    registration: RegistrationKey
    targets: tuple[Peer, ...]
    registrar: Hidden[Uri]
    aor: Hidden[Uri]
    contact_user: Hidden[str]
    credentials: Hidden[Credentials | None] = None
    expires: int = 3600


class Retarget(Value, frozen=True, kw_only=True):
    """The registrar is found elsewhere now; nothing happens if the registration is gone."""

    registration: RegistrationKey
    targets: tuple[Peer, ...]


class Unregister(Value, frozen=True, kw_only=True):
    """Remove the binding and forget the registration."""

    registration: RegistrationKey


class Probe(Value, frozen=True, kw_only=True):
    """Ask ``targets`` (the first that answers) for OPTIONS every ``interval_ms``."""

    probe: ProbeKey
    targets: tuple[Peer, ...]
    uri: Hidden[Uri]
    interval_ms: int = 30_000


class StopProbe(Value, frozen=True, kw_only=True):
    """Stop asking."""

    probe: ProbeKey


class SendFailed(Value, frozen=True, kw_only=True):
    """The adapter could not reach ``peer`` (ICMP error, refused connection): RFC 3261 8.1.3.1."""

    peer: Peer


class FlowClosed(Value, frozen=True, kw_only=True):
    """The connection ``flow`` is gone; bindings that rest on it go too (RFC 5626 5.3).

    ``peer``: whom it led to, where we opened it; a registration of ours may have rested on it.
    """

    flow: int
    peer: Peer | None = None


class Drain(Value, frozen=True, kw_only=True):
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
