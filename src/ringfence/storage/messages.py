"""Messages and lists at rest: addresses as keyed hashes, what was said nowhere.

What a message says is sealed in its job (``storage.outbox``) and goes with it. Whom to leave
alone is the kind ``marketing`` of ``suppressions``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects import sqlite

from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import AccountId, MessageId
from ringfence.messaging.permission import Subscription
from ringfence.storage.account_seal import AccountSeal
from ringfence.storage.parties import MAILBOX, canonical
from ringfence.storage.schema import messages, subscriptions, suppressions
from ringfence.storage.statement import Statement, at_most, insert_new, word
from ringfence.storage.unit_of_work import Queries, Transaction

State = Literal["queued", "sent", "failed"]
MARKETING = "marketing"

_m = messages.c
_ADD = insert_new(messages)
_SETTLE = Statement(
    update(messages)
    .where(_m.id == bindparam("message"))
    .values(state=bindparam("state"), error=bindparam("code"), settled_at=bindparam("at")),
    "state",
    "code",
    "at",
    "message",
)
_LIST = Statement(
    at_most(
        select(
            *(_m.id, _m.template, _m.kind, _m.channel, _m.ground, _m.evidence, _m.reason),
            *(_m.state, _m.error, _m.created_at, _m.settled_at),
        )
        .where(_m.account_id == bindparam("account"))
        .order_by(_m.id.desc()),
        "count",
    ),
    "account",
    "count",
)
_GET = Statement(
    select(
        *(_m.id, _m.template, _m.kind, _m.channel, _m.ground, _m.evidence, _m.reason),
        *(_m.state, _m.error, _m.created_at, _m.settled_at),
    ).where(_m.id == bindparam("message"))
)
_DROP = Statement(
    delete(messages).where(
        _m.account_id == bindparam("account"),
        _m.reason == bindparam("reason"),
        _m.state != word("sent"),
    ),
    "account",
    "reason",
)
_LOOKUP = Statement(select(_m.lookup, _m.kind).where(_m.id == bindparam("message")))
_s = subscriptions.c
_SUBSCRIBE = Statement(
    sqlite.insert(subscriptions).on_conflict_do_update(
        index_elements=["lookup", "list"],
        set_={
            name: sqlite.insert(subscriptions).excluded[name]
            for name in ("account_id", "ground", "evidence", "product", "since")
        },
    ),
    *(column.name for column in subscriptions.columns),
)
_SUBSCRIBED = Statement(
    select(_s.list, _s.ground, _s.evidence, _s.product)
    .where(_s.account_id == bindparam("account"), _s.lookup == bindparam("lookup"))
    .order_by(_s.list),
    "account",
    "lookup",
)
_LEAVE = Statement(
    delete(subscriptions).where(
        _s.account_id == bindparam("account"), _s.lookup == bindparam("lookup")
    ),
    "account",
    "lookup",
)
_x = suppressions.c
_SUPPRESS = insert_new(suppressions)
_SUPPRESSED = Statement(
    select(_x.since).where(_x.lookup == bindparam("lookup"), _x.kind == bindparam("kind")),
    "lookup",
    "kind",
)


@dataclass(frozen=True, slots=True)
class Message:
    """A message that went out or will. ``reason``: of each there is one message."""

    id: MessageId
    template: str
    kind: str
    channel: str
    ground: str
    evidence: str
    reason: str
    state: State
    error: str | None
    created_at: Ms
    settled_at: Ms | None


class Messages:
    """The messages and lists of one account."""

    __slots__ = ("_account", "_seal")

    def __init__(self, seal: AccountSeal) -> None:
        self._seal = seal
        self._account: AccountId = seal.account.id

    def lookup(self, address: str) -> bytes:
        """Return the keyed hash under which a mailbox is known, the same as of its party.

        So whoever erases the party reaches what was sent to the mailbox, and the lists it is on.
        """
        return self._seal.find(canonical(MAILBOX + address))

    def add(self, tx: Transaction, message: Message, lookup: bytes) -> bool:
        """Add a message; False where its reason has led to one already."""
        m = message
        row = (
            *(m.id, self._account, m.template, m.kind, m.channel, lookup, m.ground, m.evidence),
            *(m.reason, m.state, m.error, m.created_at, m.settled_at),
        )
        return bool(tx.changed(_ADD, row))

    def settle(
        self, tx: Transaction, message: MessageId, state: State, at: Ms, *, error: str | None = None
    ) -> None:
        """Write down how a message fared."""
        tx.run(_SETTLE, (state, error, at, message))

    def get(self, queries: Queries, message: MessageId) -> Message | None:
        """Return one message."""
        row = queries.row(_GET, (message,))
        return None if row is None else Message(*row)

    def drop(self, tx: Transaction, reason: str) -> bool:
        """Forget a message that was not sent; whether there was one."""
        return bool(tx.changed(_DROP, (self._account, reason)))

    def newest(self, queries: Queries, *, count: int) -> list[Message]:
        """Return messages, newest first."""
        return [Message(*row) for row in queries.rows(_LIST, (self._account, count))]

    def whom(self, queries: Queries, message: MessageId) -> tuple[bytes, str] | None:
        """Return (lookup, kind) of a message."""
        row = queries.row(_LOOKUP, (message,))
        return None if row is None else (bytes(row[0]), str(row[1]))

    # --- lists ----------------------------------------------------------------------------------

    def subscribe(self, tx: Transaction, lookup: bytes, item: Subscription, at: Ms) -> None:
        """Put somebody on a list, with the ground."""
        row = (lookup, item.list, self._account, item.ground, item.evidence, item.product, at)
        tx.run(_SUBSCRIBE, row)

    def subscriptions(self, queries: Queries, lookup: bytes) -> list[Subscription]:
        """Return the lists somebody is on."""
        return [Subscription(*row) for row in queries.rows(_SUBSCRIBED, (self._account, lookup))]

    def suppress(self, tx: Transaction, lookup: bytes, *, how: str, at: Ms) -> None:
        """Send no more marketing to somebody; they leave every list."""
        tx.run(_SUPPRESS, (lookup, MARKETING, self._account, how, at))
        tx.run(_LEAVE, (self._account, lookup))

    def is_suppressed(self, queries: Queries, lookup: bytes) -> bool:
        """Whether somebody declined marketing."""
        return queries.value(_SUPPRESSED, (lookup, MARKETING)) is not None
