"""Messages that went out, and lists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.String(34)
WORD = sa.String(32)


def upgrade() -> None:
    """Add what messages need."""
    op.create_table(
        "messages",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("template", WORD, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("channel", WORD, nullable=False),
        sa.Column("lookup", sa.LargeBinary, nullable=False),
        sa.Column("ground", WORD, nullable=False),
        sa.Column("evidence", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(128), nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("error", WORD, nullable=True),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("settled_at", sa.BigInteger, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_messages_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_messages_lookup", "messages", ["lookup"])
    op.create_index(
        "uq_messages_account_id_reason", "messages", ["account_id", "reason"], unique=True
    )
    op.create_table(
        "subscriptions",
        sa.Column("lookup", sa.LargeBinary, nullable=False),
        sa.Column("list", WORD, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("ground", WORD, nullable=False),
        sa.Column("evidence", sa.String(64), nullable=False),
        sa.Column("product", WORD, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_subscriptions_account_id"
        ),
        sa.PrimaryKeyConstraint("lookup", "list", name="pk_subscriptions"),
        sqlite_with_rowid=False,
    )
