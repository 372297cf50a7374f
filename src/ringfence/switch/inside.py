"""Inside lines: a leg of one call that another call of this machine answers.

``<Dial><Application>`` rings no phone: the application's document answers, in a call of its own.

    caller ═bridge═ leg ── RTP on this machine ── far ═ the application's program
    └────── the call that dials ─────┘            └──── the call of its own ────┘

No SIP is spoken between the two. What one end is told to do (`calls.effects`) is what the other
hears of (`calls.inputs`); a program on either side finds a call like any other. Within one account
the call has the SID of the leg, so that what a dial was told of as its child is that call.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ringfence.calls import effects, inputs
from ringfence.calls.call import Call
from ringfence.calls.causes import CAUSES, Cause, from_q850
from ringfence.calls.commands import Note
from ringfence.calls.reply import Reply
from ringfence.calls.targets import ToApplication
from ringfence.kernel import ids
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId, LegId, own_call
from ringfence.kernel.limits import APPLICATION_DEPTH, CALLS_MAX
from ringfence.markup.context import Context, Source
from ringfence.markup.exchange import Begin, Value
from ringfence.markup.telling import StatusCallback, StatusTeller
from ringfence.media.engine import protocol as media
from ringfence.observe.logs import get_logger
from ringfence.sip.events import LegKey
from ringfence.sip.offer_answer import AudioStream, Codec
from ringfence.switch.audio import AudioDesk
from ringfence.switch.directory import ApplicationRoute
from ringfence.switch.live import LiveCall, LiveLeg
from ringfence.switch.programs import Programs
from ringfence.switch.tenant import Tenant
from ringfence.switch.tie_lines import reachable

if TYPE_CHECKING:
    from ringfence.switch.call_runner import CallRunner

log = get_logger(__name__)

Handler = Callable[[LiveCall, Any], None]
_Own = Callable[[LiveCall, LiveLeg, Any], None]

_DTMF = 101
_PAYLOAD_TYPES: dict[Codec, int] = {"PCMU": 0, "PCMA": 8, "G722": 9}
_NOT_HERE = 405
"""RFC 3261 21.4.6: nobody can be asked to call elsewhere on an inside line."""
_CAUSES = {
    "not_found": Cause.UNALLOCATED,
    "too_many_calls": Cause.CONGESTION,
    "draining": Cause.CONGESTION,
    "account_suspended": Cause.FORBIDDEN,
    "dial_circle": Cause.FORBIDDEN,
}
_NOTES = {
    "not_found": "there is no such application here, or it has no URL that answers calls",
    "dial_circle": "applications dial each other too deep; this dial was not carried out",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """An application: whose it is, what makes its program, and what that begins with."""

    tenant: Tenant
    programs: Programs
    source: Source
    status: StatusCallback | None


class InsideLines:
    """Every inside line of this process."""

    def __init__(self, audio: AudioDesk) -> None:
        self._audio = audio
        self._runner: CallRunner

    def attach(self, runner: CallRunner) -> None:
        """The runner whose calls these are."""
        self._runner = runner

    def over(self, handlers: dict[type, Handler]) -> dict[type, Handler]:
        """The same table of handlers, but that legs on inside lines are seen to here."""
        own: dict[type, _Own] = {
            effects.RingLeg: self._ring,
            effects.AnswerLeg: self._answer,
            effects.RefuseLeg: self._end,
            effects.CancelLeg: self._end,
            effects.HangUpLeg: self._end,
            effects.ReferLeg: self._refer,
        }
        wire, release = handlers[effects.PlaceLeg], handlers[effects.ReleaseLeg]

        def place(live: LiveCall, effect: effects.PlaceLeg) -> None:
            if isinstance(effect.endpoint, ToApplication):
                self._place(live, effect, effect.endpoint)
            else:
                wire(live, effect)

        def let_go(live: LiveCall, effect: effects.ReleaseLeg) -> None:
            leg = live.legs.get(effect.leg)
            if leg is not None and leg.inside is not None and leg.dialog_open:
                self._part(live, leg, lambda far: inputs.LegFailed(leg=far, cause=Cause.MEDIA_LOST))
            release(live, effect)

        return {
            **handlers,
            **{kind: _either(mine, handlers[kind]) for kind, mine in own.items()},
            effects.PlaceLeg: place,
            effects.ReleaseLeg: let_go,
        }

    # -- the beginning ------------------------------------------------------------------------

    def _place(self, live: LiveCall, effect: effects.PlaceLeg, to: ToApplication) -> None:
        leg = LiveLeg(id=effect.leg, call=live.id, key=LegKey(str(effect.leg)), ours=True)
        leg.dialog_open = False
        self._runner.add_leg(live, leg)
        try:
            found = self._find(live, to)
            self._begin(live, leg, effect, to, found)
        except Refused as refused:
            log.info("place_refused", call=live.id, leg=leg.id, code=refused.code)
            if refused.code in _NOTES:
                note = Note(code="application_refused", text=_NOTES[refused.code], level="error")
                self._runner.command(live, note)
            self._runner.failed(live, effect, _CAUSES.get(refused.code, Cause.SERVER_ERROR))

    def _find(self, live: LiveCall, to: ToApplication) -> _Found:
        """The application: of the call's own account, or of one that lets all of them in."""
        runner = self._runner
        if live.depth >= APPLICATION_DEPTH:
            raise Refused("dial_circle", "applications dial each other")
        if runner.draining:
            raise Refused("draining", "the server is being stopped and takes no new calls")
        if len(runner.calls) >= CALLS_MAX:
            raise Refused("too_many_calls", "every line is in use")
        for tenant in (live.tenant, *runner.tenants.values()):
            known = tenant.directory.applications.get(to.application)
            if known is None or not (tenant is live.tenant or known.public_connect):
                continue
            if tenant.programs is None:
                break
            if not tenant.receives():
                raise Refused("account_suspended", "the account takes no calls at present")
            status = None
            if known.status is not None:
                status = StatusCallback(url=known.status.url, method=known.status.method)
            return _Found(
                tenant=tenant,
                programs=tenant.programs,
                source=tenant.programs.of_route(ApplicationRoute(application=to.application)),
                status=status,
            )
        raise Refused("not_found", "there is no such application")

    def _begin(
        self,
        live: LiveCall,
        leg: LiveLeg,
        effect: effects.PlaceLeg,
        to: ToApplication,
        found: _Found,
    ) -> None:
        runner, tenant = self._runner, found.tenant
        now = runner.clock.now()
        context = _context(live)
        ours = tenant is live.tenant
        call_id = own_call(leg.id) if ours else CallId(ids.make("call", now, runner.entropy))
        caller = effect.caller_id or context.caller
        sip = f"sip:{to.application}@{found.programs.domain}"
        called: Value = context.called if to.keeps_called else str(to.application)
        # Before anything is opened: where storage takes nothing there is no call (`Refused`).
        caller_id = tenant.parties.resolve(caller, now)
        called_id = tenant.parties.resolve(context.called if to.keeps_called else sip, now)
        program = found.programs.make(
            call_id,
            caller=caller,
            called=called,
            source=found.source,
            parent=live.id if ours else None,
            besides=(
                ("CustomerId", to.customer or live.tenant.directory.account),
                *((f"Param_{name}", value) for name, value in to.parameters),
            ),
        )
        call = Call(call_id, account=tenant.directory.account, entropy=runner.entropy)
        other = runner.open(call, call_id, program, tenant=tenant)
        other.link, other.depth, other.hops = live.link, live.depth + 1, live.hops
        if effect.caller_id is None:
            other.caller = live.caller
        far = LegId(ids.make("leg", now, runner.entropy))
        runner.add_leg(
            other,
            LiveLeg(id=far, call=call_id, key=LegKey(str(far)), ours=False, inside=leg.id),
        )
        leg.inside, leg.dialog_open = far, True
        if found.status is not None:
            other.tellers.append(StatusTeller(program.context, found.status))
        program.do(Begin(), now)
        if ours:
            live.inbox.append(inputs.LegLeads(leg=leg.id, to=call_id))
        runner.feed(
            other,
            inputs.CallArrived(
                leg=far,
                caller=caller_id,
                called=called_id,
                parent=live.id if ours else None,
                application=to.application,
            ),
        )

    # -- what one end does and the other hears ------------------------------------------------

    def _ring(self, live: LiveCall, leg: LiveLeg, effect: effects.RingLeg) -> None:
        def ringing() -> None:
            self._tell(leg, lambda far: inputs.LegRang(leg=far, early_media=effect.early_media))

        if effect.early_media:
            self._join(live, leg, effect, ringing)
        else:
            ringing()

    def _answer(self, live: LiveCall, leg: LiveLeg, effect: effects.AnswerLeg) -> None:
        def answered() -> None:
            codec = "" if leg.session is None else leg.session.codec
            leg.answered = True
            self._tell(leg, lambda far: inputs.LegAnswered(leg=far, codec=codec))
            self._runner.feed(live, inputs.LegAnswered(leg=leg.id, codec=codec))

        self._join(live, leg, effect, answered)

    def _end(
        self,
        live: LiveCall,
        leg: LiveLeg,
        effect: effects.RefuseLeg | effects.CancelLeg | effects.HangUpLeg,
    ) -> None:
        row = CAUSES[effect.cause]

        def told(far: LegId) -> inputs.Input:
            match effect:
                case effects.RefuseLeg(headers=headers):
                    return inputs.LegRefused(
                        leg=far,
                        cause=effect.cause,
                        status=row.sip,
                        reply=Reply(returned=_returned(headers)),
                    )
                case effects.CancelLeg():
                    return inputs.LegHungUp(leg=far, cause=Cause.CANCELLED)
                case effects.HangUpLeg(headers=headers):
                    return inputs.LegHungUp(
                        leg=far, cause=from_q850(row.q850), returned=_returned(headers)
                    )

        if leg.dialog_open:
            self._part(live, leg, told)

    def _refer(self, live: LiveCall, leg: LiveLeg, _effect: effects.ReferLeg) -> None:
        live.inbox.append(inputs.TransferReported(leg=leg.id, outcome="refused", status=_NOT_HERE))

    def _part(self, live: LiveCall, leg: LiveLeg, told: Callable[[LegId], inputs.Input]) -> None:
        """The line is no more; the other end hears why."""
        self._audio.dialog_over(live, leg)
        found = self._other(leg)
        if found is not None and found[1].dialog_open:
            other, far = found
            self._audio.dialog_over(other, far)
            self._runner.feed(other, told(far.id))

    def _tell(self, leg: LiveLeg, told: Callable[[LegId], inputs.Input]) -> None:
        found = self._other(leg)
        if found is not None and found[1].dialog_open:
            self._runner.feed(found[0], told(found[1].id))

    def _other(self, leg: LiveLeg) -> tuple[LiveCall, LiveLeg] | None:
        far = None if leg.inside is None else self._runner.legs.get(leg.inside)
        live = None if far is None else self._runner.calls.get(far.call)
        return None if far is None or live is None else (live, far)

    # -- its sound ----------------------------------------------------------------------------

    def _join(
        self, live: LiveCall, leg: LiveLeg, effect: effects.Effect, then: Callable[[], None]
    ) -> None:
        """Open the ports of both ends and let them talk to each other."""
        found = self._other(leg)
        if found is None:
            return
        other, far = found

        def both(_: LiveLeg) -> None:
            if not (leg.dialog_open and far.dialog_open):
                return
            if not (leg.port and far.port):
                code = leg.no_audio or far.no_audio
                cause = Cause.CONGESTION if code == "no_rtp_port" else Cause.MEDIA_LOST
                self._runner.failed(live, effect, cause)
                self._runner.settle(live)
                return
            if leg.session is None:
                codec = _codec(other)
                self._connect(leg, far, codec)
                self._connect(far, leg, codec)
            then()

        self._audio.open(leg, lambda _: self._audio.open(far, both) if leg.port else both(leg))

    def _connect(self, end: LiveLeg, to: LiveLeg, codec: Codec) -> None:
        if end.link is None or to.link is None:
            return
        hello = to.link.hello
        host = reachable("" if hello is None else hello.host)
        end.session = AudioStream(
            index=0,
            host=host,
            port=to.port,
            rtcp_port=to.port + 1,
            codec=codec,
            payload_type=_PAYLOAD_TYPES[codec],
            dtmf_payload_type=_DTMF,
            ptime=20,
            direction="sendrecv",
            held=False,
        )
        end.link.send(
            media.ConnectLeg(
                leg=end.id,
                host=host,
                port=to.port,
                codec=codec,
                payload_type=_PAYLOAD_TYPES[codec],
                dtmf_payload_type=_DTMF,
                latch_ms=0,
                timeout_ms=0,
            )
        )


def _either(mine: _Own, wire: Handler) -> Handler:
    def handle(live: LiveCall, effect: Any) -> None:
        leg = live.legs.get(effect.leg)
        if leg is not None and leg.inside is not None:
            mine(live, leg, effect)
        else:
            wire(live, effect)

    return handle


def _context(live: LiveCall) -> Context:
    if live.program is None:
        raise Refused("not_found", "the call runs no program")
    return live.program.context


def _codec(live: LiveCall) -> Codec:
    """What the call that dials speaks, where an inside line can: nothing is transcoded then."""
    for leg in live.legs.values():
        session = None if leg.inside is not None else leg.session
        if session is not None and session.codec in _PAYLOAD_TYPES:
            return session.codec
    return "PCMU"


def _returned(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """What a Hangup or Reject gives back, under the names that the document has for it."""
    return tuple((name[2:] if name[:2].lower() == "x-" else name, value) for name, value in headers)
