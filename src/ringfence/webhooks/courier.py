"""Sends callbacks: carries out what `Dispatch` says, with sockets, a database and a clock.

A callback is on the disk before its first try and leaves it when it was taken or given up, so a
killed process loses none; one whose answer came just before the kill is sent again, with the same
idempotency token. What it says is in memory only until its first try is over: afterwards it is
opened anew each time, so that it goes with the person it is about.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from ringfence.kernel.clock import SECOND, Clock, Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import BACKROOM_STOP_S, CALLBACK_WAIT_MS, JOB_IDLE_MS, JOB_TROUBLE_MS
from ringfence.observe.logs import get_logger
from ringfence.webhooks.dispatch import Dispatch, Drop, Load, Try, Verdict, Waiting, verdict
from ringfence.webhooks.result import FetchResult

_LOG = get_logger(__name__)

W = TypeVar("W", bound=Waiting)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request of a try and what came of it. ``sent``: JSON instead of a form."""

    url: str = field(repr=False)
    method: str
    params: Sequence[tuple[str, str]] = field(repr=False)
    sent: bytes = field(repr=False)
    result: FetchResult
    at: Ms


Send = Callable[[W, bool], Awaitable[list[Attempt]]]
"""Sends a callback (True: only to its second URL); the requests made, the last one counts.

Raises `Refused` (``erased``) where the person it is about is gone.
"""


class Shelf(Protocol[W]):
    """Where callbacks wait."""

    def destinations(self) -> Iterable[tuple[bytes, Ms]]:
        """Return every server that something waits for, and when the first of it is due."""
        ...

    def load(self, destination: bytes, count: int, now: Ms) -> tuple[list[W], Ms | None]:
        """Return what is due for a server, and when the next that is not returned is due."""
        ...

    def settle(
        self, delivery: W, attempts: list[Attempt], ruled: Verdict, now: Ms
    ) -> Awaitable[W | None]:
        """Write down what became of a callback; the one that was behind it and is ready now."""
        ...


