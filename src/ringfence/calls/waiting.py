"""Waiting in a queue, and taking somebody out of one: the two ends of one conversation.

    waiting ─connected─▶ talking ─parted─▶ done
       └──────ended / stop──────────────▶ done

The queue itself (`ringfence.calls.queue`) brings the two together; the caller and the agent are
in two calls, and each follows this table on its own.
"""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from ringfence.calls import effects, events, inputs, notices
from ringfence.calls.activity import Activity
from ringfence.calls.causes import Cause, dial_status
from ringfence.calls.commands import Enqueue, TakeFromQueue
from ringfence.calls.core import CallCore
from ringfence.calls.effects import Channel
from ringfence.calls.leg import Leg
from ringfence.calls.words import QueueExit
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import CallId, LegId, PartyId, QueueId
from ringfence.kernel.limits import QUEUE_BRIEF_MS

WaitState = Literal["waiting", "talking", "done"]
WaitTrigger = Literal["connected", "parted", "ended", "stop"]

WAIT_TABLE: dict[WaitState, dict[WaitTrigger, WaitState]] = {
    "waiting": {"connected": "talking", "ended": "done", "stop": "done"},
    "talking": {"parted": "done", "stop": "done"},
    "done": {},
}
"""Every transition of either side."""


class _Side(Activity):
    """What both sides have in common: a partner in another call, and one way to lose it."""

    __slots__ = ("_given", "_peer", "_since", "_talked_from", "queue", "state")

    def __init__(self, core: CallCore, queue: QueueId) -> None:
        super().__init__(core)
        self.queue = queue
        self.state: WaitState = "waiting"
        self._since: Ms = core.now
        self._talked_from: Ms | None = None
        self._peer: inputs.Connected | None = None
        self._given = False

    @property
    def accepts_partner(self) -> bool:
        """Only while waiting."""
        return self.state == "waiting"

    def _connect(self, x: inputs.Connected) -> None:
        core = self.core
        first = core.first()
        self.state = WAIT_TABLE[self.state]["connected"]
        core.timers.clear("activity", "wait")
        core.timers.clear("activity", "brief")
        self._talked_from = core.now
        self._peer = x
        core.stop_play(first)
        if x.bridge:
            core.effects.append(effects.BridgeLegs(a=first.id, b=x.peer))
        core.joined(first, x.peer, x.peer_call)
        if x.person:
            core.person_answered(x.peer, x.party)
            core.talk_begins()

    def _part(self, cause: Cause, *, by_peer: bool) -> None:
        """Let go of the partner; tell its call unless that told us."""
        core = self.core
        first = core.first()
        core.talk_stops()
        peer, self._peer = self._peer, None
        if peer is None:
            return
        if not first.over and first.peer is not None:
            if by_peer:
                core.parted(first)
            else:
                core.unbridge(first)
        if by_peer:
            core.last_far_hangup = "callee"
        elif peer.peer_call is not None and not self._given:
            core.leave_peer(first.id, peer.peer, peer.peer_call, cause)

    @property
    def abroad(self) -> bool:
        """While the two talk."""
        return self.state == "talking" and self._peer is not None

    def change_peer(self, peer: LegId, call: CallId, party: PartyId | None) -> None:
        """The partner has handed the first leg on; nobody ruled on the new one's voice."""
        if self._peer is not None:
            self._peer = replace(self._peer, peer=peer, peer_call=call, party=party)
        self._stop_recording()

    def give_peer(self) -> None:
        """The partner goes on with somebody else, and hears nothing of our end."""
        self._given = True

    def _stop_recording(self) -> None:
        """Let no recording of the conversation go on."""
        raise NotImplementedError

    @property
    def waited_ms(self) -> int:
        """How long the leg waited before it talked or gave up."""
        until = self.core.now if self._talked_from is None else self._talked_from
        return until - self._since

    @property
    def talked_ms(self) -> int:
        """How long the conversation has lasted."""
        return 0 if self._talked_from is None else self.core.now - self._talked_from


