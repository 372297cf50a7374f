"""Runs the calls: what SIP and media report goes into a call, what it wants done comes out.

One turn of a call (`CallRunner.settle`) hands its notices to the program, the program's commands
back to the call, its effects to `signalling` and `audio`, and its facts to storage, until nothing
moves any more. An effect that answers at once puts its answer into the call's inbox, which is read
when the effects at hand are done: nothing calls back into a machine.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from ringfence.calls import effects, inputs
from ringfence.calls.call import Call
from ringfence.calls.causes import Cause
from ringfence.calls.commands import AdoptLeg, Command, GiveLeg, Hangup, Note
from ringfence.calls.events import CallFact
from ringfence.calls.notices import Answered, AnswererKnown
from ringfence.kernel.clock import Clock, Ms
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import LocalError, Refused
from ringfence.kernel.ids import AccountId, CallId, LegId
from ringfence.kernel.limits import FACTS_GIVE_UP_MS, FACTS_RETRY_MS
from ringfence.markup.context import Restart, Source
from ringfence.markup.exchange import (
    Answer,
    AskRecording,
    AskRoom,
    Begin,
    Callback,
    DropPayment,
    Fetch,
    LoadMedia,
    LoadMusic,
    MakePayment,
    OpenPayment,
    SendOn,
    SendText,
    Speak,
    Transcribe,
)
from ringfence.markup.voice import Program
from ringfence.media.engine import protocol as media
from ringfence.observe.logs import get_logger
from ringfence.sip import commands as sip
from ringfence.sip import events as wire
from ringfence.sip.timers import Alarms, Timed
from ringfence.switch import payments
from ringfence.switch.audio import AudioDesk
from ringfence.switch.call_recording import RecordingWish, record_call
from ringfence.switch.directory import Directory
from ringfence.switch.inside import InsideLines
from ringfence.switch.live import LiveCall, LiveLeg
from ringfence.switch.ports import Facts, Parties
from ringfence.switch.program_host import ProgramHost
from ringfence.switch.queues import QueueDesk
from ringfence.switch.rooms import RoomDesk
from ringfence.switch.signalling import SignalDesk
from ringfence.switch.tenant import Listeners, Tenant, Watcher

log = get_logger(__name__)

_REQUESTS = (
    Fetch, Speak, LoadMedia, LoadMusic, Callback, AskRecording, AskRoom, SendText,
    OpenPayment, MakePayment, DropPayment, SendOn, Transcribe,
)  # fmt: skip


class CallRunner:
    """Every open call of this process."""

    def __init__(
        self,
        *,
        clock: Clock,
        entropy: Entropy,
        directory: Directory,
        parties: Parties,
        facts: Facts,
        signals: SignalDesk,
        audio: AudioDesk,
        host: ProgramHost,
        rooms: RoomDesk | None = None,
        queues: QueueDesk | None = None,
    ) -> None:
        self.clock = clock
        self.entropy = entropy
        self.tenant = Tenant(
            directory=directory, parties=parties, host=host, rooms=rooms, queues=queues
        )
        self.tenants: dict[AccountId, Tenant] = {}
        """Whose calls are run here; the installation's own account is the first."""
        self.calls: dict[CallId, LiveCall] = {}
        self.legs: dict[LegId, LiveLeg] = {}
        self.by_key: dict[wire.LegKey, LiveLeg] = {}
        self.watchers: list[Watcher] = []
        self.listeners: Listeners = {}
        self.draining = False
        self.finished = 0
        self.not_found: dict[str, tuple[int, Ms]] = {}
        """How often each trunk called for what is not here, and when it last did."""
        self.failures = 0
        """Turns of calls that a bug of ours broke off."""
        self._facts = facts
        self._signals = signals
        self.transfers = signals.transfers
        self._audio = audio
        self._loop = asyncio.get_running_loop()
        self._alarms = Alarms()
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0
        signals.attach(self)
        audio.attach(self)
        inside = InsideLines(audio)
        inside.attach(self)
        self._perform: dict[type, Callable[[LiveCall, Any], None]] = inside.over(
            {**signals.handlers(), **audio.handlers()}
        )
        self.take_in(self.tenant)
        self._on_sip: dict[type, Callable[[Any], None]] = {
            wire.Established: signals.established,
            wire.Progress: signals.progress,
            wire.Answered: signals.answered,
            wire.OfferReceived: signals.offer_received,
            wire.OfferAnswered: signals.offer_answered,
            wire.Ended: signals.ended,
            wire.InfoReceived: self._info,
            wire.ReferReceived: self.transfers.received,
            wire.ReferProgress: self.transfers.progress,
        }
        self._on_media: dict[type, Callable[[Any], None]] = audio.notices()

    def take_in(self, tenant: Tenant) -> None:
        """Run the calls of an account, too."""
        self.tenants[tenant.directory.account] = tenant
        tenant.attach(self)

    @property
    def directory(self) -> Directory:
        """What the installation's own account reaches."""
        return self.tenant.directory

    # -- the world outside --------------------------------------------------------------------

    def sip_event(self, event: wire.SipEvent) -> None:
        """A fact from the SIP agent about a leg; facts about other things are ignored here."""
        handler = self._on_sip.get(type(event))
        if handler is not None:
            handler(event)

    def media_notice(self, notice: media.AnyNotice) -> None:
        """A fact from the media worker."""
        handler = self._on_media.get(type(notice))
        if handler is not None:
            handler(notice)

    def media_lost(self, legs: list[str]) -> None:
        """The media worker is gone, and with it the audio of these legs."""
        lost: dict[CallId, set[LegId]] = {}
        for name in legs:
            leg = self.legs.get(LegId(name))
            if leg is not None:
                self._audio.silenced(leg, "media_lost")
                lost.setdefault(leg.call, set()).add(leg.id)
        for call, ids in lost.items():
            live = self.calls.get(call)
            if live is not None:
                self._audio.lost(live, ids)
                for leg in list(live.legs.values()):
                    if leg.id in ids and leg.released and not leg.dialog_open:
                        self.drop_leg(live, leg)  # nobody will confirm that it is closed
                self.feed(live, inputs.MediaLost(legs=frozenset(ids)))
        self._audio.ties.lost(set(legs))

    # -- calls --------------------------------------------------------------------------------

    def open(
        self,
        call: Call,
        identifier: CallId,
        program: Program | None,
        *,
        tenant: Tenant | None = None,
    ) -> LiveCall:
        """Take a new call of an account into the books; by default of the installation's own."""
        live = LiveCall(identifier, call, tenant or self.tenant, program, self._fire)
        self.calls[identifier] = live
        return live

    def add_leg(self, live: LiveCall, leg: LiveLeg) -> None:
        """Take a leg into the books."""
        live.legs[leg.id] = leg
        self.legs[leg.id] = leg
        self.by_key[leg.key] = leg

    def drop_leg(self, live: LiveCall, leg: LiveLeg) -> None:
        """The leg's audio is closed and its dialog over: forget it."""
        live.legs.pop(leg.id, None)
        self.legs.pop(leg.id, None)
        if self.by_key.get(leg.key) is leg:
            del self.by_key[leg.key]

    def leg_of(self, key: wire.LegKey) -> tuple[LiveCall, LiveLeg] | None:
        """The leg of a SIP key and its call."""
        leg = self.by_key.get(key)
        live = self.calls.get(leg.call) if leg is not None else None
        return None if leg is None or live is None else (live, leg)

    def feed(self, live: LiveCall, item: inputs.Input) -> None:
        """Tell a call something and let it act."""
        live.inbox.append(item)
        self.settle(live)

    def command(self, live: LiveCall, command: Command) -> None:
        """Give a call a command from outside its program (an API request, a drain)."""
        try:
            live.call.do(command, self.clock.now())
        finally:
            self.settle(live)

    def _record_placed(self, live: LiveCall, wish: RecordingWish) -> None:
        """Whoever placed a call wants it recorded from its answer on."""
        program = live.program
        if program is not None:
            program.recorded = True  # whoever it dials meanwhile is told, too

        async def work() -> None:
            try:
                await record_call(self, live, wish)
            except Refused as refused:
                log.info("call_not_recorded", call=live.id, code=refused.code)
                if live.id in self.calls and not live.call.ending:
                    self.command(live, Note(code=refused.code, text=refused.reason))

        live.tenant.host.start(live.id, work())

    def restart(self, live: LiveCall, source: Source) -> None:
        """Let a call's program drop what it does and begin with another source."""
        program = live.program
        if program is None or program.over or live.call.ending:
            raise Refused("call_not_in_progress", "the call runs no program at present")
        try:
            program.do(Restart(source=source), self.clock.now())
        finally:
            self.settle(live)

    def give(self, live: LiveCall, leg: LiveLeg, call: Call, program: Program) -> LiveCall:
        """Let a leg go on in a call of its own, with a program of its own."""
        given = live.call.partner(leg.id)
        if given is None or given.party is None or given.up_at is None:
            raise Refused("call_not_in_progress", "the leg does not talk through a dial at present")
        other = self.open(call, call.id, None, tenant=live.tenant)
        other.link, other.caller, other.hops = live.link, live.caller, live.hops
        other.on_answer = program
        del live.legs[leg.id]
        leg.call = call.id
        other.legs[leg.id] = leg
        self.command(live, GiveLeg(leg=leg.id, to=call.id))
        caller = live.tenant.parties.resolve(program.context.caller, self.clock.now())
        shown = None if given.target is None else given.target.shown
        self.command(
            other,
            AdoptLeg(
                leg=leg.id,
                parent=live.id,
                caller=caller,
                party=given.party,
                placed_at=given.placed_at,
                up_at=given.up_at,
                number=None if shown is None else shown.number,
                audio_at=given.audio_at,
                codec=given.codec,
                person=given.person,
            ),
        )
        return other

    def answer(self, call: CallId, answer: Answer) -> None:
        """What a program asked of the world has arrived."""
        live = self.calls.get(call)
        if live is None or live.program is None:
            return
        try:
            live.program.receive(answer, self.clock.now())
        except Exception:
            log.exception("call_failed", call=live.id)
            self._broken(live)
        self.settle(live)

    def _broken(self, live: LiveCall) -> None:
        """A bug of ours in a call's machine or program: this call ends, the others go on."""
        self.failures += 1
        live.program = live.on_answer = None
        if not live.broken:
            live.broken = True
            self._loop.call_soon(self._end_broken, live)

    def _end_broken(self, live: LiveCall) -> None:
        if live.id in self.calls:
            self.command(live, Hangup(cause=Cause.SERVER_ERROR))

    def settle(self, live: LiveCall) -> None:
        """Move facts, effects and commands between the machines until nothing moves."""
        if live.settling:
            return
        live.settling = True
        now = self.clock.now()
        call, program = live.call, live.program
        facts: list[CallFact] = []
        try:
            while True:
                moved = False
                while live.inbox:
                    call.receive(live.inbox.popleft(), now)
                    moved = True
                for effect in call.take_output():
                    moved = True
                    self._carry_out(live, effect)
                for notice in call.take_notices():
                    moved = True
                    if payments.hear(self, live, notice):
                        continue
                    if live.on_answer is not None and isinstance(notice, Answered):
                        program = live.program = live.on_answer
                        live.on_answer = None
                        if live.recorded_from_answer is not None:
                            self._record_placed(live, live.recorded_from_answer)
                        program.do(Begin(), now)
                    elif program is not None:
                        program.receive(notice, now)
                    elif live.on_answer is not None and isinstance(notice, AnswererKnown):
                        live.on_answer.receive(notice, now)
                if program is not None:
                    for output in program.take_output():
                        moved = True
                        if isinstance(output, _REQUESTS):
                            answer = live.tenant.host.perform(live.id, output)
                            if answer is not None:
                                program.receive(answer, now)
                        else:
                            self._obey(live, output, now)
                if not moved:
                    break
            facts.extend(call.take_events())
            if live.tellers:
                self._tell(live, facts)
        except Exception:
            log.exception("call_failed", call=live.id)
            self._broken(live)
        finally:
            live.settling = False
        if facts or live.unwritten:
            self._record(live, facts, now)
        if call.over:
            for leg in list(live.legs.values()):
                if leg.released and not leg.dialog_open:
                    self.drop_leg(live, leg)  # its worker never said that it is closed
        if call.over and not live.legs and not live.unwritten:
            self._close(live)
        else:
            self._arm(live)

    def _tell(self, live: LiveCall, facts: Sequence[CallFact]) -> None:
        """Make status callbacks of what happened."""
        for fact in facts:
            for teller in live.tellers:
                for callback in teller.hear(fact):
                    live.tenant.host.perform(live.id, callback)

    def _record(self, live: LiveCall, facts: list[CallFact], now: Ms) -> None:
        """Hand facts to storage; what it does not take waits for a later turn."""
        waiting = [*live.unwritten, *facts] if live.unwritten else facts
        try:
            self._facts.record(waiting, now)
        except Refused as refused:
            if not live.unwritten:
                live.unwritten_since = now
                log.warning("facts_not_taken", call=live.id, code=refused.code)
            live.unwritten = waiting
            if now - live.unwritten_since >= FACTS_GIVE_UP_MS:
                log.critical("facts_lost", call=live.id, count=len(waiting))
                live.unwritten = []
        else:
            live.unwritten = []
        own, every = live.tenant.listeners, self.listeners
        for fact in facts:
            for watcher in (*own.get(type(fact), ()), *every.get(type(fact), ())):
                watcher((fact,))
        if facts:
            for watcher in (*live.tenant.watchers, *self.watchers):
                watcher(facts)

    def _obey(self, live: LiveCall, command: Command, now: Ms) -> None:
        try:
            live.call.do(live.tenant.host.prepared(live, command), now)
        except LocalError:
            # The program would wait for an answer that never comes: end the call instead.
            log.exception("command_not_allowed", call=live.id, command=type(command).__name__)
            live.call.do(Hangup(cause=Cause.SERVER_ERROR), now)
        except Refused as refused:
            # No room for the party of who is dialled: the storage takes nothing at present.
            log.warning("command_refused", call=live.id, code=refused.code)
            live.call.do(Hangup(cause=Cause.SERVER_ERROR), now)

    def _carry_out(self, live: LiveCall, effect: effects.Effect) -> None:
        kind = type(effect)
        handler = self._perform.get(kind) or live.tenant.performs.get(kind, _unavailable)
        try:
            handler(live, effect)
        except Refused as refused:
            log.info(
                "effect_refused", call=live.id, effect=type(effect).__name__, code=refused.code
            )
            self.failed(live, effect, _CAUSES.get(refused.code, Cause.SERVER_ERROR))
        except Exception:
            log.exception("effect_failed", call=live.id, effect=type(effect).__name__)
            self.failed(live, effect, Cause.SERVER_ERROR)

    def failed(
        self,
        live: LiveCall,
        effect: effects.Effect,
        cause: Cause,
        fault: Any = "not_started",
    ) -> None:
        """An effect could not be carried out: the call is told when it is its turn."""
        live.inbox.append(inputs.EffectFailed(effect=effect, cause=cause, fault=fault))

    def _close(self, live: LiveCall) -> None:
        if self.calls.pop(live.id, None) is None:
            return
        self.finished += 1
        live.fire_at = None
        self._alarms.arm(live)
        for clip in live.tenant.host.forget(live.id):
            self._audio.forget(clip)

    # -- time ---------------------------------------------------------------------------------

    def _arm(self, live: LiveCall) -> None:
        deadline = live.call.deadline()
        if live.program is not None:
            other = live.program.deadline()
            if other is not None and (deadline is None or other < deadline):
                deadline = other
        if live.unwritten:
            again = Ms(self.clock.now() + FACTS_RETRY_MS)
            deadline = again if deadline is None else min(deadline, again)
        if (
            live.alarm is not None
            and deadline is not None
            and live.fire_at is not None
            and live.fire_at <= deadline
        ):
            return  # waking up too early costs a look; arming anew at every digit costs more
        live.fire_at = deadline
        self._alarms.arm(live)
        self._wind()

    def _wind(self) -> None:
        """Set the one timer of all calls, unless it rings soon enough."""
        deadline = self._alarms.deadline()
        if deadline is None:
            return
        if self._timer is not None:
            if self._timer_at <= deadline:
                return
            self._timer.cancel()
        self._timer_at = deadline
        delay = max(deadline - self.clock.now(), 0) / 1000
        self._timer = self._loop.call_later(delay, self._rung)

    def _rung(self) -> None:
        self._timer = None
        now = self.clock.now()
        due: list[Timed] = []
        while (live := self._alarms.pop(now)) is not None:
            due.append(live)
        for live in due:
            try:
                live.fire(now)
            except Exception:
                log.exception("call_failed")
        self._wind()

    def _fire(self, live: LiveCall) -> None:
        if live.id not in self.calls:
            return  # another call's turn has just ended it
        live.fire_at = None
        now = self.clock.now()
        try:
            deadline = live.call.deadline()
            if deadline is not None and deadline <= now:
                live.call.fire(now)
            if live.program is not None:
                deadline = live.program.deadline()
                if deadline is not None and deadline <= now:
                    live.program.fire(now)
        except Exception:
            log.exception("call_failed", call=live.id)
            self._broken(live)
        self.settle(live)

    # -- small things -------------------------------------------------------------------------

    def _info(self, event: wire.InfoReceived) -> None:
        found = self.leg_of(event.leg)
        if found is None:
            return
        live, leg = found
        for digit in event.digits:
            live.inbox.append(
                inputs.DigitPressed(
                    leg=leg.id, digit=digit, duration_ms=event.duration_ms, signalled=True
                )
            )
        self.settle(live)

    def send(self, command: sip.Command) -> None:
        """Give the SIP agent a command."""
        self._signals.send(command)


def _unavailable(live: LiveCall, effect: effects.Effect) -> None:  # noqa: ARG001 - a handler
    raise Refused("not_available", "this installation cannot do that yet")


_CAUSES = {
    "no_trunk": Cause.UNREACHABLE,
    "not_registered": Cause.NOT_REGISTERED,
    "not_available": Cause.SERVER_ERROR,
    "no_rtp_port": Cause.CONGESTION,
    "media_lost": Cause.MEDIA_LOST,
    "media_slow": Cause.MEDIA_LOST,
    "destination_not_allowed": Cause.FORBIDDEN,
    "invalid_number": Cause.INVALID_NUMBER,
    "unreachable": Cause.UNREACHABLE,
}
