"""A call that an application answers by no number of ours says which."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of calls until now it is not known."""
    op.add_column("calls", sa.Column("application_id", sa.String(34), nullable=True))
