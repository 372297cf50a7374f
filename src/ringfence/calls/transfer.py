"""Handing a party over: by their REFER (blind), across two calls (attended), or by our REFER.

Blind transfer inside a conversation. ``leaver`` sent the REFER, ``stay`` is its partner and goes
on, ``new`` is the leg rung for the target::

    ringing ─answered─▶ done: stay and new are connected, the leaver is hung up
       │  └─leaver hangs up─▶ alone ─answered─▶ done, as above
       │                        └──failed─────▶ done: stay has nobody
       └──failed─▶ done: stay and leaver are connected again

RFC 3515 2.4.5: the leaver is told by NOTIFY how it fares; many phones hang up at the first news.
"""

from __future__ import annotations

from typing import Literal

from ringfence.calls import effects, events, inputs, notices
from ringfence.calls.activity import Activity
from ringfence.calls.causes import Cause
from ringfence.calls.commands import DialTarget, Transfer
from ringfence.calls.core import CallCore
from ringfence.calls.dial import DialActivity
from ringfence.calls.leg import Leg
from ringfence.calls.words import HungUpBy
from ringfence.kernel.ids import CallId, LegId, PartyId
from ringfence.kernel.limits import TRANSFER_RING_MS

TransferState = Literal["ringing", "alone", "done"]
TransferTrigger = Literal["answered", "failed", "leaver_gone", "stay_gone", "stop"]

TRANSFER_TABLE: dict[TransferState, dict[TransferTrigger, TransferState]] = {
    "ringing": {
        "answered": "done",
        "failed": "done",
        "leaver_gone": "alone",
        "stay_gone": "done",
        "stop": "done",
    },
    "alone": {
        "answered": "done",
        "failed": "done",
        "stay_gone": "done",
        "stop": "done",
    },
    "done": {},
}
"""Every transition of a blind transfer; ``alone``: the leaver did not wait for the outcome."""


