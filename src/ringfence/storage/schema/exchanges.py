"""What exchanges with a customer's own server leave: the notification log, and what may be kept.

The log is the customer's: one row for every request made for a call or a message, with request and
answer sealed under the key of the person it was with. A row of an app that is quiet says when, how
big and with what status, and nothing else. `deliveries` holds what still has to be told, and what
nobody would hear. `fetched` holds only what a server allowed to be kept, for as long as it allowed.
"""

from sqlalchemy import BigInteger, Boolean, Index, Table

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
from ringfence.storage.schema.base import HASH, ID, MS, ROW, SEALED, WORD, column, metadata

notifications = Table(
    "notifications",
    metadata,
    column("id", ID, CALL_ID, primary_key=True),
    column("account_id", ID, ACCOUNT_ID),
    column("call_id", ID, CALL_ID, nullable=True),
    column("kind", WORD, CALL_FACT),  # document, media, problem, or of a callback
    column("at", MS, CALL_TIME),
    column("elapsed_ms", MS, CALL_FACT),
    column("method", WORD, CALL_FACT),
    column("status", BigInteger, CALL_FACT),  # of HTTP; 0: no answer came
    column("failure", WORD, CALL_FACT, nullable=True),
    column("request_size", BigInteger, CALL_FACT),
    column("response_size", BigInteger, CALL_FACT),
    column("key_serial", BigInteger, KEY_ID, nullable=True),
    column("sealed", SEALED, CONTENT_SEALED, nullable=True),  # null: of a quiet app, or too old
    column("subject", ID, CALL_ID, nullable=True),  # the conference or message it is about
    column("event", WORD, CALL_FACT, nullable=True),
    column("code", BigInteger, CALL_FACT, nullable=True),  # Twilio's, of what went wrong
    column("number_id", ID, CONFIG, nullable=True),  # ours, in the call
    column("flow_id", ID, CONFIG, nullable=True),
    column("delivery_id", ID, CALL_ID, nullable=True),  # the callback, of whose tries this is one
    column("attempt", BigInteger, CALL_FACT),
    column("source", WORD, CALL_FACT, nullable=True),  # replay, simulation
    Index("ix_notifications_call_id_id", "call_id", "id"),
    Index("ix_notifications_account_id_id", "account_id", "id"),
    Index("ix_notifications_account_id_kind_id", "account_id", "kind", "id"),
    Index("ix_notifications_account_id_status_id", "account_id", "status", "id"),
    Index("ix_notifications_number_id_id", "number_id", "id"),
    Index("ix_notifications_flow_id_id", "flow_id", "id"),
    Index("ix_notifications_key_serial", "key_serial"),
    sqlite_with_rowid=False,
)
Index(
    "ix_notifications_failed",
    notifications.c.account_id,
    notifications.c.id,
    sqlite_where=notifications.c.code.is_not(None),
    postgresql_where=notifications.c.code.is_not(None),
)
Index(
    "ix_notifications_subject_id",
    notifications.c.subject,
    notifications.c.id,
    sqlite_where=notifications.c.subject.is_not(None),
    postgresql_where=notifications.c.subject.is_not(None),
)
Index(
    "ix_notifications_without_call",
    notifications.c.account_id,
    notifications.c.id,
    sqlite_where=notifications.c.call_id.is_(None),
    postgresql_where=notifications.c.call_id.is_(None),
)

deliveries = Table(
    "deliveries",
    metadata,
    column("sequence", ROW, SYSTEM, primary_key=True),  # the order of what was told
    column("id", ID, CALL_ID),
    column("account_id", ID, ACCOUNT_ID),
    column("call_id", ID, CALL_ID, nullable=True),
    column("subject", ID, CALL_ID),  # the call, conference or message whose order counts
    column("destination", HASH, CONTENT_HASH),  # of scheme, host and port
    column("kind", WORD, CALL_FACT),
    column("event", WORD, CALL_FACT, nullable=True),
    column("source", WORD, CALL_FACT, nullable=True),  # replay
    column("spare", Boolean, CALL_FACT),  # whether there is a second URL
    column("state", WORD, SYSTEM),  # ready, behind, dead, pledged
    column("due_at", MS, SYSTEM),
    column("attempts", BigInteger, SYSTEM),
    column("error", WORD, SYSTEM, nullable=True),  # a code, never a text
    column("created_at", MS, CALL_TIME),
    column("key_serial", BigInteger, KEY_ID),
    column("sealed", SEALED, CONTENT_SEALED),
    Index("uq_deliveries_id", "id", unique=True),
    Index("ix_deliveries_state_destination_due_at", "state", "destination", "due_at"),
    Index("ix_deliveries_subject_destination_sequence", "subject", "destination", "sequence"),
    Index("ix_deliveries_account_id_state_id", "account_id", "state", "id"),
    Index("ix_deliveries_call_id", "call_id"),
    Index("ix_deliveries_key_serial", "key_serial"),
)
"""Callbacks until they are taken: one of a subject and a server is ready, the others behind it."""

quiet_apps = Table(
    "quiet_apps",
    metadata,
    column("app_id", ID, CONFIG, primary_key=True),  # a number, a flow or an application
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
