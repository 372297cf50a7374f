"""What nobody has read, parts and questions of messages by person, pictures that are kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ID = sa.String(34)
WORD = sa.String(32)


def upgrade() -> None:
    """Add columns and tables."""
    op.add_column("texts", sa.Column("unread", sa.Boolean, nullable=True))
    op.add_column("texts", sa.Column("discard", WORD, nullable=True))
    op.create_index(
        "ix_texts_unread", "texts", ["account_id", "id"], sqlite_where=sa.text("unread IS NOT NULL")
    )
    op.add_column("text_media", sa.Column("media_type", sa.String(64), nullable=True))
    op.add_column("text_media", sa.Column("size", sa.BigInteger, nullable=True))
    op.create_table(
        "text_pieces",
        sa.Column("message", sa.LargeBinary, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("total", sa.BigInteger, nullable=False),
        sa.Column("carrier", sa.String(64), nullable=False),
        sa.Column("party_id", ID, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("key_serial", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("message", "number", name="pk_text_pieces"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_text_pieces_party_id", "text_pieces", ["party_id"])
    op.create_table(
        "text_talks",
        sa.Column("party_id", ID, nullable=False),
        sa.Column("number_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("key_serial", sa.BigInteger, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("party_id", "number_id", name="pk_text_talks"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_text_talks_until", "text_talks", ["until"])
