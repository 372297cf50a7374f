"""Messages that went out, and who is on which list; addresses only as keyed hashes.

What a message says and where it goes is sealed in its job and gone when it was sent. Whom to
leave alone is in ``suppressions`` (consents).
"""

from sqlalchemy import ForeignKey, Index, String, Table

from ringfence.privacy.labels import (
    ACCOUNT_ID,
    EMAIL_HASH,
    LIST_FACT,
    LIST_HASH,
    MESSAGE_FACT,
)
from ringfence.storage.schema.base import HASH, ID, MS, WORD, column, metadata

messages = Table(
    "messages",
    metadata,
    column("id", ID, MESSAGE_FACT, primary_key=True),
    column("account_id", ID, ACCOUNT_ID, ForeignKey("accounts.id")),
    column("template", WORD, MESSAGE_FACT),
    column("kind", WORD, MESSAGE_FACT),  # service, marketing
    column("channel", WORD, MESSAGE_FACT),  # email
    column("lookup", HASH, EMAIL_HASH),
    column("ground", WORD, MESSAGE_FACT),  # service, consent, soft_opt_in
    column("evidence", String(64), MESSAGE_FACT),  # id of the consent or purchase
    column("reason", String(128), MESSAGE_FACT),  # one reason, one message
    column("state", WORD, MESSAGE_FACT),  # queued, sent, failed
    column("error", WORD, MESSAGE_FACT, nullable=True),
    column("created_at", MS, MESSAGE_FACT),
    column("settled_at", MS, MESSAGE_FACT, nullable=True),
    Index("uq_messages_account_id_reason", "account_id", "reason", unique=True),
    Index("ix_messages_lookup", "lookup"),
    sqlite_with_rowid=False,
)

subscriptions = Table(
    "subscriptions",
    metadata,
    column("lookup", HASH, LIST_HASH, primary_key=True),
    column("list", WORD, LIST_FACT, primary_key=True),
    column("account_id", ID, ACCOUNT_ID, ForeignKey("accounts.id")),
    column("ground", WORD, LIST_FACT),  # consent, soft_opt_in
    column("evidence", String(64), LIST_FACT),
    column("product", WORD, LIST_FACT),  # family of what was bought
    column("since", MS, LIST_FACT),
    sqlite_with_rowid=False,
)
"""Consent to one list is consent to that list."""
