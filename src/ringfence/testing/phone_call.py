"""One call of a test phone or carrier: what a person does in it, and its offers and answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringfence.kernel.errors import RemoteError, RingfenceError
from ringfence.sip import commands, events
from ringfence.sip.events import LegKey
from ringfence.sip.headers import NameAddr
from ringfence.sip.message import Request
from ringfence.sip.offer_answer import (
    AudioStream,
    Local,
    NotAcceptable,
    conclude,
    make_offer,
    negotiate,
)
from ringfence.sip.sdp import Direction, SessionDescription
from ringfence.sip.uri import Uri
from ringfence.testing.audio import Audio
from ringfence.testing.moment import Moment

if TYPE_CHECKING:
    from ringfence.testing.endpoint import Endpoint


class CallFailed(RingfenceError):
    """The call was refused or never answered; ``status`` is the SIP status, 0 for none."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the call was not answered (SIP status {status})")
        self.status = status


class PhoneCall:
    """One call. ``audio``: see `ringfence.testing.audio`. ``ours``: we placed it.

    ``ringing``, ``answered``, ``over``: events to wait for; ``end``: how it ended. ``invite``: the
    request of a call that came in. ``stream``: what was negotiated last. ``transfer``: the last
    report about a transfer we asked for.
    """

    def __init__(self, endpoint: Endpoint, leg: LegKey, *, ours: bool) -> None:
        self.leg = leg
        self.ours = ours
        self.audio = Audio(endpoint.place, quality=endpoint.quality)
        self.ringing = Moment()
        self.answered = Moment()
        self.over = Moment()
        self.end: events.Ended | None = None
        self.invite: Request | None = None
        self.offer = b""
        self.stream: AudioStream | None = None
        self.transfer: events.ReferProgress | None = None
        self._endpoint = endpoint
        self._session = next(endpoint.sessions)
        self._sent: SessionDescription | None = None

    # -- what a person does -------------------------------------------------------------------

    async def answer(self, *, headers: commands.Headers = ()) -> None:
        """Pick up; ``headers``: more of them in the answer."""
        answer = commands.Answer(leg=self.leg, body=self.agree(), headers=headers)
        self._endpoint.do(answer)
        self.answered.set()

    def ring(self) -> None:
        """Ring audibly for the caller."""
        self._endpoint.do(commands.Provisional(leg=self.leg))

    def reject(
        self, status: int = 486, *, q850: int | None = None, headers: commands.Headers = ()
    ) -> None:
        """Decline; ``q850``: a Reason header says why; ``headers``: more of them."""
        rejected = commands.Reject(leg=self.leg, status=status, q850=q850, headers=headers)
        self._endpoint.do(rejected)

    async def hang_up(self, *, wait: float = 30.0) -> None:
        """Hang up, or give up ringing; returns when the far end knows."""
        self._endpoint.do(commands.Bye(leg=self.leg))
        await self.wait_over(wait)
        await self._endpoint.understood(wait)

    async def wait_over(self, seconds: float = 30.0) -> None:
        """Wait for the end of the call, whoever ends it."""
        await self.over.wait(seconds)

    async def press(self, digits: str) -> None:
        """Press keys."""
        await self.audio.press(digits)

    def hold(self, *, on: bool) -> None:
        """Put the far end on hold, or take it back (a re-INVITE)."""
        direction: Direction = "sendonly" if on else "sendrecv"
        self._sent = make_offer(self._local(), previous=self._sent, direction=direction)
        self._endpoint.do(commands.Reoffer(leg=self.leg, offer=self._sent.to_bytes()))

    def refer(self, address: str, *, replaces: PhoneCall | None = None) -> None:
        """Ask the far end to talk to somebody else instead (a REFER); see ``transfer``.

        ``replaces``: another call of this phone, whose far end the two are to talk to.
        """
        self._endpoint.do(
            commands.Refer(
                leg=self.leg,
                target=NameAddr("", Uri.parse(address)),
                replaces=None if replaces is None else replaces.leg,
            )
        )

    # -- offers and answers -------------------------------------------------------------------

    def first_offer(self) -> bytes:
        """Our offer for an INVITE."""
        self._sent = make_offer(self._local())
        return self._sent.to_bytes()

    def agree(self) -> bytes:
        """The answer to their offer; our own where they made none."""
        if not self.offer:
            return self.first_offer()
        outcome = negotiate(
            SessionDescription.parse(self.offer), self._local(), previous=self._sent
        )
        if isinstance(outcome, NotAcceptable):
            raise RemoteError(outcome.text, hint=outcome.status)
        self._sent = outcome.local
        self.connect(outcome.audio)
        return outcome.local.to_bytes()

    def accept(self, body: bytes) -> None:
        """Take the answer to our offer."""
        if self._sent is None or not body:
            return
        outcome = conclude(self._sent, SessionDescription.parse(body), self._local())
        if not isinstance(outcome, NotAcceptable):
            self.connect(outcome.audio)

    def connect(self, stream: AudioStream | None) -> None:
        """Send our sound where they want it."""
        if stream is None:
            return
        self.stream = stream
        self.audio.connect(
            stream.host,
            stream.port,
            codec=stream.codec,
            payload_type=stream.payload_type,
            dtmf_type=stream.dtmf_payload_type,
            direction=stream.direction,
        )

    def _local(self) -> Local:
        return Local(
            host=self._endpoint.place.host,
            port=self.audio.port,
            session=self._session,
            codecs=self._endpoint.codecs,
            dtmf=self._endpoint.dtmf,
        )

    # -- what the agent reports ---------------------------------------------------------------

    def report(self, event: events.SipEvent) -> None:
        """A fact about this call."""
        match event:
            case events.Established(answer=answer):
                self.accept(answer)
            case events.Progress(body=body):
                self.accept(body)
                self.ringing.set()
            case events.Answered(body=body):
                self.accept(body)
                self.answered.set()
            case events.OfferReceived(offer=offer):
                self.offer = offer
                self._endpoint.do(commands.AnswerOffer(leg=self.leg, body=self.agree()))
            case events.OfferAnswered(body=body):
                self.accept(body)
            case events.ReferProgress():
                self.transfer = event
            case events.Ended():
                self.end = event
                self.over.set()
                self.audio.close()
            case _:
                pass
