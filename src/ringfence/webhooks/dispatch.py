"""Which callback is sent when: no sockets, no database, time is an argument.

Every server (scheme, host and port, known here by a keyed hash) has its own queue, its own number
of requests at once and its own `Breaker`, so that one that hangs slows no other::

    offer ──▶ queue of its server ──Try──▶ flying ──ended──▶ settling ──settled──▶ (forgotten)
    due ────▶ Load ──loaded──▶ queue

What is due waits in the database (``state`` ready); a bounded part of it is in memory. What comes
later of the same subject for the same server lies there as ``behind`` and becomes ready when the
one before it is over. So a callback that cannot be delivered holds up only what its own call (its
conference, its message) has for the same server, and no longer than `DELIVERY_LIFE_MS`: then it is
given up.

Retries: after `DELIVERY_FIRST_MS`, then twice as long each time, at most `DELIVERY_LONGEST_MS`,
up to a quarter longer by the callback's id; a ``Retry-After`` is obeyed within the same bound.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, Literal, Protocol, TypeVar

from ringfence.kernel.clock import Ms
from ringfence.kernel.limits import (
    DELIVERY_AT_ONCE,
    DELIVERY_FIRST_MS,
    DELIVERY_FLYING_MAX,
    DELIVERY_LIFE_MS,
    DELIVERY_LOAD,
    DELIVERY_LONGEST_MS,
    DELIVERY_SHARE,
)
from ringfence.webhooks.breaker import Breaker


class Waiting(Protocol):
    """A callback that is due. ``spare``: it has a second URL for when the first fails."""

    @property
    def id(self) -> str: ...
    @property
    def destination(self) -> bytes: ...
    @property
    def attempts(self) -> int: ...
    @property
    def created_at(self) -> Ms: ...
    @property
    def spare(self) -> bool: ...


W = TypeVar("W", bound=Waiting)


@dataclass(frozen=True, slots=True)
class Try(Generic[W]):
    """Send it. ``spare``: only to its second URL, the server of the first is left alone."""

    delivery: W
    spare: bool = False


@dataclass(frozen=True, slots=True)
class Load:
    """Read what is due for a server, but those that are at hand; answered by `loaded`."""

    destination: bytes
    count: int


@dataclass(frozen=True, slots=True)
class Drop(Generic[W]):
    """Give it up: its time is over and its server is left alone."""

    delivery: W


Output = Try[W] | Load | Drop[W]


_NEVER: Final = Ms(0)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a callback after a try. ``at``: of the next one; ``error``: a code."""

    ending: Literal["done", "again", "dead"]
    at: Ms = _NEVER
    error: str = ""


def verdict(
    delivery: Waiting, *, status: int, failure: str | None, retry_after_ms: int = 0, now: Ms
) -> Verdict:
    """Return what follows from an answer (``failure`` None: taken) to a try at ``now``."""
    if failure is None:
        return Verdict("done")
    error = f"answered_{status}" if failure == "fetch_status" else failure
    if failure in HOPELESS:
        return Verdict("dead", error=error)
    at = Ms(now + wait(delivery, retry_after_ms))
    if now - delivery.created_at >= DELIVERY_LIFE_MS:
        return Verdict("dead", error=error)
    # the last try is at the end of its life, not at the next step after it
    last = Ms(delivery.created_at + DELIVERY_LIFE_MS)
    return Verdict("again", at=min(at, last), error=error)


HOPELESS = frozenset({"bad_url", "fetch_refused"})
"""Refused by ourselves: no later try changes that."""


def wait(delivery: Waiting, retry_after_ms: int = 0) -> int:
    """Return how long to wait after another failed try, in milliseconds.

    ``delivery.attempts``: how often it was tried before.
    """
    plain = min(DELIVERY_FIRST_MS << min(delivery.attempts, 20), int(DELIVERY_LONGEST_MS))
    plain = max(plain, min(retry_after_ms, int(DELIVERY_LONGEST_MS)))
    return plain + plain * (int(delivery.id[-2:], 16) & 63) // 256


@dataclass(slots=True)
class _Server(Generic[W]):
    destination: bytes
    breaker: Breaker = field(default_factory=Breaker)
    queue: deque[W] = field(default_factory=deque)
    flying: int = 0
    held: int = 0
    """How many are at hand: in the queue, flying, or being written down."""
    due: Ms | None = None
    """When the earliest that is only in the database is due."""
    loading: bool = False


