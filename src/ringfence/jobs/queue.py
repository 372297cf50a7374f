"""The words of jobs: what is asked for, what is leased, how often something is tried.

The queue itself lies in the database (``storage.outbox``), because asking for a job belongs to the
transaction of its reason. This package sees it through `Queue` and never imports it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ringfence.kernel.clock import HOUR, SECOND, Ms
from ringfence.kernel.ids import AccountId, JobId, PartyId


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job to be done.

    ``body``: ids, words and counts, stored in clear. ``secret``: whatever else it needs, sealed
    under the key of ``party``, or of ``account``. ``unique``: with this key one job of its kind
    is asked for once. ``run_at``: not before this instant.
    """

    kind: str
    body: Mapping[str, Any] = field(default_factory=dict)
    account: AccountId | None = None
    secret: bytes | None = field(default=None, repr=False)
    party: PartyId | None = None
    unique: str | None = None
    run_at: Ms | None = None


class Job(Protocol):
    """A job in the hands of a worker. ``attempts`` counts this one."""

    @property
    def id(self) -> JobId: ...
    @property
    def kind(self) -> str: ...
    @property
    def account(self) -> AccountId | None: ...
    @property
    def body(self) -> Mapping[str, Any]: ...
    @property
    def attempts(self) -> int: ...
    @property
    def created_at(self) -> Ms: ...
    @property
    def sealed(self) -> bytes | None: ...
    @property
    def key_serial(self) -> int | None: ...


class Queue(Protocol):
    """Where jobs wait."""

    async def enqueue(self, wanted: Sequence[NewJob], *, now: Ms) -> None:
        """Ask for jobs; one of the same kind and unique key that is there already wins."""
        ...

    async def lease(self, *, now: Ms, count: int, lease_ms: int) -> Sequence[Job]:
        """Take up to ``count`` due jobs for ``lease_ms``."""
        ...

    async def done(self, job: JobId) -> None:
        """Forget a job."""
        ...

    async def try_again(self, job: JobId, *, at: Ms, error: str) -> None:
        """Give a job back for a later try; ``error``: a code."""
        ...

    async def bury(self, job: JobId, *, at: Ms, error: str) -> None:
        """Keep a job that failed for the last time, for somebody to look at."""
        ...

    def next_due(self) -> Ms | None:
        """Return when the next job is due, or None without any."""
        ...


@dataclass(frozen=True, slots=True)
class Tries:
    """How often and how far apart a job is tried.

    ``first_ms`` after the first failure, then twice as long each time, at most ``longest_ms``;
    ``count`` tries in all.
    """

    count: int
    first_ms: int
    longest_ms: int

    def wait(self, attempts: int, job: JobId) -> int:
        """Return the milliseconds after failure number ``attempts``.

        Up to a quarter longer, by the job's id, so that what failed together does not come back
        together.
        """
        plain = min(self.first_ms << min(attempts - 1, 30), self.longest_ms)
        return plain + plain * (int(job[-2:], 16) & 63) // 256


PATIENT = Tries(count=16, first_ms=10 * SECOND, longest_ms=HOUR)
"""For what others may be unable to take for hours: tried over about eight hours."""

BRIEF = Tries(count=5, first_ms=5 * SECOND, longest_ms=60 * SECOND)
"""For work of our own: what fails five times will fail again."""