class QueueWaiting(_Side):
    """A `commands.Enqueue` under way: the first leg is a caller."""

    __slots__ = ("_command", "_music")

    def __init__(self, core: CallCore, command: Enqueue) -> None:
        super().__init__(core, command.queue)
        self._command = command
        self._music = 0

    def begin(self) -> None:
        """Ask the queue for a place."""
        core = self.core
        first = core.first()
        command = self._command
        core.effects.append(
            effects.EnterQueue(
                leg=first.id, queue=command.queue, max_size=command.max_size, party=first.party
            )
        )
        core.facts.append(
            events.QueueEntered(at=core.now, call=core.call, queue=command.queue, leg=first.id)
        )
        if command.max_wait_ms:
            core.timers.set("activity", core.now + command.max_wait_ms, "wait")
        if command.wait_clips:
            self._music = core.own_play()
            core.play(first, self._music, command.wait_clips, loop=0)

    def hear(self, x: object) -> None:
        """Follow the queue."""
        core = self.core
        match x:
            case inputs.QueueMoved() if self.state == "waiting":
                core.tell(
                    notices.QueuePlace(
                        position=x.position,
                        size=x.size,
                        queue=self.queue,
                        average_ms=x.average_ms,
                        max_size=x.max_size,
                    )
                )
            case inputs.QueueOffered() if self.state == "waiting":
                core.timers.set("activity", core.now + QUEUE_BRIEF_MS, "brief")
                core.tell(
                    notices.QueueCalled(
                        brief=x.brief,
                        queue=self.queue,
                        peer_call=x.peer_call,
                        waited_ms=x.waited_ms,
                    )
                )
            case inputs.QueueEnded() if self.state == "waiting":
                self._finish(x.reason, leave=False)
            case inputs.Connected() if self.state == "waiting":
                self._connect(x)
                core.facts.append(
                    events.QueueAnswered(
                        at=core.now,
                        call=core.call,
                        queue=self.queue,
                        leg=core.first().id,
                        peer=x.peer,
                        waited_ms=self.waited_ms,
                    )
                )
                if self._command.record:
                    core.record_heard("queue", core.first())
            case inputs.Disconnected() if self.state == "talking":
                self._finish("connected", by_peer=True)
            case _:
                pass

    def digit(self, leg: Leg, digit: str) -> bool:  # noqa: ARG002
        """Keys belong to the program while waiting, to nobody while talking."""
        return self.state == "talking"

    def timer(self, subject: str) -> None:
        """The longest wait is over, or nobody says that the caller has heard everything."""
        if subject == "wait":
            self._finish("timeout")
        elif subject == "brief":
            self.meet()

    def meet(self) -> None:
        """The caller is ready for whoever takes them."""
        self.core.timers.clear("activity", "brief")
        if self.state == "waiting":
            self.core.effects.append(effects.MeetAgent(leg=self.core.first().id, queue=self.queue))

    def bridge_failed(self, cause: Cause) -> None:
        """No audio between the two."""
        self._finish("failed", cause=cause)

    def stop(self, cause: Cause, *, tell: bool = True) -> None:
        """Leave the queue, or the agent."""
        self._finish("left" if self.state == "waiting" else "connected", cause=cause, tell=tell)

    def call_over(self) -> None:
        """The caller is gone."""
        self._finish("hung_up" if self.state == "waiting" else "connected")

    def _stop_recording(self) -> None:
        self.core.stop_recordings("queue")

    def _finish(
        self,
        reason: QueueExit,
        *,
        cause: Cause = Cause.NORMAL,
        by_peer: bool = False,
        leave: bool = True,
        tell: bool = True,
    ) -> None:
        core = self.core
        if self.state == "done":
            return
        was, self.state = self.state, "done"
        core.activity = None
        core.timers.clear("activity", "wait")
        core.timers.clear("activity", "brief")
        first = core.first()
        if was == "waiting":
            if leave:
                core.effects.append(effects.LeaveQueue(leg=first.id, queue=self.queue))
            if not first.over and self._music in first.plays:
                core.stop_play(first)
        talk_ms = self.talked_ms
        waited_ms = self.waited_ms
        self._part(cause, by_peer=by_peer)
        self._stop_recording()
        core.facts.append(
            events.QueueLeft(
                at=core.now,
                call=core.call,
                queue=self.queue,
                leg=first.id,
                reason=reason,
                waited_ms=waited_ms,
                talk_ms=talk_ms,
            )
        )
        if tell:
            core.tell(
                notices.QueueFinished(
                    reason=reason,
                    waited_ms=waited_ms,
                    talk_ms=talk_ms,
                    hung_up=core.over,
                    queue=self.queue,
                )
            )


