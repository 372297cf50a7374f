"""Conference rooms, who was in them, and queues."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ID = sa.String(34)
WORD = sa.String(32)


def upgrade() -> None:
    """Add what rooms and queues need."""
    op.create_table(
        "conferences",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("lookup", sa.LargeBinary, nullable=False),
        sa.Column("name", sa.LargeBinary, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("reason", WORD, nullable=True),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_conferences_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_conferences"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_conferences_account_id_id", "conferences", ["account_id", "id"])
    op.create_index("ix_conferences_lookup", "conferences", ["lookup"])
    op.create_table(
        "participants",
        sa.Column("conference_id", ID, nullable=False),
        sa.Column("call_id", ID, nullable=False),
        sa.Column("label", sa.LargeBinary, nullable=True),
        sa.Column("state", WORD, nullable=False),
        sa.Column("reason", WORD, nullable=True),
        sa.Column("muted", sa.Boolean, nullable=False),
        sa.Column("held", sa.Boolean, nullable=False),
        sa.Column("coaching", ID, nullable=True),
        sa.Column("start_on_enter", sa.Boolean, nullable=False),
        sa.Column("end_on_exit", sa.Boolean, nullable=False),
        sa.Column("ended_room", sa.Boolean, nullable=False),
        sa.Column("joined_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("conference_id", "call_id", name="pk_participants"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_participants_call_id", "participants", ["call_id"])
    op.create_table(
        "queues",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("lookup", sa.LargeBinary, nullable=False),
        sa.Column("name", sa.LargeBinary, nullable=False),
        sa.Column("max_size", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_queues_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_queues"),
        sqlite_with_rowid=False,
    )
    op.create_index("uq_queues_lookup", "queues", ["lookup"], unique=True)