class BlindTransfer(Activity):
    """A REFER inside a `DialActivity`.

    When the dialled leg asked, the dial goes on with the new partner. When the first leg asked,
    the program goes with it: its partner becomes the first leg, `Partnered` with the new one.
    """

    __slots__ = ("_by_first", "_dial", "_leaver", "_new", "_refer", "_stay", "state")

    def __init__(
        self, core: CallCore, dial: DialActivity, *, leaver: Leg, stay: Leg, refer: int
    ) -> None:
        super().__init__(core)
        self._dial = dial
        self._leaver = leaver
        self._stay = stay
        self._refer = refer
        self._by_first = leaver is core.anchor
        self._new: Leg | None = None
        self.state: TransferState = "ringing"

    def begin(self, target: DialTarget) -> None:
        """Accept the REFER, part the two and ring the target."""
        core = self.core
        core.effects.append(
            effects.AnswerRefer(leg=self._leaver.id, refer=self._refer, accepted=True)
        )
        core.unbridge(self._leaver)
        core.talk_stops()
        core.tone(self._stay, core.own_play(), "ringback", 0)
        self._new = core.place(target, role="callee", caller_id=None, ring_ms=TRANSFER_RING_MS)
        core.timers.set("activity", core.now + TRANSFER_RING_MS, "transfer")

    def leg_rang(self, leg: Leg, *, early_media: bool) -> None:  # noqa: ARG002
        """Tell the leaver."""
        if leg is self._new:
            self._report(None)

    def leg_up(self, leg: Leg) -> None:
        """The target answered."""
        if leg is not self._new or self.state == "done":
            return
        core = self.core
        stay, leaver = self._stay, self._leaver
        core.stop_play(stay)
        core.facts.append(
            events.LegTransferred(at=core.now, call=core.call, leg=leaver.id, to=leg.id)
        )
        self._report(Cause.NORMAL)
        was = self._step("answered")
        if leg.person:
            core.person_answered(leg.id, leg.party)
        if not self._by_first:
            core.activity = self._dial
            self._dial.partner_moved(leg.id, None, leg.party)
        else:
            if was == "ringing":
                leave_program(core, self._dial, stay)
            core.activity = Partnered(core, leg.id, None)
        core.bridge(stay, leg)
        if leg.person:
            core.talk_begins()
        core.end_leg(leaver, Cause.TRANSFERRED)

    def leg_over(self, leg: Leg) -> None:
        """The target failed, or one of the two hung up meanwhile."""
        if leg is self._new:
            self._fail(leg.cause)
        elif leg is self._leaver:
            self._step("leaver_gone")
        elif leg is self._stay:
            # The first leg asked for a transfer of somebody who is no longer there.
            self._give_up("stay_gone", Cause.CANCELLED)
            self._dial.partner_gone(leg)

    def survives(self, leg: Leg) -> bool:  # noqa: ARG002
        """Whether the first leg may go: it asked, and its partner takes its place."""
        if not self._by_first or self.state != "ringing":
            return False
        self._step("leaver_gone")
        leave_program(self.core, self._dial, self._stay)
        self.core.activity = self
        return True

    def timer(self, subject: str) -> None:
        """Nobody answered, or the conversation's own time is over."""
        new = self._new
        if subject == "transfer" and new is not None:
            self.core.end_leg(new, Cause.NO_ANSWER)
            self._fail(Cause.NO_ANSWER)
        elif subject == "limit":
            self._give_up("stop", Cause.MAX_DURATION)
            self._dial.timer(subject)

    def bridge_failed(self, cause: Cause) -> None:
        """The audio of the two could not be parted: neither knows who hears it."""
        self.stop(cause)

    def digit(self, leg: Leg, digit: str) -> bool:  # noqa: ARG002
        """Keys are nobody's while a transfer is under way."""
        return True

    def stop(self, cause: Cause, *, tell: bool = True) -> None:
        """End the transfer and the dial it was part of."""
        self._give_up("stop", cause)
        if self._dial.state == "done":
            self.core.end_wanted = (cause, "system")
        else:
            self._dial.stop(cause, tell=tell)

    def call_over(self) -> None:
        """The call is ending, and the dial with it."""
        self._give_up("stop", Cause.CANCELLED)

    def _fail(self, cause: Cause) -> None:
        """The target cannot be had: back to the conversation, if there is somebody to talk to."""
        core = self.core
        core.stop_play(self._stay)
        self._report(cause)
        was = self._step("failed")
        if was == "ringing":
            core.activity = self._dial
            core.bridge(self._stay, self._leaver)
            core.talk_begins()
        elif self._by_first:
            core.activity = None
            core.end_wanted = (cause, "system")
        else:
            core.activity = self._dial
            self._dial.partner_gone(self._leaver)

    def _give_up(self, trigger: TransferTrigger, cause: Cause) -> None:
        self._report(cause)
        self._step(trigger)
        self.core.activity = None if self._dial.state == "done" else self._dial
        if self._new is not None:
            self.core.end_leg(self._new, cause)

    def _report(self, cause: Cause | None) -> None:
        if self.state != "done":  # also to a leaver who has hung up: it may still listen
            self.core.effects.append(
                effects.ReportRefer(leg=self._leaver.id, refer=self._refer, cause=cause)
            )

    def _step(self, trigger: TransferTrigger) -> TransferState:
        was = self.state
        self.state = TRANSFER_TABLE[was].get(trigger, was)
        if self.state == "done":
            self.core.timers.clear("activity", "transfer")
        return was


def who_stays(core: CallCore, leg: LegId) -> Leg | None:
    """Return who goes on where ``leg`` hands its partner to somebody else, None if it cannot."""
    found, dial = core.legs.get(leg), core.activity
    stay = None if found is None or found.peer is None else core.legs.get(found.peer)
    talking = isinstance(dial, DialActivity) and dial.state == "talking"
    return stay if talking and stay is not None and stay.state == "up" else None


def leave_program(core: CallCore, dial: DialActivity, stay: Leg) -> None:
    """The first leg hands its partner over and goes, and the program with it."""
    core.tell(notices.CallOver(cause=Cause.TRANSFERRED, answered=True))
    core.over = True
    dial.close()
    core.anchor = stay


