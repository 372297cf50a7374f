"""Text messages: what became of each, what it said sealed, and what regulators know senders by.

A message has one person on it, whoever it goes to or comes from: their id is in every row, and
what was said is sealed under their key. Our own side is a number or a word of ours. The row is its
own place in the queue: ``due_at`` is set while it waits, and for nothing else.
"""

from sqlalchemy import BigInteger, Boolean, Index, String, Table, Text

from ringfence.privacy.labels import (
    ACCOUNT_ID,
    AUDIT,
    CONFIG,
    CONFIG_HASH,
    CONFIG_SEALED,
    CONTENT_HASH,
    KEY_ID,
    PARTY_BRIEF,
    PARTY_ID,
    SYSTEM,
    TEXT_DRAFT,
    TEXT_FACT,
    TEXT_ID,
    TEXT_SEALED,
    TEXT_TIME,
)
from ringfence.storage.schema.base import HASH, ID, MS, ROW, SEALED, WORD, column, metadata

texts = Table(
    "texts",
    metadata,
    column("id", ID, TEXT_ID, primary_key=True),
    column("account_id", ID, ACCOUNT_ID),
    column("direction", WORD, TEXT_FACT),  # inbound, api, call, reply
    column("state", WORD, TEXT_FACT),  # messaging.message.State
    column("about", WORD, TEXT_FACT),  # service, marketing
    column("party_id", ID, PARTY_ID),
    column("number_id", ID, CONFIG, nullable=True),
    column("own", SEALED, CONFIG_SEALED, nullable=True),  # our number or word; null: not chosen
    column("own_lookup", HASH, CONFIG_HASH, nullable=True),
    column("campaign_id", ID, CONFIG, nullable=True),
    column("template_id", ID, CONFIG, nullable=True),
    column("segments", BigInteger, TEXT_FACT),
    column("media", BigInteger, TEXT_FACT),
    column("priority", BigInteger, TEXT_FACT),  # the lower, the sooner
    column("due_at", MS, TEXT_TIME, nullable=True),
    column("expires_at", MS, TEXT_TIME, nullable=True),
    column("attempts", BigInteger, TEXT_FACT),
    column("carrier", String(64), CONFIG, nullable=True),
    column("cause", WORD, TEXT_FACT, nullable=True),
    column("error", BigInteger, TEXT_FACT, nullable=True),
    column("outcome", WORD, TEXT_FACT, nullable=True),  # confirmed, unconfirmed
    column("created_at", MS, TEXT_TIME),
    column("changed_at", MS, TEXT_TIME),
    column("sent_at", MS, TEXT_TIME, nullable=True),
    column("callback", SEALED, CONFIG_SEALED, nullable=True),  # URL to tell
    column("key_serial", BigInteger, KEY_ID, nullable=True),
    column("sealed", SEALED, TEXT_SEALED, nullable=True),  # null: redacted, or too old
    column("unread", Boolean, TEXT_FACT, nullable=True),  # true: a person is to read it
    column("discard", WORD, TEXT_FACT, nullable=True),  # once it was sent: text, number, both
    Index("ix_texts_account_id_id", "account_id", "id"),
    Index("ix_texts_party_id_id", "party_id", "id"),
    Index("ix_texts_own_lookup_id", "own_lookup", "id"),
    sqlite_with_rowid=False,
)
Index(
    "ix_texts_due",
    texts.c.priority,
    texts.c.due_at,
    sqlite_where=texts.c.due_at.is_not(None),
)
"""Only messages that wait are in it."""
Index(
    "ix_texts_unread",
    texts.c.account_id,
    texts.c.id,
    sqlite_where=texts.c.unread.is_not(None),
)
"""Only messages nobody has read are in it."""

text_events = Table(
    "text_events",
    metadata,
    column("id", ROW, SYSTEM, primary_key=True),
    column("text_id", ID, TEXT_ID),
    column("account_id", ID, ACCOUNT_ID),
    column("party_id", ID, PARTY_ID),
    column("at", MS, TEXT_TIME),
    column("name", WORD, TEXT_FACT),
    column("body", Text, TEXT_FACT),  # JSON of the fact's other fields: ids, words, counts
    column("leaf", BigInteger, AUDIT),
    Index("ix_text_events_text_id", "text_id"),
    Index("ix_text_events_party_id", "party_id"),
)

