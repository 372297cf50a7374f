"""Rights cases, grievances, legal demands and incidents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.String(34)
WORD = sa.String(32)


def upgrade() -> None:
    """Add what cases need."""
    op.create_table(
        "cases",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("family", WORD, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("residence", WORD, nullable=False),
        sa.Column("party_id", ID, nullable=True),
        sa.Column("reference", sa.LargeBinary, nullable=True),
        sa.Column("contact", sa.LargeBinary, nullable=True),
        sa.Column("words", sa.LargeBinary, nullable=True),
        sa.Column("key_serial", sa.BigInteger, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("remind_at", sa.BigInteger, nullable=True),
        sa.Column("escalate_at", sa.BigInteger, nullable=True),
        sa.Column("due_at", sa.BigInteger, nullable=True),
        sa.Column("decided_at", sa.BigInteger, nullable=True),
        sa.Column("shred_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_cases"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_cases_contact", "cases", ["contact"])
    op.create_index(
        "ix_cases_escalate_at",
        "cases",
        ["escalate_at"],
        sqlite_where=sa.text("escalate_at IS NOT NULL"),
    )
    op.create_index("ix_cases_family_state", "cases", ["family", "state"])
    op.create_index("ix_cases_party_id", "cases", ["party_id"])
    op.create_index(
        "ix_cases_remind_at", "cases", ["remind_at"], sqlite_where=sa.text("remind_at IS NOT NULL")
    )
    op.create_index(
        "ix_cases_shred_at", "cases", ["shred_at"], sqlite_where=sa.text("shred_at IS NOT NULL")
    )
    op.create_index("uq_cases_reference", "cases", ["reference"], unique=True)
    op.create_table(
        "case_steps",
        sa.Column("case_id", ID, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("action", WORD, nullable=False),
        sa.Column("actor", ID, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("words", sa.LargeBinary, nullable=True),
        sa.Column("key_serial", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("case_id", "number", name="pk_case_steps"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "case_codes",
        sa.Column("case_id", ID, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("contact", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("tries", sa.BigInteger, nullable=False),
        sa.Column("sent_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "number", name="pk_case_codes"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_case_codes_contact", "case_codes", ["contact", "sent_at"])
    op.create_table(
        "case_archives",
        sa.Column("case_id", ID, nullable=False),
        sa.Column("party_id", ID, nullable=True),
        sa.Column("key_serial", sa.BigInteger, nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.Column("token", sa.LargeBinary, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("pieces", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("taken_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("case_id", name="pk_case_archives"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "disclosures",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("party_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("recipient_kind", WORD, nullable=False),
        sa.Column("recipient", sa.LargeBinary, nullable=False),
        sa.Column("key_serial", sa.BigInteger, nullable=False),
        sa.Column("fields", sa.Text, nullable=False),
        sa.Column("basis", WORD, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("hidden_until", sa.BigInteger, nullable=True),
        sa.Column("told_at", sa.BigInteger, nullable=True),
        sa.Column("taken_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_disclosures"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_disclosures_party_id", "disclosures", ["party_id"])
    op.create_table(
        "amendments",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("party_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("what", WORD, nullable=False),
        sa.Column("record_id", ID, nullable=True),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.Column("key_serial", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_amendments"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_amendments_party_id", "amendments", ["party_id"])
    op.create_table(
        "case_officers",
        sa.Column("law", WORD, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("contact", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("law", "since", name="pk_case_officers"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "case_approvers",
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("name", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("removed_at", sa.BigInteger, nullable=True),
        sa.PrimaryKeyConstraint("secret", name="pk_case_approvers"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "case_honey",
        sa.Column("party_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("placed_at", sa.BigInteger, nullable=False),
        sa.Column("seen", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("party_id", name="pk_case_honey"),
        sqlite_with_rowid=False,
    )
