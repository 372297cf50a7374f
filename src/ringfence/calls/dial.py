"""Ringing other parties and connecting the one that answers with the first leg.

    ringing ─accepted─▶ talking ─────────────ended──▶ done
       │  └─accepted, caller not up─▶ connecting ─caller_up─▶ talking
       └─exhausted / stop──────────────────────────────────▶ done

An *attempt* is one leg being rung. It counts as accepted when the callee answered and, where the
target asks for it, the digits were sent and the callee pressed the key of the screen; until then
the other attempts go on ringing. The first accepted attempt wins and the others are cancelled.
"""

from __future__ import annotations

from collections import deque
from typing import Any, Literal

from ringfence.calls import effects, events, inputs, notices
from ringfence.calls.attempt import Attempt, weightier
from ringfence.calls.causes import Cause, dial_status
from ringfence.calls.commands import Dial, DialTarget
from ringfence.calls.core import CallCore
from ringfence.calls.dial_callee import CalleeSide
from ringfence.calls.dial_voices import both_voices, chosen
from ringfence.calls.leg import Leg
from ringfence.calls.reply import Reply
from ringfence.calls.words import LegStep
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import LocalError
from ringfence.kernel.ids import CallId, LegId, PartyId, RecordingId
from ringfence.kernel.limits import CALL_RING_MS, DIAL_TARGETS_MAX

DialState = Literal["ringing", "connecting", "talking", "done"]
DialTrigger = Literal["accepted", "accepted_early", "caller_up", "exhausted", "ended", "stop"]

DIAL_TABLE: dict[DialState, dict[DialTrigger, DialState]] = {
    "ringing": {
        "accepted": "talking",
        "accepted_early": "connecting",
        "exhausted": "done",
        "stop": "done",
    },
    "connecting": {
        "caller_up": "talking",
        "ended": "done",
        "stop": "done",
    },
    "talking": {
        "ended": "done",
        "stop": "done",
    },
    "done": {},
}
"""Every transition of a dial. ``accepted_early``: the caller has still to be answered."""


