"""The ledger: what was used is priced once, in the transaction of the fact that closes it.

::

    CallOffered, CallPlaced, LegPlaced ──► charge with the rate in force, no price
    LegForwarded                       ──► the same charge, with the rate of where it goes now
    LegEnded, CallEnded                ──► its price; nothing was used: the charge goes
    RecordingSaved                     ──► charge with a price        (of no rate: no charge)
    a message sent, received           ──► likewise
    a transcription completed          ──► likewise
    a month of a number                ──► movement, once for each of them

A charge has the id of what it is for, and its price is written where there is none: a fact that is
written again charges nobody again, and after a kill the end of a call (`storage.recovery`) closes
what its beginning opened. Each price is added, in the same transaction, to what the account was
charged that day and taken from the balance of whoever pays: of a trial account itself, of any other
the installation's own, as a parent pays for the accounts below it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import and_, bindparam, column, delete, func, or_, select, update
from sqlalchemy.dialects import sqlite

from ringfence.billing.tariffs import Book, Rate, Service, Tariff
from ringfence.calls import events
from ringfence.calls.events import CallFact
from ringfence.kernel.clock import DAY, SECOND, Ms
from ringfence.kernel.ids import AccountId, MessageId, NumberId, PartyId, own_call
from ringfence.kernel.limits import BALANCE_DEBT_MICROS
from ringfence.storage import tariffs
from ringfence.storage.parties import Parties
from ringfence.storage.schema import (
    accounts,
    balances,
    charge_sums,
    charges,
    movements,
    text_charges,
)
from ringfence.storage.statement import Statement, at_most, insert_new
from ringfence.storage.unit_of_work import Queries, Transaction

Kind = Literal["credit", "adjustment", "fee"]

_c, _t, _s, _m, _b = charges.c, text_charges.c, charge_sums.c, movements.c, balances.c
_OPEN = insert_new(charges)
_RATE = Statement(
    select(
        _c.account_id, _c.service, _c.currency, _c.micros, _c.per, _c.first_s, _c.step_s,
        _c.began_at,
    ).where(_c.id == bindparam("charge"), _c.price.is_(None))
)  # fmt: skip
_CLOSE = Statement(
    update(charges).where(_c.id == bindparam("charge")).values(price=bindparam("micros")),
    "micros",
    "charge",
)
_NOTHING = Statement(delete(charges).where(_c.id == bindparam("charge"), _c.price.is_(None)))
_TEXT = insert_new(text_charges)
_sum = sqlite.insert(charge_sums)
_SUM = Statement(
    _sum.on_conflict_do_update(
        index_elements=["id"],
        set_={
            "count": _s["count"] + _sum.excluded["count"],
            "price": _s.price + _sum.excluded.price,
        },
    ),
    *(col.name for col in charge_sums.columns),
)
_moved = sqlite.insert(balances)
_MOVE = Statement(
    _moved.on_conflict_do_update(
        index_elements=["account_id"], set_={"amount": _b.amount + _moved.excluded.amount}
    ),
    *(col.name for col in balances.columns),
)
_LIMIT = Statement(
    update(balances).where(_b.account_id == bindparam("account")).values(
        debt_limit=bindparam("most")
    ),
    "most",
    "account",
)  # fmt: skip
_BALANCE = Statement(
    select(_b.currency, _b.amount, _b.debt_limit).where(_b.account_id == bindparam("account"))
)
_NOTE = insert_new(movements)
_MOVEMENTS = Statement(
    at_most(
        select(*_m)
        .where(
            _m.account_id == bindparam("account"),
            or_(
                _m.at < bindparam("at"),
                and_(_m.at == bindparam("same"), _m.id > bindparam("after")),
            ),
        )
        .order_by(_m.at.desc(), _m.id),
        "count",
    ),
    *("account", "at", "same", "after", "count"),
)
_MOVED_AT = Statement(
    select(_m.at).where(_m.id == bindparam("movement"), _m.account_id == bindparam("account")),
    "movement",
    "account",
)
_FOR_EVER = 1 << 62
_CHARGED = Statement(
    select(_s.day, _s.service, func.sum(_s["count"]), func.sum(_s.price))
    .where(_s.account_id == bindparam("account"), _s.day >= bindparam("low"),
           _s.day < bindparam("high"))
    .group_by(_s.day, _s.service),
    "account", "low", "high",
)  # fmt: skip
_STATUS = Statement(select(accounts.c.status).where(accounts.c.id == bindparam("account")))
_HOUSE = Statement(at_most(select(accounts.c.id).order_by(accounts.c.id), 1))


def _prices(table: Any) -> Statement:
    return Statement(
        select(table.c.id, table.c.price, table.c.currency).where(
            table.c.id.in_(select(column("value")).select_from(func.json_each(bindparam("ids")))),
            table.c.price.is_not(None),
        )
    )


_OF_CALLS, _OF_TEXTS = _prices(charges), _prices(text_charges)


@dataclass(frozen=True, slots=True)
class Price:
    """What one thing cost: ``micros`` millionths of ``currency``."""

    micros: int
    currency: str


@dataclass(frozen=True, slots=True)
class Credit:
    """What is left to whoever pays for an account; ``limit``: how far below nothing it may go."""

    payer: AccountId
    currency: str
    amount: int
    limit: int

    @property
    def left(self) -> bool:
        """Whether something may still be used that costs."""
        return self.amount > -self.limit


@dataclass(frozen=True, slots=True)
class Movement:
    """A row, in the order of the table's columns; ``amount`` in millionths."""

    id: str
    account: AccountId
    kind: Kind
    at: Ms
    currency: str
    amount: int
    reason: bytes | None = field(default=None, repr=False)


