"""Small documents of an account, and what else is said of a number."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what applications and complete numbers need."""
    op.create_table(
        "resources",
        sa.Column("id", sa.String(34), nullable=False),
        sa.Column("account_id", sa.String(34), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("parent_id", sa.String(34), nullable=True),
        sa.Column("lookup", sa.LargeBinary, nullable=True),
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_resources"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_resources_account_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_resources_account_id_kind", "resources", ["account_id", "kind"])
    op.add_column("numbers", sa.Column("options", sa.LargeBinary, nullable=True))
    op.create_index("uq_resources_lookup", "resources", ["lookup"], unique=True)