class DialActivity(CalleeSide):
    """A `commands.Dial` under way."""

    __slots__ = (
        "_cause",
        "_partner_target",
        "_peer_gone",
        "_pending",
        "_referred",
        "_reply",
        "_ring_ms",
        "_rung",
        "_started_at",
        "_talked_from",
        "_tone",
        "_winner_party",
        "partner",
        "partner_call",
        "recording",
        "state",
    )

    def __init__(self, core: CallCore, command: Dial) -> None:
        super().__init__(core, command)
        if not 1 <= len(command.targets) <= DIAL_TARGETS_MAX:
            raise LocalError("a dial has one to ten targets")
        self._pending = deque(command.targets)
        self._cause: Cause | None = None
        self._started_at: Ms = core.now
        self._ring_ms = 0
        self._talked_from: Ms | None = None
        self._tone = 0
        self._winner_party: PartyId | None = None
        self._peer_gone = False
        self._referred = ""
        self._reply: Reply | None = None
        self._rung: LegId | None = None
        self._partner_target: DialTarget | None = None
        self.state: DialState = "ringing"
        self.partner: LegId | None = None
        """The leg the first leg is talking to, of this call or of ``partner_call``."""
        self.partner_call: CallId | None = None
        self.recording: RecordingId | None = None

    def begin(self) -> None:
        """Ring the first target, or all of them; the caller is answered if it should hear us."""
        core = self.core
        first = core.first()
        core.facts.append(
            events.DialStarted(
                at=core.now,
                call=core.call,
                targets=len(self._pending),
                sequential=self._command.sequential,
            )
        )
        if first.state == "up":
            self._start_ring_tone(first)
            self._record_ringing(first)
        elif not self._command.answer_on_bridge:
            core.answer(first)
        self._ring_next()

    # --- ringing ----------------------------------------------------------------------------------

    def _ring_next(self) -> None:
        core = self.core
        ring_ms = min(self._command.ring_ms, CALL_RING_MS)
        while self._pending:
            target = self._pending.popleft()
            leg = core.place(
                target, role="callee", caller_id=self._command.caller_id, ring_ms=ring_ms
            )
            self._attempts[leg.id] = Attempt(leg, target)
            self._rung = leg.id
            self._report(target, leg.id, "initiated")
            if self._command.sequential:
                break
        core.timers.set("activity", core.now + ring_ms, "ring")

    def _start_ring_tone(self, first: Leg) -> None:
        core = self.core
        if self._command.wait_clips:
            self._tone = core.own_play()
            core.play(first, self._tone, self._command.wait_clips, loop=0)
        elif self._command.ring_tone:
            self._tone = core.own_play()
            core.tone(first, self._tone, self._command.ring_tone, 0)

    def _stop_ring_tone(self) -> None:
        first = self.core.first()
        if self._tone in first.plays:
            self.core.stop_play(first)
        self._tone = 0

    def _record_ringing(self, first: Leg) -> None:
        if self._command.record == "from_ringing" and self._records() and self.recording is None:
            self._record(self.core.both_ways(first))

    def _record_both(self, first: Leg, partner: Leg) -> None:
        self._record(both_voices(first, partner))

    def _records(self) -> bool:
        return self._command.record != "never" and not self.core.permits.denied("dial")

    def _record(self, channels: tuple[effects.Channel, ...]) -> None:
        if any(r.source == "dial" and r.running for r in self.core.recordings.values()):
            return
        recording = self.core.start_recording(
            "dial",
            chosen(channels, self._command.track),
            mixed=not self._command.dual,
            trim=self._command.trim,
            track=self._command.track,
        )
        self.recording = recording.id

    def leg_rang(self, leg: Leg, *, early_media: bool) -> None:
        """Pass ringing on to a caller who is not answered, or the callee's own early audio.

        Early audio (a carrier's announcement) is let through when there is one target only:
        several at once would be a babble, and none of them can be chosen.
        """
        if self.state != "ringing" or leg.id not in self._attempts:
            return
        core = self.core
        attempt = self._attempts[leg.id]
        if not attempt.rang:
            attempt.rang = True
            self._report(attempt.target, leg.id, "ringing")
        first = core.first()
        alone = early_media and len(self._attempts) == 1 and not self._pending
        if first.state in {"offered", "ringing"}:
            early = alone and first.peer is None
            core.ring(first, early_media=early)
            if early:
                core.bridge(first, leg)
        elif first.state == "up" and alone and first.peer is None:
            self._stop_ring_tone()
            core.bridge(first, leg)

    def leg_up(self, leg: Leg) -> None:
        """The callee answered, or the caller is answered at last."""
        core = self.core
        if leg is core.anchor:
            if self.state == "connecting":
                self._talk("caller_up")
            elif self.state == "ringing":
                if leg.peer is None:
                    self._start_ring_tone(leg)
                self._record_ringing(leg)
            return
        attempt = self._attempts.get(leg.id)
        if attempt is None or attempt.state != "ringing" or self.state != "ringing":
            return
        self._report(attempt.target, leg.id, "answered")
        if attempt.target.send_digits:
            attempt.state = "digits"
            core.dial_digits(leg, attempt.target.send_digits)
        else:
            self._screen(attempt)

    def _report(self, target: DialTarget, leg: LegId, step: LegStep, **more: Any) -> None:
        """Tell the program how far a leg is, where it wants to know."""
        if target.report:
            self.core.tell(
                notices.DialProgress(
                    report=target.report, leg=leg, step=step, shown=target.shown_phone, **more
                )
            )

    def _report_end(self, target: DialTarget, leg: LegId, cause: Cause) -> None:
        talked = self._talked_from is not None and leg == self.partner
        talk_ms = self.core.now - (self._talked_from or self.core.now) if talked else 0
        status = dial_status(cause, talked=talked)
        self._report(target, leg, "completed", status=status, talk_ms=talk_ms)

    def _partner_left(self, cause: Cause) -> None:
        if self._partner_target is not None and self.partner is not None:
            self._report_end(self._partner_target, self.partner, cause)
            self._partner_target = None

    def digits_sent(self, leg: Leg) -> None:
        """The digits after the answer are through."""
        attempt = self._attempts.get(leg.id)
        if attempt is not None and attempt.state == "digits":
            self._screen(attempt)

    def digit(self, leg: Leg, digit: str) -> bool:
        """A key that accepts the call, or the star that ends the conversation."""
        attempt = self._attempts.get(leg.id)
        if attempt is not None and attempt.state in {"waiting", "screen", "key"}:
            self._pressed(attempt, digit)
            return True
        if attempt is not None and attempt.state in {"notice", "consent"}:
            self._answered_notice(attempt, digit)
            return True
        if leg is not self.core.anchor:
            return True
        if digit == "*" and self._command.hangup_on_star and self.state == "talking":
            self._finish("ended", Cause.NORMAL)
        return True

    # --- talking ----------------------------------------------------------------------------------

    def _accept(self, attempt: Attempt) -> None:
        core = self.core
        leg = attempt.leg
        if self._notify(attempt):
            return
        self.partner = leg.id
        self._winner_party = leg.party
        self._partner_target = attempt.target
        self._ring_ms = core.now - self._started_at
        self._pending.clear()
        core.timers.clear("activity", "ring")
        core.timers.clear("activity", leg.id)
        del self._attempts[leg.id]
        self._cancel_attempts(Cause.ANSWERED_ELSEWHERE)
        if leg.person:
            core.person_answered(leg.id, leg.party)
        if core.first().state == "up":
            self._talk("accepted")
        else:
            self.state = DIAL_TABLE[self.state]["accepted_early"]
            core.answer(core.first())

    def _dismiss(self, attempt: Attempt) -> None:
        del self._attempts[attempt.leg.id]
        self.core.timers.clear("activity", attempt.leg.id)
        self._report_end(attempt.target, attempt.leg.id, Cause.NO_ANSWER)
        self.core.end_leg(attempt.leg, Cause.NO_ANSWER)
        self._failed(Cause.NO_ANSWER)

    def _talk(self, trigger: DialTrigger) -> None:
        core = self.core
        self.state = DIAL_TABLE[self.state][trigger]
        first = core.first()
        partner = None if self.partner is None else core.legs.get(self.partner)
        if partner is None:
            return
        self._stop_ring_tone()
        if first.peer != partner.id:
            core.bridge(first, partner)
        self._talked_from = core.now
        if partner.person:
            core.talk_begins()
        if self._records() and self.recording is None:
            self._record_both(first, partner)
        if self._command.time_limit_ms:
            core.timers.set("activity", core.now + self._command.time_limit_ms, "limit")

    def asks_about(self, leg: LegId) -> bool:
        """Whether the program decides what becomes of a REFER of this leg: the callee's."""
        return self.state == "talking" and self._command.refers and leg == self.partner

    def sends_partner(self, leg: LegId) -> LegId | None:
        """Return whom the program sends elsewhere on a REFER of this leg, the caller's."""
        asks = self.state == "talking" and self._command.refers and leg == self.core.first().id
        return self.partner if asks and self.partner in self.core.legs else None

    def referred(self, target: str) -> None:
        """The callee wants the caller to talk to somebody else, and hangs up; say whom."""
        self._referred = target
        self._finish("ended", Cause.TRANSFERRED)

    def limit(self, max_ms: int) -> None:
        """Let the conversation last that long from its beginning."""
        since = self.core.now if self._talked_from is None else self._talked_from
        self.core.timers.set("activity", max(since + max_ms, self.core.now), "limit")

    def gives(self, leg: LegId) -> bool:
        """Whether a leg is the partner here and can go on without this call."""
        found = self.core.legs.get(leg)
        talking = self.state == "talking" and leg == self.partner
        return talking and found is not None and found.state == "up"

    def give(self, to: CallId) -> None:
        """Hand the partner to another call; the program goes on after the dial."""
        core = self.core
        if self.partner is None:
            return
        leg = core.legs[self.partner]
        if leg.plays:
            # Told soon, as its next call numbers what it plays from the start.
            core.effects.append(effects.StopPlay(leg=leg.id))
        for play in tuple(leg.plays):
            core.forget_play(leg, play)
        core.unbridge(core.first())
        self._partner_target = None
        del core.legs[leg.id]
        core.facts.append(events.LegGiven(at=core.now, call=core.call, leg=leg.id, to=to))
        self.partner = None
        self._finish("ended", Cause.NORMAL, kept=leg.id)

    def partner_moved(self, partner: LegId, call: CallId | None, party: PartyId | None) -> None:
        """A transfer gave the first leg another partner; a recording goes on with the new one."""
        self._partner_left(Cause.TRANSFERRED)
        self.partner = partner
        self.partner_call = call
        if party is not None:
            self._winner_party = party
        own = self.core.legs.get(partner)
        if self._records():
            # Nobody ruled on the new partner's voice: the switch starts it only where they did.
            self._stop_dial_recording()
            if own is not None:
                self._record_both(self.core.first(), own)

    @property
    def abroad(self) -> bool:
        """Where a transfer brought the partner from another call."""
        return self.state == "talking" and self.partner_call is not None

    def change_peer(self, peer: LegId, call: CallId, party: PartyId | None) -> None:
        """The partner has handed the first leg on."""
        self.partner_moved(peer, call, party)

    def give_peer(self) -> None:
        """The partner goes on with somebody else."""
        self._peer_gone = True

    def leg_over(self, leg: Leg) -> None:
        """An attempt failed, or the partner has gone."""
        if leg.id == self.partner:
            self.partner_gone(leg)
            return
        attempt = self._attempts.pop(leg.id, None)
        if attempt is None:
            return
        self._reply = leg.reply or self._reply
        self._report_end(attempt.target, leg.id, leg.cause)
        self.core.timers.clear("activity", leg.id)
        self._failed(leg.cause)

    def hear(self, x: object) -> None:
        """A partner that a transfer brought from another call has gone."""
        if isinstance(x, inputs.Disconnected) and self.partner_call is not None:
            self.partner_gone(None, x.cause)

    def partner_gone(self, leg: Leg | None, cause: Cause = Cause.NORMAL) -> None:
        """The conversation ended from the other side; None: a partner of another call."""
        if leg is None:
            self.core.last_far_hangup = "callee"
            self.core.parted(self.core.first())
            self._peer_gone = True
        elif leg.by_far_end:
            self.core.last_far_hangup = leg.role
        if leg is not None:
            self._reply = leg.reply
        self._finish("ended", cause if leg is None else leg.cause)

    def _failed(self, cause: Cause) -> None:
        """One attempt came to nothing: keep the weightiest reason, and ring the next."""
        if self.state != "ringing":
            return
        self._cause = weightier(self._cause, cause)
        if self._attempts:
            return
        if self._pending:
            first = self.core.first()
            if first.state == "up" and self._tone not in first.plays:
                self._start_ring_tone(first)
            self._ring_next()
        else:
            self._finish("exhausted", self._cause)

    def timer(self, subject: str) -> None:
        """Nobody answered in time, nobody pressed the key, or the time for talking is over."""
        core = self.core
        if subject == "ring":
            # Whoever has answered and is being screened has its own time.
            for attempt in tuple(self._attempts.values()):
                if attempt.state == "ringing":
                    del self._attempts[attempt.leg.id]
                    self._report_end(attempt.target, attempt.leg.id, Cause.NO_ANSWER)
                    core.end_leg(attempt.leg, Cause.NO_ANSWER)
            self._failed(Cause.NO_ANSWER)
        elif subject == "limit":
            self._finish("ended", Cause.MAX_DURATION)
        else:
            asked = self._attempts.get(LegId(subject))
            if asked is not None and asked.state == "consent":
                self._told(asked, "nothing")
                return
            if asked is not None:
                self._time_over(asked)

    def bridge_failed(self, cause: Cause) -> None:
        """The audio of the two could not be connected: a conversation without audio is none."""
        if self.state == "talking":
            self._finish("ended", cause)

    # --- ending -----------------------------------------------------------------------------------

    def stop(self, cause: Cause, *, tell: bool = True) -> None:
        """End the dial; the program is told unless another takes over."""
        self._finish("stop", cause, tell=tell)

    def call_over(self) -> None:
        """The caller is gone."""
        self._finish("stop", Cause.CANCELLED if self._talked_from is None else Cause.NORMAL)

    def close(self) -> None:
        """The first leg has handed its partner over: the dial is done, the partner goes on."""
        self._partner_left(Cause.TRANSFERRED)
        self.partner_call = None
        self.partner, kept = None, self.partner
        self._finish("ended", Cause.NORMAL, kept=kept)

    def _cancel_attempts(self, cause: Cause) -> None:
        attempts, self._attempts = tuple(self._attempts.values()), {}
        for attempt in attempts:
            self.core.timers.clear("activity", attempt.leg.id)
            self._report_end(attempt.target, attempt.leg.id, cause)
            self.core.end_leg(attempt.leg, cause)

    def _finish(
        self,
        trigger: DialTrigger,
        cause: Cause,
        *,
        tell: bool = True,
        kept: LegId | None = None,
    ) -> None:
        core = self.core
        if self.state == "done":
            return
        self.state = DIAL_TABLE[self.state][trigger]
        core.activity = None
        core.timers.clear("activity", "ring")
        core.timers.clear("activity", "limit")
        self._cancel_attempts(Cause.CANCELLED if cause is Cause.NORMAL else cause)
        core.talk_stops()
        self._stop_dial_recording()
        self._partner_left(cause)
        first = core.first()
        if not first.over:
            self._stop_ring_tone()
        partner = None if self.partner is None else core.legs.get(self.partner)
        if partner is not None:
            self._reply = partner.reply
        if partner is not None and not partner.over:
            if not first.over and self.partner_call is None:
                core.unbridge(first)
            core.end_leg(partner, cause)
        elif self.partner_call is not None and self.partner is not None and not self._peer_gone:
            if not first.over:
                core.unbridge(first)
            core.leave_peer(first.id, self.partner, self.partner_call, cause)
        answered_by = kept or self.partner
        talked = self._talked_from is not None
        status = dial_status(cause, talked=talked)
        talk_ms = 0 if self._talked_from is None else core.now - self._talked_from
        ring_ms = self._ring_ms if answered_by is not None else core.now - self._started_at
        core.last_dial_cause = None if talked else cause
        core.facts.append(
            events.DialEnded(
                at=core.now,
                call=core.call,
                status=status,
                cause=cause,
                ring_ms=ring_ms,
                talk_ms=talk_ms,
                leg=answered_by,
                party=self._winner_party,
            )
        )
        if tell:
            core.tell(
                notices.DialFinished(
                    status=status,
                    cause=cause,
                    ring_ms=ring_ms,
                    talk_ms=talk_ms,
                    leg=answered_by,
                    party=self._winner_party,
                    rung=self._rung,
                    recording=self.recording,
                    hung_up=core.over,
                    referred=self._referred,
                    reply=self._reply,
                )
            )

    def _stop_dial_recording(self) -> None:
        if self.recording is not None:
            recording = self.core.recordings.get(self.recording)
            if recording is not None:
                self.core.stop_recording(recording)
