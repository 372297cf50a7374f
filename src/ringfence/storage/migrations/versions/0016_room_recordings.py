"""Which recordings are of which conference."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ID = sa.String(34)


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "room_recordings",
        sa.Column("recording_id", ID, nullable=False),
        sa.Column("conference_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("recording_id", name="pk_room_recordings"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_room_recordings_conference_id", "room_recordings", ["conference_id"])
