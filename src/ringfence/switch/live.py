"""What the switch holds for each open call and leg: the handles, no rules."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from ringfence.calls.call import Call
from ringfence.calls.events import CallFact
from ringfence.calls.inputs import Input
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import CallId, LegId, RecordingId
from ringfence.markup.pay_session import PaySession
from ringfence.markup.telling import Teller
from ringfence.markup.voice import Program
from ringfence.media.answering import Listening
from ringfence.sip.commands import Reject
from ringfence.sip.events import LegKey, Peer
from ringfence.sip.offer_answer import AudioStream
from ringfence.sip.sdp import SessionDescription
from ringfence.sip.timers import Alarm
from ringfence.switch.identity import Identity
from ringfence.switch.media_link import MediaLink

if TYPE_CHECKING:
    from ringfence.switch.call_recording import RecordingWish
    from ringfence.switch.redirects import Course
    from ringfence.switch.tenant import Tenant

Audio = Literal["none", "opening", "open", "closed"]


@dataclass(slots=True)
class LiveLeg:
    """One leg: the dialog of the SIP agent and the port of the media worker behind one id.

    ``ours``: we placed it. ``offer``: theirs, and what we take of it. ``session``: what
    was agreed. ``asked``: our 2xx carried an offer, so the ACK carries their answer;
    ``offers_early``: our first 18x has to, because they offer nothing and insist on PRACK.
    ``no_audio``: the code of `Refused` for which it got no port. ``phone``: one of ours is at the
    other end, and may dial. ``course``: where it was placed, and what became of that (`redirects`).
    ``refusal``: what the far end hears instead of what its cause says, where its offer is no good.
    """

    id: LegId
    call: CallId
    key: LegKey
    ours: bool
    peer: Peer | None = None
    source: str = ""
    phone: bool = False
    course: Course | None = None
    offer: tuple[SessionDescription, AudioStream] | None = None
    refusal: Reject | None = None
    session: AudioStream | None = None
    session_number: int = 0
    sent: SessionDescription | None = None
    sent_bytes: bytes = b""
    port: int = 0
    audio: Audio = "none"
    no_audio: str = ""
    asked: bool = False
    offers_early: bool = False
    answered: bool = False
    held: bool = False
    muted: bool = False
    quiet: bool = False
    """Nobody hears it while its digits are secret."""
    dialog_open: bool = True
    released: bool = False
    private_address: bool = False
    announced: str = "unknown"
    advertised: str = "unknown"
    """Kinds of the addresses they and we named in SDP."""
    link: MediaLink | None = None
    inside: LegId | None = None
    """The other end, in another call of ours, where nothing goes over the wire."""
    when_open: list[Callable[[LiveLeg], None]] = field(default_factory=list)


@dataclass(slots=True)
class LiveCall:
    """One call: its machine, the program that drives it, and its alarm.

    ``tenant``: the account it is of, as the switch knows it. ``on_time``: who wakes both.
    ``on_answer``: the program that begins once somebody answers a call of ours. ``tellers``: who
    makes status callbacks of its facts. ``referrers``: legs whose REFER was accepted; they are told
    its outcome even after they hung up. ``unwritten``: facts that storage did not take since
    ``unwritten_since``.
    """

    id: CallId
    call: Call
    tenant: Tenant
    program: Program | None
    on_time: Callable[[LiveCall], None]
    on_answer: Program | None = None
    caller: Identity | None = None
    """Who called; None where we did."""
    tellers: list[Teller] = field(default_factory=list)
    listening: Listening | None = None
    payment: PaySession | None = None
    recorded_from_answer: RecordingWish | None = None
    legs: dict[LegId, LiveLeg] = field(default_factory=dict)
    link: MediaLink | None = None
    hops: int = 70
    """How often the call may still be passed on: Max-Forwards of who called (RFC 7332)."""
    depth: int = 0
    """How many calls dialled an application, one out of another, before this one."""
    referrers: dict[LegId, LegKey] = field(default_factory=dict)
    recordings: set[RecordingId] = field(default_factory=set)
    inbox: deque[Input] = field(default_factory=deque)
    unwritten: list[CallFact] = field(default_factory=list)
    unwritten_since: int = 0
    settling: bool = False
    broken: bool = False
    alarm: Alarm | None = None
    fire_at: Ms | None = None

    def deadline(self) -> Ms | None:
        """When its machine or its program is to be woken."""
        return self.fire_at

    def fire(self, now: Ms) -> None:  # noqa: ARG002 - one shape for all machines
        """It is time."""
        self.on_time(self)
