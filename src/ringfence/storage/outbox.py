"""Jobs at rest: asked for in the transaction of their reason, leased, tried again, buried.

::

    ready ──lease──► leased ──done──► (row removed)
      ▲                │ │
      └──try again─────┘ └──bury──► dead ──revive──► ready
      ▲                │
      └─lease ran out──┘

While leased, ``run_at`` is when the lease ends, so a worker that died gives its jobs back without
anybody noticing. What a job says is ids, words and counts; what else it has to carry is sealed
under the key of the person it speaks of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec
from sqlalchemy import bindparam, delete, func, literal_column, select, update

from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.ids import AccountId, JobId, PartyId
from ringfence.privacy.labels import CONTENT_SEALED
from ringfence.privacy.vault import Vault
from ringfence.storage.keyring import KeyRing
from ringfence.storage.openings import Openings
from ringfence.storage.schema import calls, jobs
from ringfence.storage.sqlite import Database
from ringfence.storage.statement import Statement, at_most, insert_new, word
from ringfence.storage.unit_of_work import Transaction

_j = jobs.c
_ADD = insert_new(jobs)
_DUE = Statement(
    at_most(
        select(
            _j.id,
            _j.kind,
            _j.account_id,
            _j.body,
            _j.attempts,
            _j.created_at,
            _j.sealed,
            _j.key_serial,
        )
        .where(_j.state == word("ready"), _j.run_at <= bindparam("now"))
        .order_by(_j.run_at),
        "count",
    ),
    "now",
    "count",
)
_LEASE = Statement(
    update(jobs)
    .where(_j.id == bindparam("job"))
    .values(
        state=word("leased"), run_at=bindparam("until"), attempts=_j.attempts + bindparam("one")
    ),
    "until",
    "one",
    "job",
)
_DONE = Statement(delete(jobs).where(_j.id == bindparam("job"), _j.state == word("leased")))
_AGAIN = Statement(
    update(jobs)
    .where(_j.id == bindparam("job"), _j.state == word("leased"))
    .values(state=word("ready"), run_at=bindparam("at"), error=bindparam("code")),
    "at",
    "code",
    "job",
)
_BURY = Statement(
    update(jobs)
    .where(_j.id == bindparam("job"), _j.state == word("leased"))
    .values(state=word("dead"), run_at=bindparam("at"), error=bindparam("code")),
    "at",
    "code",
    "job",
)
_EMPTY = Statement(
    update(jobs)
    .where(_j.kind == bindparam("of"), _j.unique_key == bindparam("reason"))
    .values(sealed=bindparam("nothing"), key_serial=bindparam("no_key")),
    "nothing",
    "no_key",
    "of",
    "reason",
)
_REVIVE = Statement(
    update(jobs)
    .where(_j.id == bindparam("job"), _j.state == word("dead"))
    .values(state=word("ready"), run_at=bindparam("at"), attempts=bindparam("none")),
    "at",
    "none",
    "job",
)
_GIVE_BACK = Statement(
    update(jobs)
    .where(_j.state == word("leased"), _j.run_at <= bindparam("until"))
    .values(state=word("ready"), run_at=bindparam("now")),
    "now",
    "until",
)
_NEXT = Statement(
    select(func.min(_j.run_at)).where((_j.state == word("ready")) | (_j.state == word("leased")))
)
_COUNT = Statement(
    select(_j.state, func.count())
    # what only waits for its hour (``jobs.schedule``) is no work left undone
    .where(_j.unique_key.is_(None) | _j.unique_key.notlike(literal_column("'slot:%'")))
    .group_by(_j.state)
)
_DEAD = Statement(
    at_most(
        select(_j.id, _j.kind, _j.attempts, _j.error, _j.run_at)
        .where(_j.state == word("dead"))
        .order_by(_j.run_at.desc()),
        "count",
    )
)

_c = calls.c
_WITH = Statement(
    select(_c.direction, _c.caller_id, _c.called_id).where(_c.id == bindparam("call")), "call"
)

_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class JobAsked(Protocol):
    """A job somebody wants done; `jobs.queue.NewJob` is one."""

    @property
    def kind(self) -> str: ...
    @property
    def body(self) -> Mapping[str, Any]: ...
    @property
    def account(self) -> AccountId | None: ...
    @property
    def secret(self) -> bytes | None: ...
    @property
    def party(self) -> PartyId | None: ...
    @property
    def unique(self) -> str | None: ...
    @property
    def run_at(self) -> Ms | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LeasedJob:
    """A job in the hands of a worker. ``attempts`` counts this one; see `Outbox.secret`."""

    id: JobId
    kind: str
    account: AccountId | None
    body: dict[str, Any]
    attempts: int
    created_at: Ms
    sealed: bytes | None = field(default=None, repr=False)
    key_serial: int | None = None


class CarriesSecret(Protocol):
    """A leased job, as far as what it carries sealed is concerned."""

    @property
    def id(self) -> JobId: ...
    @property
    def sealed(self) -> bytes | None: ...
    @property
    def key_serial(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class DeadJob:
    """A job whose every try failed, with the code of the last failure."""

    id: JobId
    kind: str
    attempts: int
    error: str | None
    died_at: Ms


class Outbox:
    """The jobs of one database. ``wake`` is called in the writer thread when a job was added."""

    def __init__(
        self, db: Database, keys: KeyRing, vault: Vault, openings: Openings, *, entropy: Entropy
    ) -> None:
        self._db = db
        self._keys = keys
        self._vault = vault
        self._openings = openings
        self._entropy = entropy
        self.wake: Callable[[], object] = _nothing

    # --- inside a transaction -------------------------------------------------------------------

    def add(self, tx: Transaction, job: JobAsked, *, now: Ms) -> None:
        """Ask for a job in this transaction; one of its kind and unique key already there wins."""
        identifier = ids.make("job", now, self._entropy)
        sealed = serial = None
        if job.secret is not None:
            party = job.party or far_end(tx, job.body.get("call"))
            serial = self._keys.serial(tx, job.account, party)
            sealed = self._vault.seal(serial, job.secret, context=f"job:{identifier}")
        tx.run(
            _ADD,
            (
                identifier,
                job.kind,
                job.account,
                _encode(job.body).decode(),
                sealed,
                serial,
                job.unique,
                "ready",
                now if job.run_at is None else job.run_at,
                0,
                None,
                now,
                job.body.get("call"),
            ),
        )
        tx.after(self._wake)

    def empty(self, tx: Transaction, kind: str, unique: str) -> None:
        """Forget what a job carries sealed: it will not be needed any more."""
        tx.run(_EMPTY, (None, None, kind, unique))

    def give_back(self, tx: Transaction, *, now: Ms, until: Ms) -> int:
        """Make jobs ready whose lease ended by ``until``; returns how many."""
        return tx.changed(_GIVE_BACK, (now, until))

    # --- the worker's side ----------------------------------------------------------------------

    async def enqueue(self, wanted: Sequence[JobAsked], *, now: Ms) -> None:
        """Ask for jobs in a transaction of their own."""

        def work(tx: Transaction) -> None:
            for job in wanted:
                self.add(tx, job, now=now)

        await self._db.write(work, patient=True)

    async def lease(self, *, now: Ms, count: int, lease_ms: int) -> list[LeasedJob]:
        """Take up to ``count`` due jobs, oldest first, for ``lease_ms``."""

        def work(tx: Transaction) -> list[LeasedJob]:
            tx.run(_GIVE_BACK, (now, now))
            rows = tx.rows(_DUE, (now, count))
            tx.run_many(_LEASE, [(now + lease_ms, 1, row[0]) for row in rows])
            return [
                LeasedJob(
                    id=row[0],
                    kind=row[1],
                    account=row[2],
                    body=_decode(row[3]),
                    attempts=row[4] + 1,
                    created_at=row[5],
                    sealed=row[6],
                    key_serial=row[7],
                )
                for row in rows
            ]

        return await self._db.write(work, patient=True)

    def secret(self, job: CarriesSecret) -> bytes:
        """Return what a job carries sealed, ``b""`` if nothing. Purpose: deliver_content.

        Raises `Refused` (``erased``) where the person it speaks of was erased meanwhile.
        """
        if job.sealed is None or job.key_serial is None:
            return b""
        return self._openings.open(
            job.sealed,
            serial=job.key_serial,
            context=f"job:{job.id}",
            label=CONTENT_SEALED,
            read=bytes,
        )

    async def done(self, job: JobId) -> None:
        """The job is done: forget it."""
        await self._db.write(lambda tx: tx.run(_DONE, (job,)), patient=True)

    async def try_again(self, job: JobId, *, at: Ms, error: str) -> None:
        """The job failed with the code ``error`` and is tried again ``at``."""
        await self._db.write(lambda tx: tx.run(_AGAIN, (at, error, job)), patient=True)

    async def bury(self, job: JobId, *, at: Ms, error: str) -> None:
        """The job failed for the last time."""
        await self._db.write(lambda tx: tx.run(_BURY, (at, error, job)), patient=True)

    async def revive(self, job: JobId, *, now: Ms) -> bool:
        """Try a dead job again from the start; whether there was one."""
        revived = await self._db.write(lambda tx: tx.changed(_REVIVE, (now, 0, job)))
        if revived:
            self._wake()
        return bool(revived)

    def next_due(self) -> Ms | None:
        """Return when the next job is due or its lease ends, or None without any."""
        found: Ms | None = self._db.reading.value(_NEXT)
        return found

    def counts(self) -> dict[str, int]:
        """Return how many jobs there are by state, recurring ones left out."""
        found = {"ready": 0, "leased": 0, "dead": 0}
        found.update(dict(self._db.reading.rows(_COUNT)))
        return found

    def dead(self, *, count: int) -> list[DeadJob]:
        """Return dead jobs, newest first."""
        return [DeadJob(*row) for row in self._db.reading.rows(_DEAD, (count,))]

    def _wake(self) -> None:
        self.wake()


def far_end(tx: Transaction, call: str | None) -> PartyId | None:
    """Return whoever a call was with: what is told about it is sealed under their key."""
    row = None if call is None else tx.row(_WITH, (call,))
    return None if row is None else PartyId(row[1] if row[0] == "inbound" else row[2])


def _nothing() -> None:
    """Nobody waits for jobs."""
