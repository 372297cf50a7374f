"""The queues of all calls: who waits, who takes them, and the way from one to the other.

One `Queue` machine per queue (`ringfence.calls.queue`). A queue is there because somebody set it
up or because a caller came to it; who waits in it is in memory alone. When two are brought
together their calls talk to each other (`effects.LeavePeer`), and the queue has let go of both.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ringfence.calls import effects, inputs
from ringfence.calls import queue as machine
from ringfence.calls.queue import Queue
from ringfence.kernel import ids
from ringfence.kernel.clock import Clock, Ms
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId, LegId, QueueId
from ringfence.kernel.limits import QUEUE_SIZE_DEFAULT, QUEUES_MAX, ROOM_NAME_CHARS
from ringfence.markup.context import Source
from ringfence.switch.live import LiveCall
from ringfence.switch.ports import KeptQueue, QueueBook
from ringfence.switch.program_host import ProgramHost

if TYPE_CHECKING:
    from ringfence.switch.call_runner import CallRunner

_REMEMBERED = 100
"""Callers whose waiting makes the average."""


@dataclass(slots=True)
class OpenQueue:
    """One queue. ``waits``: how long those waited who were taken lately, in ms."""

    id: QueueId
    name: str
    max_size: int
    created: Ms
    updated: Ms
    queue: Queue
    callers: dict[LegId, LiveCall] = field(default_factory=dict)
    waits: deque[int] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    timer: asyncio.TimerHandle | None = None

    @property
    def average_ms(self) -> int:
        """How long callers waited lately."""
        return sum(self.waits) // len(self.waits) if self.waits else 0

    def leg_of(self, call: CallId) -> LegId:
        """The leg of a call that waits. Raises `Refused`."""
        for leg in self.queue.waiting:
            if self.callers[leg].id == call:
                return leg
        raise Refused("not_found", "no such call waits in this queue")


class QueueDesk:
    """Every queue of this process."""

    def __init__(
        self, *, clock: Clock, entropy: Entropy, host: ProgramHost, book: QueueBook
    ) -> None:
        self._clock = clock
        self._entropy = entropy
        self._book = book
        self._runner: CallRunner
        self._queues: dict[QueueId, OpenQueue] = {}
        self._names: dict[str, QueueId] = {}
        host.queues = self

    def attach(self, runner: CallRunner) -> None:
        """The runner this desk works for."""
        self._runner = runner

    def handlers(self) -> dict[type, Callable[[LiveCall, Any], None]]:
        """Which method carries out which effect."""
        return {
            effects.EnterQueue: self._enter,
            effects.LeaveQueue: self._leave,
            effects.TakeFromQueue: self._take,
            effects.MeetAgent: self._meet,
            effects.LeavePeer: self._leave_peer,
            effects.HoldPeer: self._hold_peer,
            effects.TellPeer: self._tell_peer,
            effects.AnswerPeer: self._answer_peer,
        }

    # -- queues -------------------------------------------------------------------------------

    def learn(
        self, queue: QueueId, name: str, max_size: int, created: Ms, updated: Ms
    ) -> OpenQueue:
        """A queue is there, or is called something else, or takes more or fewer."""
        known = self._queues.get(queue)
        if known is None:
            known = OpenQueue(queue, name, max_size, created, updated, Queue(queue))
            self._queues[queue] = known
        elif self._names.get(known.name) == queue:
            del self._names[known.name]
        known.name, known.max_size, known.updated = name, max_size, updated
        self._names[name] = queue
        return known

    def restore(self, known: Iterable[KeptQueue]) -> None:
        """These were there before the start."""
        for one in known:
            self.learn(one.id, one.name, one.max_size, one.created_at, one.updated_at)

    def forget(self, queue: QueueId) -> None:
        """A queue is no longer there."""
        known = self._queues.pop(queue, None)
        if known is not None and self._names.get(known.name) == queue:
            del self._names[known.name]

    def known(self) -> Iterable[OpenQueue]:
        """Every queue, oldest first."""
        return self._queues.values()

    def find(self, queue: str) -> OpenQueue:
        """A queue. Raises `Refused`."""
        found = self._queues.get(QueueId(queue))
        if found is None:
            raise Refused("not_found", "no queue of that SID")
        return found

    def named(self, name: str, *, make: bool) -> QueueId:
        """The queue of that name; made where there is none and it is to be, else ""."""
        name = name[:ROOM_NAME_CHARS]
        known = self._names.get(name)
        if known is not None or not make:
            return known or QueueId("")
        if len(self._queues) >= QUEUES_MAX:
            raise Refused("too_many_queues", "there are as many queues as there may be")
        now = self._clock.now()
        queue = QueueId(ids.make("queue", now, self._entropy))
        self._book.opened(queue, name, int(QUEUE_SIZE_DEFAULT), now)
        self.learn(queue, name, int(QUEUE_SIZE_DEFAULT), now, now)
        return queue

    def dequeue(self, queue: str, call: CallId | None, source: Source) -> CallId:
        """Send a waiting call, or the first, to another document. Raises `Refused`."""
        opened = self.find(queue)
        waiting = opened.queue.waiting
        if not waiting:
            raise Refused("not_found", "nobody waits in this queue")
        leg = waiting[0] if call is None else opened.leg_of(call)
        live = opened.callers[leg]
        place = opened.queue.place_of(leg)
        if place is not None:
            opened.waits.append(self._clock.now() - place.since)
        self._runner.feed(live, inputs.QueueEnded(reason="redirected"))
        self._do(opened, machine.Leave(leg=leg))
        self._runner.restart(live, source)
        return live.id

    # -- effects ------------------------------------------------------------------------------

    def _enter(self, live: LiveCall, effect: effects.EnterQueue) -> None:
        opened = self.find(effect.queue)
        most = min(effect.max_size or opened.max_size, opened.max_size)
        opened.callers[effect.leg] = live
        self._do(
            opened,
            machine.Enter(leg=effect.leg, call=live.id, party=effect.party, max_size=max(most, 1)),
        )

    def _leave(self, _live: LiveCall, effect: effects.LeaveQueue) -> None:
        opened = self._queues.get(effect.queue)
        if opened is not None:
            self._do(opened, machine.Leave(leg=effect.leg))

    def _take(self, live: LiveCall, effect: effects.TakeFromQueue) -> None:
        opened = self.find(effect.queue)
        self._do(
            opened,
            machine.Take(leg=effect.leg, call=live.id, party=effect.party, brief=effect.brief),
        )

    def _meet(self, _live: LiveCall, effect: effects.MeetAgent) -> None:
        opened = self._queues.get(effect.queue)
        if opened is not None:
            self._do(opened, machine.Accept(leg=effect.leg))

    def _leave_peer(self, _live: LiveCall, effect: effects.LeavePeer) -> None:
        other = self._runner.calls.get(effect.peer_call)
        if other is not None:
            self._tell(other, inputs.Disconnected(leg=effect.peer, cause=effect.cause))

    def _hold_peer(self, _live: LiveCall, effect: effects.HoldPeer) -> None:
        other = self._runner.calls.get(effect.peer_call)
        if other is not None:
            self._tell(other, inputs.PeerHeld(leg=effect.peer, on=effect.on))

    def _tell_peer(self, live: LiveCall, effect: effects.TellPeer) -> None:
        other = self._runner.calls.get(effect.peer_call)
        if other is None:
            live.inbox.append(inputs.PeerTold(telling=effect.telling, answer="not_said"))
            return
        asked = inputs.TellAsked(
            leg=effect.peer, peer_call=live.id, notice=effect.notice, telling=effect.telling
        )
        self._tell(other, asked)

    def _answer_peer(self, _live: LiveCall, effect: effects.AnswerPeer) -> None:
        other = self._runner.calls.get(effect.peer_call)
        if other is not None:
            self._tell(other, inputs.PeerTold(telling=effect.telling, answer=effect.answer))

    # -- the machine --------------------------------------------------------------------------

    def _do(self, opened: OpenQueue, command: machine.Command) -> None:
        opened.queue.do(command, self._clock.now())
        self._settle(opened)

    def _settle(self, opened: OpenQueue) -> None:
        for output in opened.queue.take_output():
            if not isinstance(output, machine.Tell):
                continue
            live = self._runner.calls.get(output.call)
            if live is None:
                continue
            what = output.what
            if isinstance(what, inputs.QueueMoved):
                what = inputs.QueueMoved(
                    position=what.position,
                    size=what.size,
                    average_ms=opened.average_ms,
                    max_size=opened.max_size,
                )
            elif isinstance(what, inputs.Connected) and what.bridge:
                opened.waits.append(what.waited_ms)
            self._tell(live, what)
        waiting = set(opened.queue.waiting)
        for leg in [leg for leg in opened.callers if leg not in waiting]:
            del opened.callers[leg]
        self._arm(opened)

    def _tell(self, live: LiveCall, what: inputs.Input) -> None:
        """When the turn at hand is done: what a call does next may lead back into this queue."""
        asyncio.get_running_loop().call_soon(self._runner.feed, live, what)

    def _arm(self, opened: OpenQueue) -> None:
        if opened.timer is not None:
            opened.timer.cancel()
            opened.timer = None
        due = opened.queue.deadline()
        if due is not None:
            delay = max(due - self._clock.now(), 0) / 1000
            opened.timer = asyncio.get_running_loop().call_later(delay, self._fire, opened)

    def _fire(self, opened: OpenQueue) -> None:
        opened.timer = None
        opened.queue.fire(self._clock.now())
        self._settle(opened)
