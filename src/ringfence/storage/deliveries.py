"""Callbacks of one account until they are taken: sealed, in order, given up after a day.

::

            first of its lane                taken, or its person erased
    told ──────────────────────▶ ready ──────────────────────────────────▶ (row removed)
      │                          ▲  ▲ │
      │ others wait before it    │  │ └──given up──▶ dead ──revive──▶ ready, or behind
      └──────────▶ behind ───────┘  │
         the one before it is over  └─ tried again later: the row says when

A callback may also be *pledged*: what is to be told of the end of a recording, a call or a leg,
kept when it begins and never sent. Telling the end settles it in the same transaction; what is
still there at the next start is what a killed process did not come to tell.

A *lane* is what is about one subject (a call, a conference, a message) and goes to one server. In
a lane one is ready at most, so what happened later is never tried before what happened earlier is
taken or given up; other lanes do not know of it.

What is said is sealed under the key of the person it is about. The server is known by a keyed hash
of scheme, host and port, so that the table says nothing about whom the account talks to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import msgspec
from sqlalchemy import bindparam, delete, exists, func, select, update

from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId, DeliveryId, PartyId
from ringfence.privacy.labels import CONTENT_SEALED
from ringfence.privacy.vault import Vault
from ringfence.storage.accounts import Account
from ringfence.storage.keyring import KeyRing
from ringfence.storage.openings import Openings
from ringfence.storage.outbox import far_end
from ringfence.storage.schema import deliveries
from ringfence.storage.statement import Row, Statement, at_most, insert_row, word
from ringfence.storage.unit_of_work import Queries, Transaction

_d = deliveries.c
_ADD = insert_row(deliveries)
_LANE = (_d.subject == bindparam("about")) & (_d.destination == bindparam("server"))
_WAITS = _d.state.in_([word("ready"), word("behind")])
_OCCUPIED = Statement(at_most(select(_d.sequence).where(_LANE, _WAITS), 1), "about", "server")
_ONE = Statement(select(*_d).where(_d.id == bindparam("delivery")))
_READY = Statement(
    at_most(
        select(*_d)
        .where(
            _d.state == word("ready"),
            _d.destination == bindparam("server"),
            _d.due_at <= bindparam("now"),
        )
        .order_by(_d.due_at, _d.sequence),
        "count",
    ),
    "server",
    "now",
    "count",
)
_LATER = Statement(
    select(func.min(_d.due_at)).where(
        _d.state == word("ready"),
        _d.destination == bindparam("server"),
        _d.due_at > bindparam("now"),
    ),
    "server",
    "now",
)
_NEXT_SERVER = Statement(
    at_most(
        select(_d.destination, _d.due_at)
        .where(_d.state == word("ready"), _d.destination > bindparam("after"))
        .order_by(_d.destination, _d.due_at),
        1,
    ),
    "after",
)
_REMOVE = Statement(delete(deliveries).where(_d.sequence == bindparam("number")))
_AGAIN = Statement(
    update(deliveries)
    .where(_d.sequence == bindparam("number"), _d.state == word("ready"))
    .values(due_at=bindparam("at"), attempts=bindparam("tries"), error=bindparam("why")),
    "at",
    "tries",
    "why",
    "number",
)
_BURY = Statement(
    update(deliveries)
    .where(_d.sequence == bindparam("number"), _d.state == word("ready"))
    .values(
        state=word("dead"),
        due_at=bindparam("at"),
        attempts=bindparam("tries"),
        error=bindparam("why"),
    ),
    "at",
    "tries",
    "why",
    "number",
)
_BEHIND = Statement(
    at_most(
        select(_d.sequence).where(_LANE, _d.state == word("behind")).order_by(_d.sequence),
        1,
    ),
    "about",
    "server",
)
_FREE = Statement(
    update(deliveries)
    .where(_d.sequence == bindparam("number"))
    .values(state=word("ready"), due_at=bindparam("at")),
    "at",
    "number",
)
_first = deliveries.alias("first")
_UNBLOCK = Statement(
    update(deliveries)
    .where(
        _d.state == word("behind"),
        ~exists().where(
            _first.c.subject == _d.subject,
            _first.c.destination == _d.destination,
            (_first.c.state == word("ready"))
            | ((_first.c.state == word("behind")) & (_first.c.sequence < _d.sequence)),
        ),
    )
    .values(state=word("ready"), due_at=bindparam("at")),
    "at",
)
_BY_NUMBER = Statement(select(*_d).where(_d.sequence == bindparam("number")))
_REVIVE = Statement(
    update(deliveries)
    .where(_d.sequence == bindparam("number"), _d.state == word("dead"))
    .values(
        state=bindparam("as_"),
        due_at=bindparam("at"),
        created_at=bindparam("anew"),
        attempts=bindparam("none"),
    ),
    "as_",
    "at",
    "none",
    "anew",
    "number",
)
_COUNT = Statement(
    select(_d.state, func.count()).where(_d.state != word("pledged")).group_by(_d.state)
)
_SETTLE = Statement(
    delete(deliveries).where(_d.subject == bindparam("about"), _d.state == word("pledged")),
    "about",
)
_PLEDGED = Statement(
    select(*_d)
    .where(_d.account_id == bindparam("account"), _d.state == word("pledged"))
    .order_by(_d.id),
    "account",
)
_PAGE = Statement(
    at_most(
        select(*_d)
        .where(
            _d.account_id == bindparam("account"),
            _d.state == bindparam("how"),
            _d.id < bindparam("before"),
        )
        .order_by(_d.id.desc()),
        "count",
    ),
    "account",
    "how",
    "before",
    "count",
)
_AFTER_ALL = "DM"
"""Above every delivery's id."""


