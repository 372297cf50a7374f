"""Calls: the facts in order, the state they add up to, and who took part.

These tables have no foreign keys: they are written while people talk, and a record must never be
refused because a row of the configuration has gone.
"""

from sqlalchemy import BigInteger, Boolean, Index, Table, Text

from ringfence.privacy.labels import (
    ACCOUNT_ID,
    AUDIT,
    CALL_FACT,
    CALL_ID,
    CALL_TIME,
    CONFIG,
    PARTY_ID,
    SYSTEM,
)
from ringfence.storage.schema.base import ID, MS, ROW, WORD, column, metadata

events = Table(
    "events",
    metadata,
    column("id", ROW, SYSTEM, primary_key=True),  # the order of commit, without gaps
    column("call_id", ID, CALL_ID),
    column("account_id", ID, ACCOUNT_ID),
    column("at", MS, CALL_TIME),
    column("name", WORD, CALL_FACT),
    column("body", Text, CALL_FACT),  # JSON of the fact's other fields: ids, words, counts
    column("leaf", BigInteger, AUDIT, nullable=True),  # index in the audit log; null once erased
    Index("ix_events_call_id", "call_id"),
)

calls = Table(
    "calls",
    metadata,
    column("id", ID, CALL_ID, primary_key=True),
    column("account_id", ID, ACCOUNT_ID),
    column("direction", WORD, CALL_FACT),
    column("state", WORD, CALL_FACT),  # offered, placed, ringing, answered, ended
    column("caller_id", ID, PARTY_ID),
    column("called_id", ID, PARTY_ID),
    column("answered_by", ID, PARTY_ID, nullable=True),
    column("number_id", ID, CONFIG, nullable=True),
    column("trunk_id", ID, CONFIG, nullable=True),
    column("offered_at", MS, CALL_TIME),
    column("rang_at", MS, CALL_TIME, nullable=True),
    column("answered_at", MS, CALL_TIME, nullable=True),
    column("person_at", MS, CALL_TIME, nullable=True),
    column("ended_at", MS, CALL_TIME, nullable=True),
    column("duration_ms", MS, CALL_FACT),
    column("talk_ms", MS, CALL_FACT),
    column("cause", WORD, CALL_FACT, nullable=True),
    column("hung_up_by", WORD, CALL_FACT, nullable=True),
    column("missed", Boolean, CALL_FACT),
    column("codec", WORD, CALL_FACT),
    column("mos_x100", BigInteger, CALL_FACT),
    column("flow_id", ID, CONFIG, nullable=True),  # what answered, where a flow did
    column("parent_id", ID, CALL_ID, nullable=True),  # whose dialled leg it was before
    column("forwarded_id", ID, PARTY_ID, nullable=True),  # who had been called first
    column("detected", WORD, CALL_FACT, nullable=True),  # human, machine_start, ...
    column("removed_at", MS, SYSTEM, nullable=True),  # shown to nobody; gone when it may be
    column("application_id", ID, CONFIG, nullable=True),  # whose URLs answered, by no number
    Index("ix_calls_account_id_id", "account_id", "id"),
    Index("ix_calls_called_id_id", "called_id", "id"),
    sqlite_with_rowid=False,
)
Index("ix_calls_open", calls.c.id, sqlite_where=calls.c.ended_at.is_(None))
"""Only calls in progress are in it: finding them after a crash does not read the whole table."""
Index(
    "ix_calls_placed", calls.c.caller_id, calls.c.id, sqlite_where=calls.c.direction == "outbound"
)
"""Calls of ours by the number they showed: one of ours is nobody, and not in ``call_parties``."""

call_legs = Table(
    "call_legs",
    metadata,
    column("id", ID, CALL_ID, primary_key=True),
    column("call_id", ID, CALL_ID),
    column("account_id", ID, ACCOUNT_ID),
    column("state", WORD, CALL_FACT),  # placed, ringing, answered, ended; given: a call of its own
    column("caller_id", ID, PARTY_ID),
    column("called_id", ID, PARTY_ID),
    column("placed_at", MS, CALL_TIME),
    column("rang_at", MS, CALL_TIME, nullable=True),
    column("answered_at", MS, CALL_TIME, nullable=True),
    column("ended_at", MS, CALL_TIME, nullable=True),
    column("duration_ms", MS, CALL_FACT),
    column("cause", WORD, CALL_FACT, nullable=True),
    column("codec", WORD, CALL_FACT),
    column("mos_x100", BigInteger, CALL_FACT),
    column("removed_at", MS, SYSTEM, nullable=True),
    column("detected", WORD, CALL_FACT, nullable=True),  # human, machine_start, ...
    Index("ix_call_legs_call_id", "call_id"),
    Index("ix_call_legs_account_id_id", "account_id", "id"),
    Index("ix_call_legs_caller_id_id", "caller_id", "id"),
    Index("ix_call_legs_called_id_id", "called_id", "id"),
    sqlite_with_rowid=False,
)
"""Legs that a call has rung: to Twilio's clients each is a call, its child."""

call_parties = Table(
    "call_parties",
    metadata,
    column("party_id", ID, PARTY_ID, primary_key=True),
    column("call_id", ID, CALL_ID, primary_key=True),
    sqlite_with_rowid=False,
)
"""Everybody who took part: the calls of one person are found without reading anybody else's."""
