"""What a case changes about somebody's choices: objections, withdrawals, opting out.

The ledger of consents and the list of people to leave alone are those of ``schema.consents``; a
choice is a new row, and never removes one.
"""

from __future__ import annotations

from sqlalchemy import bindparam, func, select

from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import AccountId, PartyId
from ringfence.storage.schema import consents, suppressions
from ringfence.storage.statement import Statement, at_most, insert_new, insert_row
from ringfence.storage.unit_of_work import Queries, Transaction

_c = consents.c
_ADD = insert_row(consents)
_LAST = Statement(
    at_most(
        select(_c.state)
        .where(
            _c.party_id == bindparam("party"),
            _c.purpose == bindparam("purpose"),
            _c.channel.in_((bindparam("channel"), "any")),
        )
        .order_by(_c.id.desc()),
        1,
    ),
)
_SUPPRESS = insert_new(suppressions)
_SUPPRESSED = Statement(
    select(func.count()).where(
        suppressions.c.lookup == bindparam("lookup"), suppressions.c.kind == bindparam("kind")
    ),
    "lookup",
    "kind",
)


def choose(
    tx: Transaction,
    *,
    account: AccountId,
    party: PartyId,
    purpose: str,
    channel: str,
    state: str,
    actor: str,
    now: Ms,
) -> None:
    """Write down a choice: ``state`` is ``refused`` (objection) or ``withdrawn``."""
    row = {
        "id": None, "account_id": account, "party_id": party, "purpose": purpose,
        "channel": channel,
        "state": state, "text_hash": None, "how": "page", "actor": actor, "call_id": None,
        "at": now,
    }  # fmt: skip
    tx.run(_ADD, _ADD.bind(row))


def choice(queries: Queries, party: PartyId, *, purpose: str, channel: str) -> str | None:
    """Return the last choice about a purpose and channel, None where none was made."""
    values = {"party": party, "purpose": purpose, "channel": channel}
    found: str | None = queries.value(_LAST, tuple(values.get(n, "any") for n in _LAST.names))
    return found


def leave_alone(
    tx: Transaction, lookup: bytes, kind: str, *, account: AccountId, how: str, now: Ms
) -> None:
    """Put an address on a list of people to leave alone; being on it already changes nothing."""
    tx.run(_SUPPRESS, (lookup, kind, account, how, now))


def is_left_alone(queries: Queries, lookup: bytes, kind: str) -> bool:
    """Whether an address is on such a list."""
    return bool(queries.value(_SUPPRESSED, (lookup, kind)))
