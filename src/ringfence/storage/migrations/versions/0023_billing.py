"""Tariffs, charges and balances."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

ID = sa.String(34)
WORD = sa.String(32)
BIG = sa.BigInteger


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "tariffs",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=True),
        sa.Column("currency", WORD, nullable=False),
        sa.Column("since", BIG, nullable=False),
        sa.Column("made_at", BIG, nullable=False),
        sa.Column("rates", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tariffs"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "charges",
        sa.Column("id", ID, nullable=False),
        sa.Column("call_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("service", WORD, nullable=False),
        sa.Column("tariff_id", ID, nullable=False),
        sa.Column("currency", WORD, nullable=False),
        sa.Column("micros", BIG, nullable=False),
        sa.Column("per", WORD, nullable=False),
        sa.Column("first_s", BIG, nullable=False),
        sa.Column("step_s", BIG, nullable=False),
        sa.Column("began_at", BIG, nullable=False),
        sa.Column("price", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_charges"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_charges_call_id", "charges", ["call_id"])
    op.create_table(
        "text_charges",
        sa.Column("id", ID, nullable=False),
        sa.Column("party_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("service", WORD, nullable=False),
        sa.Column("tariff_id", ID, nullable=False),
        sa.Column("currency", WORD, nullable=False),
        sa.Column("price", BIG, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_text_charges"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_text_charges_party_id", "text_charges", ["party_id"])
    op.create_table(
        "charge_sums",
        sa.Column("id", sa.String(96), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("day", BIG, nullable=False),
        sa.Column("service", WORD, nullable=False),
        sa.Column("currency", WORD, nullable=False),
        sa.Column("count", BIG, nullable=False),
        sa.Column("price", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_charge_sums"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_charge_sums_account_id_day", "charge_sums", ["account_id", "day"])
    op.create_table(
        "movements",
        sa.Column("id", sa.String(48), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("at", BIG, nullable=False),
        sa.Column("currency", WORD, nullable=False),
        sa.Column("amount", BIG, nullable=False),
        sa.Column("reason", sa.LargeBinary, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_movements"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_movements_account_id_at", "movements", ["account_id", "at"])
    op.create_table(
        "balances",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("currency", WORD, nullable=False),
        sa.Column("amount", BIG, nullable=False),
        sa.Column("debt_limit", BIG, nullable=True),
        sa.PrimaryKeyConstraint("account_id", name="pk_balances"),
        sqlite_with_rowid=False,
    )
