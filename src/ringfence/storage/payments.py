"""Payments at rest: written down before a processor is asked, and again when it has answered.

::

    open ──ask──▶ asked ──answer──▶ approved, declined, unknown
      └──dropped──▶ dropped            ▲
                      after a kill ────┘ unknown: nobody can tell whether it was charged

What is asked is asked once: `ask` moves a row that is open, and no other. The digits are not
here, so nothing that was left half done could be asked again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec
from sqlalchemy import bindparam, select, update

from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId, PartyId, PaymentId
from ringfence.privacy.labels import PAYMENT_SEALED
from ringfence.privacy.vault import Vault
from ringfence.storage.account_seal import AccountSeal
from ringfence.storage.keyring import KeyRing
from ringfence.storage.openings import Openings
from ringfence.storage.outbox import far_end
from ringfence.storage.schema import payments
from ringfence.storage.statement import Row, Statement, at_most, insert_row, word
from ringfence.storage.unit_of_work import Queries, Transaction

State = Literal["open", "asked", "approved", "declined", "unknown", "dropped"]

_p = payments.c
_ADD = insert_row(payments)
_ONE = Statement(select(*_p).where(_p.id == bindparam("payment")))
_ONCE = Statement(select(*_p).where(_p.once == bindparam("key")))
_ASK = Statement(
    update(payments)
    .where(_p.id == bindparam("payment"), _p.state == word("open"))
    .values(state=word("asked"), asked_at=bindparam("at")),
    "at",
    "payment",
)
_END = Statement(
    update(payments)
    .where(_p.id == bindparam("payment"), _p.ended_at.is_(None))
    .values(
        state=bindparam("as_"),
        result=bindparam("how"),
        code=bindparam("why"),
        ended_at=bindparam("at"),
        sealed=bindparam("kept"),
    ),
    *("as_", "how", "why", "at", "kept", "payment"),
)
_LEFT = Statement(select(*_p).where(_p.ended_at.is_(None)))
_PAGE = Statement(
    at_most(
        select(*_p)
        .where(_p.account_id == bindparam("account"), _p.id < bindparam("before"))
        .order_by(_p.id.desc()),
        "count",
    ),
    "account",
    "before",
    "count",
)
_AFTER_ALL = "PL"
"""Above every payment's id."""


class Method(msgspec.Struct, frozen=True, array_like=True):
    """What is kept of what was paid with, and of the answer."""

    last: str = ""
    card_type: str = ""
    confirmation: str = ""
    token: str = ""
    profile: str = ""
    error: str = ""

    def __repr__(self) -> str:
        return "Method()"


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Method).decode


@dataclass(frozen=True, slots=True)
class Payment:
    """A row, in the order of the table's columns."""

    id: PaymentId
    account: str
    call: CallId
    party: PartyId | None
    state: State
    result: str | None
    code: str | None
    source: str
    method: str
    connector: str
    amount: str
    currency: str
    once: bytes | None = field(repr=False)
    opened_at: Ms
    asked_at: Ms | None
    ended_at: Ms | None
    key_serial: int
    sealed: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPayment:
    """A payment that somebody is about to make. ``once``: the key it is asked for under."""

    call: CallId
    source: Literal["verb", "api"]
    method: str
    connector: str
    amount: str
    currency: str
    once: str = ""


class Payments:
    """The payments of one account."""

    __slots__ = ("_entropy", "_keys", "_openings", "_seal", "_vault")

    def __init__(
        self,
        seal: AccountSeal,
        *,
        vault: Vault,
        keys: KeyRing,
        openings: Openings,
        entropy: Entropy,
    ) -> None:
        self._seal = seal
        self._vault = vault
        self._keys = keys
        self._openings = openings
        self._entropy = entropy

    def open(self, tx: Transaction, new: NewPayment, *, now: Ms) -> Payment:
        """Write one down. Raises `Refused` (``exists``) where its key was used already."""
        account = self._seal.account.id
        once = self._seal.find(f"payment:{new.once}") if new.once else None
        if once is not None and tx.row(_ONCE, (once,)) is not None:
            raise Refused("exists", "a payment was begun under that key already")
        party = far_end(tx, new.call)
        row = (
            ids.make("payment", now, self._entropy), account, new.call, party, "open", None, None,
            new.source, new.method, new.connector, new.amount, new.currency, once, now, None, None,
            self._keys.serial(tx, account, party), None,
        )  # fmt: skip
        tx.run(_ADD, row)
        return _payment(row)

    def under(self, queries: Queries, once: str) -> Payment | None:
        """Return the payment that was begun under a key."""
        row = queries.row(_ONCE, (self._seal.find(f"payment:{once}"),))
        return None if row is None else _payment(row)

    def ask(self, tx: Transaction, payment: str, *, now: Ms) -> bool:
        """Write down that the processor is asked now; False where it was, or it ended before."""
        return bool(tx.changed(_ASK, (now, payment)))

    def end(
        self,
        tx: Transaction,
        payment: str,
        *,
        state: State,
        result: str,
        code: str = "",
        kept: Method | None = None,
        now: Ms,
    ) -> bool:
        """Write down what came of it; False where that was done."""
        found = self.get(tx, payment)
        sealed = None
        serial = self._keys.standing(found.key_serial)
        if kept is not None and serial is not None:
            sealed = self._vault.seal(serial, _encode(kept), context=f"payment:{payment}")
        values = (state, result, code or None, now, sealed, payment)
        return bool(tx.changed(_END, values))

    def interrupted(self, tx: Transaction, *, now: Ms) -> int:
        """End what a stopped process left: what was asked is unknown, the rest never was."""
        left = [_payment(row) for row in tx.rows(_LEFT)]
        for payment in left:
            asked = payment.state == "asked"
            self.end(
                tx, payment.id,
                state="unknown" if asked else "dropped",
                result="payment-connector-error" if asked else "caller-hung-up",
                code="interrupted", now=now,
            )  # fmt: skip
        return len(left)

    def get(self, queries: Queries, payment: str) -> Payment:
        """Return one; raises `Refused` (``not_found``), also for another account's."""
        row = queries.row(_ONE, (payment,))
        if row is None or row[1] != self._seal.account.id:
            raise Refused("not_found", "no payment of that SID")
        return _payment(row)

    def page(self, queries: Queries, *, count: int, before: str | None = None) -> list[Payment]:
        """Return payments, newest first."""
        values = (self._seal.account.id, before or _AFTER_ALL, count)
        return [_payment(row) for row in queries.rows(_PAGE, values)]

    def paid_with(self, payment: Payment) -> Method | None:
        """Return what is kept of what was paid with. Purposes: take_payment, answer_rights.

        Raises `Refused` (``erased``) where whoever paid was erased.
        """
        if payment.sealed is None:
            return None
        return self._openings.open(
            payment.sealed,
            serial=payment.key_serial,
            context=f"payment:{payment.id}",
            label=PAYMENT_SEALED,
            read=_decode,
        )


def _payment(row: Row | Sequence[Any]) -> Payment:
    return Payment(*row)
