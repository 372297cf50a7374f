"""Numbers of one account and what answers them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

import msgspec
from sqlalchemy import bindparam, delete, select

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import AccountId, FlowId, NumberId
from ringfence.kernel.phone import Phone
from ringfence.numbers.options import PLAIN, NumberOptions
from ringfence.storage.account_seal import AccountSeal
from ringfence.storage.schema import numbers
from ringfence.storage.statement import Statement, insert_row
from ringfence.storage.unit_of_work import Queries, Transaction

_ADD = insert_row(numbers)
_ALL = Statement(
    select(*numbers.c).where(numbers.c.account_id == bindparam("account")).order_by(numbers.c.id)
)
_BY_LOOKUP = Statement(
    select(numbers.c.id, numbers.c.created_at).where(numbers.c.lookup == bindparam("lookup"))
)
_DROP = Statement(delete(numbers).where(numbers.c.id == bindparam("number")))

RouteKind = Literal["flow", "url", "twiml", "none"]

_encode = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number of ours. ``voice``: the URL or the TwiML document, None with a flow or with none."""

    id: NumberId
    account: AccountId
    phone: Phone
    route: RouteKind
    flow: FlowId | None = None
    voice: str | None = field(default=None, repr=False)
    method: str = "POST"
    options: NumberOptions = PLAIN
    created_at: Ms


class Numbers:
    """Numbers of one account."""

    __slots__ = ("_seal",)

    def __init__(self, seal: AccountSeal) -> None:
        self._seal = seal

    def put(self, tx: Transaction, number: Number) -> Number:
        """Add a number, or change what answers it (it keeps its id and date)."""
        lookup = self._seal.find(number.phone.e164)
        row = tx.row(_BY_LOOKUP, (lookup,))
        if row is not None:
            tx.run(_DROP, (row[0],))
            number = replace(number, id=NumberId(row[0]), created_at=row[1])
        place = f"number:{number.id}"
        tx.run(
            _ADD,
            (
                number.id,
                self._seal.account.id,
                lookup,
                self._seal.seal(number.phone.e164.encode(), place),
                number.route,
                number.flow,
                self._seal.seal_text(number.voice, place + ":voice"),
                number.method,
                number.created_at,
                None
                if number.options == PLAIN
                else self._seal.seal(_encode(number.options), place + ":options"),
            ),
        )
        return number

    def all(self, queries: Queries) -> list[Number]:
        """Return every number."""
        return [
            Number(
                id=NumberId(row[0]), account=AccountId(row[1]),
                phone=Phone(self._seal.open(row[3], f"number:{row[0]}").decode()), route=row[4],
                flow=None if row[5] is None else FlowId(row[5]),
                voice=self._seal.open_text(row[6], f"number:{row[0]}:voice"),
                method=row[7], created_at=row[8], options=self._options(row[0], row[9]),
            )
            for row in queries.rows(_ALL, (self._seal.account.id,))
        ]  # fmt: skip

    def _options(self, number: str, sealed: bytes | None) -> NumberOptions:
        if sealed is None:
            return PLAIN
        return msgspec.json.decode(
            self._seal.open(sealed, f"number:{number}:options"), type=NumberOptions
        )

    def drop(self, tx: Transaction, phone: Phone) -> NumberId:
        """Remove a number."""
        row = tx.row(_BY_LOOKUP, (self._seal.find(phone.e164),))
        if row is None:
            raise Refused("not_found", "this is not a number of this installation")
        tx.run(_DROP, (row[0],))
        return NumberId(row[0])
