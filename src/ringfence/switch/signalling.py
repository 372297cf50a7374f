"""Carries out what calls want signalled, through the SIP agent, and reads what it reports.

The words of the wire stop here: a call hears of causes, not of statuses.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from ringfence.calls import effects, inputs
from ringfence.calls.causes import CAUSES, Cause, from_q850, from_sip
from ringfence.calls.commands import DialTarget, ForwardLeg, Note, ToPhone
from ringfence.kernel.errors import Refused, RemoteError
from ringfence.observe.logs import get_logger
from ringfence.sip import commands as sip
from ringfence.sip import events as wire
from ringfence.sip.dialog import is_literal
from ringfence.sip.offer_answer import AudioStream
from ringfence.switch.audio import AudioDesk
from ringfence.switch.live import LiveCall, LiveLeg
from ringfence.switch.redirects import Course
from ringfence.switch.routing import Placement, Router
from ringfence.switch.sessions import Sessions, address_kind
from ringfence.switch.showing import caller_of, number_of_ours
from ringfence.switch.sip_words import reply_of
from ringfence.switch.transfers import TransferDesk, region_of

if TYPE_CHECKING:
    from ringfence.switch.call_runner import CallRunner

log = get_logger(__name__)

_FAILURES: dict[str, Cause] = {
    "timeout": Cause.UNREACHABLE,
    "no_ack": Cause.UNREACHABLE,
    "session_expired": Cause.UNREACHABLE,
    "transport": Cause.UNREACHABLE,
    "lost": Cause.UNREACHABLE,
    "replaced": Cause.TRANSFERRED,
    "refused": Cause.NOT_ACCEPTABLE,
    "cancelled": Cause.CANCELLED,
    "bye": Cause.NORMAL,
}


class SignalDesk:
    """The SIP side of every call."""

    def __init__(
        self,
        *,
        send: Callable[[sip.Command], None],
        audio: AudioDesk,
        sessions: Sessions,
        router: Router,
    ) -> None:
        self.send = send
        self._audio = audio
        self._sessions = sessions
        self._router = router
        self._runner: CallRunner
        self.transfers = TransferDesk(
            send=send, audio=audio, sessions=sessions, router=router, agree=self._agree
        )

    def attach(self, runner: CallRunner) -> None:
        """The runner this desk works for."""
        self._runner = runner
        self.transfers.attach(runner)

    def handlers(self) -> dict[type, Callable[[LiveCall, Any], None]]:
        """Which method carries out which effect."""
        return {
            effects.RingLeg: self._ring,
            effects.AnswerLeg: self._answer,
            effects.RefuseLeg: self._refuse,
            effects.PlaceLeg: self._place,
            effects.CancelLeg: self._cancel,
            effects.HangUpLeg: self._hang_up,
            **self.transfers.handlers(),
        }

    # -- a caller's leg -----------------------------------------------------------------------

    def _ring(self, live: LiveCall, effect: effects.RingLeg) -> None:
        leg = live.legs[effect.leg]
        if not effect.early_media and not leg.offers_early:
            self.send(sip.Provisional(leg=leg.key))
            return

        def opened(leg: LiveLeg) -> None:
            if leg.offers_early and leg.session is None:
                # RFC 3262 5: the first reliable response carries our offer, the PRACK the answer.
                body = self._sessions.offer(leg) if leg.port and leg.sent is None else b""
                self.send(sip.Provisional(leg=leg.key, body=body, reliable=True))
                return
            body = self._agree(leg)
            if body:
                self.send(sip.Provisional(leg=leg.key, status=183, body=body))
            else:
                self.send(sip.Provisional(leg=leg.key))

        self._audio.open(leg, opened)

    def _answer(self, live: LiveCall, effect: effects.AnswerLeg) -> None:
        leg = live.legs[effect.leg]

        def opened(leg: LiveLeg) -> None:
            if not leg.dialog_open:
                return
            if not leg.port:
                self._note(live, leg.no_audio or "no_rtp_port")
                cause = _PLACE_CAUSES.get(leg.no_audio, Cause.CONGESTION)
                self._runner.failed(live, effect, cause)
                self._runner.settle(live)
                return
            if leg.offer is None and leg.session is None:
                # RFC 3261 13.2.1: an INVITE without a body is offered to in the 2xx.
                leg.asked = True
                body = leg.sent_bytes or self._sessions.offer(leg)
            else:
                body = self._agree(leg)
                if not body:
                    self._runner.failed(live, effect, Cause.NOT_ACCEPTABLE)
                    self._runner.settle(live)
                    return
            leg.answered = True
            self.send(sip.Answer(leg=leg.key, body=body))
            if not leg.asked:
                live.inbox.append(
                    inputs.LegAnswered(
                        leg=leg.id, codec=leg.session.codec if leg.session is not None else ""
                    )
                )
            self._runner.settle(live)

        self._audio.open(leg, opened)

    def _agree(self, leg: LiveLeg) -> bytes:
        """Answer the leg's offer, connect its audio; the SDP, empty where nothing was agreed."""
        if leg.session is not None:
            return leg.sent_bytes
        if leg.offer is None or not leg.port:
            return b""
        offer, choice = leg.offer
        body = self._sessions.answer(leg, offer, choice)
        self._connect(leg, choice)
        return body

    def _connect(self, leg: LiveLeg, session: AudioStream) -> None:
        leg.announced, leg.advertised = address_kind(session.host), self._sessions.advertised
        if leg.peer is not None and not is_literal(session.host):
            # A name (RFC 8866 5.7) that nobody looks up for sound: most likely it is where the
            # signalling comes from, and their first packets say better.
            session = replace(session, host=leg.peer.host)
        leg.private_address = is_hidden(session.host, leg.peer)
        self._audio.connect(leg, session)

    def _refuse(self, live: LiveCall, effect: effects.RefuseLeg) -> None:
        row = CAUSES[effect.cause]
        leg = live.legs[effect.leg]
        if leg.answered:
            # Our 2xx is out and waits for the ACK with their answer: too late to refuse.
            self.send(sip.Bye(leg=leg.key, q850=row.q850, headers=effect.headers))
            return
        if leg.refusal is not None:
            self.send(leg.refusal)
            return
        self.send(sip.Reject(leg=leg.key, status=row.sip, q850=row.q850, headers=effect.headers))

    def established(self, event: wire.Established) -> None:
        """The caller acknowledged; where our 2xx carried the offer, here is the answer."""
        found = self._runner.leg_of(event.leg)
        if found is None:
            return
        live, leg = found
        if not leg.asked:
            return
        leg.asked = False
        if self._take_answer(leg, event.answer):
            assert leg.session is not None
            self._runner.feed(live, inputs.LegAnswered(leg=leg.id, codec=leg.session.codec))
        else:
            self._give_up(live, leg)

    # -- a leg of ours ------------------------------------------------------------------------

    def _place(self, live: LiveCall, effect: effects.PlaceLeg) -> None:
        leg = LiveLeg(id=effect.leg, call=live.id, key=wire.LegKey(str(effect.leg)), ours=True)
        leg.dialog_open = False  # until the INVITE is given to the agent
        leg.course = Course(effect, region=region_of(live))
        self._runner.add_leg(live, leg)
        self._dial(live, leg, effect)

    def _dial(self, live: LiveCall, leg: LiveLeg, effect: effects.PlaceLeg) -> None:
        def routed(outcome: Placement | Refused) -> None:
            if leg.released:
                return
            if isinstance(outcome, Refused):
                raise_later(outcome)
                return
            self._audio.open(leg, lambda leg: invite(leg, outcome))

        def raise_later(refused: Refused) -> None:
            log.info("place_refused", call=live.id, leg=leg.id, code=refused.code)
            self._note(live, refused.code)
            self._runner.failed(live, effect, _PLACE_CAUSES.get(refused.code, Cause.UNREACHABLE))
            self._runner.settle(live)

        def invite(leg: LiveLeg, placement: Placement) -> None:
            if leg.released:
                return
            if not leg.port:
                code = leg.no_audio or "no_rtp_port"
                raise_later(Refused(code, "there is no audio for this leg"))
                return
            leg.peer = placement.targets[0]
            leg.phone = placement.dials
            leg.dialog_open = True
            if leg.course is not None:
                leg.course.placement = placement
            self.send(
                sip.Invite(
                    leg=leg.key,
                    targets=placement.targets,
                    uri=placement.uri,
                    from_=placement.from_,
                    to=placement.to,
                    offer=self._sessions.offer(leg, like=self._other_codec(live, leg)),
                    credentials=placement.credentials,
                    headers=placement.headers,
                    route=placement.route,
                    spares=placement.spares,
                    others=placement.others,
                    # RFC 7332 section 5: one less each time, so that a circle has an end.
                    max_forwards=max(live.hops - 1, 0),
                )
            )

        if _is_refused(live, effect):
            self._note(live, "caller_id_refused", level="warning")
        self._router.place(
            effect, routed, live.tenant.directory, caller_of(live), called=number_of_ours(live)
        )

    def _other_codec(self, live: LiveCall, leg: LiveLeg) -> str:
        """The codec of the call's first leg: offering it first spares the transcoding."""
        for other in live.legs.values():
            if other is not leg and other.session is not None:
                return str(other.session.codec)
            if other is not leg and other.offer is not None:
                return other.offer[1].codec
        return ""

    def progress(self, event: wire.Progress) -> None:
        """It rings, or already speaks."""
        found = self._runner.leg_of(event.leg)
        if found is None:
            return
        live, leg = found
        early = bool(event.body) and self._take_answer(leg, event.body)
        if early or event.status >= 180:
            self._runner.feed(live, inputs.LegRang(leg=leg.id, early_media=early))

    def answered(self, event: wire.Answered) -> None:
        """Our INVITE was accepted."""
        found = self._runner.leg_of(event.leg)
        if found is None:
            return
        live, leg = found
        leg.peer = event.peer
        leg.answered = True
        # RFC 3261 13.2.1: an answer in a reliable provisional need not be repeated in the 2xx.
        if (leg.session is not None and not event.body) or self._take_answer(leg, event.body):
            assert leg.session is not None
            self._runner.feed(
                live,
                inputs.LegAnswered(
                    leg=leg.id, codec=leg.session.codec, reply=reply_of(event.response)
                ),
            )
        else:
            self._give_up(live, leg)

    def _take_answer(self, leg: LiveLeg, body: bytes) -> bool:
        try:
            session = self._sessions.accepted(leg, body)
        except RemoteError as error:
            log.info("answer_not_acceptable", leg=leg.id, hint=error.hint)
            return False
        self._connect(leg, session)
        return True

    def _give_up(self, live: LiveCall, leg: LiveLeg) -> None:
        """Signalling worked and audio cannot: end the leg as not acceptable."""
        self.send(sip.Bye(leg=leg.key, q850=CAUSES[Cause.NOT_ACCEPTABLE].q850))
        self._runner.feed(live, inputs.LegFailed(leg=leg.id, cause=Cause.NOT_ACCEPTABLE))

    def _cancel(self, live: LiveCall, effect: effects.CancelLeg) -> None:
        leg = live.legs.get(effect.leg)
        if leg is not None and leg.dialog_open:
            self.send(sip.Cancel(leg=leg.key, q850=CAUSES[effect.cause].q850))

    def _hang_up(self, live: LiveCall, effect: effects.HangUpLeg) -> None:
        leg = live.legs.get(effect.leg)
        if leg is not None and leg.dialog_open:
            q850 = CAUSES[effect.cause].q850
            self.send(sip.Bye(leg=leg.key, q850=q850, headers=effect.headers))

    def _note(self, live: LiveCall, code: str, *, level: str = "error") -> None:
        """Say on the timeline why a leg comes to nothing, or not to what was wanted."""
        if code in _NOTES:
            self._runner.command(live, Note(code=code, text=_NOTES[code], level=level))

    # -- changes and the end ------------------------------------------------------------------

    def offer_received(self, event: wire.OfferReceived) -> None:
        """A re-INVITE or UPDATE: hold, a new address, a refresh."""
        found = self._runner.leg_of(event.leg)
        if found is None:
            self.send(sip.RejectOffer(leg=event.leg))
            return
        live, leg = found
        if not leg.port:
            self.send(sip.RejectOffer(leg=event.leg))
            return
        if not event.offer:
            # A re-INVITE without a body asks for an offer; it is not a hold (RFC 3261 14.2).
            self.send(sip.AnswerOffer(leg=leg.key, body=self._sessions.offer(leg)))
            return
        try:
            offer = self._sessions.parse(event.offer)
            session = self._sessions.choose(offer)
        except RemoteError:
            self.send(sip.RejectOffer(leg=leg.key))
            return
        body = self._sessions.answer(leg, offer, session)
        self.send(sip.AnswerOffer(leg=leg.key, body=body))
        self._changed(live, leg, session)

    def offer_answered(self, event: wire.OfferAnswered) -> None:
        """An offer they asked for was answered."""
        found = self._runner.leg_of(event.leg)
        if found is None or not event.body:
            return
        live, leg = found
        try:
            session = self._sessions.accepted(leg, event.body)
        except RemoteError as error:
            log.info("answer_not_acceptable", leg=leg.id, hint=error.hint)
            return
        self._changed(live, leg, session)
        if leg.asked and leg.offers_early:
            # Their answer came with the PRACK that our 2xx was waiting for.
            leg.asked = False
            self._runner.feed(live, inputs.LegAnswered(leg=leg.id, codec=session.codec))

    def _changed(self, live: LiveCall, leg: LiveLeg, session: AudioStream) -> None:
        self._connect(leg, session)
        if session.held != leg.held:
            leg.held = session.held
            self._runner.feed(live, inputs.LegHeld(leg=leg.id, on=session.held))

    def ended(self, event: wire.Ended) -> None:
        """The last event of a leg."""
        found = self._runner.leg_of(event.leg)
        if found is None:
            return
        live, leg = found
        if self._sent_on(live, leg, event):
            self._runner.settle(live)
            return
        if event.by != "local":
            live.inbox.append(self._end(live, leg, event))
        self._audio.dialog_over(live, leg)
        self._runner.settle(live)

    def _end(self, live: LiveCall, leg: LiveLeg, event: wire.Ended) -> inputs.Input:
        if event.by == "remote" and event.cause == "refused":
            cause = from_sip(event.status, event.q850)
            if event.status < 400:
                circled = leg.course is not None and leg.course.circled
                cause = Cause.LOOP if circled else cause
                self._note(live, "redirect_not_followed")
            reply = None if event.response is None else reply_of(event.response)
            return inputs.LegRefused(leg=leg.id, cause=cause, status=event.status, reply=reply)
        if event.by == "remote" and event.cause in {"bye", "cancelled"}:
            cause = Cause.CANCELLED if event.cause == "cancelled" else from_q850(event.q850)
            return inputs.LegHungUp(leg=leg.id, cause=cause)
        if event.cause == "transport":
            self._note(live, "not_sent")
        return inputs.LegFailed(leg=leg.id, cause=_FAILURES[event.cause])

    def _sent_on(self, live: LiveCall, leg: LiveLeg, event: wire.Ended) -> bool:
        """Ring elsewhere, where a 3xx says so and the rules let it (`redirects`)."""
        course = leg.course
        if course is None or leg.answered or leg.released or event.by == "local":
            return False
        if event.cause == "refused" and event.status < 400:
            course.take(event.redirect)
        elif event.status >= 600:
            course.waiting.clear()
        programs = live.tenant.programs
        if not course.waiting or programs is None:
            return False

        effect = course.next(live.tenant.directory, programs.judge)
        if effect is None:
            return False
        try:
            target = live.tenant.host.with_party(live, DialTarget(endpoint=effect.endpoint))
        except Refused as refused:
            log.warning("redirect_refused", call=live.id, leg=leg.id, code=refused.code)
            return False
        self._runner.command(live, ForwardLeg(leg=leg.id, target=target))
        self._runner.command(live, Note(code="redirected", text=_REDIRECTED, level="info"))
        del self._runner.by_key[leg.key]
        leg.key = wire.LegKey(f"{leg.id}.{course.taken}")
        self._runner.by_key[leg.key] = leg
        leg.dialog_open = False
        leg.sent, leg.session = None, None
        self._dial(live, leg, effect)
        return True


