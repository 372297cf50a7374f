"""Text messages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.String(34)
WORD = sa.String(32)
ROW = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add messages, their facts, parts and pictures, and what regulators know senders by."""
    op.create_table(
        "texts",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("direction", WORD, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("about", WORD, nullable=False),
        sa.Column("party_id", ID, nullable=False),
        sa.Column("number_id", ID, nullable=True),
        sa.Column("own", sa.LargeBinary, nullable=True),
        sa.Column("own_lookup", sa.LargeBinary, nullable=True),
        sa.Column("campaign_id", ID, nullable=True),
        sa.Column("template_id", ID, nullable=True),
        sa.Column("segments", sa.BigInteger, nullable=False),
        sa.Column("media", sa.BigInteger, nullable=False),
        sa.Column("priority", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=True),
        sa.Column("expires_at", sa.BigInteger, nullable=True),
        sa.Column("attempts", sa.BigInteger, nullable=False),
        sa.Column("carrier", sa.String(64), nullable=True),
        sa.Column("cause", WORD, nullable=True),
        sa.Column("error", sa.BigInteger, nullable=True),
        sa.Column("outcome", WORD, nullable=True),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("sent_at", sa.BigInteger, nullable=True),
        sa.Column("callback", sa.LargeBinary, nullable=True),
        sa.Column("key_serial", sa.BigInteger, nullable=True),
        sa.Column("sealed", sa.LargeBinary, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_texts"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_texts_account_id_id", "texts", ["account_id", "id"])
    op.create_index(
        "ix_texts_due", "texts", ["priority", "due_at"], sqlite_where=sa.text("due_at IS NOT NULL")
    )
    op.create_index("ix_texts_own_lookup_id", "texts", ["own_lookup", "id"])
    op.create_index("ix_texts_party_id_id", "texts", ["party_id", "id"])
    op.create_table(
        "text_events",
        sa.Column("id", ROW, nullable=False),
        sa.Column("text_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("party_id", ID, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("name", WORD, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("leaf", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_text_events"),
    )
    op.create_index("ix_text_events_party_id", "text_events", ["party_id"])
    op.create_index("ix_text_events_text_id", "text_events", ["text_id"])
    op.create_table(
        "text_parts",
        sa.Column("carrier", sa.String(64), nullable=False),
        sa.Column("carrier_id", sa.String(72), nullable=False),
        sa.Column("text_id", ID, nullable=False),
        sa.Column("party_id", ID, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("sent_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("carrier", "carrier_id", name="pk_text_parts"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_text_parts_party_id", "text_parts", ["party_id"])
    op.create_index("ix_text_parts_text_id", "text_parts", ["text_id"])
    op.create_table(
        "text_media",
        sa.Column("id", ID, nullable=False),
        sa.Column("text_id", ID, nullable=False),
        sa.Column("party_id", ID, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("key_serial", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_text_media"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_text_media_party_id", "text_media", ["party_id"])
    op.create_index("ix_text_media_text_id", "text_media", ["text_id"])
    op.create_table(
        "text_templates",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("country", WORD, nullable=False),
        sa.Column("entity", sa.String(64), nullable=False),
        sa.Column("registration", sa.String(64), nullable=False),
        sa.Column("header", sa.String(16), nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("text", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_text_templates"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "uq_text_templates_account_id_name", "text_templates", ["account_id", "name"], unique=True
    )
    op.create_table(
        "text_campaigns",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("registration", sa.String(64), nullable=False),
        sa.Column("senders", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_text_campaigns"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "uq_text_campaigns_account_id_name", "text_campaigns", ["account_id", "name"], unique=True
    )
