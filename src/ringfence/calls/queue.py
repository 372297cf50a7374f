"""A queue: callers in order of coming, agents in order of having rested longest.

    caller  waiting ─offered─▶ offered ─taken─▶ gone
               │  ◀──returned──┘  │
               └──────left────────┴──────────▶ gone

Two ways bring an agent to a caller. *Taking*: a call of the agent's asks for the first caller
(``effects.TakeFromQueue``). *Ringing*: an agent who is signed in and available is rung for the
first caller; when the agent's call is answered it takes that caller. Whoever declines or does not
answer is set ``away``, so that the caller is not offered to an empty chair again.

A caller may have something to hear before (`Take.brief`): they are offered meanwhile, and connected
once they have heard it (`Accept`).

The queue lets go of both once they are connected; what follows is between the two calls.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ringfence.calls import inputs
from ringfence.calls.commands import Heard
from ringfence.calls.presence import Agent, PresenceTrigger
from ringfence.calls.timers import Timers
from ringfence.calls.words import QueueExit
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import LocalError
from ringfence.kernel.ids import CallId, LegId, PartyId, QueueId, UserId
from ringfence.kernel.limits import QUEUE_MEMBERS_MAX

_QUEUES_OWN = frozenset({"offer", "accept", "withdraw"})
"""Triggers of an agent that only the queue pulls, together with what they mean for a caller."""

PlaceState = Literal["waiting", "offered", "gone"]
PlaceTrigger = Literal["offered", "returned", "taken", "left"]

PLACE_TABLE: dict[PlaceState, dict[PlaceTrigger, PlaceState]] = {
    "waiting": {"offered": "offered", "taken": "gone", "left": "gone"},
    "offered": {"returned": "waiting", "taken": "gone", "left": "gone"},
    "gone": {},
}
"""Every transition of a caller in the queue."""

# --- commands -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Enter:
    """A caller comes to the end of the queue. ``max_size`` 0: the limit."""

    leg: LegId
    call: CallId
    party: PartyId | None = None
    max_size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """A caller or a taking agent goes; one who is not there is fine."""

    leg: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """An agent's leg wants the first caller, now or as soon as there is one.

    ``agent``: whose leg it is, if it answers a `RingAgent`; it then takes the caller it was rung
    for, if that one still waits. ``brief``: what the caller hears before they are connected.
    """

    leg: LegId
    call: CallId
    party: PartyId | None = None
    agent: UserId | None = None
    brief: Heard | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept:
    """A caller who was offered has heard what there was to hear."""

    leg: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """An agent signs in or out, goes away or comes back, has finished or declined a call."""

    agent: UserId
    trigger: PresenceTrigger
    wrap_up_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove:
    """Put a caller out of the queue (the API)."""

    leg: LegId
    reason: QueueExit = "removed"


Command = Enter | Leave | Take | Accept | Presence | Remove

# --- output ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """Give an input to a call."""

    call: CallId
    what: QueueInput


QueueInput = inputs.QueueMoved | inputs.QueueOffered | inputs.QueueEnded | inputs.Connected
"""What a queue may tell a call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RingAgent:
    """Ring the agent's phones; answer by `Take`, or by `Presence` ``decline``."""

    agent: UserId
    leg: LegId
    ring_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRinging:
    """The caller the agent is rung for is gone."""

    agent: UserId


Output = Tell | RingAgent | StopRinging


class Place:
    """A caller's place."""

    __slots__ = ("agent", "entered", "position", "since", "size", "state", "taker")

    def __init__(self, entered: Enter, since: Ms) -> None:
        self.entered = entered
        self.since = since
        self.taker: Take | None = None
        self.agent: UserId | None = None
        self.position = 0
        self.size = 0
        self.state: PlaceState = "waiting"

    def step(self, trigger: PlaceTrigger) -> None:
        """Move along the table."""
        self.state = PLACE_TABLE[self.state][trigger]


