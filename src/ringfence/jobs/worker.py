"""Does jobs: leases what is due, runs each with a time-out, says how it went.

What a handler's end means:

    returns                 done
    RemoteError, time-out   tried again by the handler's `Tries`, then buried
    Refused ``erased``      done: the person it was about is gone, and so is its reason
    Refused                 buried at once: policy will not change its mind
    anything else           a bug: logged with its traceback, tried again, then buried

A worker that is killed loses nothing: the leases run out, or are taken back at the next start. A
job may therefore run twice, and every handler is written so that this does no harm.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any, Protocol

from ringfence.jobs.queue import Job, Queue, Tries
from ringfence.kernel.clock import Clock, Ms
from ringfence.kernel.errors import Refused, RemoteError
from ringfence.kernel.limits import (
    JOB_CONCURRENCY,
    JOB_IDLE_MS,
    JOB_LEASE_MS,
    JOB_STOP_MS,
    JOB_TROUBLE_MS,
)
from ringfence.observe.logs import get_logger

_LOG = get_logger(__name__)


class Handler(Protocol):
    """What does one kind of job."""

    @property
    def tries(self) -> Tries: ...
    @property
    def timeout_ms(self) -> int:
        """How long one try may take; less than ``JOB_LEASE_MS``."""
        ...

    async def __call__(self, job: Job, now: Ms, /) -> None:
        """Do it; see the module for what an error means."""
        ...


class Worker:
    """One worker of one process."""

    def __init__(
        self,
        queue: Queue,
        handlers: Mapping[str, Handler],
        *,
        clock: Clock,
        concurrency: int = JOB_CONCURRENCY,
    ) -> None:
        self._queue = queue
        self._handlers = dict(handlers)
        self._clock = clock
        self._concurrency = concurrency
        self._running: set[asyncio.Task[None]] = set()
        self._something = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = False
        self.finished = 0
        self.failed = 0

    def wake(self) -> None:
        """Say that a job was added; from any thread."""
        loop = self._loop
        if loop is not None:
            try:
                loop.call_soon_threadsafe(self._something.set)
            except RuntimeError:
                pass  # the loop is closed: the job is found at the next start

    async def run(self) -> None:
        """Do jobs until `stop`."""
        self._loop = asyncio.get_running_loop()
        while not self._stopping:
            self._something.clear()
            try:
                leased = await self._lease()
            except Refused:
                await self._pause(JOB_TROUBLE_MS)  # storage says no: look again in a while
                continue
            except Exception:  # noqa: BLE001 - whatever it is, jobs must go on afterwards
                _LOG.exception("jobs_interrupted")
                await self._pause(JOB_TROUBLE_MS)
                continue
            for job in leased:
                task = asyncio.create_task(self._do(job))
                self._running.add(task)
                task.add_done_callback(self._ended)
            if not leased:
                await self._pause(self._until_due())
        await self._wind_up()

    async def step(self) -> int:
        """Do what is due now, one job after the other; how many there were. For tests and tools."""
        leased = await self._queue.lease(
            now=self._clock.now(), count=self._concurrency, lease_ms=JOB_LEASE_MS
        )
        for job in leased:
            await self._do(job)
        return len(leased)

    def stop(self) -> None:
        """Let `run` end: no new jobs, those running get a moment to finish."""
        self._stopping = True
        self._something.set()

    # --- the loop -------------------------------------------------------------------------------

    async def _lease(self) -> list[Job]:
        free = self._concurrency - len(self._running)
        due = self._queue.next_due()
        if free <= 0 or due is None or due > self._clock.now():
            return []
        return list(
            await self._queue.lease(now=self._clock.now(), count=free, lease_ms=JOB_LEASE_MS)
        )

    def _until_due(self) -> int:
        if len(self._running) >= self._concurrency:
            return JOB_IDLE_MS  # a job that ends says so
        due = self._queue.next_due()
        return JOB_IDLE_MS if due is None else min(max(due - self._clock.now(), 1), JOB_IDLE_MS)

    async def _pause(self, milliseconds: int) -> None:
        try:
            async with asyncio.timeout(milliseconds / 1000):
                await self._something.wait()
        except TimeoutError:
            pass

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._something.set()

    async def _wind_up(self) -> None:
        running = set(self._running)
        if not running:
            return
        _, late = await asyncio.wait(running, timeout=JOB_STOP_MS / 1000)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    # --- one job --------------------------------------------------------------------------------

    async def _do(self, job: Job) -> None:
        settle = await self._try(job)
        try:
            await settle
        except Refused as refused:
            # storage says no: the lease runs out and the job is done again
            _LOG.warning("job_not_settled", kind=job.kind, job=job.id, code=refused.code)

    async def _try(self, job: Job) -> Coroutine[Any, Any, None]:
        """Try the job once; what is to be told to the queue about it."""
        handler = self._handlers.get(job.kind)
        if handler is None:
            _LOG.error("job_unknown", kind=job.kind, job=job.id)
            return self._bury(job, "unknown_kind")
        try:
            async with asyncio.timeout(handler.timeout_ms / 1000):
                await handler(job, self._clock.now())
        except asyncio.CancelledError:
            await asyncio.shield(
                self._queue.try_again(job.id, at=self._clock.now(), error="stopped")
            )
            raise
        except Refused as refused:
            return self._done(job) if refused.code == "erased" else self._bury(job, refused.code)
        except RemoteError as error:
            return self._again(job, handler, f"remote_{error.hint}")
        except TimeoutError:
            return self._again(job, handler, "timeout")
        except Exception:  # noqa: BLE001 - a handler's bug, whatever it is
            _LOG.exception("job_crashed", kind=job.kind, job=job.id)
            return self._again(job, handler, "crashed")
        return self._done(job)

    async def _done(self, job: Job) -> None:
        self.finished += 1
        await self._queue.done(job.id)

    async def _again(self, job: Job, handler: Handler, error: str) -> None:
        if job.attempts >= handler.tries.count:
            await self._bury(job, error)
            return
        at = Ms(self._clock.now() + handler.tries.wait(job.attempts, job.id))
        await self._queue.try_again(job.id, at=at, error=error)

    async def _bury(self, job: Job, error: str) -> None:
        self.failed += 1
        _LOG.warning("job_dead", kind=job.kind, job=job.id, code=error)
        await self._queue.bury(job.id, at=self._clock.now(), error=error)