class QueueTaking(_Side):
    """A `commands.TakeFromQueue` under way: the first leg is an agent."""

    __slots__ = ("_command",)

    def __init__(self, core: CallCore, command: TakeFromQueue) -> None:
        super().__init__(core, command.queue)
        self._command = command

    def begin(self) -> None:
        """Ask the queue for its first caller."""
        core = self.core
        first = core.first()
        core.effects.append(
            effects.TakeFromQueue(
                leg=first.id, queue=self.queue, party=first.party, brief=self._command.brief
            )
        )
        core.timers.set("activity", core.now + self._command.wait_ms, "wait")

    def hear(self, x: object) -> None:
        """Follow the queue."""
        core = self.core
        match x:
            case inputs.Connected() if self.state == "waiting":
                self._connect(x)
                if self._command.record and x.peer_call is not None:
                    core.tell(
                        notices.QueueTaken(
                            peer_call=x.peer_call,
                            leg=core.first().id,
                            peer=x.peer,
                            party=x.party,
                        )
                    )
                if self._command.time_limit_ms:
                    core.timers.set("activity", core.now + self._command.time_limit_ms, "limit")
            case inputs.QueueEnded() if self.state == "waiting":
                failed = x.reason == "failed"
                self._finish(Cause.UNREACHABLE if failed else Cause.NO_ANSWER, leave=False)
            case inputs.Disconnected() if self.state == "talking":
                self._finish(Cause.NORMAL, by_peer=True)
            case _:
                pass

    def voices(self) -> tuple[Channel, Channel] | None:
        """The channels of what the agent and the caller say, while they talk.

        The caller is recorded where the agent hears them: their own leg is another call's.
        """
        if self.peer is None:
            return None
        own, heard = self.core.both_ways(self.core.first())
        return own, replace(heard, party=self.peer.party)

    @property
    def peer(self) -> inputs.Connected | None:
        """Who talks with the agent."""
        return self._peer if self.state == "talking" else None

    def digit(self, leg: Leg, digit: str) -> bool:  # noqa: ARG002
        """The star ends the conversation where that was asked for."""
        if digit == "*" and self._command.hangup_on_star and self.state == "talking":
            self._finish(Cause.NORMAL)
        return True

    def timer(self, subject: str) -> None:
        """Nobody waits, or the time for talking is over."""
        self._finish(Cause.MAX_DURATION if subject == "limit" else Cause.NO_ANSWER)

    def bridge_failed(self, cause: Cause) -> None:
        """No audio between the two."""
        self._finish(cause)

    def stop(self, cause: Cause, *, tell: bool = True) -> None:
        """Let go of the caller."""
        self._finish(cause, tell=tell)

    def call_over(self) -> None:
        """The agent is gone."""
        self._finish(Cause.CANCELLED if self.state == "waiting" else Cause.NORMAL)

    def _stop_recording(self) -> None:
        if self._command.record:
            self.core.stop_recordings("dial")

    def _finish(
        self, cause: Cause, *, by_peer: bool = False, leave: bool = True, tell: bool = True
    ) -> None:
        core = self.core
        if self.state == "done":
            return
        was, self.state = self.state, "done"
        core.activity = None
        core.timers.clear("activity", "wait")
        core.timers.clear("activity", "limit")
        if was == "waiting" and leave:
            core.effects.append(effects.LeaveQueue(leg=core.first().id, queue=self.queue))
        talk_ms = self.talked_ms
        waited_ms = self.waited_ms
        party = None if self._peer is None else self._peer.party
        peer = None if self._peer is None else self._peer.peer
        peer_call = None if self._peer is None else self._peer.peer_call
        peer_waited_ms = 0 if self._peer is None else self._peer.waited_ms
        recordings = tuple(core.recordings.values()) if self._command.record else ()
        begun = (r.id for r in recordings if r.source == "dial" and r.running and not r.held_back)
        recording = next(begun, None)
        self._stop_recording()
        self._part(cause, by_peer=by_peer)
        status = dial_status(cause, talked=was == "talking")
        core.facts.append(
            events.DialEnded(
                at=core.now,
                call=core.call,
                status=status,
                cause=cause,
                ring_ms=waited_ms,
                talk_ms=talk_ms,
                leg=peer,
                party=party,
            )
        )
        if tell:
            core.tell(
                notices.DialFinished(
                    status=status,
                    cause=cause,
                    ring_ms=waited_ms,
                    talk_ms=talk_ms,
                    leg=peer,
                    party=party,
                    recording=recording,
                    hung_up=core.over,
                    peer_call=peer_call,
                    peer_waited_ms=peer_waited_ms,
                )
            )