_NOTES = {
    "unreachable": "the host name of the far end is not known, or has no SIP server",
    "not_sent": "nothing can be sent to the address of the far end: no way leads there from here, "
    "or over TLS its certificate is not accepted (see the log)",
    "no_rtp_port": "no RTP port is free: widen the range with --rtp LOW-HIGH",
    "media_lost": "no media process is running",
    "media_slow": "the media process did not answer in time",
    "no_trunk": "there is no trunk to call through: ringfence trunk add NAME --address HOST",
    "not_registered": "the phone is not registered at the moment",
    "destination_not_allowed": "calls to that destination are not allowed here",
    "redirect_not_followed": "the far end sent the call on to an address that it may not choose",
    "caller_id_refused": "callerId is neither a number of this installation nor one that was "
    "verified; the number that was called is shown, or the first one",
}
"""Why a leg came to nothing or shows another number, for the call's timeline."""

_REDIRECTED = "the far end sent the call on, and it rings there"

_PLACE_CAUSES = {
    "no_trunk": Cause.UNREACHABLE,
    "no_rtp_port": Cause.CONGESTION,
    "not_registered": Cause.NOT_REGISTERED,
    "destination_not_allowed": Cause.FORBIDDEN,
    "invalid_number": Cause.INVALID_NUMBER,
    "bad_address": Cause.INVALID_NUMBER,
    "media_lost": Cause.MEDIA_LOST,
    "media_slow": Cause.MEDIA_LOST,
}


def _is_refused(live: LiveCall, effect: effects.PlaceLeg) -> bool:
    """Whether a leg is to show a number that it may not show."""
    if effect.caller_id is None or not isinstance(effect.endpoint, ToPhone):
        return False
    return not (effect.endpoint.vouched or live.tenant.directory.may_show(effect.caller_id))


def is_hidden(host: str, peer: wire.Peer | None) -> bool:
    """Whether SDP names a private address while the signalling came from a public one (NAT)."""
    if peer is None or host == peer.host:
        return False
    try:
        announced = ipaddress.ip_address(host)
        seen = ipaddress.ip_address(peer.host)
    except ValueError:
        return False
    return announced.is_private and not seen.is_private
