"""What is left of calls when the calls are gone: numbers about a month, of nobody.

A row counts the calls of one kind in one calendar month (UTC). It is written once, and only where
the calls came from at least ``COUNT_CALLERS_MIN`` different people; what fewer did is not kept, so
that no number stands for one of them.
"""

from sqlalchemy import BigInteger, Boolean, Table

from ringfence.privacy.labels import ACCOUNT_ID, SYSTEM
from ringfence.storage.schema.base import ID, MS, WORD, column, metadata

call_counts = Table(
    "call_counts",
    metadata,
    column("account_id", ID, ACCOUNT_ID, primary_key=True),
    column("month", MS, SYSTEM, primary_key=True),  # its first instant
    column("direction", WORD, SYSTEM, primary_key=True),
    column("missed", Boolean, SYSTEM, primary_key=True),
    column("calls", BigInteger, SYSTEM),
    column("talk_minutes", BigInteger, SYSTEM),
    sqlite_with_rowid=False,
)
