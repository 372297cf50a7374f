"""Calls of ours are found by the number of ours that they showed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index; it covers what there is."""
    op.create_index(
        "ix_calls_placed",
        "calls",
        ["caller_id", "id"],
        sqlite_where=sa.text("direction = 'outbound'"),
    )
