"""Codes of cases at rest: hashes, tries and how many went to one contact."""

from __future__ import annotations

from sqlalchemy import bindparam, func, select, update

from ringfence.kernel.clock import DAY, Ms
from ringfence.kernel.ids import CaseId
from ringfence.privacy.cases.codes import Issued
from ringfence.storage.schema import case_codes, messages, subscriptions
from ringfence.storage.statement import Statement, at_most, insert_row
from ringfence.storage.unit_of_work import Queries, Transaction

_k = case_codes.c
_ADD = insert_row(case_codes)
_LAST = Statement(
    at_most(
        select(_k.number, _k.hash, _k.tries, _k.expires_at)
        .where(_k.case_id == bindparam("case"))
        .order_by(_k.number.desc()),
        1,
    )
)
_TRIED = Statement(
    update(case_codes)
    .where(_k.case_id == bindparam("case"), _k.number == bindparam("nr"))
    .values(tries=_k.tries + bindparam("one")),
    "one",
    "case",
    "nr",
)
_SPENT = Statement(
    update(case_codes).where(_k.case_id == bindparam("case")).values(expires_at=bindparam("never")),
    "never",
    "case",
)
_MAILED = Statement(
    at_most(select(messages.c.id).where(messages.c.lookup == bindparam("lookup")), 1)
)
_LISTED = Statement(
    at_most(select(subscriptions.c.list).where(subscriptions.c.lookup == bindparam("lookup")), 1)
)
_RECENT = Statement(
    select(func.count()).where(_k.contact == bindparam("contact"), _k.sent_at > bindparam("since")),
    "contact",
    "since",
)


def knows_mailbox(queries: Queries, lookup: bytes) -> bool:
    """Whether anything was ever sent to a mailbox, or is on a list for it."""
    return any(queries.value(found, (lookup,)) is not None for found in (_MAILED, _LISTED))


def add(tx: Transaction, case: CaseId, issued: Issued, *, contact: bytes, now: Ms) -> int:
    """Keep a code; the number of codes of the case so far."""
    row = tx.row(_LAST, (case,))
    number = 0 if row is None else row[0] + 1
    tx.run(_ADD, (case, number, contact, issued.hash, issued.tries, now, issued.expires_at))
    return number + 1


def take(tx: Transaction, case: CaseId) -> Issued | None:
    """Return the last code and count one try; None where none was issued.

    The try is counted before anything is compared, in the transaction that compares.
    """
    row = tx.row(_LAST, (case,))
    tx.run(_TRIED, (1, case, -1 if row is None else row[0]))
    return None if row is None else Issued(row[1], row[2], row[3])


def spend(tx: Transaction, case: CaseId) -> None:
    """A code works once: none of the case's is good any more."""
    tx.run(_SPENT, (0, case))


def count(queries: Queries, case: CaseId) -> int:
    """Return how many codes a case had."""
    row = queries.row(_LAST, (case,))
    return 0 if row is None else int(row[0]) + 1


def recent(queries: Queries, contact: bytes, now: Ms) -> int:
    """Return how many codes went to one contact within a day, whatever the case."""
    found: int = queries.value(_RECENT, (contact, now - DAY))
    return found
