"""The ledger of erasures in the database: asked for, begun, done, with the receipt.

::

    planned ──begin──► begun ──finish──► done ──its date comes──► (a new row, planned)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import bindparam, delete, func, select, update

from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import AccountId, PartyId
from ringfence.privacy.erasure.plan import Row
from ringfence.storage.schema import erasures
from ringfence.storage.statement import Row as SqlRow
from ringfence.storage.statement import Statement, at_most, insert_new, insert_row, word
from ringfence.storage.unit_of_work import Queries, Transaction

_e = erasures.c
_THIS = _e.id == bindparam("erasure")
_ADD = insert_row(erasures)
_ADD_NEW = insert_new(erasures)
_GET = Statement(select(*_e).where(_THIS))
_OF_STATE = Statement(
    at_most(select(*_e).where(_e.state == bindparam("of")).order_by(_e.id), "count"), "of", "count"
)
_OF_PARTY = Statement(
    at_most(
        select(*_e)
        .where(_e.party_id == bindparam("party"), _e.state == word("done"))
        .order_by(_e.id.desc()),
        1,
    ),
    "party",
)
_FIRST_DONE = Statement(
    select(func.min(_e.done_at)).where(_e.party_id == bindparam("party"), _e.state == word("done")),
    "party",
)
_BEGUN_ONES = select(*_e).where(_e.state != word("planned")).order_by(_e.id.desc())
_EVERY = Statement(at_most(_BEGUN_ONES, "count"), "count")
_PAGE = Statement(
    at_most(
        _BEGUN_ONES.where(_e.account_id == bindparam("account"), _e.id < bindparam("before")),
        "count",
    ),
    "account",
    "before",
    "count",
)
_OVERDUE = Statement(
    at_most(select(*_e).where(_e.due_at <= bindparam("now")).order_by(_e.due_at), "count"),
    "now",
    "count",
)
_FRESH = Statement(
    select(_e.id).where(
        _e.party_id == bindparam("party"),
        _e.kept_serial == bindparam("kept"),
        _e.serial != _e.kept_serial,
    ),
    "party",
    "kept",
)
_KNOWN = Statement(select(_e.id).where(_THIS, _e.state != word("planned")), "erasure")
_BEGUN = Statement(
    update(erasures)
    .where(_THIS)
    .values(
        state=word("begun"),
        serial=bindparam("old"),
        kept_serial=bindparam("kept"),
        begun_at=bindparam("at"),
        rows=bindparam("lines"),
    ),
    "old",
    "kept",
    "at",
    "lines",
    "erasure",
)
_DONE = Statement(
    update(erasures)
    .where(_THIS)
    .values(
        state=word("done"),
        done_at=bindparam("at"),
        due_at=bindparam("due"),
        receipt=bindparam("note"),
    ),
    "at",
    "due",
    "note",
    "erasure",
)
_OVERTAKEN = Statement(
    update(erasures)
    .where(_e.party_id == bindparam("party"), _e.state == word("done"))
    .values(due_at=bindparam("due")),
    "due",
    "party",
)
_FORGET_PLANS = Statement(
    delete(erasures).where(_e.state == word("planned"), _e.asked_at < bindparam("before")),
    "before",
)

_AFTER_ALL = "ES"
"""Above every id of an erasure."""

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(tuple[Row, ...]).decode


@dataclass(frozen=True, slots=True)
class Erasure:
    """One row of the ledger, in the order of the table's columns."""

    id: str
    account: AccountId
    party: PartyId
    state: str
    reason: str
    actor: str
    serial: int
    kept_serial: int | None
    asked_at: Ms
    begun_at: Ms | None
    done_at: Ms | None
    due_at: Ms | None
    rows: tuple[Row, ...]
    receipt: str | None


def add(tx: Transaction, erasure: Erasure, *, if_new: bool = False) -> None:
    """Write a row; with ``if_new`` one that is there already is left as it is."""
    values = (
        erasure.id, erasure.account, erasure.party, erasure.state, erasure.reason, erasure.actor,
        erasure.serial, erasure.kept_serial, erasure.asked_at, erasure.begun_at, erasure.done_at,
        erasure.due_at, _encode(erasure.rows).decode(), erasure.receipt,
    )  # fmt: skip
    tx.run(_ADD_NEW if if_new else _ADD, values)


def get(queries: Queries, erasure: str) -> Erasure | None:
    """Return one erasure."""
    row = queries.row(_GET, (erasure,))
    return None if row is None else _erasure(row)


def of_state(queries: Queries, state: str, *, count: int) -> list[Erasure]:
    """Return the oldest erasures that are ``planned``, ``begun`` or ``done``."""
    return [_erasure(row) for row in queries.rows(_OF_STATE, (state, count))]


def overdue(queries: Queries, now: Ms, *, count: int) -> list[Erasure]:
    """Return erasures of which something more may go by ``now``."""
    return [_erasure(row) for row in queries.rows(_OVERDUE, (now, count))]


def last_of(queries: Queries, party: PartyId) -> Erasure | None:
    """Return the newest erasure of a person that was carried out."""
    row = queries.row(_OF_PARTY, (party,))
    return None if row is None else _erasure(row)


def first_of(queries: Queries, party: PartyId) -> Ms | None:
    """Return when a person was first erased; None where that never happened."""
    found: int | None = queries.value(_FIRST_DONE, (party,))
    return None if found is None else Ms(found)


def is_fresh(queries: Queries, party: PartyId, serial: int) -> bool:
    """Whether this key of a person was made to keep something, when the old one was destroyed."""
    return queries.value(_FRESH, (party, serial)) is not None


def every(queries: Queries, *, count: int) -> list[Erasure]:
    """Return erasures of all accounts that were begun, newest first."""
    return [_erasure(row) for row in queries.rows(_EVERY, (count,))]


def page(
    queries: Queries, account: AccountId, *, count: int, before: str | None = None
) -> list[Erasure]:
    """Return erasures of an account that were begun, newest first."""
    rows = queries.rows(_PAGE, (account, before or _AFTER_ALL, count))
    return [_erasure(row) for row in rows]


def is_known(queries: Queries, erasure: str) -> bool:
    """Whether this database knows that the erasure was begun."""
    return queries.value(_KNOWN, (erasure,)) is not None


def begin(
    tx: Transaction,
    erasure: str,
    *,
    serial: int,
    kept: int | None,
    rows: Sequence[Row],
    at: Ms,
) -> None:
    """It is begun: from here on it is gone on with after a crash. ``rows``: what is done."""
    tx.run(_BEGUN, (serial, kept, at, _encode(rows).decode(), erasure))


def finish(tx: Transaction, done: Erasure, *, at: Ms, due: Ms | None, receipt: str) -> None:
    """It is done; ``due``: when the next of what had to be kept may go."""
    tx.run(_OVERTAKEN, (None, done.party))
    tx.run(_DONE, (at, due, receipt, done.id))


def put_off(tx: Transaction, party: PartyId, due: Ms) -> None:
    """Nothing may go yet: look again at ``due``."""
    tx.run(_OVERTAKEN, (due, party))


def forget_plans(tx: Transaction, *, before: Ms) -> None:
    """Drop plans nobody carried out."""
    tx.run(_FORGET_PLANS, (before,))


def _erasure(row: SqlRow) -> Erasure:
    values = [*row]
    values[12] = _decode(row[12])
    return Erasure(*values)
