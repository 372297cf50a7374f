"""Payments made on calls."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ID = sa.String(34)
WORD = sa.String(32)


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "payments",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("call_id", ID, nullable=False),
        sa.Column("party_id", ID, nullable=True),
        sa.Column("state", WORD, nullable=False),
        sa.Column("result", WORD, nullable=True),
        sa.Column("code", WORD, nullable=True),
        sa.Column("source", WORD, nullable=False),
        sa.Column("method", WORD, nullable=False),
        sa.Column("connector", sa.String(64), nullable=False),
        sa.Column("amount", sa.String(24), nullable=False),
        sa.Column("currency", WORD, nullable=False),
        sa.Column("once", sa.LargeBinary, nullable=True),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=True),
        sa.Column("ended_at", sa.BigInteger, nullable=True),
        sa.Column("key_serial", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_payments"),
        sqlite_with_rowid=False,
    )
    for columns in (["account_id", "id"], ["party_id", "id"], ["call_id"], ["key_serial"]):
        op.create_index(f"ix_payments_{'_'.join(columns)}", "payments", columns)
    op.create_index("uq_payments_once", "payments", ["once"], unique=True)
    op.create_index(
        "ix_payments_open", "payments", ["id"], sqlite_where=sa.text("ended_at IS NULL")
    )
