"""An INVITE arrives: is there anybody to talk to, and about what?

from        to                       becomes
---------   ----------------------   ------------------------------------------------
a trunk     a number of ours         the number's program
a trunk     a flow's name            the flow
a trunk     a phone's name           a dial to that phone
a trunk     our own contact there    likewise, by P-Called-Party-ID or To
a phone     any of these             likewise
a phone     another number           a dial through a trunk, if one is there
anybody     anything else            404
anybody     whatever is there, with  a call that has ended as `not_acceptable`; the far end gets
            an offer of nothing      what `ringfence.switch.unfit` says
            that we speak
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from ringfence.calls import inputs
from ringfence.calls.call import Call
from ringfence.calls.causes import Cause
from ringfence.calls.commands import Hangup
from ringfence.kernel import ids
from ringfence.kernel.errors import Refused, RemoteError
from ringfence.kernel.ids import CallId, LegId, TrunkId
from ringfence.kernel.limits import CALLS_MAX
from ringfence.kernel.phone import Phone
from ringfence.markup.context import Source
from ringfence.markup.exchange import Begin
from ringfence.markup.telling import StatusTeller
from ringfence.observe.logs import get_logger
from ringfence.sip import commands as sip
from ringfence.sip import events as wire
from ringfence.sip.headers import NameAddr
from ringfence.sip.prack import REL100
from ringfence.switch import call_tokens
from ringfence.switch.audio import AudioDesk
from ringfence.switch.directory import DeviceEntry, NumberEntry, Reached, TrunkEntry
from ringfence.switch.guard import plain
from ringfence.switch.identity import Identity, address_of, stated
from ringfence.switch.live import LiveLeg
from ringfence.switch.programs import Programs
from ringfence.switch.sessions import Sessions
from ringfence.switch.sip_words import told_of
from ringfence.switch.tenant import Tenant
from ringfence.switch.unfit import Offer, Unfit, judge

if TYPE_CHECKING:
    from ringfence.switch.call_runner import CallRunner

log = get_logger(__name__)


class Arrivals:
    """Makes calls of INVITEs."""

    def __init__(
        self,
        runner: CallRunner,
        *,
        audio: AudioDesk,
        sessions: Sessions,
        programs: Programs,
        tenant: Tenant | None = None,
    ) -> None:
        """``tenant``: who is called; by default the installation's own account."""
        self._runner = runner
        self._tenant = tenant or runner.tenant
        self._audio = audio
        self._sessions = sessions
        self._programs = programs

    def invite(self, event: wire.InviteReceived) -> None:
        """Begin a call, or refuse it with the status that says why."""
        runner = self._runner
        if len(runner.calls) >= CALLS_MAX:
            runner.send(sip.Reject(leg=event.leg, status=503, retry_after=10))
            return
        if not self._tenant.receives():
            log.info("call_refused", code="account_suspended")
            runner.send(sip.Reject(leg=event.leg, status=480))
            return
        if event.replaces is not None:
            self._take_over(event)
            return
        user = self._dialled(event)
        reached = self._tenant.directory.reach(user)
        try:
            domain = self._tenant.directory.reach_domain(
                event.request.uri.host,
                event.username,
                plain(event.peer.host),
                private=event.peer.transport == "tls",
            )
            reached = domain or reached
            source = self._programs.source(reached, user, is_phone=bool(event.username))
        except Refused as refused:
            log.info("call_refused", code=refused.code)
            if event.source and refused.code == "not_found":
                count, _ = runner.not_found.get(event.source, (0, 0))
                runner.not_found[event.source] = count + 1, runner.clock.now()
            status = 403 if refused.code == "destination_not_allowed" else 404
            runner.send(sip.Reject(leg=event.leg, status=status))
            return
        offer = judge(event.offer, self._sessions)
        try:
            self._begin(event, user, reached, source, offer)
        except Refused as refused:
            log.warning("arrival_refused", code=refused.code)
            runner.send(sip.Reject(leg=event.leg, status=503, retry_after=10))
        except Exception:
            # A bug of ours: the caller hears of it at once instead of hearing nothing.
            log.exception("arrival_failed")
            runner.send(sip.Reject(leg=event.leg, status=500))

    def _take_over(self, event: wire.InviteReceived) -> None:
        """It is to take the place of a leg of ours (RFC 3891): no call of its own."""
        runner = self._runner
        try:
            now = runner.clock.now()
            party = self._tenant.parties.resolve(self._caller(event).address, now)
            runner.transfers.take_over(event, self._tenant, party)
        except RemoteError as error:
            log.info("offer_refused", hint=error.hint)
            runner.send(sip.Reject(leg=event.leg, status=error.hint))
        except Refused as refused:
            log.warning("arrival_refused", code=refused.code)
            runner.send(sip.Reject(leg=event.leg, status=503, retry_after=10))

    def _begin(
        self,
        event: wire.InviteReceived,
        user: str,
        reached: Reached | DeviceEntry | None,
        source: Source,
        offer: Offer | Unfit | None,
    ) -> None:
        runner = self._runner
        now = runner.clock.now()
        call_id = CallId(ids.make("call", now, runner.entropy))
        leg = LiveLeg(
            id=LegId(ids.make("leg", now, runner.entropy)),
            call=call_id,
            key=event.leg,
            ours=False,
            peer=event.peer,
            phone=self._tenant.directory.dials(event.username),
            source=event.source or (isinstance(reached, Reached) and reached.domain) or "",
            offer=None if isinstance(offer, Unfit) else offer,
            offers_early=offer is None and REL100 in event.request.require,
            refusal=offer.refusal(event.leg) if isinstance(offer, Unfit) else None,
        )
        identity = self._caller(event)
        caller = identity.address
        called = self._called(user, reached)
        forwarded = self._forwarded(event)
        # Before anything is opened: where storage takes nothing there is no call (`Refused`).
        caller_id = self._tenant.parties.resolve(caller, now)
        called_id = self._tenant.parties.resolve(called, now)
        forwarded_id = self._tenant.parties.resolve(forwarded, now) if forwarded else None
        call = Call(call_id, account=self._tenant.directory.account, entropy=runner.entropy)
        program = self._programs.make(
            call_id,
            caller=caller,
            called=called,
            source=source,
            forwarded_from=forwarded,
            besides=told_of(event, reached.domain if isinstance(reached, Reached) else None),
            token=self._token(call_id, caller),
        )
        unfit = offer if isinstance(offer, Unfit) else None
        live = runner.open(call, call_id, None if unfit else program, tenant=self._tenant)
        live.caller = identity
        hops = event.request.max_forwards
        live.hops = live.hops if hops is None else min(hops, live.hops)
        if isinstance(reached, Reached):
            number = reached.number
            status = self._tenant.directory.status_callback(number) if number else reached.status
            if status is not None:
                live.tellers.append(StatusTeller(program.context, status))
        if unfit is None:
            self._audio.furnish(live, leg)
        runner.add_leg(live, leg)
        if unfit is None:
            # The port is asked for before anybody needs it: the answer then leaves at once.
            self._audio.open(leg)
            program.do(Begin(), now)
        runner.feed(
            live,
            inputs.CallArrived(
                leg=leg.id,
                caller=caller_id,
                called=called_id,
                number=(
                    reached.number.id if isinstance(reached, Reached) and reached.number else None
                ),
                trunk=self._tenant.directory.trunk_at(event.source),
                flow=self._tenant.directory.flow_of(reached),
                forwarded=forwarded_id,
            ),
        )
        if unfit is not None:
            log.info("offer_refused", call=call_id, hint=unfit.status)
            runner.command(live, unfit.note)
            runner.command(live, Hangup(cause=Cause.NOT_ACCEPTABLE))

    def _token(self, call: CallId, caller: Phone | str) -> Callable[[], str] | None:
        """Makes what lets the call be passed on showing who called, where that is a number."""
        if not isinstance(caller, Phone):
            return None
        return partial(call_tokens.made, self._tenant.directory.auth_token, call, caller)

    def _dialled(self, event: wire.InviteReceived) -> str:
        """The user part that says who is called.

        A carrier at which we registered may send its calls to our contact (RFC 3261 16.5): what
        was dialled is then in P-Called-Party-ID (RFC 7315 4.2) or in To.
        """
        directory = self._tenant.directory
        user, *named = names_of(event, directory.trunks)
        return next((name for name in named if directory.reach(name) is not None), user)

    def _caller(self, event: wire.InviteReceived) -> Identity:
        """Who calls: a phone by what it proved, anybody else by what a trunk says."""
        device = self._tenant.directory.devices.get(event.username) if event.username else None
        return stated(
            event.request,
            trusted=bool(event.source),
            phone=None if device is None else self._programs.address_of(device),
            region=self._programs.region,
        )

    def _forwarded(self, event: wire.InviteReceived) -> Phone | str | None:
        """Whom the caller had called: the first Diversion of a trunk (RFC 5806 4)."""
        stated = event.request.headers.get("Diversion") if event.source else None
        if stated is None:
            return None
        try:
            given = NameAddr.parse(stated.partition(",")[0])
            return address_of(given, self._programs.region) or None
        except RemoteError:
            return None

    def _called(self, user: str, reached: Reached | DeviceEntry | None) -> Phone | str:
        if isinstance(reached, Reached):
            number: NumberEntry | None = reached.number
            if number is not None:
                return number.phone
        if isinstance(reached, DeviceEntry):
            return self._programs.address_of(reached)
        try:
            return Phone.received(user, region=self._programs.region)
        except Refused:
            return f"sip:{user}@{self._programs.domain}"


def names_of(event: wire.InviteReceived, trunks: Mapping[TrunkId, TrunkEntry]) -> tuple[str, ...]:
    """The user part of who is called, and behind it what else may say so (`Arrivals.invite`)."""
    request = event.request
    user = request.uri.subscriber
    trunk = trunks.get(TrunkId(event.source)) if event.source else None
    if trunk is None or not trunk.register or user != trunk.username:
        return (user,)
    called = [request.to]
    stated = request.headers.get("P-Called-Party-ID")
    if stated is not None:
        try:
            called.insert(0, NameAddr.parse(stated))
        except RemoteError:
            pass  # the To field is there in any case
    return (user, *(identity.uri.subscriber for identity in called))
