"""Who answered a dialled leg, as it was found out by ear, is in its row."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of legs until now it is not known."""
    op.add_column("call_legs", sa.Column("detected", sa.String(32), nullable=True))
