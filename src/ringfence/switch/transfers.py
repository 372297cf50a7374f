"""Handing a party over: what REFER and Replaces ask for, carried out between open calls.

::

    blind      alice ═ bob    bob: REFER carol          the call rings carol (`calls.transfer`)
    to us      alice ═ bob    bob: REFER 100          alice's call goes on with the program of 100
    queued     alice ═ bob    alice waited, bob took her, each in a call: likewise, for carol too
    attended   alice ═ bob    call 1
               bob ═ carol    call 2
                              bob: REFER, in call 1,
                              Replaces his leg of 2     alice ═ carol, each call without bob;
                                                        also where alice came from a queue
    taken      alice ═ bob    bob's other phone:
                              INVITE, Replaces          alice ═ the other phone, bob's leg ends

Who names a dialog of ours has to be a side of it: a phone of ours where a phone of the same
account talks, or the same trunk (RFC 3891 section 5). `ringfence.sip.refer` draws the wire.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from ringfence.calls import effects, inputs
from ringfence.calls.causes import CAUSES, Cause
from ringfence.calls.commands import DialTarget, ToPhone
from ringfence.calls.words import ReferOutcome
from ringfence.kernel import ids
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId, LegId, PartyId
from ringfence.observe.logs import get_logger
from ringfence.sip import commands as sip
from ringfence.sip import events as wire
from ringfence.switch.audio import AudioDesk
from ringfence.switch.directory import Reached
from ringfence.switch.live import LiveCall, LiveLeg
from ringfence.switch.routing import Router
from ringfence.switch.sessions import Sessions
from ringfence.switch.tenant import Tenant

if TYPE_CHECKING:
    from ringfence.switch.call_runner import CallRunner

log = get_logger(__name__)


class _Whom(NamedTuple):
    """One of the two whom an attended transfer brings together.

    ``leaver``, of the call ``left``, talks to ``leg``, which is and goes on in the call ``home``.
    """

    left: LiveCall
    leaver: LegId
    home: LiveCall
    leg: LegId
    party: PartyId | None

    @property
    def calls(self) -> set[CallId]:
        """What they are in, the two of them."""
        return {self.left.id, self.home.id}


class TransferDesk:
    """Every REFER and every Replaces. ``agree`` answers a leg's offer and connects its audio."""

    def __init__(
        self,
        *,
        send: Callable[[sip.Command], None],
        audio: AudioDesk,
        sessions: Sessions,
        router: Router,
        agree: Callable[[LiveLeg], bytes],
    ) -> None:
        self._send = send
        self._audio = audio
        self._sessions = sessions
        self._router = router
        self._agree = agree
        self._runner: CallRunner

    def attach(self, runner: CallRunner) -> None:
        """The runner this desk works for."""
        self._runner = runner

    def handlers(self) -> dict[type, Callable[[LiveCall, Any], None]]:
        """Which method carries out which effect."""
        return {
            effects.ReferLeg: self._refer,
            effects.AnswerRefer: self._answer_refer,
            effects.ReportRefer: self._report_refer,
        }

    # -- what calls want ----------------------------------------------------------------------

    def _refer(self, live: LiveCall, effect: effects.ReferLeg) -> None:
        leg = live.legs[effect.leg]
        replaced = self._runner.legs.get(effect.replaces) if effect.replaces is not None else None
        self._send(
            sip.Refer(
                leg=leg.key,
                target=self._router.refer_target(effect.target),
                replaces=replaced.key if replaced is not None else None,
            )
        )

    def _answer_refer(self, live: LiveCall, effect: effects.AnswerRefer) -> None:
        leg = live.legs[effect.leg]
        if effect.accepted:
            live.referrers[leg.id] = leg.key
            self._send(sip.AcceptRefer(leg=leg.key, refer=effect.refer))
        else:
            status = CAUSES[effect.cause].sip
            self._send(sip.RejectRefer(leg=leg.key, refer=effect.refer, status=status))

    def _report_refer(self, live: LiveCall, effect: effects.ReportRefer) -> None:
        key = live.referrers.get(effect.leg)
        if key is None:
            return
        if effect.cause is None:
            status = 180
        else:
            status = 200 if effect.cause is Cause.NORMAL else CAUSES[effect.cause].sip
        self._send(sip.NotifyRefer(leg=key, refer=effect.refer, status=status))

    # -- REFER --------------------------------------------------------------------------------

    def received(self, event: wire.ReferReceived) -> None:
        """The far end wants its partner to talk to somebody else."""
        found = self._runner.leg_of(event.leg)
        if found is None:
            self._send(sip.RejectRefer(leg=event.leg, refer=event.refer))
            return
        live, leg = found
        if event.replaces is None and live.call.decides_transfers(leg.id):
            asked = inputs.TransferAsked(leg=leg.id, refer=event.refer, uri=str(event.target.uri))
            self._runner.feed(live, asked)
            return
        other = None if event.replaces is None else self._runner.leg_of(event.replaces)
        if other is not None and self._join(event, live, leg, *other):
            return
        try:
            if self._to_program(event, live, leg):
                return
            target = self._router.transfer_target(
                leg, event.target, live.tenant.directory, region=region_of(live)
            )
            if isinstance(target.endpoint, ToPhone) and live.tenant.programs is not None:
                live.tenant.programs.judge(target.endpoint.phone)
        except Refused as refused:
            self._refused(event, leg, refused, 403)
            return
        self._blind(event, live, leg, target)

    def _to_program(self, event: wire.ReferReceived, live: LiveCall, leg: LiveLeg) -> bool:
        """Let the partner go on with what answers at a number or a flow of ours.

        It does so in its own call, or, where it was dialled, as a call of its own. A partner in
        another call, a caller from a queue say, is sent anywhere that way, also to a phone. False
        where somebody is rung instead; only a phone of ours may do this. Raises `Refused`.
        """
        user, tenant = event.target.uri.subscriber, live.tenant
        reached, stay = tenant.directory.reach(user), live.call.stays(leg.id)
        home = live if stay is not None else self._home(live, leg)
        if not leg.phone or tenant.programs is None or tenant.lead_on is None or home is None:
            return False
        if stay is not None and not isinstance(reached, Reached):
            return False
        source = tenant.programs.source(reached, user, is_phone=True)
        self._runner.feed(live, inputs.TransferAsked(leg=leg.id, refer=event.refer, inside=True))
        if stay is not None and live.call.partner(stay.id) is not None:
            tenant.lead_on(live.legs[stay.id], source)
        else:
            self._runner.restart(home, source)
        return True

    def _home(self, live: LiveCall, leg: LiveLeg) -> LiveCall | None:
        """The other call in which the partner of ``leg`` is, if a program of its own runs there."""
        elsewhere = live.call.elsewhere(leg.id)
        found = None if elsewhere is None else self._runner.calls.get(elsewhere)
        if found is None or found.tenant is not live.tenant or found.call.ending:
            return None
        return None if found.program is None or found.program.over else found

    def _blind(
        self, event: wire.ReferReceived, live: LiveCall, leg: LiveLeg, target: DialTarget
    ) -> None:
        try:
            target = live.tenant.host.with_party(live, target)
        except Refused as refused:
            self._refused(event, leg, refused, 503)
            return
        asked = inputs.TransferAsked(leg=leg.id, refer=event.refer, target=target)
        self._runner.feed(live, asked)

    def _refused(
        self, event: wire.ReferReceived, leg: LiveLeg, refused: Refused, status: int
    ) -> None:
        log.info("transfer_refused", leg=leg.id, code=refused.code)
        self._send(sip.RejectRefer(leg=event.leg, refer=event.refer, status=status))

    def _join(
        self,
        event: wire.ReferReceived,
        live: LiveCall,
        leg: LiveLeg,
        consulted: LiveCall,
        other: LiveLeg,
    ) -> bool:
        """Connect the two whom one party talks to in two calls (RFC 5589 7.1); False if not.

        Where nobody talks on the other side of the second call, a menu or a queue say, the first
        partner is sent there by itself, as without a Replaces.
        """
        if consulted is live or consulted.tenant is not live.tenant or not _one_side(leg, other):
            return False
        one, two = self._whom(live, leg), self._whom(consulted, other)
        if one is None or two is None or one.calls & two.calls:
            return False
        # The second call first: who is heard by two would be taken from both.
        self._hand(two, one, bridge=False)
        self._hand(one, two, bridge=True, refer=event.refer)
        return True

    def _whom(self, live: LiveCall, leg: LiveLeg) -> _Whom | None:
        """Whom a leg talks to and can hand over: in its own call, or in another one of theirs."""
        stay = live.call.stays(leg.id)
        if stay is not None:
            return _Whom(live, leg.id, live, stay.id, stay.party)
        elsewhere = live.call.hears_elsewhere(leg.id)
        if elsewhere is None:
            return None
        home = self._runner.calls.get(elsewhere[1])
        if home is None or home.tenant is not live.tenant:
            return None
        if home.call.hears_elsewhere(elsewhere[0]) != (leg.id, live.id):
            return None
        return _Whom(live, leg.id, home, elsewhere[0], home.call.speaker(elsewhere[0]))

    def _hand(self, who: _Whom, to: _Whom, *, bridge: bool, refer: int | None = None) -> None:
        """Let somebody go on with ``to``, and whoever talked to them leave."""
        peer, call = to.leg, to.home.id
        if who.home is who.left:
            replaced = inputs.PartnerReplaced(
                leg=who.leaver,
                peer=peer,
                peer_call=call,
                party=to.party,
                bridge=bridge,
                refer=refer,
            )
            self._runner.feed(who.left, replaced)
            return
        moved = inputs.PeerReplaced(
            leg=who.leg, peer=peer, peer_call=call, party=to.party, bridge=bridge
        )
        self._runner.feed(who.home, moved)
        self._runner.feed(who.left, inputs.PartnerGiven(leg=who.leaver, refer=refer))

    def progress(self, event: wire.ReferProgress) -> None:
        """How a transfer we asked for fares."""
        found = self._runner.leg_of(event.leg)
        if found is None:
            return
        live, leg = found
        outcome: ReferOutcome
        if event.status >= 300:
            outcome = "failed" if event.final else "refused"
        elif event.final:
            outcome = "completed"
        else:
            outcome = "accepted"
        self._runner.feed(
            live, inputs.TransferReported(leg=leg.id, outcome=outcome, status=event.status)
        )

    # -- INVITE with Replaces -----------------------------------------------------------------

    def take_over(self, event: wire.InviteReceived, tenant: Tenant, party: PartyId | None) -> None:
        """Let an INVITE take the place of the leg that it names (RFC 3891 section 3).

        ``party``: who calls. Raises `RemoteError` where the offer is not acceptable.
        """
        runner = self._runner
        found = None if event.replaces is None else runner.leg_of(event.replaces)
        if found is None:
            self._send(sip.Reject(leg=event.leg, status=481))
            return
        live, old = found
        leg = LiveLeg(
            id=LegId(ids.make("leg", runner.clock.now(), runner.entropy)),
            call=live.id,
            key=event.leg,
            ours=False,
            peer=event.peer,
            phone=tenant.directory.dials(event.username),
            source=event.source,
        )
        if live.tenant is not tenant or not _one_side(leg, old) or old.inside is not None:
            log.info("transfer_refused", leg=old.id, code="not_a_side_of_it")
            self._send(sip.Reject(leg=event.leg, status=403))
            return
        if event.offer:
            offered = self._sessions.parse(event.offer)
            leg.offer = offered, self._sessions.choose(offered)
        runner.add_leg(live, leg)
        self._audio.open(leg, lambda leg: self._take(live, old, leg, party))

    def _take(self, live: LiveCall, old: LiveLeg, leg: LiveLeg, party: PartyId | None) -> None:
        """Its port is open: the new leg is answered and the old one goes."""
        body = b""
        if leg.port and leg.dialog_open and live.call.replaceable(old.id):
            # RFC 3261 13.2.1: without an offer of theirs the 2xx has ours, the ACK their answer.
            leg.asked = leg.offer is None
            body = self._sessions.offer(leg) if leg.asked else self._agree(leg)
        if not body:
            if leg.dialog_open:
                self._send(sip.Reject(leg=leg.key, status=503 if not leg.port else 481))
            leg.released = True
            if leg.audio == "open" and leg.link is not None:
                leg.link.close_leg(leg.id)
            self._audio.dialog_over(live, leg)
            return
        leg.answered = True
        codec = "" if leg.session is None else leg.session.codec
        self._runner.feed(live, inputs.LegReplaced(leg=old.id, by=leg.id, party=party, codec=codec))
        self._send(sip.Answer(leg=leg.key, body=body))


def _one_side(leg: LiveLeg, other: LiveLeg) -> bool:
    """Whether both legs may be of one party: phones of ours, or the same trunk."""
    return (leg.phone and other.phone) or bool(leg.source and leg.source == other.source)


def region_of(live: LiveCall) -> str | None:
    """Whose numbers the account writes nationally (ISO 3166)."""
    return None if live.tenant.programs is None else live.tenant.programs.region
