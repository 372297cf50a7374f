"""The erasure ledger and receipts; the jobs of a call are found by it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.String(34)
WORD = sa.String(32)


def upgrade() -> None:
    """Add what erasures need."""
    op.create_table(
        "erasures",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("party_id", ID, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("reason", WORD, nullable=False),
        sa.Column("actor", ID, nullable=False),
        sa.Column("serial", sa.BigInteger, nullable=False),
        sa.Column("kept_serial", sa.BigInteger, nullable=True),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("begun_at", sa.BigInteger, nullable=True),
        sa.Column("done_at", sa.BigInteger, nullable=True),
        sa.Column("due_at", sa.BigInteger, nullable=True),
        sa.Column("rows", sa.Text, nullable=False),
        sa.Column("receipt", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_erasures_due_at", "erasures", ["due_at"])
    op.create_index("ix_erasures_party_id", "erasures", ["party_id"])
    op.create_index("ix_erasures_state", "erasures", ["state"])
    op.add_column("parties", sa.Column("kept_lookup", sa.LargeBinary, nullable=True))
    op.create_index("ix_parties_kept_lookup", "parties", ["kept_lookup"])
    op.add_column("jobs", sa.Column("call_id", ID, nullable=True))
    op.create_index("ix_jobs_call_id", "jobs", ["call_id"])
    op.create_index("ix_jobs_key_serial", "jobs", ["key_serial"])
