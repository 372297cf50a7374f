"""The audit log: tiles of the tree, what is not a call fact, and signed heads."""

from sqlalchemy import BigInteger, Index, Table, Text

from ringfence.privacy.labels import ACCOUNT_ID, AUDIT, AUDIT_COMMITMENT, PARTY_ID
from ringfence.storage.schema.base import HASH, ID, MS, ROW, WORD, column, metadata

audit_tiles = Table(
    "audit_tiles",
    metadata,
    column("level", BigInteger, AUDIT, primary_key=True),  # -1 entries, 1.. hashes
    column("number", BigInteger, AUDIT, primary_key=True),
    column("data", HASH, AUDIT_COMMITMENT),
)

audit_records = Table(
    "audit_records",
    metadata,
    column("leaf", ROW, AUDIT, primary_key=True),
    column("at", MS, AUDIT),
    column("kind", WORD, AUDIT),  # opened, disclosed, destroyed, ...
    column("account_id", ID, ACCOUNT_ID, nullable=True),
    column("party_id", ID, PARTY_ID, nullable=True),
    column("body", Text, AUDIT),  # JSON: purpose, category, who; never a value
    Index("ix_audit_records_party_id", "party_id"),
)
"""Leaves that are not call facts (those are rows of ``events``)."""

audit_checkpoints = Table(
    "audit_checkpoints",
    metadata,
    column("size", ROW, AUDIT, primary_key=True),
    column("at", MS, AUDIT),
    column("note", Text, AUDIT),
)