class Partnered(Activity):
    """A conversation without a program: when either side goes, the call is over.

    ``peer``: a leg of this call, or of ``peer_call``.
    """

    __slots__ = ("_gone", "peer", "peer_call")

    def __init__(self, core: CallCore, peer: LegId, peer_call: CallId | None) -> None:
        super().__init__(core)
        self.peer = peer
        self.peer_call = peer_call
        self._gone = False

    @property
    def abroad(self) -> bool:
        """Where the partner is of another call."""
        return self.peer_call is not None and not self._gone

    def change_peer(self, peer: LegId, call: CallId, party: PartyId | None) -> None:  # noqa: ARG002
        """The partner has handed us on."""
        self.peer, self.peer_call = peer, call

    def give_peer(self) -> None:
        """The partner goes on with somebody else."""
        self._gone = True

    def leg_over(self, leg: Leg) -> None:
        """The partner within this call has gone."""
        if leg.id == self.peer:
            self._part(leg.cause, leg.role if leg.by_far_end else "system")

    def hear(self, x: object) -> None:
        """The partner in another call has gone, or was led elsewhere (``cancelled``)."""
        if isinstance(x, inputs.Disconnected):
            self._gone = True
            led_on = x.cause is Cause.CANCELLED
            self._part(Cause.NORMAL if led_on else x.cause, "system" if led_on else "callee")

    def bridge_failed(self, cause: Cause) -> None:
        """No audio between the two."""
        self._part(cause, "system")

    def digit(self, leg: Leg, digit: str) -> bool:  # noqa: ARG002
        """Nobody listens to keys."""
        return True

    def _part(self, cause: Cause, by: HungUpBy) -> None:
        self.core.end_wanted = (cause, by)

    def call_over(self) -> None:
        """The other call has to know."""
        core = self.core
        core.talk_stops()
        if self.peer_call is not None and not self._gone:
            self._gone = True
            core.leave_peer(core.first().id, self.peer, self.peer_call, Cause.NORMAL)


ReferState = Literal["asked", "accepted", "done"]
ReferTrigger = Literal["accepted", "completed", "refused", "failed", "expired"]

REFER_TABLE: dict[ReferState, dict[ReferTrigger, ReferState]] = {
    "asked": {
        "accepted": "accepted",
        "completed": "done",
        "refused": "done",
        "failed": "done",
        "expired": "done",
    },
    "accepted": {
        "accepted": "accepted",
        "completed": "done",
        "refused": "done",
        "failed": "done",
        "expired": "done",
    },
    "done": {},
}
"""Every transition of a REFER of ours."""


class ReferAway(Activity):
    """A `commands.Transfer` under way: the far end of the first leg is asked to call elsewhere."""

    __slots__ = ("_answer", "_command", "_report", "state")

    def __init__(self, core: CallCore, command: Transfer) -> None:
        super().__init__(core)
        self._command = command
        self._answer = self._report = 0
        self.state: ReferState = "asked"

    def begin(self) -> None:
        """Send the REFER."""
        core = self.core
        core.effects.append(effects.ReferLeg(leg=core.first().id, target=self._command.target))
        core.timers.set("activity", core.now + self._command.timeout_ms, "transfer")

    def hear(self, x: object) -> None:
        """Follow the far end's reports."""
        if not isinstance(x, inputs.TransferReported) or self.state == "done":
            return
        if self.state == "asked":
            self._answer = x.status
        else:
            self._report = x.status
        self.state = REFER_TABLE[self.state][x.outcome]
        if self.state != "done":
            return
        if x.outcome == "completed":
            core = self.core
            self._tell(Cause.NORMAL, done=True)
            self._end()
            core.facts.append(
                events.LegTransferred(at=core.now, call=core.call, leg=core.first().id)
            )
            core.end_wanted = (Cause.TRANSFERRED, "system")
        else:
            self._refused(
                Cause.REJECTED if x.outcome == "refused" else Cause.SERVER_ERROR, tell=True
            )

    def timer(self, subject: str) -> None:  # noqa: ARG002
        """The far end never said how it went."""
        self._refused(Cause.UNREACHABLE, tell=True)

    def stop(self, cause: Cause, *, tell: bool = True) -> None:
        """Wait no longer."""
        self._refused(cause, tell=tell)

    def call_over(self) -> None:
        """Far ends that accept often hang up before they report."""
        self._end()

    def _refused(self, cause: Cause, *, tell: bool) -> None:
        if self.state != "done":
            self.state = REFER_TABLE[self.state]["expired"]
        self._end()
        if tell:
            self._tell(cause)

    def _tell(self, cause: Cause, *, done: bool = False) -> None:
        self.core.tell(
            notices.TransferFinished(
                cause=cause, done=done, answer=self._answer, report=self._report
            )
        )

    def _end(self) -> None:
        self.state = "done"
        self.core.activity = None
        self.core.timers.clear("activity", "transfer")