class Queue:
    """One queue. ``ring_ms``: how long an agent's phones ring for one caller."""

    __slots__ = ("_agents", "_out", "_places", "_ring_ms", "_takers", "_timers", "id")

    def __init__(self, id: QueueId, *, ring_ms: int = 20_000) -> None:  # noqa: A002 - the word
        self.id = id
        self._ring_ms = ring_ms
        self._places: dict[LegId, Place] = {}
        self._takers: dict[LegId, Take] = {}
        self._agents: dict[UserId, Agent] = {}
        self._timers = Timers()
        self._out: list[Output] = []

    def place_of(self, leg: LegId) -> Place | None:
        """The place of a caller, None for one who is not in."""
        return self._places.get(leg)

    @property
    def waiting(self) -> tuple[LegId, ...]:
        """The callers, first come first."""
        return tuple(self._places)

    def agent(self, agent: UserId) -> Agent | None:
        """The presence of an agent, None for one this queue has not heard of."""
        return self._agents.get(agent)

    def do(self, command: Command, now: Ms) -> None:
        """Carry out a command. Raises `LocalError` when a leg enters twice."""
        match command:
            case Enter():
                self._enter(command, now)
            case Leave():
                self._leave(command.leg, now)
            case Remove():
                place = self._places.get(command.leg)
                if place is not None:
                    self._tell(place.entered.call, inputs.QueueEnded(reason=command.reason))
                    self._leave(command.leg, now)
            case Take():
                self._take(command, now)
            case Accept():
                self._accept(command.leg, now)
            case Presence():
                self._presence(command, now)
        self._match(now)
        self._number()

    def deadline(self) -> Ms | None:
        """Return when to call `fire`, or None."""
        return self._timers.deadline()

    def fire(self, now: Ms) -> None:
        """Do what is due: an agent has rested, or has not taken the call."""
        while (due := self._timers.take_due(now)) is not None:
            kind, subject = due
            agent = self._agents.get(UserId(subject))
            if agent is None:
                continue
            if kind == "rest":
                agent.step("rested", now)
            else:
                self._decline(agent, now)
        self._match(now)
        self._number()

    def take_output(self) -> list[Output]:
        """Return and forget what is to be done, in order."""
        taken, self._out = self._out, []
        return taken

    # --- callers ----------------------------------------------------------------------------------

    def _enter(self, enter: Enter, now: Ms) -> None:
        if enter.leg in self._places:
            raise LocalError("the leg waits already")
        most = min(enter.max_size or QUEUE_MEMBERS_MAX, QUEUE_MEMBERS_MAX)
        if len(self._places) >= most:
            self._tell(enter.call, inputs.QueueEnded(reason="full"))
            return
        self._places[enter.leg] = Place(enter, now)

    def _leave(self, leg: LegId, now: Ms) -> None:
        self._takers.pop(leg, None)
        for offered in self._places.values():
            if offered.taker is not None and offered.taker.leg == leg:
                # The caller goes on hearing what they hear, and is taken by the next one.
                offered.taker = None
                offered.step("returned")
        place = self._places.pop(leg, None)
        if place is None:
            return
        place.step("left")
        if place.taker is not None:
            self._takers = {place.taker.leg: place.taker, **self._takers}
        if place.agent is not None:
            self._timers.clear("ring", place.agent)
            self._agents[place.agent].step("withdraw", now)
            self._out.append(StopRinging(agent=place.agent))

    def _number(self) -> None:
        """Tell every caller whose place or whose queue's length has changed."""
        size = len(self._places)
        for position, place in enumerate(self._places.values(), start=1):
            if place.position != position or place.size != size:
                place.position = position
                place.size = size
                self._tell(place.entered.call, inputs.QueueMoved(position=position, size=size))

    # --- agents -----------------------------------------------------------------------------------

    def _take(self, take: Take, now: Ms) -> None:
        agent = None if take.agent is None else self._agents.get(take.agent)
        if agent is not None:
            self._timers.clear("ring", agent.id)
            if not agent.step("accept", now):
                agent.step("busy", now)
            for place in self._places.values():
                if place.agent == agent.id:
                    self._connect(place, take, now)
                    return
        self._takers[take.leg] = take

    def _presence(self, command: Presence, now: Ms) -> None:
        if command.trigger in _QUEUES_OWN:
            return
        agent = self._agents.get(command.agent)
        if agent is None:
            agent = self._agents[command.agent] = Agent(command.agent)
        if command.trigger == "sign_in":
            agent.wrap_up_ms = command.wrap_up_ms
        if command.trigger == "decline" or (
            agent.state == "offered" and command.trigger == "sign_out"
        ):
            self._decline(agent, now)
            if command.trigger == "decline":
                return
        if not agent.step(command.trigger, now):
            return
        self._timers.clear("rest", agent.id)
        if agent.state == "wrap_up":
            if agent.wrap_up_ms:
                self._timers.set("rest", now + agent.wrap_up_ms, agent.id)
            else:
                agent.step("rested", now)

    def _decline(self, agent: Agent, now: Ms) -> None:
        if not agent.step("decline", now):
            return
        self._timers.clear("ring", agent.id)
        for place in self._places.values():
            if place.agent == agent.id:
                place.agent = None
                place.step("returned")
                self._out.append(StopRinging(agent=agent.id))

    # --- bringing them together -------------------------------------------------------------------

    def _match(self, now: Ms) -> None:
        for place in tuple(self._places.values()):
            if place.state != "waiting":
                continue
            if self._takers:
                first = next(iter(self._takers))
                self._meet(place, self._takers.pop(first), now)
                continue
            agent = self._rested_longest()
            if agent is None:
                return
            agent.step("offer", now)
            place.step("offered")
            place.agent = agent.id
            self._timers.set("ring", now + self._ring_ms, agent.id)
            self._out.append(
                RingAgent(agent=agent.id, leg=place.entered.leg, ring_ms=self._ring_ms)
            )

    def _rested_longest(self) -> Agent | None:
        free = [agent for agent in self._agents.values() if agent.state == "available"]
        return min(free, key=lambda agent: agent.since, default=None)

    def _meet(self, place: Place, take: Take, now: Ms) -> None:
        """Connect the two, or let the caller hear first what they are to hear."""
        if take.brief is None:
            self._connect(place, take, now)
            return
        place.step("offered")
        place.taker = take
        self._tell(
            place.entered.call,
            inputs.QueueOffered(
                leg=place.entered.leg,
                peer_call=take.call,
                brief=take.brief,
                waited_ms=now - place.since,
            ),
        )

    def _accept(self, leg: LegId, now: Ms) -> None:
        place = self._places.get(leg)
        if place is None:
            return
        taker, place.taker = place.taker, None
        if taker is not None:
            self._connect(place, taker, now)
        else:
            place.position = 0  # whoever wanted them is gone: they are told where they stand

    def _connect(self, place: Place, take: Take, now: Ms) -> None:
        entered = place.entered
        if place.agent is not None and place.agent != take.agent:
            self._timers.clear("ring", place.agent)
            self._agents[place.agent].step("withdraw", now)
            self._out.append(StopRinging(agent=place.agent))
        place.step("taken")
        del self._places[entered.leg]
        # The caller's call builds the bridge; the agent's is told that it stands.
        self._tell(
            entered.call,
            inputs.Connected(
                leg=entered.leg,
                peer=take.leg,
                peer_call=take.call,
                party=take.party,
                bridge=True,
                waited_ms=now - place.since,
            ),
        )
        self._tell(
            take.call,
            inputs.Connected(
                leg=take.leg,
                peer=entered.leg,
                peer_call=entered.call,
                party=entered.party,
                bridge=False,
                waited_ms=now - place.since,
            ),
        )

    def _tell(self, call: CallId, what: QueueInput) -> None:
        self._out.append(Tell(call=call, what=what))
