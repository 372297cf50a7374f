"""Fetched media and markup, and the notification log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add which flow answered a call."""
    op.add_column("calls", sa.Column("flow_id", sa.String(34), nullable=True))