text_parts = Table(
    "text_parts",
    metadata,
    column("carrier", String(64), CONFIG, primary_key=True),
    column("carrier_id", String(72), TEXT_ID, primary_key=True),  # as receipts name it
    column("text_id", ID, TEXT_ID),
    column("party_id", ID, PARTY_ID),
    column("state", WORD, TEXT_FACT),  # messaging.carrier.Delivery
    column("sent_at", MS, TEXT_TIME),
    Index("ix_text_parts_text_id", "text_id"),
    Index("ix_text_parts_party_id", "party_id"),
    sqlite_with_rowid=False,
)
"""Parts a carrier has, until the message has come to its end."""

text_media = Table(
    "text_media",
    metadata,
    column("id", ID, TEXT_ID, primary_key=True),
    column("text_id", ID, TEXT_ID),
    column("party_id", ID, PARTY_ID),
    column("made_at", MS, TEXT_TIME),
    column("key_serial", BigInteger, KEY_ID),
    column("sealed", SEALED, TEXT_SEALED),  # its link
    column("media_type", String(64), TEXT_FACT, nullable=True),  # null: not fetched
    column("size", BigInteger, TEXT_FACT, nullable=True),  # octets, in clear
    Index("ix_text_media_text_id", "text_id"),
    Index("ix_text_media_party_id", "party_id"),
    sqlite_with_rowid=False,
)
"""Pictures and the like: where each was to be had, and once it was fetched, what it is.

What was fetched lies in ``objects/media``, sealed under the same key.
"""

text_pieces = Table(
    "text_pieces",
    metadata,
    column("message", HASH, CONTENT_HASH, primary_key=True),  # of carrier, both ends, reference
    column("number", BigInteger, TEXT_DRAFT, primary_key=True),
    column("total", BigInteger, TEXT_DRAFT),
    column("carrier", String(64), CONFIG),
    column("party_id", ID, PARTY_BRIEF),
    column("at", MS, TEXT_DRAFT),
    column("key_serial", BigInteger, KEY_ID),
    column("sealed", SEALED, TEXT_SEALED),  # JSON: sender, recipient, reference, text
    Index("ix_text_pieces_party_id", "party_id"),
    sqlite_with_rowid=False,
)
"""Parts that came of messages whose rest has not, for some minutes."""

text_talks = Table(
    "text_talks",
    metadata,
    column("party_id", ID, PARTY_BRIEF, primary_key=True),
    column("number_id", ID, CONFIG, primary_key=True),
    column("account_id", ID, ACCOUNT_ID),
    column("at", MS, TEXT_DRAFT),
    column("until", MS, TEXT_DRAFT),
    column("key_serial", BigInteger, KEY_ID),
    column("sealed", SEALED, TEXT_SEALED),  # where in which flow their answer leads
    Index("ix_text_talks_until", "until"),
    sqlite_with_rowid=False,
)
"""Who was asked something by which number of ours, until their answer comes or it is too late."""

text_templates = Table(
    "text_templates",
    metadata,
    column("id", ID, CONFIG, primary_key=True),
    column("account_id", ID, ACCOUNT_ID),
    column("name", String(64), CONFIG),
    column("country", WORD, CONFIG),
    column("entity", String(64), CONFIG),  # DLT: id of the principal entity
    column("registration", String(64), CONFIG),  # DLT: id of the template
    column("header", String(16), CONFIG),  # the sender it may come from
    column("kind", WORD, CONFIG),  # promotional, transactional, service
    column("text", SEALED, CONFIG_SEALED),
    column("created_at", MS, SYSTEM),
    Index("uq_text_templates_account_id_name", "account_id", "name", unique=True),
    sqlite_with_rowid=False,
)

text_campaigns = Table(
    "text_campaigns",
    metadata,
    column("id", ID, CONFIG, primary_key=True),
    column("account_id", ID, ACCOUNT_ID),
    column("name", String(64), CONFIG),
    column("registration", String(64), CONFIG),  # of the campaign registry; empty: a pool alone
    column("senders", SEALED, CONFIG_SEALED),  # JSON list
    column("created_at", MS, SYSTEM),
    Index("uq_text_campaigns_account_id_name", "account_id", "name", unique=True),
    sqlite_with_rowid=False,
)
"""Pools of senders, and under which campaign they are registered."""
