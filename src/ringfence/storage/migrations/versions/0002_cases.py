"""Rights cases, grievances, legal demands and incidents."""

from __future__ import annotations

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what cases need."""
