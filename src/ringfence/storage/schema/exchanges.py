"""What exchanges with a customer's own server leave: the notification log, and what may be kept.

The log is the customer's: one row for every request made for a call, with request and answer sealed
under the key of the person the call was with. A row of an app that is quiet says when, how big and
with what status, and nothing else. `fetched` holds only what a server allowed to be kept, for as
long as it allowed.
"""

from sqlalchemy import BigInteger, Index, Table

from ringfence.privacy.labels import (
    ACCOUNT_ID,
    CALL_FACT,
    CALL_ID,
    CALL_TIME,
    CONFIG,
    CONTENT_HASH,
    CONTENT_SEALED,
    KEY_ID,
    SYSTEM,
)
from ringfence.storage.schema.base import HASH, ID, MS, SEALED, WORD, column, metadata

notifications = Table(
    "notifications",
    metadata,
    column("id", ID, CALL_ID, primary_key=True),
    column("account_id", ID, ACCOUNT_ID),
    column("call_id", ID, CALL_ID),
    column("kind", WORD, CALL_FACT),  # document, media, callback
    column("at", MS, CALL_TIME),
    column("elapsed_ms", MS, CALL_FACT),
    column("method", WORD, CALL_FACT),
    column("status", BigInteger, CALL_FACT),  # of HTTP; 0: no answer came
    column("failure", WORD, CALL_FACT, nullable=True),
    column("request_size", BigInteger, CALL_FACT),
    column("response_size", BigInteger, CALL_FACT),
    column("key_serial", BigInteger, KEY_ID, nullable=True),
    column("sealed", SEALED, CONTENT_SEALED, nullable=True),  # null: of a quiet app, or too old
    Index("ix_notifications_call_id_id", "call_id", "id"),
    Index("ix_notifications_account_id_id", "account_id", "id"),
    sqlite_with_rowid=False,
)

quiet_apps = Table(
    "quiet_apps",
    metadata,
    column("app_id", ID, CONFIG, primary_key=True),  # a number or a flow
    column("account_id", ID, ACCOUNT_ID),
    column("since", MS, SYSTEM),
    Index("ix_quiet_apps_account_id", "account_id"),
    sqlite_with_rowid=False,
)
"""Apps whose requests and answers are not kept in the log."""

fetched = Table(
    "fetched",
    metadata,
    column("lookup", HASH, CONTENT_HASH, primary_key=True),  # of the URL as it was asked for
    column("account_id", ID, ACCOUNT_ID),
    column("call_id", ID, CALL_ID),  # the call it was first fetched for
    column("stored_at", MS, CALL_TIME),
    column("expires_at", MS, CALL_TIME),
    column("size", BigInteger, SYSTEM),
    column("key_serial", BigInteger, KEY_ID),
    column("sealed", SEALED, CONTENT_SEALED),
    Index("ix_fetched_call_id", "call_id"),
    Index("ix_fetched_expires_at_size", "expires_at", "size"),
    sqlite_with_rowid=False,
)
"""Documents and audio whose server allowed to keep them, until then and no longer."""
