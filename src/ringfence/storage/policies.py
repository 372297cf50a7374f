"""Versions of the notice at rest, the evidence of who was told, and the terms of recipients.

A version is only ever added. The one in force is the newest whose day has come, so at every
moment there is exactly one, from the first on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects import sqlite

from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import AccountId
from ringfence.privacy.labels import EMAIL_SEALED
from ringfence.privacy.processors import Engagement
from ringfence.storage.account_seal import AccountSeal
from ringfence.storage.schema import (
    engagements,
    policy_acceptances,
    policy_notices,
    policy_versions,
    primary_admins,
)
from ringfence.storage.statement import Statement, at_most, insert_new, insert_row
from ringfence.storage.unit_of_work import Queries, Transaction

Channel = Literal["email", "popup"]
State = Literal["waiting", "queued", "sent", "failed", "acknowledged"]

_v = policy_versions.c
_COLUMNS = (
    *(_v.number, _v.digest, _v.pack, _v.source, _v.notice, _v.map, _v.severity),
    *(_v.lapsed, _v.published_at, _v.effective_at),
)
_ADD = insert_row(policy_versions)
_LAST = Statement(select(func.max(_v.number)).where(_v.account_id == bindparam("account")))
_GET = Statement(
    select(*_COLUMNS).where(_v.account_id == bindparam("account"), _v.number == bindparam("nr")),
    "account",
    "nr",
)
_AT = Statement(
    at_most(
        select(*_COLUMNS)
        .where(_v.account_id == bindparam("account"), _v.effective_at <= bindparam("now"))
        .order_by(_v.number.desc()),
        1,
    ),
    "account",
    "now",
)
_NUMBER_AT = Statement(
    at_most(
        select(_v.number, _v.digest)
        .where(_v.account_id == bindparam("account"), _v.effective_at <= bindparam("now"))
        .order_by(_v.number.desc()),
        1,
    ),
    "account",
    "now",
)
_ALL = Statement(select(*_COLUMNS).where(_v.account_id == bindparam("account")).order_by(_v.number))

_n = policy_notices.c
_TELL = insert_new(policy_notices)
_TOLD = Statement(
    select(_n.number, _n.channel, _n.state, _n.acknowledged_by, _n.changed_at)
    .where(_n.account_id == bindparam("account"))
    .order_by(_n.number, _n.channel)
)
_SET_STATE = Statement(
    update(policy_notices)
    .where(
        _n.account_id == bindparam("account"),
        _n.number == bindparam("nr"),
        _n.channel == bindparam("channel"),
    )
    .values(state=bindparam("state"), acknowledged_by=bindparam("who"), changed_at=bindparam("at")),
    "state",
    "who",
    "at",
    "account",
    "nr",
    "channel",
)
_ACCEPT = insert_new(policy_acceptances)
_p = policy_acceptances.c
_ACCEPTED = Statement(
    select(_p.number, _p.actor, _p.kind, _p.digest, _p.at)
    .where(_p.account_id == bindparam("account"))
    .order_by(_p.number, _p.actor)
)
_SET_ADMIN = Statement(
    sqlite.insert(primary_admins).on_conflict_do_update(
        index_elements=["account_id"],
        set_={name: sqlite.insert(primary_admins).excluded[name] for name in ("email", "since")},
    ),
    *(column.name for column in primary_admins.columns),
)
_ADMIN = Statement(
    select(primary_admins.c.email).where(primary_admins.c.account_id == bindparam("account"))
)
_e = engagements.c
_DROP_ENGAGEMENT = Statement(
    delete(engagements).where(
        _e.account_id == bindparam("account"), _e.processor == bindparam("processor")
    ),
    "account",
    "processor",
)
_ENGAGE = insert_row(engagements)
_ENGAGED = Statement(
    select(_e.processor, _e.country, _e.mechanism, _e.until_at)
    .where(_e.account_id == bindparam("account"))
    .order_by(_e.processor)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of the notice. ``notice``, ``map``: JSON; ``source``: the pack as it was."""

    number: int
    digest: str
    pack: str
    source: str = field(repr=False)
    notice: str = field(repr=False)
    map: str = field(repr=False)
    severity: str
    lapsed: tuple[str, ...]
    published_at: Ms
    effective_at: Ms


@dataclass(frozen=True, slots=True)
class Told:
    """That a version was told by one channel, and how far that is."""

    number: int
    channel: Channel
    state: State
    acknowledged_by: str | None
    changed_at: Ms


@dataclass(frozen=True, slots=True)
class Acceptance:
    """That somebody went on using the service under a version."""

    number: int
    actor: str
    kind: str
    digest: str
    at: Ms


