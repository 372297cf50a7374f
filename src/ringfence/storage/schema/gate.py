"""Who may come in and what is left alone: keys, staff tickets, restrictions and holds.

A key's and a ticket's secret is kept as HMAC under the account's pepper; what they were made for
is sealed, because people write names into such fields.
"""

from sqlalchemy import Index, Table, Text

from ringfence.privacy.labels import (
    ACCOUNT_ID,
    CALL_ID,
    CONFIG,
    CONFIG_SEALED,
    PARTY_ID,
    SECRET_HASH,
    SYSTEM,
)
from ringfence.storage.schema.base import HASH, ID, MS, SEALED, WORD, column, metadata

api_keys = Table(
    "api_keys",
    metadata,
    column("id", ID, CONFIG, primary_key=True),
    column("account_id", ID, ACCOUNT_ID),
    column("lookup", HASH, SECRET_HASH),
    column("name", SEALED, CONFIG_SEALED),
    column("role", WORD, CONFIG),
    column("purposes", Text, CONFIG),  # keys of privacy.purposes, separated by spaces
    column("created_at", MS, SYSTEM),
    column("expires_at", MS, SYSTEM, nullable=True),
    column("revoked_at", MS, SYSTEM, nullable=True),
    Index("uq_api_keys_lookup", "lookup", unique=True),
    sqlite_with_rowid=False,
)

staff_tickets = Table(
    "staff_tickets",
    metadata,
    column("id", ID, CONFIG, primary_key=True),
    column("account_id", ID, ACCOUNT_ID),
    column("lookup", HASH, SECRET_HASH),
    column("matter", SEALED, CONFIG_SEALED),  # what the staff are let in for
    column("opened_at", MS, SYSTEM),
    column("expires_at", MS, SYSTEM),
    column("closed_at", MS, SYSTEM, nullable=True),
    Index("uq_staff_tickets_lookup", "lookup", unique=True),
    sqlite_with_rowid=False,
)
"""The time box of people of whoever hosts the exchange; without one they see nothing."""

restrictions = Table(
    "restrictions",
    metadata,
    column("id", ID, SYSTEM, primary_key=True),
    column("account_id", ID, ACCOUNT_ID),
    column("party_id", ID, PARTY_ID),
    column("reason", WORD, SYSTEM),
    column("since", MS, SYSTEM),
    column("lifted_at", MS, SYSTEM, nullable=True),
    Index("ix_restrictions_party_id", "party_id"),
    sqlite_with_rowid=False,
)
"""People whose data is stored and otherwise left alone (GDPR 18); several reasons may overlap."""

holds = Table(
    "holds",
    metadata,
    column("id", ID, SYSTEM, primary_key=True),
    column("account_id", ID, ACCOUNT_ID),
    column("record_id", ID, CALL_ID),  # a call, a recording, a party, a message
    column("reason", WORD, SYSTEM),
    column("placed_at", MS, SYSTEM),
    column("lifted_at", MS, SYSTEM, nullable=True),
    Index("ix_holds_record_id", "record_id"),
    sqlite_with_rowid=False,
)
"""Records that nothing may erase while somebody needs them; one row per record and reason."""
