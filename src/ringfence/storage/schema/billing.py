"""What things cost, what was charged, and what is left of what was paid.

A charge is of one call or one message and goes with its record. What an account was charged on a
day (``charge_sums``), what it paid and what is left (``movements``, ``balances``) names nobody's
call and nobody: that stays when the people are erased.
"""

from sqlalchemy import BigInteger, Index, String, Table, Text

from ringfence.privacy.labels import (
    ACCOUNT_ID,
    BILLING,
    CALL_FACT,
    CALL_ID,
    CALL_TIME,
    CONFIG,
    CONFIG_SEALED,
    PARTY_ID,
    SYSTEM,
    TEXT_FACT,
    TEXT_ID,
    TEXT_TIME,
)
from ringfence.storage.schema.base import ID, MS, SEALED, WORD, column, metadata

tariffs = Table(
    "tariffs",
    metadata,
    column("id", ID, CONFIG, primary_key=True),
    column("account_id", ID, ACCOUNT_ID, nullable=True),  # null: of every account without one
    column("currency", WORD, CONFIG),
    column("since", MS, CONFIG),
    column("made_at", MS, SYSTEM),
    column("rates", Text, CONFIG),  # JSON: service, to, millionths, per, first, step
    sqlite_with_rowid=False,
)
"""Versions of tariffs; none is ever changed."""

charges = Table(
    "charges",
    metadata,
    column("id", ID, CALL_ID, primary_key=True),  # of the call, the recording, the transcription
    column("call_id", ID, CALL_ID),
    column("account_id", ID, ACCOUNT_ID),
    column("service", WORD, CALL_FACT),  # billing.tariffs.Service
    column("tariff_id", ID, CONFIG),
    column("currency", WORD, CALL_FACT),
    column("micros", BigInteger, CALL_FACT),  # of its rate
    column("per", WORD, CALL_FACT),
    column("first_s", BigInteger, CALL_FACT),
    column("step_s", BigInteger, CALL_FACT),
    column("began_at", MS, CALL_TIME),
    column("price", BigInteger, CALL_FACT, nullable=True),  # millionths; null: it goes on
    Index("ix_charges_call_id", "call_id"),
    sqlite_with_rowid=False,
)
"""What calls cost, and what was kept of them: the rate since they began, the price once they end.

Nobody is named, not even where a call went.
"""

text_charges = Table(
    "text_charges",
    metadata,
    column("id", ID, TEXT_ID, primary_key=True),  # of the message
    column("party_id", ID, PARTY_ID),
    column("account_id", ID, ACCOUNT_ID),
    column("service", WORD, TEXT_FACT),
    column("tariff_id", ID, CONFIG),
    column("currency", WORD, TEXT_FACT),
    column("price", BigInteger, TEXT_FACT),
    column("at", MS, TEXT_TIME),
    Index("ix_text_charges_party_id", "party_id"),
    sqlite_with_rowid=False,
)

charge_sums = Table(
    "charge_sums",
    metadata,
    column("id", String(96), BILLING, primary_key=True),  # account, day, service, currency
    column("account_id", ID, ACCOUNT_ID),
    column("day", MS, BILLING),  # its first instant, UTC
    column("service", WORD, BILLING),
    column("currency", WORD, BILLING),
    column("count", BigInteger, BILLING),
    column("price", BigInteger, BILLING),
    Index("ix_charge_sums_account_id_day", "account_id", "day"),
    sqlite_with_rowid=False,
)
"""What an account was charged on a day for a service: it outlives what it was charged for."""

movements = Table(
    "movements",
    metadata,
    column("id", String(48), BILLING, primary_key=True),  # a fee: its number and month
    column("account_id", ID, ACCOUNT_ID),  # whose balance moved
    column("kind", WORD, BILLING),  # credit, adjustment, fee
    column("at", MS, BILLING),
    column("currency", WORD, BILLING),
    column("amount", BigInteger, BILLING),  # millionths; less than 0: taken away
    column("reason", SEALED, CONFIG_SEALED, nullable=True),
    Index("ix_movements_account_id_at", "account_id", "at"),
    sqlite_with_rowid=False,
)
"""What moved a balance, but what was used: that is in ``charge_sums``."""

balances = Table(
    "balances",
    metadata,
    column("account_id", ID, ACCOUNT_ID, primary_key=True),
    column("currency", WORD, BILLING),
    column("amount", BigInteger, BILLING),
    column("debt_limit", BigInteger, BILLING, nullable=True),  # null: limits.BALANCE_DEBT_MICROS
    sqlite_with_rowid=False,
)
