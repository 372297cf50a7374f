"""The life of a whole call: from the first leg to the last figure.

    new ─arrive──▶ offered ─answered─▶ up ─end─▶ ending ─closed─▶ ended
    new ─place───▶ placed  ─answered─▶ up

``ending``: the parties have parted; the call waits, a bounded time, for the outcome of its
recordings and the figures of its legs, so that the last fact is the whole truth.
"""

from __future__ import annotations

from typing import Literal

from ringfence.calls import effects, events, notices
from ringfence.calls.causes import Cause
from ringfence.calls.collect import Collector
from ringfence.calls.core import CallSettings
from ringfence.calls.inputs import LegStats
from ringfence.calls.leg import Leg
from ringfence.calls.secrecy import Secrecy, SecretFor
from ringfence.calls.tellings import Tellings
from ringfence.calls.words import AnsweredBy, CollectEnd, Direction, HungUpBy, ListenWhen
from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import LocalError
from ringfence.kernel.ids import AccountId, CallId, LegId
from ringfence.kernel.limits import ANSWER_LISTEN_MS, SECRET_QUIET_MS

CallState = Literal["new", "offered", "placed", "up", "ending", "ended"]
CallTrigger = Literal["arrive", "place", "answered", "end", "closed"]

CALL_TABLE: dict[CallState, dict[CallTrigger, CallState]] = {
    "new": {"arrive": "offered", "place": "placed"},
    "offered": {"answered": "up", "end": "ending"},
    "placed": {"answered": "up", "end": "ending"},
    "up": {"end": "ending"},
    "ending": {"closed": "ended"},
    "ended": {},
}
"""Every transition of a call. A trigger that is not in a state's row changes nothing."""

Preparation = Literal["digits", "listening"]
"""What may come between the answer of a call of ours and its program: keys for an extension, and
finding out who answered."""

_CLOSING_TIMERS = frozenset({"release", "recording", "stream"})