class Ledger:
    """Prices what was used. Its work inside transactions is the writer's, one at a time."""

    def __init__(self, queries: Queries, parties: Parties) -> None:
        self._parties = parties
        self.book = Book(tariffs.all_of_them(queries))
        self._house: AccountId | None = None
        self._meters: Mapping[type[CallFact], Callable[..., None]] = {
            events.CallOffered: self._offered,
            events.CallPlaced: self._placed,
            events.LegPlaced: self._rung,
            events.LegForwarded: self._sent_on,
            events.LegEnded: self._leg_ended,
            events.CallEnded: self._ended,
            events.RecordingSaved: self._recorded,
        }
        self.heed()

    def heed(self) -> bool:
        """Begin to look where calls go, once there is a tariff; whether there is one."""
        if self.book.versions:
            self._parties.watched = True
        return bool(self.book.versions)

    def learn(self, tariff: Tariff) -> None:
        """There is a version more; it is durable."""
        self.book.learn(tariff)
        self.heed()

    # --- calls ----------------------------------------------------------------------------------

    def meter(self, tx: Transaction, fact: CallFact, account: AccountId) -> None:
        """Price what a fact begins, ends or is."""
        found = self._meters.get(type(fact))
        if found is not None:
            found(tx, fact, account)

    def _offered(self, tx: Transaction, fact: events.CallOffered, account: AccountId) -> None:
        # whoever calls by a phone of ours comes from no number of the telephone network
        to = "sip:" if fact.trunk is None else self._parties.heard_of(fact.called)
        self._open(tx, fact.call, fact.call, account, "calls-inbound", to, fact.at)

    def _placed(self, tx: Transaction, fact: events.CallPlaced, account: AccountId) -> None:
        to = self._parties.heard_of(fact.called)
        self._open(tx, fact.call, fact.call, account, "calls-outbound", to, fact.at)

    def _rung(self, tx: Transaction, fact: events.LegPlaced, account: AccountId) -> None:
        if fact.caller is None or fact.party is None:
            return  # the first leg of a call is the call itself
        to = self._parties.heard_of(fact.party)
        self._open(tx, own_call(fact.leg), fact.call, account, "calls-outbound", to, fact.at)

    def _sent_on(self, tx: Transaction, fact: events.LegForwarded, account: AccountId) -> None:
        # Nobody answered where it rang before, which costs nothing.
        what = fact.call if fact.caller is None else own_call(fact.leg)
        tx.run(_NOTHING, (what,))
        to = self._parties.heard_of(fact.party)
        self._open(tx, what, fact.call, account, "calls-outbound", to, fact.at)

    def _leg_ended(self, tx: Transaction, fact: events.LegEnded, _account: AccountId) -> None:
        self._close(tx, own_call(fact.leg), fact.up_ms)

    def _ended(self, tx: Transaction, fact: events.CallEnded, _account: AccountId) -> None:
        self._close(tx, fact.call, fact.duration_ms)

    def _recorded(self, tx: Transaction, fact: events.RecordingSaved, account: AccountId) -> None:
        self._open(tx, fact.recording, fact.call, account, "recordings", "", fact.at)
        self._close(tx, fact.recording, fact.duration_ms)

    def transcribed(
        self, tx: Transaction, transcription: str, call: str, account: AccountId,
        *, duration_ms: int, at: Ms,
    ) -> None:  # fmt: skip
        """A recording was read."""
        self._open(tx, transcription, call, account, "transcriptions", "", at)
        self._close(tx, transcription, max(duration_ms, 1))

    def _open(
        self, tx: Transaction, what: str, call: str, account: AccountId, service: Service,
        to: str, at: Ms,
    ) -> None:  # fmt: skip
        found = self._rate(account, service, to, at)
        if found is None:
            return
        tariff, rate = found
        row = (
            *(what, call, account, service, tariff.id, tariff.currency),
            *(rate.micros, rate.per, rate.first_s, rate.step_s, at, None),
        )
        tx.run(_OPEN, row)

    def _close(self, tx: Transaction, what: str, used_ms: int) -> None:
        row = tx.row(_RATE, (what,))
        if row is None:
            return
        account, service, currency, micros, per, first_s, step_s, began = row
        if not used_ms:
            tx.run(_NOTHING, (what,))
            return
        rate = Rate(service=service, micros=micros, per=per, first_s=first_s, step_s=step_s)
        price = rate.price(seconds=-(-used_ms // SECOND))
        tx.run(_CLOSE, (price, what))
        self._charge(tx, account, service, Price(price, currency), began)

    # --- messages -------------------------------------------------------------------------------

    def text_price(
        self, account: AccountId, *, inbound: bool, address: str, segments: int, at: Ms
    ) -> tuple[Tariff, int] | None:
        """Return what a message would cost; None: nobody asks anything for it."""
        service: Service = "sms-inbound" if inbound else "sms-outbound"
        found = self._rate(account, service, address, at)
        return None if found is None else (found[0], found[1].price(segments=segments))

    def texted(
        self, tx: Transaction, text: MessageId, party: PartyId, account: AccountId,
        *, inbound: bool, address: str, segments: int, at: Ms,
    ) -> None:  # fmt: skip
        """A message was sent, or came. ``address``: whom it went to; of ours, where it came."""
        found = self.text_price(
            account, inbound=inbound, address=address, segments=segments, at=at
        )  # fmt: skip
        if found is None:
            return
        tariff, price = found
        service = "sms-inbound" if inbound else "sms-outbound"
        row = (text, party, account, service, tariff.id, tariff.currency, price, at)
        if tx.changed(_TEXT, row):
            self._charge(tx, account, service, Price(price, tariff.currency), at)

    # --- numbers --------------------------------------------------------------------------------

    def rented(
        self, tx: Transaction, number: NumberId, month: str, account: AccountId,
        *, address: str, at: Ms,
    ) -> bool:  # fmt: skip
        """Charge a month (``2030-01``) of a number, once; whether it was now."""
        found = self._rate(account, "phonenumbers", address, at)
        if found is None:
            return False
        tariff, rate = found
        payer, price = self.payer(tx, account), rate.price()
        row = (f"{number}:{month}", payer, "fee", at, tariff.currency, -price, None)
        if not tx.changed(_NOTE, row):
            return False
        self._charge(tx, account, "phonenumbers", Price(price, tariff.currency), at)
        return True

    # --- balances -------------------------------------------------------------------------------

    def move(self, tx: Transaction, movement: Movement) -> bool:
        """Credit or adjust a balance, once by the movement's id; whether it was now."""
        moved = movement
        row = (moved.id, moved.account, moved.kind, moved.at, moved.currency, moved.amount,
               moved.reason)  # fmt: skip
        if not tx.changed(_NOTE, row):
            return False
        tx.run(_MOVE, (moved.account, moved.currency, moved.amount, None))
        return True

    def limit(self, tx: Transaction, account: AccountId, currency: str, most: int | None) -> None:
        """Say how far below nothing a balance may go; None: as far as any."""
        tx.run(_MOVE, (account, currency, 0, None))
        tx.run(_LIMIT, (most, account))

    def payer(self, queries: Queries, account: AccountId) -> AccountId:
        """Return who pays for an account: a trial one itself, the installation's for the others."""
        if self._house is None:
            self._house = AccountId(queries.value(_HOUSE))
        trial = account != self._house and queries.value(_STATUS, (account,)) in TRIAL
        return account if trial else self._house

    def credit(self, queries: Queries, account: AccountId) -> Credit | None:
        """Return what is left to whoever pays for an account; None where nothing costs."""
        currency = self.book.currency
        if currency is None:
            return None
        payer = self.payer(queries, account)
        row = queries.row(_BALANCE, (payer,))
        amount, limit = (0, None) if row is None else (row[1], row[2])
        trial = queries.value(_STATUS, (payer,)) in TRIAL
        most = int(BALANCE_DEBT_MICROS) if limit is None else limit
        return Credit(payer, currency, amount, 0 if trial else most)

    def spent(self, queries: Queries, account: AccountId, now: Ms) -> bool:
        """Whether an account may use nothing more that costs, for want of credit."""
        if self.book.at(account, now) is None:
            return False
        found = self.credit(queries, account)
        return found is not None and not found.left

    def movements(
        self, queries: Queries, account: AccountId, count: int, *, before: str | None = None
    ) -> list[Movement]:
        """Return what moved a balance, the newest first; those that follow ``before``."""
        at = queries.value(_MOVED_AT, (before, account)) if before is not None else _FOR_EVER
        rows = queries.rows(_MOVEMENTS, (account, at or 0, at or 0, before or "", count))
        return [Movement(*row) for row in rows]

    # --- reading --------------------------------------------------------------------------------

    def prices(self, queries: Queries, what: Iterable[str]) -> dict[str, Price]:
        """Return what calls, legs, recordings and transcriptions cost; others are left out."""
        return self._priced(queries, _OF_CALLS, list(what))

    def text_prices(self, queries: Queries, what: Iterable[str]) -> dict[str, Price]:
        """Return what messages cost; others are left out."""
        return self._priced(queries, _OF_TEXTS, list(what))

    def _priced(self, queries: Queries, found: Statement, what: Sequence[str]) -> dict[str, Price]:
        if not self.book.versions or not what:
            return {}
        rows = queries.rows(found, (json.dumps(what),))
        return {row[0]: Price(row[1], row[2]) for row in rows}

    @staticmethod
    def charged(
        queries: Queries, account: AccountId, *, since: Ms, until: Ms
    ) -> list[tuple[Ms, str, int, int]]:
        """Return (day, service, how many, millionths) from ``since`` until before ``until``."""
        rows = queries.rows(_CHARGED, (account, since, until))
        return [(Ms(row[0]), row[1], row[2], row[3]) for row in rows]

    # --- what they have in common ---------------------------------------------------------------

    def _rate(
        self, account: AccountId, service: Service, to: str, at: Ms
    ) -> tuple[Tariff, Rate] | None:
        tariff = self.book.at(account, at)
        rate = None if tariff is None else tariff.find(service, to)
        return None if tariff is None or rate is None else (tariff, rate)

    def _charge(
        self, tx: Transaction, account: AccountId, service: str, price: Price, at: Ms
    ) -> None:
        day = at - at % DAY
        place = f"{account}:{day // DAY}:{service}:{price.currency}"
        tx.run(_SUM, (place, account, day, service, price.currency, 1, price.micros))
        payer = self.payer(tx, account)
        tx.run(_MOVE, (payer, price.currency, -price.micros, None))


TRIAL = frozenset({"trial", "trial_suspended"})
"""States of an account that lives on its own credit."""
