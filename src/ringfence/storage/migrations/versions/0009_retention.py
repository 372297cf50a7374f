"""Numbers about months whose calls are gone, and whose key is whose."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what counts of calls need."""
    op.create_table(
        "call_counts",
        sa.Column("account_id", sa.String(34), nullable=False),
        sa.Column("month", sa.BigInteger, nullable=False),
        sa.Column("direction", sa.String(32), nullable=False),
        sa.Column("missed", sa.Boolean, nullable=False),
        sa.Column("calls", sa.BigInteger, nullable=False),
        sa.Column("talk_minutes", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint(
            "account_id", "month", "direction", "missed", name="pk_call_counts"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_parties_key_serial", "parties", ["key_serial"])