class Message(msgspec.Struct, frozen=True, array_like=True):
    """What is said, and to whom. ``body``: JSON instead of a form."""

    url: str
    method: str
    params: list[tuple[str, str]]
    body: bytes = b""
    spare_url: str = ""
    spare_method: str = "POST"

    def __repr__(self) -> str:
        return "Message()"


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Message).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A callback to be kept. ``subject``: whose order counts; ``origin``: scheme, host and port."""

    message: Message
    origin: str = field(repr=False)
    subject: str
    kind: str
    call: CallId | None = None
    party: PartyId | None = None
    event: str = ""
    source: str | None = None
    serial: int | None = None
    """The key, where it is known already."""
    outcome: str = ""
    """The SID of what it tells the end of: what was pledged of that is settled."""
    pledged: bool = False
    """It waits for that outcome; ``event``: the one word that is to be told, "" for any."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row, in the order of the table's columns. ``attempts``: those made until now."""

    sequence: int
    id: DeliveryId
    account: str
    call: CallId | None
    subject: str
    destination: bytes = field(repr=False)
    kind: str
    event: str | None
    source: str | None
    spare: bool
    state: str
    due_at: Ms
    attempts: int
    error: str | None
    created_at: Ms
    key_serial: int
    sealed: bytes = field(repr=False)


