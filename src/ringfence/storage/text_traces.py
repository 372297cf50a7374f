"""What is kept of a text message beside its own row, and goes with what it said.

The document asked for a message that came in holds its text, and so does what is told of it to the
account's own server; both lie in the notification log, and a replay of them among the callbacks
that wait. Of a redacted message their frame remains: when, how big, with what status. What only
tells a state (sent, delivered) says nothing of the text and stays until the message is deleted.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, update

from ringfence.kernel.ids import MessageId
from ringfence.storage.schema import deliveries, notifications
from ringfence.storage.statement import Statement, word
from ringfence.storage.unit_of_work import Transaction

TELLS_A_STATE: Final = "message"
"""The kind of an exchange that tells in what state a message is, and not what it says."""

_n, _d = notifications.c, deliveries.c
_EMPTY = Statement(
    update(notifications)
    .where(_n.subject == bindparam("text"))
    .values(sealed=bindparam("nothing"), key_serial=bindparam("no_key")),
    *("no_key", "nothing", "text"),
)
_EMPTY_TEXT = Statement(
    update(notifications)
    .where(_n.subject == bindparam("text"), _n.kind != word(TELLS_A_STATE))
    .values(sealed=bindparam("nothing"), key_serial=bindparam("no_key")),
    *("no_key", "nothing", "text"),
)
_UNSAY = Statement(
    update(deliveries).where(_d.subject == bindparam("text")).values(sealed=bindparam("nothing")),
    *("nothing", "text"),
)
_UNSAY_TEXT = Statement(
    update(deliveries)
    .where(_d.subject == bindparam("text"), _d.kind != word(TELLS_A_STATE))
    .values(sealed=bindparam("nothing")),
    *("nothing", "text"),
)


def hush(tx: Transaction, text: MessageId, *, wholly: bool = False) -> None:
    """Take what a message said out of the log and out of what waits to be told; leave no copy.

    A callback that says nothing any more is passed over when its turn comes. ``wholly``: the
    message itself is gone, and with it whom its states speak of.
    """
    tx.run(_EMPTY if wholly else _EMPTY_TEXT, (None, None, text))
    tx.run(_UNSAY if wholly else _UNSAY_TEXT, (b"", text))
    tx.leave_no_copy()
