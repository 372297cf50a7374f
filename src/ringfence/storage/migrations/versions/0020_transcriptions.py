"""What was said in recordings, as text."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

ID = sa.String(34)
WORD = sa.String(32)


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "transcriptions",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("call_id", ID, nullable=False),
        sa.Column("recording_id", ID, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("reason", WORD, nullable=True),
        sa.Column("language", WORD, nullable=True),
        sa.Column("made_by", WORD, nullable=True),
        sa.Column("requested_at", sa.BigInteger, nullable=False),
        sa.Column("settled_at", sa.BigInteger, nullable=True),
        sa.Column("duration_ms", sa.BigInteger, nullable=False),
        sa.Column("callback", sa.LargeBinary, nullable=True),
        sa.Column("removed_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_transcriptions"),
        sqlite_with_rowid=False,
    )
    for columns in (["account_id", "id"], ["call_id"], ["recording_id"]):
        op.create_index(f"ix_transcriptions_{'_'.join(columns)}", "transcriptions", columns)
    op.create_index(
        "ix_transcriptions_waiting",
        "transcriptions",
        ["id"],
        sqlite_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "transcription_parts",
        sa.Column("transcription_id", ID, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("party_id", ID, nullable=True),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("key_serial", sa.BigInteger, nullable=True),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        sa.PrimaryKeyConstraint("transcription_id", "number", name="pk_transcription_parts"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_transcription_parts_party_id", "transcription_parts", ["party_id"])
