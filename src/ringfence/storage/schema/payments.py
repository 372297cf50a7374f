"""Payments made on calls: how much, through whom, what came of it; nothing that could pay again.

No number of a card or an account and no code is ever in a row. What is sealed, under the key of
whoever paid: the last digits, the kind of card, and what the processor answered.
"""

from sqlalchemy import BigInteger, Index, String, Table

from ringfence.privacy.labels import (
    ACCOUNT_ID,
    CALL_ID,
    CONFIG,
    CONFIG_HASH,
    KEY_ID,
    PARTY_ID,
    PAYMENT_FACT,
    PAYMENT_ID,
    PAYMENT_SEALED,
    PAYMENT_TIME,
)
from ringfence.storage.schema.base import HASH, ID, MS, SEALED, WORD, column, metadata

payments = Table(
    "payments",
    metadata,
    column("id", ID, PAYMENT_ID, primary_key=True),
    column("account_id", ID, ACCOUNT_ID),
    column("call_id", ID, CALL_ID),
    column("party_id", ID, PARTY_ID, nullable=True),
    column("state", WORD, PAYMENT_FACT),  # storage.payments.State
    column("result", WORD, PAYMENT_FACT, nullable=True),  # payments.charge.Result
    column("code", WORD, PAYMENT_FACT, nullable=True),
    column("source", WORD, PAYMENT_FACT),  # verb, api
    column("method", WORD, PAYMENT_FACT),
    column("connector", String(64), CONFIG),
    column("amount", String(24), PAYMENT_FACT),  # empty: a token alone
    column("currency", WORD, PAYMENT_FACT),
    column("once", HASH, CONFIG_HASH, nullable=True),  # of the key it was asked for under
    column("opened_at", MS, PAYMENT_TIME),
    column("asked_at", MS, PAYMENT_TIME, nullable=True),
    column("ended_at", MS, PAYMENT_TIME, nullable=True),
    column("key_serial", BigInteger, KEY_ID),
    column("sealed", SEALED, PAYMENT_SEALED, nullable=True),
    Index("ix_payments_account_id_id", "account_id", "id"),
    Index("ix_payments_party_id_id", "party_id", "id"),
    Index("ix_payments_call_id", "call_id"),
    Index("ix_payments_key_serial", "key_serial"),
    Index("uq_payments_once", "once", unique=True),
    sqlite_with_rowid=False,
)
Index("ix_payments_open", payments.c.id, sqlite_where=payments.c.ended_at.is_(None))
"""Those that have not ended: a few, and after a kill those that were under way."""
