"""What carriers call the parts of a message, and what they told of each.

The newest message of an id is the one meant: carriers begin to count anew some day.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import bindparam, delete, select, update

from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import MessageId, PartyId
from ringfence.kernel.limits import TEXT_SAME_MS
from ringfence.messaging import message as life
from ringfence.messaging.carrier import Delivery
from ringfence.storage.account_seal import AccountSeal
from ringfence.storage.schema import text_parts
from ringfence.storage.statement import Statement, insert_new
from ringfence.storage.unit_of_work import Transaction

_q = text_parts.c
_ADD_PART = insert_new(text_parts)
_PART = Statement(
    select(_q.text_id, _q.state).where(
        _q.carrier == bindparam("name"), _q.carrier_id == bindparam("theirs")
    ),
    *("name", "theirs"),
)
_CAME = Statement(
    select(_q.sent_at).where(_q.carrier == bindparam("name"), _q.carrier_id == bindparam("theirs")),
    *("name", "theirs"),
)
_DROP_PART = Statement(
    delete(text_parts).where(_q.carrier == bindparam("name"), _q.carrier_id == bindparam("theirs")),
    *("name", "theirs"),
)
_SET_PART = Statement(
    update(text_parts)
    .where(_q.carrier == bindparam("name"), _q.carrier_id == bindparam("theirs"))
    .values(state=bindparam("said")),
    *("said", "name", "theirs"),
)
_PARTS = Statement(select(_q.state).where(_q.text_id == bindparam("text")))
_DROP_PARTS = Statement(delete(text_parts).where(_q.text_id == bindparam("text")))


class TextParts:
    """The parts of one account's messages."""

    __slots__ = ("_seal",)

    def __init__(self, seal: AccountSeal) -> None:
        self._seal = seal

    def sent_as(
        self, tx: Transaction, text: MessageId, party: PartyId, carrier: str,
        names: Iterable[str], at: Ms,
    ) -> None:  # fmt: skip
        """Remember under which ids a carrier will tell of the parts of a message."""
        for name in names:
            if name:
                tx.run(_DROP_PART, (carrier, name))
                tx.run(_ADD_PART, (carrier, name, text, party, Delivery.ENROUTE.value, at))

    def told(
        self, tx: Transaction, carrier: str, name: str, state: Delivery
    ) -> tuple[MessageId, list[Delivery]] | None:
        """Write down what became of a part; return its message and the states of all its parts.

        None where nobody knows that part.
        """
        row = tx.row(_PART, (carrier, name))
        if row is None:
            return None
        if not Delivery(row[1]).final:
            tx.run(_SET_PART, (state.value, carrier, name))
        states = [Delivery(found[0]) for found in tx.rows(_PARTS, (row[0],))]
        return MessageId(row[0]), states

    def forget(self, tx: Transaction, text: MessageId) -> None:
        """Nothing more will be told of a message."""
        tx.run(_DROP_PARTS, (text,))

    def came_before(
        self, tx: Transaction, arrived: life.MessageArrived, carrier: str, ref: str
    ) -> bool:
        """Whether a carrier delivered this message already, minutes ago; if not, it has now.

        What a carrier names a message by may be made of its text: it is kept as a keyed hash.
        """
        name = "in:" + self._seal.find(f"inbound:{carrier}:{ref}").hex()
        row = tx.row(_CAME, (carrier, name))
        if row is not None and row[0] > arrived.at - TEXT_SAME_MS:
            return True
        self.sent_as(tx, arrived.message, arrived.party, carrier, [name], arrived.at)
        return False
