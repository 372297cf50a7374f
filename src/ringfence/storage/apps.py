"""Apps of others at rest, what they were allowed, and the tokens that stand for it.

::

    code ──────redeem──► used     access ──expires──►      refresh ──rotate──► used
      └─again─► the grant ends                                └─again─► the grant ends

Of a token a keyed hash is kept. A code and a refresh token work once; whoever shows one a second
time has it from somebody else, so the grant ends and with it every token (RFC 6749 4.1.2, 10.4).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
from sqlalchemy import bindparam, delete, select, update

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.privacy.roles import AppHolder, Grant, check_granted
from ringfence.storage.account_seal import AccountSeal
from ringfence.storage.schema import app_grants, app_tokens, apps
from ringfence.storage.statement import Statement, insert_row
from ringfence.storage.unit_of_work import Queries, Transaction

_a, _g, _t = apps.c, app_grants.c, app_tokens.c
_ADD_APP = insert_row(apps)
_APPS = Statement(select(*_a).where(_a.account_id == bindparam("account")).order_by(_a.id))
_REVOKE = Statement(
    update(apps)
    .where(_a.id == bindparam("app"), _a.account_id == bindparam("account"),
           _a.revoked_at.is_(None))
    .values(revoked_at=bindparam("at")),
    "at", "app", "account",
)  # fmt: skip
_ADD_GRANT = insert_row(app_grants)
_GRANTS = Statement(
    select(*_g).where(_g.account_id == bindparam("account"), _g.ended_at.is_(None)).order_by(_g.id)
)
_STANDS = Statement(select(_g.ended_at).where(_g.id == bindparam("which")))
_END = Statement(
    update(app_grants)
    .where(_g.id == bindparam("which"), _g.ended_at.is_(None))
    .values(ended_at=bindparam("at")),
    "at", "which",
)  # fmt: skip
_END_ALL = Statement(
    update(app_grants)
    .where(_g.app_id == bindparam("app"), _g.ended_at.is_(None))
    .values(ended_at=bindparam("at")),
    "at", "app",
)  # fmt: skip
_ADD_TOKEN = insert_row(app_tokens)
_TOKEN = Statement(
    select(
        _t.grant_id, _t.kind, _t.bound, _t.created_at, _t.expires_at, _t.used_at, _t.scopes
    ).where(_t.lookup == bindparam("lookup"))
)
_USE = Statement(
    update(app_tokens)
    .where(_t.lookup == bindparam("found"), _t.used_at.is_(None))
    .values(used_at=bindparam("at")),
    "at", "found",
)  # fmt: skip
_DROP = Statement(delete(app_tokens).where(_t.lookup == bindparam("lookup")))
_DROP_OF = Statement(delete(app_tokens).where(_t.grant_id == bindparam("which")))
_DROP_OLD = Statement(delete(app_tokens).where(_t.expires_at <= bindparam("now")))


class _About(msgspec.Struct, frozen=True, array_like=True):
    name: str
    redirects: tuple[str, ...]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_About).decode


@dataclass(frozen=True, slots=True)
class StoredApp:
    """An app as it rests. ``name`` was written by a person: not for logs."""

    holder: AppHolder
    lookup: bytes = field(repr=False)
    name: str = field(repr=False)
    redirects: tuple[str, ...] = field(repr=False)
    created_at: Ms


@dataclass(frozen=True, slots=True)
class StoredToken:
    """A token. ``kind``: code, access, refresh; ``bound``: what a code was asked with.

    ``scopes``: those of the grant's that it is for, None for all of them.
    """

    grant: str
    kind: str
    bound: bytes | None = field(repr=False)
    created_at: Ms
    expires_at: Ms
    used_at: Ms | None
    scopes: frozenset[str] | None = None


class Apps:
    """Apps of one account."""

    __slots__ = ("_seal",)

    def __init__(self, seal: AccountSeal) -> None:
        self._seal = seal

    def lookup(self, secret: str) -> bytes:
        """Return what is kept of a secret or a token."""
        return self._seal.find("app:" + secret)

    def bound(self, challenge: str, redirect: str) -> bytes:
        """Return what is kept of a code's challenge and of where it was sent."""
        return self._seal.find(f"code:{challenge}:{redirect}")

    def add(
        self,
        tx: Transaction,
        holder: AppHolder,
        secret: str,
        *,
        name: str,
        redirects: tuple[str, ...],
        now: Ms,
    ) -> StoredApp:
        """Add an app; of its secret only an HMAC is kept."""
        lookup = self.lookup(secret)
        about = self._seal.seal(_encode(_About(name, redirects)), f"app:{holder.id}")
        tx.run(
            _ADD_APP,
            (
                holder.id, self._seal.account.id, lookup, about, holder.role,
                " ".join(sorted(holder.scopes)), " ".join(sorted(holder.purposes)), now, None,
            ),
        )  # fmt: skip
        return StoredApp(holder, lookup, name, redirects, now)

    def all(self, queries: Queries) -> list[StoredApp]:
        """Return every app, revoked ones too. Purposes: operate, connect_call."""
        found = []
        for row in queries.rows(_APPS, (self._seal.account.id,)):
            about = _decode(self._seal.open(row[3], f"app:{row[0]}"))
            holder = AppHolder(
                row[0], check_granted(row[4]), frozenset(row[5].split()),
                frozenset(row[6].split()), row[8],
            )  # fmt: skip
            found.append(StoredApp(holder, bytes(row[2]), about.name, about.redirects, Ms(row[7])))
        return found

    def revoke(self, tx: Transaction, app: str, *, now: Ms) -> None:
        """End an app and everything it was allowed. Raises `Refused` (``not_found``)."""
        if not tx.changed(_REVOKE, (now, app, self._seal.account.id)):
            raise Refused("not_found", "there is no such app, or it was revoked before")
        tx.run(_END_ALL, (now, app))

    # --- grants ---------------------------------------------------------------------------------

    def allow(self, tx: Transaction, grant: Grant) -> None:
        """Write down what somebody allowed."""
        row = (
            grant.id, self._seal.account.id, grant.app, grant.role,
            " ".join(sorted(grant.scopes)), grant.created_at, grant.ended_at,
        )  # fmt: skip
        tx.run(_ADD_GRANT, row)

    def grants(self, queries: Queries) -> list[Grant]:
        """Return every grant that stands."""
        return [
            Grant(row[0], row[2], check_granted(row[3]), frozenset(row[4].split()), Ms(row[5]))
            for row in queries.rows(_GRANTS, (self._seal.account.id,))
        ]

    def stands(self, queries: Queries, grant: str) -> bool | None:
        """Return whether a grant stands, None where it was never written down."""
        row = queries.row(_STANDS, (grant,))
        return None if row is None else row[0] is None

    def end(self, tx: Transaction, grant: str, *, now: Ms) -> bool:
        """End a grant and its tokens; whether it stood until now."""
        tx.run(_DROP_OF, (grant,))
        return bool(tx.changed(_END, (now, grant)))

    # --- tokens ---------------------------------------------------------------------------------

    def sweep(self, tx: Transaction, now: Ms) -> int:
        """Take away codes and tokens that have expired; how many that were."""
        return tx.changed(_DROP_OLD, (now,))

    def issue(
        self,
        tx: Transaction,
        token: str,
        *,
        grant: str,
        kind: str,
        now: Ms,
        lasts: int,
        bound: bytes | None = None,
        scopes: frozenset[str] | None = None,
    ) -> None:
        """Let a token stand for a grant, or for some of its scopes, for ``lasts`` milliseconds."""
        self.sweep(tx, now)
        row = (
            self.lookup(token), self._seal.account.id, grant, kind, bound, now, Ms(now + lasts),
            None, None if scopes is None else " ".join(sorted(scopes)),
        )  # fmt: skip
        tx.run(_ADD_TOKEN, row)

    def token(self, queries: Queries, token: str) -> StoredToken | None:
        """Return what a token stands for, expired or not."""
        row = queries.row(_TOKEN, (self.lookup(token),))
        if row is None:
            return None
        scopes = None if row[6] is None else frozenset(row[6].split())
        return StoredToken(row[0], row[1], row[2], row[3], row[4], row[5], scopes)

    def ref(self, token: str) -> str:
        """Return what a token is called where it must not be said itself."""
        return self.lookup(token)[:8].hex()

    def use(self, tx: Transaction, token: str, *, now: Ms) -> bool:
        """Use a token that works once; whether it had not been used."""
        return bool(tx.changed(_USE, (now, self.lookup(token))))

    def drop(self, tx: Transaction, token: str) -> None:
        """End one token."""
        tx.run(_DROP, (self.lookup(token),))
