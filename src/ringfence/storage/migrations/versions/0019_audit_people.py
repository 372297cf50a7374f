"""Who is on which page of addresses that were opened at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ID = sa.String(34)


def upgrade() -> None:
    """Add the table, and the index of pages."""
    op.create_table(
        "audit_people",
        sa.Column("party_id", ID, nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("leaves", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("party_id", "until", name="pk_audit_people"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_audit_records_page",
        "audit_records",
        ["leaf"],
        sqlite_where=sa.text("kind = 'page'"),
    )
