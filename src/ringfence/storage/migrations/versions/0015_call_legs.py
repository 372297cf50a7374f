"""Legs that calls rang, as calls to list; what else a call's record says; recordings by request."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ID = sa.String(34)
WORD = sa.String(32)
MS = sa.BigInteger


def upgrade() -> None:
    """Add the table and the columns."""
    op.create_table(
        "call_legs",
        sa.Column("id", ID, nullable=False),
        sa.Column("call_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("caller_id", ID, nullable=False),
        sa.Column("called_id", ID, nullable=False),
        sa.Column("placed_at", MS, nullable=False),
        sa.Column("rang_at", MS, nullable=True),
        sa.Column("answered_at", MS, nullable=True),
        sa.Column("ended_at", MS, nullable=True),
        sa.Column("duration_ms", MS, nullable=False),
        sa.Column("cause", WORD, nullable=True),
        sa.Column("codec", WORD, nullable=False),
        sa.Column("mos_x100", sa.BigInteger, nullable=False),
        sa.Column("removed_at", MS, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_call_legs"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_call_legs_call_id", "call_legs", ["call_id"])
    op.create_index("ix_call_legs_account_id_id", "call_legs", ["account_id", "id"])
    op.create_index("ix_call_legs_caller_id_id", "call_legs", ["caller_id", "id"])
    op.create_index("ix_call_legs_called_id_id", "call_legs", ["called_id", "id"])
    op.add_column("calls", sa.Column("parent_id", ID, nullable=True))
    op.add_column("calls", sa.Column("forwarded_id", ID, nullable=True))
    op.add_column("calls", sa.Column("detected", WORD, nullable=True))
    op.add_column("calls", sa.Column("removed_at", MS, nullable=True))
    op.create_index("ix_calls_called_id_id", "calls", ["called_id", "id"])
    op.add_column("recordings", sa.Column("asked_by", WORD, nullable=True))
    op.add_column("recordings", sa.Column("track", WORD, nullable=True))
    op.add_column("recordings", sa.Column("mixed", sa.Boolean, nullable=True))
    op.add_column("recordings", sa.Column("from_ms", MS, nullable=True))
    op.add_column("recordings", sa.Column("removed_at", MS, nullable=True))
