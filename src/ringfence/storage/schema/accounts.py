"""Accounts and the tokens that let somebody in once."""

from sqlalchemy import BigInteger, ForeignKey, Index, Table

from ringfence.privacy.labels import (
    ACCOUNT_ID,
    CONFIG,
    CONFIG_SEALED,
    CREDENTIAL,
    KEY_ID,
    SECRET_HASH,
    SYSTEM,
)
from ringfence.storage.schema.base import HASH, ID, MS, SEALED, WORD, column, metadata

accounts = Table(
    "accounts",
    metadata,
    column("id", ID, ACCOUNT_ID, primary_key=True),
    column("status", WORD, CONFIG),  # trial, full, suspended, closed
    column("name", SEALED, CONFIG_SEALED),
    column("auth_token", SEALED, CREDENTIAL),  # not a hash: it signs webhooks
    column("seal_key", BigInteger, KEY_ID),
    column("pepper", BigInteger, KEY_ID),
    column("created_at", MS, SYSTEM),
    column("closed_at", MS, SYSTEM, nullable=True),
    sqlite_with_rowid=False,
)

tokens = Table(
    "tokens",
    metadata,
    column("hash", HASH, SECRET_HASH, primary_key=True),
    column("account_id", ID, ACCOUNT_ID, ForeignKey("accounts.id")),
    column("kind", WORD, CONFIG),  # admin_link
    column("created_at", MS, SYSTEM),
    column("expires_at", MS, SYSTEM),
    Index("ix_tokens_expires_at", "expires_at"),
    sqlite_with_rowid=False,
)
"""A token works once: using it removes the row."""