class Courier(Generic[W]):
    """One per process."""

    def __init__(self, shelf: Shelf[W], send: Send[W], *, clock: Clock) -> None:
        self._shelf = shelf
        self._send = send
        self._clock = clock
        self._dispatch: Dispatch[W] = Dispatch()
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._again: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pumping = False
        self._fresh: deque[W] = deque()
        self._woken = False
        self.taken = 0
        self.failed = 0
        self.dead = 0

    # --- life -----------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin with what waits from before."""
        self._loop = asyncio.get_running_loop()
        self._fresh.clear()  # it is on the disk, and found there
        self._woken = False
        self._look()

    async def stop(self) -> None:
        """Send nothing more; what is under way gets a moment, the rest waits on the disk."""
        self._loop = None
        for timer in (self._timer, self._again):
            if timer is not None:
                timer.cancel()
        if self._tasks:
            _, late = await asyncio.wait(set(self._tasks), timeout=BACKROOM_STOP_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def kept(self, delivery: W) -> None:
        """A callback is on the disk and ready. From any thread.

        Those of one commit wake the loop once.
        """
        loop = self._loop
        if loop is None:
            return
        self._fresh.append(delivery)
        if self._woken:
            return
        self._woken = True
        try:
            loop.call_soon_threadsafe(self._take_fresh)
        except RuntimeError:
            pass  # the loop is closed: it is found at the next start

    def look(self) -> None:
        """Something has become ready that nobody told of. From any thread."""
        loop = self._loop
        if loop is not None:
            try:
                loop.call_soon_threadsafe(self._look)
            except RuntimeError:
                pass  # the loop is closed: it is found at the next start

    @property
    def resting(self) -> dict[bytes, str]:
        """Servers that are left alone, and how."""
        return self._dispatch.states()

    @property
    def flying(self) -> int:
        """How many requests are under way."""
        return self._dispatch.flying

    # --- the loop -------------------------------------------------------------------------------

    def _take_fresh(self) -> None:
        self._woken = False  # before the first is taken: whoever comes from now on wakes anew
        now = self._clock.now()
        while self._fresh:
            self._dispatch.offer(self._fresh.popleft(), now)
        self._pump()

    def _look(self) -> None:
        """Look what waits; now and then again, should a hint ever be lost."""
        if self._loop is None:
            return
        now = self._clock.now()
        for destination, due in self._shelf.destinations():
            self._dispatch.due(destination, due, now)
        if self._again is not None:
            self._again.cancel()
        self._again = self._loop.call_later(JOB_IDLE_MS / SECOND, self._look)
        self._pump()

    def _pump(self) -> None:
        """Carry out what is to be done and arm the timer for the rest."""
        if self._pumping or self._loop is None:
            return
        self._pumping = True
        try:
            while out := self._dispatch.take_output():
                for order in out:
                    match order:
                        case Try():
                            self._start(self._try(order.delivery, spare=order.spare))
                        case Drop():
                            self._start(self._drop(order.delivery))
                        case Load():
                            self._load(order)
        finally:
            self._pumping = False
        self._arm()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due = self._dispatch.deadline()
        if due is not None and self._loop is not None:
            wait = max(due - self._clock.now(), 1) / SECOND
            self._timer = self._loop.call_later(wait, self._fire)

    def _fire(self) -> None:
        self._timer = None
        self._dispatch.fire(self._clock.now())
        self._pump()

    def _load(self, order: Load) -> None:
        now = self._clock.now()
        found, later = self._shelf.load(order.destination, order.count, now)
        self._dispatch.loaded(order.destination, found, later, now)

    def _start(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- one callback ---------------------------------------------------------------------------

    async def _try(self, delivery: W, *, spare: bool) -> None:
        attempts: list[Attempt] = []
        answered: bool | None = None if spare else False
        try:
            async with asyncio.timeout(CALLBACK_WAIT_MS / 1000):
                attempts = await self._send(delivery, spare)
            ruled = self._rule(delivery, attempts[-1].result)
            if not spare:
                answered = is_alive(attempts[0].result)
        except TimeoutError:
            ruled = self._rule(delivery, FetchResult(failure="fetch_timed_out"))
        except Refused as refused:
            # the person it is about is gone, or nobody may open it any more
            answered = None
            ruled = Verdict("done" if refused.code == "erased" else "dead", error=refused.code)
        except asyncio.CancelledError:
            raise
        except Exception:  # noqa: BLE001 - a bug, whatever it is: the others must go on
            _LOG.exception("callback_crashed", delivery=delivery.id)
            ruled = self._rule(delivery, FetchResult(failure="fetch_failed"))
        self._dispatch.ended(delivery, answered=answered, now=self._clock.now())
        self._pump()
        await self._settle(delivery, attempts, ruled)

    async def _drop(self, delivery: W) -> None:
        await self._settle(delivery, [], Verdict("dead", error="server_left_alone"))

    def _rule(self, delivery: W, result: FetchResult) -> Verdict:
        return verdict(
            delivery,
            status=result.status,
            failure=result.failure,
            retry_after_ms=_retry_after(result),
            now=self._clock.now(),
        )

    async def _settle(self, delivery: W, attempts: list[Attempt], ruled: Verdict) -> None:
        now = self._clock.now()
        behind: W | None = None
        try:
            behind = await self._shelf.settle(delivery, attempts, ruled, now)
        except Refused as refused:
            # storage says no: it is still ready there, and is sent again, with the same token
            _LOG.warning("callback_not_settled", delivery=delivery.id, code=refused.code)
            await asyncio.sleep(JOB_TROUBLE_MS / 1000)
            self._dispatch.settled(delivery, now)
            self._dispatch.due(delivery.destination, self._clock.now(), self._clock.now())
            self._pump()
            return
        self._count(delivery, ruled)
        now = self._clock.now()
        self._dispatch.settled(delivery, now)
        if ruled.ending == "again":
            self._dispatch.due(delivery.destination, ruled.at, now)
        if behind is not None:
            self._dispatch.offer(behind, now)
        self._pump()

    def _count(self, delivery: W, ruled: Verdict) -> None:
        match ruled.ending:
            case "done":
                self.taken += 1
            case "again":
                self.failed += 1
                _LOG.info("callback_failed", delivery=delivery.id, code=ruled.error)
            case "dead":
                self.dead += 1
                _LOG.warning("callback_dead", delivery=delivery.id, code=ruled.error)


def is_alive(result: FetchResult) -> bool:
    """Whether a server lives: any answer but those that say it cannot."""
    if result.failure in {None, "bad_url", "fetch_refused"}:
        return True
    return 0 < result.status < 500 and result.status != 429


def _retry_after(result: FetchResult) -> int:
    """Return the seconds of ``Retry-After`` (RFC 9110 10.2.3) in milliseconds, 0 without."""
    for name, value in result.headers:
        if name.lower() == "retry-after" and value.isascii() and value.isdigit():
            return int(value[:9]) * SECOND
    return 0
