"""Consents, what was shown for them, and whom to leave alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.String(34)
WORD = sa.String(32)
ROW = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add what consents need."""
    op.create_table(
        "consent_texts",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("version", WORD, nullable=False),
        sa.Column("locale", WORD, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("shown_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_consent_texts"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "consents",
        sa.Column("id", ROW, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("party_id", ID, nullable=False),
        sa.Column("purpose", WORD, nullable=False),
        sa.Column("channel", WORD, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("text_hash", sa.String(64), nullable=True),
        sa.Column("how", WORD, nullable=False),
        sa.Column("actor", ID, nullable=False),
        sa.Column("call_id", ID, nullable=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
    )
    op.create_index("ix_consents_party_id", "consents", ["party_id"])
    op.create_table(
        "suppressions",
        sa.Column("lookup", sa.LargeBinary, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("how", WORD, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("lookup", "kind", name="pk_suppressions"),
        sqlite_with_rowid=False,
    )
