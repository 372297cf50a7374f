"""Apps of others, and requests that may be repeated."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ID = sa.String(34)
WORD = sa.String(32)


def upgrade() -> None:
    """Add what apps and repeated requests need."""
    op.create_table(
        "apps",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("lookup", sa.LargeBinary, nullable=False),
        sa.Column("about", sa.LargeBinary, nullable=False),
        sa.Column("role", WORD, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("purposes", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("revoked_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_apps"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "app_grants",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("app_id", ID, nullable=False),
        sa.Column("role", WORD, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_app_grants"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_app_grants_app_id", "app_grants", ["app_id"])
    op.create_table(
        "app_tokens",
        sa.Column("lookup", sa.LargeBinary, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("grant_id", ID, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("bound", sa.LargeBinary, nullable=True),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("lookup", name="pk_app_tokens"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_app_tokens_grant_id", "app_tokens", ["grant_id"])
    op.create_index("ix_app_tokens_expires_at", "app_tokens", ["expires_at"])
    op.create_table(
        "repeats",
        sa.Column("lookup", sa.LargeBinary, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("fingerprint", sa.LargeBinary, nullable=False),
        sa.Column("status", sa.BigInteger, nullable=True),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("lookup", name="pk_repeats"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_repeats_expires_at", "repeats", ["expires_at"])
