"""Callbacks that wait, and a notification log that can be searched."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ID = sa.String(34)
WORD = sa.String(32)
KEPT = (
    "id, account_id, call_id, kind, at, elapsed_ms, method, status, failure, request_size, "
    "response_size, key_serial, sealed"
)


def upgrade() -> None:
    """Make the log anew, with what it is searched by, and a place for callbacks."""
    op.drop_index("ix_notifications_call_id_id", "notifications")
    op.drop_index("ix_notifications_account_id_id", "notifications")
    op.rename_table("notifications", "notifications_before")
    op.create_table(
        "notifications",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("call_id", ID, nullable=True),
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
        sa.Column("subject", ID, nullable=True),
        sa.Column("event", WORD, nullable=True),
        sa.Column("code", sa.BigInteger, nullable=True),
        sa.Column("number_id", ID, nullable=True),
        sa.Column("flow_id", ID, nullable=True),
        sa.Column("delivery_id", ID, nullable=True),
        sa.Column("attempt", sa.BigInteger, nullable=False),
        sa.Column("source", WORD, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_notifications"),
        sqlite_with_rowid=False,
    )
    op.execute(
        f"INSERT INTO notifications ({KEPT}, attempt) "  # noqa: S608 - our own columns
        f"SELECT {KEPT}, 1 FROM notifications_before"
    )
    op.drop_table("notifications_before")
    for columns in (
        ["call_id", "id"],
        ["account_id", "id"],
        ["account_id", "kind", "id"],
        ["account_id", "status", "id"],
        ["number_id", "id"],
        ["flow_id", "id"],
        ["key_serial"],
    ):
        op.create_index(f"ix_notifications_{'_'.join(columns)}", "notifications", columns)
    op.create_index(
        "ix_notifications_failed",
        "notifications",
        ["account_id", "id"],
        sqlite_where=sa.text("code IS NOT NULL"),
    )
    op.create_index(
        "ix_notifications_without_call",
        "notifications",
        ["account_id", "id"],
        sqlite_where=sa.text("call_id IS NULL"),
    )
    op.create_table(
        "deliveries",
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("call_id", ID, nullable=True),
        sa.Column("subject", ID, nullable=False),
        sa.Column("destination", sa.LargeBinary, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("event", WORD, nullable=True),
        sa.Column("source", WORD, nullable=True),
        sa.Column("spare", sa.Boolean, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.BigInteger, nullable=False),
        sa.Column("error", WORD, nullable=True),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("key_serial", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_deliveries"),
    )
    op.create_index("uq_deliveries_id", "deliveries", ["id"], unique=True)
    for columns in (
        ["state", "destination", "due_at"],
        ["subject", "destination", "sequence"],
        ["account_id", "state", "id"],
        ["call_id"],
        ["key_serial"],
    ):
        op.create_index(f"ix_deliveries_{'_'.join(columns)}", "deliveries", columns)
