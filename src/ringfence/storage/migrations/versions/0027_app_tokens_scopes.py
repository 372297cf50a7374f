"""A token says for which of the scopes of its grant it is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; a token until now is for all of them."""
    op.add_column("app_tokens", sa.Column("scopes", sa.Text(), nullable=True))
