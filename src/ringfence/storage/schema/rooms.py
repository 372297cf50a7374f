"""Conference rooms, who was in them, and queues.

A room's name and a member's label are the account's own words and may be somebody's name, so they
are sealed. A label goes when whose call it is is erased, a name when nobody else was in the room.
What a member did is found through its call and goes with it; a room that has ended goes when call
logs do. Who waits in a queue is in no table: it is a call that is going on.
"""

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Table

from ringfence.privacy.labels import (
    ACCOUNT_ID,
    CALL_FACT,
    CALL_ID,
    CALL_TIME,
    CONFIG,
    CONFIG_HASH,
    CONFIG_SEALED,
    SYSTEM,
)
from ringfence.storage.schema.base import HASH, ID, MS, SEALED, WORD, column, metadata

conferences = Table(
    "conferences",
    metadata,
    column("id", ID, CONFIG, primary_key=True),
    column("account_id", ID, ACCOUNT_ID, ForeignKey("accounts.id")),
    column("lookup", HASH, CONFIG_HASH),  # of the name; rooms of one name follow each other
    column("name", SEALED, CONFIG_SEALED),
    column("state", WORD, SYSTEM),  # init, running, ended
    column("reason", WORD, SYSTEM, nullable=True),  # why it ended
    column("created_at", MS, SYSTEM),
    column("updated_at", MS, SYSTEM),
    column("ended_at", MS, SYSTEM, nullable=True),
    Index("ix_conferences_account_id_id", "account_id", "id"),
    Index("ix_conferences_lookup", "lookup"),
    sqlite_with_rowid=False,
)

participants = Table(
    "participants",
    metadata,
    column("conference_id", ID, CALL_ID, primary_key=True),
    column("call_id", ID, CALL_ID, primary_key=True),
    column("label", SEALED, CONFIG_SEALED, nullable=True),
    column("state", WORD, CALL_FACT),  # connected, complete
    column("reason", WORD, CALL_FACT, nullable=True),  # why it is out
    column("muted", Boolean, CALL_FACT),
    column("held", Boolean, CALL_FACT),
    column("coaching", ID, CALL_ID, nullable=True),  # the call of whoever alone hears it
    column("start_on_enter", Boolean, CALL_FACT),
    column("end_on_exit", Boolean, CALL_FACT),
    column("ended_room", Boolean, CALL_FACT),  # its leaving was the end of the room
    column("joined_at", MS, CALL_TIME),
    column("updated_at", MS, CALL_TIME),
    Index("ix_participants_call_id", "call_id"),
    sqlite_with_rowid=False,
)

room_recordings = Table(
    "room_recordings",
    metadata,
    column("recording_id", ID, CALL_ID, primary_key=True),
    column("conference_id", ID, CALL_ID),
    Index("ix_room_recordings_conference_id", "conference_id"),
    sqlite_with_rowid=False,
)
"""A conference is recorded voice by voice, each under the key of whoever it is; this says which
belong together."""

queues = Table(
    "queues",
    metadata,
    column("id", ID, CONFIG, primary_key=True),
    column("account_id", ID, ACCOUNT_ID, ForeignKey("accounts.id")),
    column("lookup", HASH, CONFIG_HASH),
    column("name", SEALED, CONFIG_SEALED),
    column("max_size", BigInteger, CONFIG),
    column("created_at", MS, SYSTEM),
    column("updated_at", MS, SYSTEM),
    Index("uq_queues_lookup", "lookup", unique=True),
    sqlite_with_rowid=False,
)
