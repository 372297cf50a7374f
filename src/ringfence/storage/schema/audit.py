"""The audit log: tiles of the tree, what is not a call fact, and signed heads."""

from sqlalchemy import BigInteger, Index, LargeBinary, Table, Text

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

Index("ix_audit_records_page", audit_records.c.leaf, sqlite_where=audit_records.c.kind == "page")
"""Leaves for everybody on a page alone: those that no span names yet are found by it."""

audit_people = Table(
    "audit_people",
    metadata,
    column("party_id", ID, PARTY_ID, primary_key=True),
    column("until", BigInteger, AUDIT, primary_key=True),  # the leaf after the last of the span
    column("leaves", Text, AUDIT),  # of the pages of a span the person is on, by commas
    sqlite_with_rowid=False,
)
"""Who is on which page of addresses that were opened at once (``storage.audit_pages``)."""

audit_gone = Table(
    "audit_gone",
    metadata,
    column("level", BigInteger, AUDIT, primary_key=True),  # -1 the nonce, 0 counts, 1.. hashes
    column("number", BigInteger, AUDIT, primary_key=True),
    column("data", LargeBinary, AUDIT_COMMITMENT),
    sqlite_with_rowid=False,
)
"""Of which leaves the records are gone (``storage.audit_gone``)."""

audit_checkpoints = Table(
    "audit_checkpoints",
    metadata,
    column("size", ROW, AUDIT, primary_key=True),
    column("at", MS, AUDIT),
    column("note", Text, AUDIT),
)
