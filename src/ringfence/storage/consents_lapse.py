"""Consents lapse when a version of the notice changes what they were given for.

A lapse is a row of the ledger like a withdrawal: what was agreed to stays readable, and from the
commit that publishes the version on nobody has agreed to the new meaning.
"""

from __future__ import annotations

from sqlalchemy import bindparam, func, select

from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import AccountId
from ringfence.storage.schema import consents
from ringfence.storage.statement import Statement, insert_row, word
from ringfence.storage.unit_of_work import Transaction

_c = consents.c
_LAST = (
    select(func.max(_c.id).label("id"))
    .where(_c.account_id == bindparam("account"), _c.purpose == bindparam("purpose"))
    .group_by(_c.party_id, _c.channel)
    .subquery()
)
_GIVEN = Statement(
    select(_c.party_id, _c.channel, _c.text_hash)
    .join(_LAST, _LAST.c.id == _c.id)
    .where(_c.state == word("given"))
    .order_by(_c.id),
    "account",
    "purpose",
)
_ADD = insert_row(consents)


def lapse(
    tx: Transaction, account: AccountId, purposes: tuple[str, ...], version: int, at: Ms
) -> int:
    """End every consent that holds for one of ``purposes``; how many ended.

    ``version``: the number of the notice that changed their meaning, kept as who ended them.
    """
    ended = 0
    for purpose in purposes:
        found = tx.rows(_GIVEN, (account, purpose))
        tx.run_many(
            _ADD,
            [
                (None, account, party, purpose, channel, "lapsed", text, "notice",
                 f"notice:{version}", None, at)
                for party, channel, text in found
            ],
        )  # fmt: skip
        ended += len(found)
    return ended