class Policies:
    """The versions of one account and what belongs to them."""

    __slots__ = ("_account", "_seal")

    def __init__(self, seal: AccountSeal) -> None:
        self._seal = seal
        self._account: AccountId = seal.account.id

    # --- versions -------------------------------------------------------------------------------

    def add(self, tx: Transaction, version: Version) -> None:
        """Add a version; its number is one more than the last."""
        tx.run(
            _ADD,
            (
                self._account,
                version.number,
                version.digest,
                version.pack,
                version.source,
                version.notice,
                version.map,
                version.severity,
                " ".join(version.lapsed),
                version.published_at,
                version.effective_at,
            ),
        )

    def last_number(self, queries: Queries) -> int:
        """Return the number of the newest version, 0 before the first."""
        return int(queries.value(_LAST, (self._account,)) or 0)

    def get(self, queries: Queries, number: int) -> Version | None:
        """Return one version."""
        return _version(queries.row(_GET, (self._account, number)))

    def at(self, queries: Queries, now: Ms) -> Version | None:
        """Return the version in force, None before the first."""
        return _version(queries.row(_AT, (self._account, now)))

    def number_at(self, queries: Queries, now: Ms) -> tuple[int, str] | None:
        """Return number and digest of the version in force."""
        row = queries.row(_NUMBER_AT, (self._account, now))
        return None if row is None else (int(row[0]), str(row[1]))

    def all(self, queries: Queries) -> list[Version]:
        """Return every version, oldest first."""
        rows = queries.rows(_ALL, (self._account,))
        return [found for row in rows if (found := _version(row)) is not None]

    # --- who was told ---------------------------------------------------------------------------

    def tell(self, tx: Transaction, number: int, channel: Channel, state: State, at: Ms) -> None:
        """Write down that a version is to be told."""
        tx.run(_TELL, (self._account, number, channel, state, None, at))

    def settle(
        self,
        tx: Transaction,
        number: int,
        channel: Channel,
        state: State,
        at: Ms,
        *,
        by: str | None = None,
    ) -> bool:
        """Write down how far telling is; whether there was something to tell."""
        return bool(tx.changed(_SET_STATE, (state, by, at, self._account, number, channel)))

    def told(self, queries: Queries) -> list[Told]:
        """Return the evidence of every version."""
        return [Told(*row) for row in queries.rows(_TOLD, (self._account,))]

    def accept(self, tx: Transaction, acceptance: Acceptance) -> bool:
        """Write down that somebody went on; once for each version and door."""
        a = acceptance
        row = (self._account, a.number, a.actor, a.kind, a.digest, a.at)
        return bool(tx.changed(_ACCEPT, row))

    def accepted(self, queries: Queries) -> list[Acceptance]:
        """Return who went on under which version."""
        return [Acceptance(*row) for row in queries.rows(_ACCEPTED, (self._account,))]

    # --- the primary administrator --------------------------------------------------------------

    def set_admin(self, tx: Transaction, email: str, at: Ms) -> None:
        """Name the one who is told of material changes."""
        sealed = self._seal.seal(email.encode(), f"primary_admin:{self._account}")
        tx.run(_SET_ADMIN, (self._account, sealed, at))

    def admin(self, queries: Queries) -> str | None:
        """Return their address. Purposes: notify, answer_rights."""
        sealed = queries.value(_ADMIN, (self._account,))
        return self._seal.open_text(sealed, f"primary_admin:{self._account}", EMAIL_SEALED)

    def has_admin(self, queries: Queries) -> bool:
        """Whether there is one; opens nothing."""
        return queries.value(_ADMIN, (self._account,)) is not None

    # --- recipients -----------------------------------------------------------------------------

    def engage(self, tx: Transaction, engagement: Engagement, at: Ms) -> None:
        """Write down the terms of a recipient in place of earlier ones."""
        e = engagement
        tx.run(_DROP_ENGAGEMENT, (self._account, e.processor))
        tx.run(_ENGAGE, (self._account, e.processor, e.country, e.mechanism, e.until, at))

    def engaged(self, queries: Queries) -> list[Engagement]:
        """Return the terms of every recipient."""
        return [Engagement(*row) for row in queries.rows(_ENGAGED, (self._account,))]


def _version(row: tuple[object, ...] | None) -> Version | None:
    if row is None:
        return None
    number, digest, pack, source, notice, data, severity, lapsed, published, effective = row
    return Version(
        number=int(str(number)),
        digest=str(digest),
        pack=str(pack),
        source=str(source),
        notice=str(notice),
        map=str(data),
        severity=str(severity),
        lapsed=tuple(str(lapsed).split()),
        published_at=Ms(int(str(published))),
        effective_at=Ms(int(str(effective))),
    )