class Deliveries:
    """The callbacks of one account."""

    __slots__ = ("_account", "_entropy", "_keys", "_openings", "_vault")

    def __init__(
        self,
        account: Account,
        *,
        vault: Vault,
        keys: KeyRing,
        openings: Openings,
        entropy: Entropy,
    ) -> None:
        self._account = account
        self._vault = vault
        self._keys = keys
        self._openings = openings
        self._entropy = entropy

    def add(self, tx: Transaction, told: Told, *, now: Ms) -> Delivery:
        """Keep a callback; ``ready`` where nothing of its lane waits before it.

        One that is pledged is about what it will tell the end of, and in no lane.
        """
        identifier = DeliveryId(ids.make("delivery", now, self._entropy))
        serial = self._keys.standing(told.serial)
        if serial is None:
            party = told.party or far_end(tx, told.call)
            serial = self._keys.serial(tx, self._account.id, party)
        destination = self._vault.find(self._account.pepper, f"origin:{told.origin}")
        subject = told.subject or identifier  # about nothing else: a lane of its own
        if told.pledged and told.outcome:
            subject, state = told.outcome, "pledged"
        else:
            behind = tx.value(_OCCUPIED, (subject, destination)) is not None
            state = "behind" if behind else "ready"
            if told.outcome:
                self.settle(tx, told.outcome)
        sealed = self._vault.seal(serial, _encode(told.message), context=f"delivery:{identifier}")
        row = (
            None,
            identifier,
            self._account.id,
            told.call,
            subject,
            destination,
            told.kind,
            told.event or None,
            told.source,
            bool(told.message.spare_url),
            state,
            now,
            0,
            None,
            now,
            serial,
            sealed,
        )
        tx.run(_ADD, row)
        return _delivery((tx.inserted(), *row[1:]))

    def settle(self, tx: Transaction, about: str) -> None:
        """The end of a recording, call or leg was told, or is nobody's to hear."""
        tx.run(_SETTLE, (about,))

    def pledged(self, queries: Queries) -> list[Delivery]:
        """Return what was pledged and not settled; ``subject``: what they tell the end of."""
        return [_delivery(row) for row in queries.rows(_PLEDGED, (self._account.id,))]

    def message(self, delivery: Delivery) -> Message:
        """Return what is to be said. Purpose: deliver_content.

        Raises `Refused` (``erased``) where the person it is about was erased meanwhile, or the
        message it tells of was redacted.
        """
        if not delivery.sealed:
            raise Refused("erased", "what was to be said is gone")
        return self._openings.open(
            delivery.sealed,
            serial=delivery.key_serial,
            context=f"delivery:{delivery.id}",
            label=CONTENT_SEALED,
            read=_decode,
        )

    def unblock(self, tx: Transaction, *, now: Ms) -> int:
        """Make ready what stands behind nothing any more; how many.

        An erasure takes rows out of the middle of a lane.
        """
        return tx.changed(_UNBLOCK, (now,))

    # --- what is due ----------------------------------------------------------------------------

    def destinations(self, queries: Queries) -> Iterator[tuple[bytes, Ms]]:
        """Yield every server something is ready for, and when the first of it is due."""
        after = b""
        while (row := queries.row(_NEXT_SERVER, (after,))) is not None:
            after = row[0]
            yield after, Ms(row[1])

    def ready(
        self, queries: Queries, destination: bytes, *, count: int, now: Ms
    ) -> tuple[list[Delivery], Ms | None]:
        """Return what is due for a server, and when the next of it is."""
        rows = queries.rows(_READY, (destination, now, count))
        if len(rows) == count:
            return [_delivery(row) for row in rows], now
        return [_delivery(row) for row in rows], queries.value(_LATER, (destination, now))

    # --- what became of it ----------------------------------------------------------------------

    def done(self, tx: Transaction, delivery: Delivery, *, now: Ms) -> Delivery | None:
        """It was taken: the one behind it, which is ready now."""
        tx.run(_REMOVE, (delivery.sequence,))
        return self._free(tx, delivery, now)

    def again(self, tx: Transaction, delivery: Delivery, *, at: Ms, error: str) -> None:
        """It was not taken and is tried again ``at``."""
        tx.run(_AGAIN, (at, delivery.attempts + 1, error, delivery.sequence))

    def bury(
        self, tx: Transaction, delivery: Delivery, *, error: str, tried: bool, now: Ms
    ) -> Delivery | None:
        """It is given up: the one behind it, which is ready now."""
        attempts = delivery.attempts + int(tried)
        if tx.changed(_BURY, (now, attempts, error, delivery.sequence)):
            return self._free(tx, delivery, now)
        return None

    def _free(self, tx: Transaction, delivery: Delivery, now: Ms) -> Delivery | None:
        number = tx.value(_BEHIND, (delivery.subject, delivery.destination))
        if number is None:
            return None
        tx.run(_FREE, (now, number))
        row = tx.row(_BY_NUMBER, (number,))
        return None if row is None else _delivery(row)

    def revive(self, tx: Transaction, delivery: str, *, now: Ms) -> Delivery:
        """Try what was given up again, for another day. Raises `Refused` (``not_found``)."""
        found = self.get(tx, delivery)
        if found.state != "dead":
            raise Refused("not_dead", "this callback is waiting already; it was not given up")
        behind = tx.value(_OCCUPIED, (found.subject, found.destination)) is not None
        tx.run(_REVIVE, ("behind" if behind else "ready", now, 0, now, found.sequence))
        return self.get(tx, delivery)

    # --- showing --------------------------------------------------------------------------------

    def get(self, queries: Queries, delivery: str) -> Delivery:
        """Return one; raises `Refused` (``not_found``), also for another account's."""
        row = queries.row(_ONE, (delivery,))
        if row is None or row[2] != self._account.id:
            raise Refused("not_found", "no callback of that SID waits or was given up")
        return _delivery(row)

    def page(
        self, queries: Queries, state: str, *, count: int, before: str | None = None
    ) -> list[Delivery]:
        """Return those in a state, newest first."""
        values = (self._account.id, state, before or _AFTER_ALL, count)
        return [_delivery(row) for row in queries.rows(_PAGE, values)]

    def counts(self, queries: Queries) -> dict[str, int]:
        """Return how many there are by state."""
        return {"ready": 0, "behind": 0, "dead": 0} | dict(queries.rows(_COUNT))


def _delivery(row: Row | Sequence[object]) -> Delivery:
    return Delivery(*row)
