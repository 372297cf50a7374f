"""Message templates, suppressions and outgoing e-mail."""

from __future__ import annotations

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what messages need."""
