"""Fetched media and markup, and the notification log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = sa.String(34)
WORD = sa.String(32)


def upgrade() -> None:
    """Add what exchanges with a customer's server leave, and which flow answered a call."""
    op.add_column("calls", sa.Column("flow_id", ID, nullable=True))
    op.create_table(
        "notifications",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("call_id", ID, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("elapsed_ms", sa.BigInteger, nullable=False),
        sa.Column("method", WORD, nullable=False),
        sa.Column("status", sa.BigInteger, nullable=False),
        sa.Column("failure", WORD, nullable=True),
        sa.Column("request_size", sa.BigInteger, nullable=False),
        sa.Column("response_size", sa.BigInteger, nullable=False),
        sa.Column("key_serial", sa.BigInteger, nullable=True),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_notifications"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_notifications_call_id_id", "notifications", ["call_id", "id"])
    op.create_index("ix_notifications_account_id_id", "notifications", ["account_id", "id"])
    op.create_table(
        "quiet_apps",
        sa.Column("app_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("app_id", name="pk_quiet_apps"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fetched",
        sa.Column("lookup", sa.LargeBinary, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("call_id", ID, nullable=False),
        sa.Column("stored_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("key_serial", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("lookup", name="pk_fetched"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_fetched_call_id", "fetched", ["call_id"])
    op.create_index("ix_fetched_expires_at_size", "fetched", ["expires_at", "size"])
    op.create_index("ix_quiet_apps_account_id", "quiet_apps", ["account_id"])
