"""Policy versions, notices and acknowledgements."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.String(34)
WORD = sa.String(32)


def upgrade() -> None:
    """Add what policies need."""
    op.create_table(
        "engagements",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("processor", WORD, nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("mechanism", WORD, nullable=False),
        sa.Column("until_at", sa.BigInteger, nullable=True),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_engagements_account_id"),
        sa.PrimaryKeyConstraint("account_id", "processor", name="pk_engagements"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "policy_acceptances",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("actor", WORD, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_policy_acceptances_account_id"
        ),
        sa.PrimaryKeyConstraint("account_id", "number", "actor", name="pk_policy_acceptances"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "policy_notices",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("channel", WORD, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("acknowledged_by", WORD, nullable=True),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_policy_notices_account_id"
        ),
        sa.PrimaryKeyConstraint("account_id", "number", "channel", name="pk_policy_notices"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "policy_versions",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("pack", WORD, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("notice", sa.Text, nullable=False),
        sa.Column("map", sa.Text, nullable=False),
        sa.Column("severity", WORD, nullable=False),
        sa.Column("lapsed", sa.Text, nullable=False),
        sa.Column("published_at", sa.BigInteger, nullable=False),
        sa.Column("effective_at", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_policy_versions_account_id"
        ),
        sa.PrimaryKeyConstraint("account_id", "number", name="pk_policy_versions"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "primary_admins",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("email", sa.LargeBinary, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_primary_admins_account_id"
        ),
        sa.PrimaryKeyConstraint("account_id", name="pk_primary_admins"),
        sqlite_with_rowid=False,
    )
