"""Recordings: one row each, and one per channel with its own locked key.

The sound itself is a sealed file in the data folder, named by the recording's id. Each channel
has a key of its own, wrapped with the key of the party who is heard on it, so the caller's voice
becomes noise when the caller is erased and the agent's stays.
"""

from sqlalchemy import BigInteger, Boolean, Index, Table, Text

from ringfence.privacy.labels import (
    ACCOUNT_ID,
    CALL_FACT,
    CALL_ID,
    CALL_TIME,
    KEY_ID,
    KEY_WRAPPED,
    PARTY_ID,
    SYSTEM,
)
from ringfence.storage.schema.base import ID, MS, SEALED, WORD, column, metadata

recordings = Table(
    "recordings",
    metadata,
    column("id", ID, CALL_ID, primary_key=True),
    column("call_id", ID, CALL_ID),
    column("account_id", ID, ACCOUNT_ID),
    column("source", WORD, CALL_FACT),  # call, dial, voicemail, conference, queue
    column("state", WORD, CALL_FACT),  # requested, recording, saved, failed
    column("reason", WORD, CALL_FACT, nullable=True),
    column("requested_at", MS, CALL_TIME),
    column("started_at", MS, CALL_TIME, nullable=True),
    column("ended_at", MS, CALL_TIME, nullable=True),
    column("duration_ms", MS, CALL_FACT),
    column("size", BigInteger, SYSTEM),
    column("sha256", Text, SYSTEM),  # of each channel's sealed file, separated by spaces
    column("asked_by", WORD, CALL_FACT, nullable=True),  # api, placing; null: the call's program
    column("track", WORD, CALL_FACT, nullable=True),  # inbound, outbound; null: both
    column("mixed", Boolean, CALL_FACT, nullable=True),  # one channel is wanted of it
    column("from_ms", MS, CALL_FACT, nullable=True),  # what is heard begins here: trimmed
    column("removed_at", MS, SYSTEM, nullable=True),
    Index("ix_recordings_call_id", "call_id"),
    Index("ix_recordings_account_id_id", "account_id", "id"),
    sqlite_with_rowid=False,
)
recording_channels = Table(
    "recording_channels",
    metadata,
    column("recording_id", ID, CALL_ID, primary_key=True),
    column("channel", BigInteger, CALL_FACT, primary_key=True),
    column("leg_id", ID, CALL_ID),
    column("incoming", Boolean, CALL_FACT),
    column("party_id", ID, PARTY_ID, nullable=True),  # null: the exchange itself is heard
    column("key_serial", BigInteger, KEY_ID),  # which key locks the channel's key
    column("wrapped", SEALED, KEY_WRAPPED),
    column("file", Text, SYSTEM),  # a name, in spool/ or in objects/recordings/
    sqlite_with_rowid=False,
)