class LiveCall(Tellings):
    """A call with its state, its collection of digits and its one way to end."""

    __slots__ = (
        "_by",
        "_cause",
        "_codec",
        "_first",
        "_mos",
        "_preparing",
        "answered_at",
        "capture",
        "collector",
        "direction",
        "ended_at",
        "listen",
        "max_duration_ms",
        "offered_at",
        "secret_leg",
        "state",
    )

    def __init__(
        self, call: CallId, *, account: AccountId, entropy: Entropy, settings: CallSettings
    ) -> None:
        super().__init__(call, account=account, entropy=entropy, settings=settings)
        self.state: CallState = "new"
        self.direction: Direction = "inbound"
        self.collector: Collector | None = None
        self.capture: tuple[LegId, Collector] | None = None
        """Whose digits a payments session takes, beside whatever the call is about."""
        self.secret_leg: LegId | None = None
        """Whose digits a session keeps secret."""
        self.max_duration_ms = settings.max_duration_ms
        self.offered_at = Ms(0)
        self.answered_at: Ms | None = None
        self.ended_at: Ms | None = None
        self._cause = Cause.NORMAL
        self._by: HungUpBy = "system"
        self._codec = ""
        self._mos = 0
        self._first: LegId | None = None
        self._preparing: set[Preparation] = set()
        self.listen: ListenWhen = "no"

    # --- beginning --------------------------------------------------------------------------------

    def begin(self, leg: Leg, trigger: CallTrigger, max_duration_ms: int | None) -> None:
        """Take the first leg."""
        state = CALL_TABLE[self.state].get(trigger)
        if state is None:
            raise LocalError("the call has begun already")
        self.state = state
        self.offered_at = self.now
        self.anchor = leg
        self._first = leg.id
        self.legs[leg.id] = leg
        if max_duration_ms is not None:
            self.max_duration_ms = min(max_duration_ms, self.settings.max_duration_ms)

    def first_leg_up(self, leg: Leg, *, since: Ms | None = None) -> None:
        """The first leg is answered; time runs from here, or ``since`` it was in another call."""
        state = CALL_TABLE[self.state].get("answered")
        if state is None:
            return
        self.state = state
        answered = self.answered_at = self.now if since is None else since
        self.timers.clear("offer")
        self.timers.set("max", max(answered + self.max_duration_ms, self.now))
        self.facts.append(events.CallAnswered(at=answered, call=self.call, codec=leg.codec))
        if self.listen == "no":
            self._person_there(leg)
        elif self.listen == "first":
            self._preparing.add("listening")
        digits = "" if leg.target is None else leg.target.send_digits
        if digits:
            self._preparing.add("digits")
            self.dial_digits(leg, digits)
        else:
            self._begin_listening()
        self.prepared()

    def _person_there(self, leg: Leg) -> None:
        if self.direction == "outbound" and leg.role == "callee" and leg.person:
            self.person_answered(leg.id, leg.party)
            self.talk_begins()

    def _begin_listening(self) -> None:
        if self.listen != "no":
            self.effects.append(effects.ListenLeg(leg=self.first().id))
            self.timers.set("listen", self.now + ANSWER_LISTEN_MS)

    def answerer_known(self, answered_by: AnsweredBy, after_ms: int) -> None:
        """It was found out who answered, or given up; only the first word counts."""
        if self.listen == "no" or self.ended_at is not None:
            return
        self.listen = "no"
        self.timers.clear("listen")
        self.facts.append(
            events.AnswererDetected(
                at=self.now, call=self.call, answered_by=answered_by, after_ms=after_ms
            )
        )
        if answered_by in {"human", "unknown"}:
            self._person_there(self.first())
        self.tell(notices.AnswererKnown(answered_by=answered_by, after_ms=after_ms))
        if "listening" in self._preparing:
            self.prepared("listening")

    @property
    def preparing(self) -> frozenset[Preparation]:
        """What is still done before the program hears of the answer."""
        return frozenset(self._preparing)

    def prepared(self, *done: Preparation) -> None:
        """Something that comes before the program is done; the program hears when all of it is."""
        self._preparing.difference_update(done)
        if "digits" in done:
            self._begin_listening()
        if not self._preparing:
            self.tell(notices.Answered())

    # --- collecting digits ------------------------------------------------------------------------

    def await_digits(self) -> None:
        """(Re)start the time-out of a collection, unless a prompt is heard or still to come."""
        collector = self.collector
        if collector is None:
            return
        prompted = collector.prompting or any(p > 0 for p in self.first().plays)
        if prompted and (collector.count == 0 or not collector.barge_in):
            self.timers.clear("collect")
        else:
            self.timers.set("collect", self.now + collector.timeout_ms)

    def end_collection(self, reason: CollectEnd, *, tell: bool = True) -> None:
        """Finish a collection; the fact says how many digits, the notice which."""
        collector, self.collector = self.collector, None
        if collector is None:
            return
        self.timers.clear("collect")
        self._collected(collector, reason)
        if collector.secret is not None:
            self.keep_secret("collect", on=False)
        if not tell:
            if collector.secret is not None:
                collector.secret.wipe()
        elif collector.secret is None:
            self.tell(notices.DigitsEntered(digits=collector.digits, reason=reason))
        else:
            self._entered("program", collector, reason)

    # --- secret digits ----------------------------------------------------------------------------

    def keep_secret(self, why: Secrecy, *, on: bool) -> None:
        """Let recordings hold noise for digits and streams nothing, while there is any reason to.

        While nobody keeps digits secret, all is as before.
        """
        before = bool(self.secrets)
        (self.secrets.add if on else self.secrets.discard)(why)
        if before == bool(self.secrets):
            return
        self.secret_fading = before
        if before:
            # The last digit may still be on its way, and its sound later than the key itself.
            self.timers.set("unhold", self.now + SECRET_QUIET_MS)
        else:
            self.timers.clear("unhold")
            self.redact_recordings(on=True)
            self.hold_streams(on=True)

    def secret_faded(self) -> None:
        """The last secret digit is over: recordings and streams hear everything again."""
        self.secret_fading = False
        self.redact_recordings(on=False)
        self.hold_streams(on=False)

    def begin_capture(self, leg: Leg, collector: Collector) -> None:
        """Take the digits of a leg, and let nobody hear it meanwhile."""
        self.end_capture("stopped", tell=False)
        self.capture = (leg.id, collector)
        self.timers.clear("quiet", leg.id)
        self.effects.append(effects.QuietLeg(leg=leg.id, on=True))

    def end_capture(self, reason: CollectEnd, *, tell: bool = True) -> None:
        """Finish what is captured; the leg is heard again when its last digit has faded."""
        if self.capture is None:
            return
        (leg, collector), self.capture = self.capture, None
        self.timers.clear("capture")
        self.timers.set("quiet", self.now + SECRET_QUIET_MS, leg)
        self._collected(collector, reason)
        if tell:
            self._entered("session", collector, reason)
        elif collector.secret is not None:
            collector.secret.wipe()

    def heard_again(self, leg: LegId) -> None:
        """Whoever was captured is heard by the others."""
        if leg in self.legs:
            self.effects.append(effects.QuietLeg(leg=leg, on=False))

    def secret_digit(self, leg: Leg, digit: str) -> bool:
        """Whether a key is nobody else's: it is taken where somebody waits for it, else dropped."""
        if self.capture is not None and self.capture[0] == leg.id:
            self._capture_digit(self.capture[1], digit)
            return True
        if leg is not self.anchor:
            return leg.id == self.secret_leg
        collector = self.collector
        if collector is None or not collector.sensitive:
            own = self.secret_leg in {None, leg.id}
            return "verb" in self.secrets or ("session" in self.secrets and own)
        if collector.count == 0 and collector.barge_in:
            self.stop_play(leg)
        reason = collector.press(digit)
        if reason is not None:
            self.end_collection(reason)
        else:
            self.await_digits()
            self._told_pressed("program", collector)
        return True

    def _capture_digit(self, collector: Collector, digit: str) -> None:
        reason = collector.press(digit)
        if reason is not None:
            self.end_capture(reason)
            return
        self.timers.set("capture", self.now + collector.timeout_ms)
        self._told_pressed("session", collector)

    def _told_pressed(self, by: SecretFor, collector: Collector) -> None:
        if collector.secret is not None:
            self.tell(notices.SecretPressed(by=by, digits=collector.secret))

    def _entered(self, by: SecretFor, collector: Collector, reason: CollectEnd) -> None:
        digits = collector.secret
        if digits is not None:
            self.tell(notices.SecretEntered(by=by, digits=digits, reason=reason, key=collector.key))

    def _collected(self, collector: Collector, reason: CollectEnd) -> None:
        self.facts.append(
            events.DigitsCollected(
                at=self.now, call=self.call, count=collector.count, reason=reason
            )
        )

    # --- ending -----------------------------------------------------------------------------------

    def end(self, cause: Cause, by: HungUpBy) -> None:
        """Begin to end: tell the program, stop everything, let go of every leg."""
        state = CALL_TABLE[self.state].get("end")
        if state is None:
            return
        self.state = state
        self.ended_at = self.now
        self._cause = cause
        self._by = by
        self.tell(notices.CallOver(cause=cause, answered=self.answered_at is not None))
        self.stop_telling()
        self.over = True
        self.end_collection("stopped", tell=False)
        self.end_capture("stopped", tell=False)
        while self.activity is not None:
            # A transfer hands back to its dial, which ends in turn.
            activity = self.activity
            activity.call_over()
            if self.activity is activity:
                self.activity = None
        for leg in tuple(self.legs.values()):
            self.end_leg(leg, cause)
        self.talk_stops()
        self.timers.keep_only(_CLOSING_TIMERS)

    def leg_released(self, leg: Leg, stats: LegStats | None) -> None:
        """Keep what the last fact will say of the first leg, and let the leg go."""
        if leg.id == self._first:
            self._codec = leg.codec if stats is None else stats.codec or leg.codec
            self._mos = 0 if stats is None else stats.mos_x100
        self.released(leg, stats)

    def settle(self) -> None:
        """Carry out a wish to end, and close the call when nothing is open any more."""
        if self.end_wanted is not None:
            cause, by = self.end_wanted
            self.end_wanted = None
            self.end(cause, by)
        open_still = self.legs or self.recordings or self.streams
        if self.state == "ending" and not open_still:
            self._close()

    def _close(self) -> None:
        self.state = CALL_TABLE[self.state]["closed"]
        ended = self.now if self.ended_at is None else self.ended_at
        answered = self.answered_at
        self.facts.append(
            events.CallEnded(
                at=self.now,
                call=self.call,
                account=self.account,
                direction=self.direction,
                cause=self._cause,
                hung_up_by=self._by,
                missed=self.direction == "inbound" and self.person_at is None,
                offered_at=self.offered_at,
                rang_at=self.rang_at,
                answered_at=answered,
                answered_by_person_at=self.person_at,
                ended_at=ended,
                duration_ms=0 if answered is None else ended - answered,
                talk_ms=self.talk_ms,
                answered_by=self.person_party,
                codec=self._codec,
                mos_x100=self._mos,
            )
        )
