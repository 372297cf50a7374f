"""Postal addresses of customers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

ID = sa.String(34)


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "addresses",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("party_id", ID, nullable=False),
        sa.Column("country", sa.String(32), nullable=False),
        sa.Column("emergency", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("key_serial", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_addresses"),
        sqlite_with_rowid=False,
    )
    for columns in (["account_id", "id"], ["party_id", "id"]):
        op.create_index(f"ix_addresses_{'_'.join(columns)}", "addresses", columns)
