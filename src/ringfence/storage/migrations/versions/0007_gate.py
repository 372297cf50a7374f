"""Staff tickets, holds and restrictions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.String(34)
WORD = sa.String(32)


def upgrade() -> None:
    """Add what the gate needs."""
    op.create_table(
        "api_keys",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("lookup", sa.LargeBinary, nullable=False),
        sa.Column("name", sa.LargeBinary, nullable=False),
        sa.Column("role", WORD, nullable=False),
        sa.Column("purposes", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=True),
        sa.Column("revoked_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sqlite_with_rowid=False,
    )
    op.create_index("uq_api_keys_lookup", "api_keys", ["lookup"], unique=True)
    op.create_table(
        "holds",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("record_id", ID, nullable=False),
        sa.Column("reason", WORD, nullable=False),
        sa.Column("placed_at", sa.BigInteger, nullable=False),
        sa.Column("lifted_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_holds"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_holds_record_id", "holds", ["record_id"])
    op.create_table(
        "restrictions",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("party_id", ID, nullable=False),
        sa.Column("reason", WORD, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("lifted_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_restrictions"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_restrictions_party_id", "restrictions", ["party_id"])
    op.create_table(
        "staff_tickets",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("lookup", sa.LargeBinary, nullable=False),
        sa.Column("matter", sa.LargeBinary, nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("closed_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_staff_tickets"),
        sqlite_with_rowid=False,
    )
    op.create_index("uq_staff_tickets_lookup", "staff_tickets", ["lookup"], unique=True)
