"""What was said in recordings, as text: a row each, and one per voice with its words sealed.

The words of each voice are sealed under the key of the person who said them, so that an erasure
takes one side's words and leaves the other's, as it does with their sound.
"""

from sqlalchemy import BigInteger, Index, Table

from ringfence.privacy.labels import (
    ACCOUNT_ID,
    CALL_FACT,
    CALL_ID,
    CALL_TIME,
    CONFIG_SEALED,
    CONTENT_SEALED,
    KEY_ID,
    PARTY_ID,
    SYSTEM,
)
from ringfence.storage.schema.base import ID, MS, SEALED, WORD, column, metadata

transcriptions = Table(
    "transcriptions",
    metadata,
    column("id", ID, CALL_ID, primary_key=True),
    column("account_id", ID, ACCOUNT_ID),
    column("call_id", ID, CALL_ID),
    column("recording_id", ID, CALL_ID),
    column("state", WORD, CALL_FACT),  # waiting, queued, completed, failed, expired, deleted
    column("reason", WORD, CALL_FACT, nullable=True),
    column("language", WORD, CALL_FACT, nullable=True),
    column("made_by", WORD, SYSTEM, nullable=True),  # the recogniser
    column("requested_at", MS, CALL_TIME),
    column("settled_at", MS, CALL_TIME, nullable=True),
    column("duration_ms", MS, CALL_FACT),
    column("callback", SEALED, CONFIG_SEALED, nullable=True),  # JSON: URL and method
    column("removed_at", MS, SYSTEM, nullable=True),
    Index("ix_transcriptions_account_id_id", "account_id", "id"),
    Index("ix_transcriptions_call_id", "call_id"),
    Index("ix_transcriptions_recording_id", "recording_id"),
    sqlite_with_rowid=False,
)
Index(
    "ix_transcriptions_waiting",
    transcriptions.c.id,
    sqlite_where=transcriptions.c.state == "waiting",
)
"""Only those whose recording goes on are in it."""

transcription_parts = Table(
    "transcription_parts",
    metadata,
    column("transcription_id", ID, CALL_ID, primary_key=True),
    column("number", BigInteger, CALL_FACT, primary_key=True),  # of the voice
    column("party_id", ID, PARTY_ID, nullable=True),  # null: the exchange itself is heard
    column("made_at", MS, CALL_TIME),
    column("key_serial", BigInteger, KEY_ID, nullable=True),
    column("sealed", SEALED, CONTENT_SEALED, nullable=True),  # JSON: when, what, how sure
    Index("ix_transcription_parts_party_id", "party_id"),
    sqlite_with_rowid=False,
)
