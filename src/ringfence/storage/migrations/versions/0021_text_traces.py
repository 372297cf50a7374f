"""What was asked about a message is found by it, and lies under nobody else's key."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index; of documents asked for messages until now, keep the frame.

    They were sealed under the account's key, out of reach of an erasure.
    """
    op.create_index(
        "ix_notifications_subject_id",
        "notifications",
        ["subject", "id"],
        sqlite_where=sa.text("subject IS NOT NULL"),
    )
    op.execute(
        "UPDATE notifications SET sealed = NULL, key_serial = NULL "
        "WHERE call_id IS NULL AND kind = 'document' AND subject LIKE 'SM%'"
    )
