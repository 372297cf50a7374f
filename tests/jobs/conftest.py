"""A queue in memory that keeps the promises of the real one, and a clock that moves when told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from logged import listen

from ringfence.jobs.queue import Tries
from ringfence.kernel import ids
from ringfence.kernel.clock import VirtualClock
from ringfence.kernel.entropy import SeededEntropy
from ringfence.kernel.errors import Refused


@dataclass
class Row:
    id: str
    kind: str
    account: str | None
    body: dict
    secret: bytes | None
    unique: str | None
    run_at: int
    created_at: int
    attempts: int = 0
    state: str = "ready"
    errors: list = field(default_factory=list)


class MemoryQueue:
    """Jobs in a dictionary; ``trouble``: refuses like a full disk, or raises that error."""

    def __init__(self):
        self.rows = {}
        self.trouble = False
        self.wake = lambda: None
        self._entropy = SeededEntropy(5)

    async def enqueue(self, wanted, *, now):
        for job in wanted:
            taken = any(
                row.kind == job.kind and row.unique == job.unique
                for row in self.rows.values()
                if job.unique is not None
            )
            if not taken:
                name = ids.make("job", now, self._entropy)
                self.rows[name] = Row(
                    name, job.kind, job.account, dict(job.body), job.secret, job.unique,
                    now if job.run_at is None else job.run_at, now,
                )  # fmt: skip
        self.wake()

    async def lease(self, *, now, count, lease_ms):
        self._say_no()
        for row in self.rows.values():
            if row.state == "leased" and row.run_at <= now:
                row.state = "ready"
        due = sorted(
            (row for row in self.rows.values() if row.state == "ready" and row.run_at <= now),
            key=lambda row: row.run_at,
        )[:count]
        for row in due:
            row.state, row.run_at, row.attempts = "leased", now + lease_ms, row.attempts + 1
        return [replace(row) for row in due]

    async def done(self, job):
        self._say_no()
        if self.rows[job].state == "leased":
            del self.rows[job]

    async def try_again(self, job, *, at, error):
        row = self.rows[job]
        row.state, row.run_at = "ready", at
        row.errors.append(error)

    async def bury(self, job, *, at, error):
        row = self.rows[job]
        row.state, row.run_at = "dead", at
        row.errors.append(error)

    def _say_no(self):
        if isinstance(self.trouble, BaseException):
            raise self.trouble
        if self.trouble:
            raise Refused("storage_full", "full")

    def next_due(self):
        waiting = [row.run_at for row in self.rows.values() if row.state != "dead"]
        return min(waiting, default=None)

    def states(self):
        return sorted((row.kind, row.state) for row in self.rows.values())


class Does:
    """A handler that does what it is told and remembers."""

    def __init__(self, *outcomes, tries=None, timeout_ms=1000):
        self.tries = tries or Tries(count=3, first_ms=1000, longest_ms=10_000)
        self.timeout_ms = timeout_ms
        self.seen = []
        self._outcomes = list(outcomes)

    async def __call__(self, job, now):
        self.seen.append((job.body, job.attempts, now))
        outcome = self._outcomes.pop(0) if self._outcomes else None
        if isinstance(outcome, BaseException):
            raise outcome
        if outcome is not None:
            await outcome


@pytest.fixture
def queue():
    return MemoryQueue()


@pytest.fixture
def clock():
    return VirtualClock()


@pytest.fixture
def does():
    return Does


@pytest.fixture
def logged(monkeypatch):
    """The log lines of the test, as dictionaries."""
    return listen(monkeypatch)