class Dispatch(Generic[W]):
    """Every server that callbacks wait for."""

    def __init__(self) -> None:
        self._servers: dict[bytes, _Server[W]] = {}
        self._timers: list[tuple[Ms, bytes]] = []
        self._starved: dict[bytes, None] = {}
        self._out: list[Output[W]] = []
        self._held: set[str] = set()
        self.flying = 0

    # --- what has happened ----------------------------------------------------------------------

    def offer(self, delivery: W, now: Ms) -> bool:
        """It was kept and is due: whether there is room for it at hand."""
        if delivery.id in self._held:
            return True
        server = self._server(delivery.destination)
        if len(server.queue) >= DELIVERY_LOAD or server.due is not None or server.loading:
            self.due(delivery.destination, now, now)
            return False
        self._take(server, delivery)
        self._turn(server, now)
        return True

    def due(self, destination: bytes, at: Ms, now: Ms) -> None:
        """Something for a server is in the database and due ``at``."""
        server = self._server(destination)
        if server.due is None or at < server.due:
            server.due = at
            if at > now:
                heapq.heappush(self._timers, (at, destination))
        self._turn(server, now)

    def loaded(self, destination: bytes, found: Sequence[W], later: Ms | None, now: Ms) -> None:
        """What was read for a server; ``later``: when the next that was not is due."""
        server = self._server(destination)
        server.loading = False
        for delivery in found:
            if delivery.id not in self._held:
                self._take(server, delivery)
        if later is not None and (server.due is None or later < server.due):
            server.due = later
            if later > now:
                heapq.heappush(self._timers, (later, destination))
        self._turn(server, now)

    def ended(self, delivery: W, *, answered: bool | None, now: Ms) -> None:
        """A try is over; what became of it is being written down.

        ``answered``: whether its server lives; None: it was not asked.
        """
        server = self._server(delivery.destination)
        server.flying -= 1
        self.flying -= 1
        if answered is not None:
            server.breaker.receive(answered, now)
            self._arm(server)
        self._turn(server, now)
        self._feed(now)

    def settled(self, delivery: W, now: Ms) -> None:
        """What became of it is written down; it may be read again."""
        self._held.discard(delivery.id)
        server = self._server(delivery.destination)
        server.held -= 1
        self._turn(server, now)

    # --- time -----------------------------------------------------------------------------------

    def deadline(self) -> Ms | None:
        """When `fire` is due, None for never."""
        return self._timers[0][0] if self._timers else None

    def fire(self, now: Ms) -> None:
        """Do what is due."""
        while self._timers and self._timers[0][0] <= now:
            _, destination = heapq.heappop(self._timers)
            server = self._servers.get(destination)
            if server is not None:
                server.breaker.fire(now)
                self._turn(server, now)

    def take_output(self) -> list[Output[W]]:
        """Return what is to be done, in order, and forget it."""
        out, self._out = self._out, []
        return out

    def states(self) -> dict[bytes, str]:
        """Return the state of the breaker of every server that is not simply closed."""
        return {
            server.destination: server.breaker.state
            for server in self._servers.values()
            if server.breaker.state != "closed"
        }

    # --- one server -----------------------------------------------------------------------------

    def _server(self, destination: bytes) -> _Server[W]:
        found = self._servers.get(destination)
        if found is None:
            found = self._servers[destination] = _Server(destination)
        return found

    def _take(self, server: _Server[W], delivery: W) -> None:
        self._held.add(delivery.id)
        server.held += 1
        server.queue.append(delivery)

    def _arm(self, server: _Server[W]) -> None:
        pause = server.breaker.deadline()
        if pause is not None:
            heapq.heappush(self._timers, (pause, server.destination))

    def _turn(self, server: _Server[W], now: Ms) -> None:
        """Send what may be sent, read on where little is left, forget whoever needs nothing."""
        while server.queue and self._room(server):
            self._out.append(self._launch(server))
        if server.breaker.state == "open":
            self._pass_by(server, now)
        if (
            server.due is not None
            and server.due <= now
            and not server.loading
            and len(server.queue) < DELIVERY_LOAD // 4
        ):
            server.loading, server.due = True, None
            self._out.append(Load(server.destination, DELIVERY_LOAD + server.held))
        idle = not (server.held or server.loading or server.due is not None)
        if idle and server.breaker.state == "closed" and not server.breaker.failures:
            self._servers.pop(server.destination, None)

    def _launch(self, server: _Server[W], *, spare: bool = False) -> Try[W]:
        server.flying += 1
        self.flying += 1
        return Try(server.queue.popleft(), spare)

    def _room(self, server: _Server[W]) -> bool:
        """Whether one more may go to a server now."""
        match server.breaker.state:
            case "open":
                return False
            case "half_open":
                return server.flying == 0
            case "closed":
                return self._slot(server)

    def _slot(self, server: _Server[W]) -> bool:
        most = max(int(DELIVERY_AT_ONCE) >> server.breaker.failures, 1)
        if self.flying >= DELIVERY_FLYING_MAX // 2:
            most = min(most, int(DELIVERY_SHARE))
        if server.flying < most and self.flying < DELIVERY_FLYING_MAX:
            return True
        if server.flying < DELIVERY_AT_ONCE:
            self._starved[server.destination] = None
        return False

    def _pass_by(self, server: _Server[W], now: Ms) -> None:
        """While a server is left alone: second URLs are used, what is too old is given up."""
        kept: deque[W] = deque()
        while server.queue:
            first = server.queue[0]
            if first.spare and self._slot(server):
                self._out.append(self._launch(server, spare=True))
            elif now - first.created_at >= DELIVERY_LIFE_MS:
                self._out.append(Drop(server.queue.popleft()))
            else:
                kept.append(server.queue.popleft())
        server.queue = kept

    def _feed(self, now: Ms) -> None:
        """A place is free: whoever waited for one is next, in turn."""
        for destination in list(self._starved):
            if self.flying >= DELIVERY_FLYING_MAX:
                return
            del self._starved[destination]
            server = self._servers.get(destination)
            if server is not None:
                self._turn(server, now)
