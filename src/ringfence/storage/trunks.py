"""Trunks of one account: carriers and PBXs, their user names and passwords sealed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import bindparam, delete, select

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import AccountId, TrunkId
from ringfence.privacy.labels import CREDENTIAL, USERNAME_SEALED
from ringfence.storage.account_seal import AccountSeal
from ringfence.storage.schema import trunks
from ringfence.storage.statement import Statement, insert_row
from ringfence.storage.unit_of_work import Queries, Transaction

_ADD = insert_row(trunks)
_ALL = Statement(
    select(*trunks.c).where(trunks.c.account_id == bindparam("account")).order_by(trunks.c.id)
)
_BY_NAME = Statement(
    select(trunks.c.id).where(
        trunks.c.account_id == bindparam("account"), trunks.c.name == bindparam("trunk")
    ),
    "account",
    "trunk",
)
_DROP = Statement(delete(trunks).where(trunks.c.id == bindparam("trunk")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Trunk:
    """A carrier or PBX, trusted by ``host`` (address) or registered with (register)."""

    id: TrunkId
    account: AccountId
    name: str
    kind: Literal["address", "register"]
    host: str
    transport: str = "udp"
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    enabled: bool = True
    created_at: Ms


class Trunks:
    """Trunks of one account."""

    __slots__ = ("_seal",)

    def __init__(self, seal: AccountSeal) -> None:
        self._seal = seal

    def add(self, tx: Transaction, trunk: Trunk) -> Trunk:
        """Add a trunk."""
        if tx.value(_BY_NAME, (self._seal.account.id, trunk.name)) is not None:
            raise Refused("exists", "there is a trunk of that name already")
        place = f"trunk:{trunk.id}"
        tx.run(
            _ADD,
            (
                trunk.id,
                self._seal.account.id,
                trunk.name,
                trunk.kind,
                trunk.host,
                trunk.transport,
                self._seal.seal_text(trunk.username, place + ":username"),
                self._seal.seal_text(trunk.password, place + ":password"),
                trunk.enabled,
                trunk.created_at,
            ),
        )
        return trunk

    def all(self, queries: Queries) -> list[Trunk]:
        """Return every trunk. Purpose: authenticate."""
        return [
            Trunk(
                id=TrunkId(row[0]), account=AccountId(row[1]), name=row[2], kind=row[3],
                host=row[4], transport=row[5],
                username=self._seal.open_text(row[6], f"trunk:{row[0]}:username", USERNAME_SEALED),
                password=self._seal.open_text(row[7], f"trunk:{row[0]}:password", CREDENTIAL),
                enabled=bool(row[8]), created_at=row[9],
            )
            for row in queries.rows(_ALL, (self._seal.account.id,))
        ]  # fmt: skip

    def drop(self, tx: Transaction, name: str) -> TrunkId:
        """Remove a trunk."""
        found = tx.value(_BY_NAME, (self._seal.account.id, name))
        if found is None:
            raise Refused("not_found", "there is no trunk of that name")
        tx.run(_DROP, (found,))
        return TrunkId(found)
