"""Apps of others that may ask in the account's name, and requests that may be repeated.

An app's secret, codes and tokens are kept as HMAC under the account's pepper; what it is called
and where it lives is sealed. A grant is what somebody allowed an app; tokens stand for a grant.
"""

from sqlalchemy import BigInteger, Index, Table, Text

from ringfence.privacy.labels import (
    ACCOUNT_ID,
    ANSWER_SEALED,
    CONFIG,
    CONFIG_HASH,
    CONFIG_SEALED,
    SECRET_HASH,
    SYSTEM,
)
from ringfence.storage.schema.base import HASH, ID, MS, SEALED, WORD, column, metadata

apps = Table(
    "apps",
    metadata,
    column("id", ID, CONFIG, primary_key=True),
    column("account_id", ID, ACCOUNT_ID),
    column("lookup", HASH, SECRET_HASH),
    column("about", SEALED, CONFIG_SEALED),  # its name and where it may be sent back to
    column("role", WORD, CONFIG),  # in which it acts for itself, without anybody's consent
    column("scopes", Text, CONFIG),  # keys of privacy.scopes, separated by spaces
    column("purposes", Text, CONFIG),  # keys of privacy.purposes, separated by spaces
    column("created_at", MS, SYSTEM),
    column("revoked_at", MS, SYSTEM, nullable=True),
    sqlite_with_rowid=False,
)

app_grants = Table(
    "app_grants",
    metadata,
    column("id", ID, CONFIG, primary_key=True),
    column("account_id", ID, ACCOUNT_ID),
    column("app_id", ID, CONFIG),
    column("role", WORD, CONFIG),  # of whoever allowed it
    column("scopes", Text, CONFIG),
    column("created_at", MS, SYSTEM),
    column("ended_at", MS, SYSTEM, nullable=True),
    Index("ix_app_grants_app_id", "app_id"),
    sqlite_with_rowid=False,
)

app_tokens = Table(
    "app_tokens",
    metadata,
    column("lookup", HASH, SECRET_HASH, primary_key=True),
    column("account_id", ID, ACCOUNT_ID),
    column("grant_id", ID, CONFIG),
    column("kind", WORD, CONFIG),  # code, access, refresh
    column("bound", HASH, CONFIG_HASH, nullable=True),  # a code: its challenge and redirect URI
    column("created_at", MS, SYSTEM),
    column("expires_at", MS, SYSTEM),
    column("used_at", MS, SYSTEM, nullable=True),
    column("scopes", Text, CONFIG, nullable=True),  # none: all of the grant's
    Index("ix_app_tokens_grant_id", "grant_id"),
    Index("ix_app_tokens_expires_at", "expires_at"),
    sqlite_with_rowid=False,
)
"""A code and a refresh token work once; used ones stay until they expire, to notice a thief."""

repeats = Table(
    "repeats",
    metadata,
    column("lookup", HASH, SECRET_HASH, primary_key=True),  # of whoever asked and their key
    column("account_id", ID, ACCOUNT_ID),
    column("fingerprint", HASH, CONFIG_HASH),
    column("status", BigInteger, SYSTEM, nullable=True),  # of HTTP; null: not answered yet
    column("sealed", SEALED, ANSWER_SEALED, nullable=True),
    column("expires_at", MS, SYSTEM),
    Index("ix_repeats_expires_at", "expires_at"),
    sqlite_with_rowid=False,
)
"""Answers to requests with an idempotency key; all of them go when anybody is erased."""
