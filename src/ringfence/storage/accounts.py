"""Accounts: who owns numbers, calls and keys; and tokens that let somebody in once."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, delete, select, update

from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import AccountId
from ringfence.privacy.labels import CONFIG_SEALED, CREDENTIAL
from ringfence.privacy.vault import Vault
from ringfence.storage.openings import Openings
from ringfence.storage.schema import accounts, tokens
from ringfence.storage.statement import Statement, insert_row
from ringfence.storage.unit_of_work import Queries, Transaction

_a = accounts.c
_ADD = insert_row(accounts)
_COLUMNS = (_a.id, _a.status, _a.seal_key, _a.pepper, _a.created_at, _a.closed_at)
_ALL = Statement(select(*_COLUMNS).order_by(_a.id))
_GET = Statement(select(*_COLUMNS).where(_a.id == bindparam("account")))
_SEALED = Statement(select(_a.name, _a.auth_token).where(_a.id == bindparam("account")))
_SET_TOKEN = Statement(
    update(accounts).where(_a.id == bindparam("account")).values(auth_token=bindparam("sealed")),
    "sealed",
    "account",
)

_SET_NAME = Statement(
    update(accounts).where(_a.id == bindparam("account")).values(name=bindparam("sealed")),
    "sealed",
    "account",
)
_SET_STATUS = Statement(
    update(accounts)
    .where(_a.id == bindparam("account"))
    .values(status=bindparam("into"), closed_at=bindparam("at")),
    "into",
    "at",
    "account",
)

_t = tokens.c
_ADD_TOKEN = insert_row(tokens)
_GET_TOKEN = Statement(
    select(_t.account_id, _t.expires_at).where(
        _t.hash == bindparam("hash"), _t.kind == bindparam("kind")
    ),
    "hash",
    "kind",
)
_DROP_TOKEN = Statement(delete(tokens).where(_t.hash == bindparam("hash")))
_DROP_ALL = Statement(delete(tokens).where(_t.account_id == bindparam("account")))
_DROP_EXPIRED = Statement(delete(tokens).where(_t.expires_at <= bindparam("now")))


@dataclass(frozen=True, slots=True)
class Account:
    """An account. ``seal_key``, ``pepper``: serials of its keys in the keystore."""

    id: AccountId
    status: str
    seal_key: int
    pepper: int
    created_at: Ms
    closed_at: Ms | None


class Accounts:
    """Accounts and their tokens."""

    __slots__ = ("_openings", "_vault")

    def __init__(self, vault: Vault, openings: Openings) -> None:
        self._vault = vault
        self._openings = openings

    def add(
        self, tx: Transaction, account: AccountId, *, name: str, auth_token: str, now: Ms,
        status: str = "full",
    ) -> Account:  # fmt: skip
        """Add an account with keys of its own. ``auth_token`` signs its webhooks."""
        made = Account(account, status, self._vault.keys.take(), self._vault.keys.take(), now, None)
        tx.run(
            _ADD,
            (
                account,
                made.status,
                self._seal(made, "name", name),
                self._seal(made, "auth_token", auth_token),
                made.seal_key,
                made.pepper,
                now,
                None,
            ),
        )
        return made

    def all(self, queries: Queries) -> list[Account]:
        """Return every account, oldest first."""
        return [Account(*row) for row in queries.rows(_ALL)]

    def get(self, queries: Queries, account: AccountId) -> Account | None:
        """Return one account."""
        row = queries.row(_GET, (account,))
        return None if row is None else Account(*row)

    def name(self, queries: Queries, account: Account) -> str:
        """Return the account's name, "" of one that was swept. Purposes: operate, connect_call."""
        row = queries.row(_SEALED, (account.id,))
        return "" if row is None or not row[0] else self._openings.text(
            row[0], serial=account.seal_key, context=f"account:{account.id}:name",
            label=CONFIG_SEALED,
        )  # fmt: skip

    def auth_token(self, queries: Queries, account: Account) -> str:
        """Return the account's token, "" of one that was swept. Purpose: authenticate."""
        row = queries.row(_SEALED, (account.id,))
        return "" if row is None or not row[1] else self._openings.text(
            row[1], serial=account.seal_key, context=f"account:{account.id}:auth_token",
            label=CREDENTIAL,
        )  # fmt: skip

    def set_auth_token(self, tx: Transaction, account: Account, auth_token: str) -> None:
        """Replace the account's token."""
        tx.run(_SET_TOKEN, (self._seal(account, "auth_token", auth_token), account.id))

    def set_name(self, tx: Transaction, account: Account, name: str) -> None:
        """Replace the account's name."""
        tx.run(_SET_NAME, (self._seal(account, "name", name), account.id))

    def set_status(
        self, tx: Transaction, account: Account, status: str, *, now: Ms | None = None
    ) -> None:
        """Set the account's state, a word of ``accounts.lifecycle``; ``now``: for a closed one."""
        tx.run(_SET_STATUS, (status, now if status == "closed" else None, account.id))

    def drop_tokens(self, tx: Transaction, account: Account) -> None:
        """Let none of the links that were made in."""
        tx.run(_DROP_ALL, (account.id,))

    def _seal(self, account: Account, field: str, text: str) -> bytes:
        return self._vault.seal(
            account.seal_key, text.encode(), context=f"account:{account.id}:{field}"
        )

    # --- tokens ---------------------------------------------------------------------------------

    def add_token(
        self,
        tx: Transaction,
        account: Account,
        token: str,
        *,
        kind: str,
        now: Ms,
        expires_at: Ms,
    ) -> None:
        """Let whoever shows ``token`` in once, until ``expires_at``; only its HMAC is kept."""
        tx.run(_DROP_EXPIRED, (now,))
        row = (self._vault.find(account.pepper, token), account.id, kind, now, expires_at)
        tx.run(_ADD_TOKEN, row)

    def use_token(
        self, tx: Transaction, account: Account, token: str, *, kind: str, now: Ms
    ) -> bool:
        """Whether ``token`` lets somebody in; it does so once."""
        hashed = self._vault.find(account.pepper, token)
        row = tx.row(_GET_TOKEN, (hashed, kind))
        if row is None:
            return False
        tx.run(_DROP_TOKEN, (hashed,))
        return bool(row[0] == account.id and now < row[1])
