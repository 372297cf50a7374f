"""Work to be done after the commit that asked for it.

Done jobs are removed. A job whose every try failed stays as ``dead`` until somebody looks. The
body holds ids, words and counts. What cannot be read again when the job runs (the parameters of a
webhook) is sealed under the key of the person it speaks of, so an erasure reaches it too.
"""

from sqlalchemy import BigInteger, Index, Table, Text

from ringfence.privacy.labels import ACCOUNT_ID, CALL_ID, CONTENT_SEALED, KEY_ID, SYSTEM
from ringfence.storage.schema.base import ID, MS, SEALED, WORD, column, metadata

jobs = Table(
    "jobs",
    metadata,
    column("id", ID, SYSTEM, primary_key=True),
    column("kind", WORD, SYSTEM),
    column("account_id", ID, ACCOUNT_ID, nullable=True),
    column("body", Text, CALL_ID),  # JSON of ids, words and counts
    column("sealed", SEALED, CONTENT_SEALED, nullable=True),
    column("key_serial", BigInteger, KEY_ID, nullable=True),
    column("unique_key", Text, CALL_ID, nullable=True),
    column("state", WORD, SYSTEM),  # ready, leased, dead
    column("run_at", MS, SYSTEM),  # when it is due; while leased, when the lease ends
    column("attempts", BigInteger, SYSTEM),
    column("error", WORD, SYSTEM, nullable=True),  # a code, never a text
    column("created_at", MS, SYSTEM),
    column("call_id", ID, CALL_ID, nullable=True),  # the call it is about, if any
    Index("ix_jobs_call_id", "call_id"),
    Index("ix_jobs_key_serial", "key_serial"),
    Index("ix_jobs_state_run_at", "state", "run_at"),
    Index("uq_jobs_kind_unique_key", "kind", "unique_key", unique=True),
    sqlite_with_rowid=False,
)
