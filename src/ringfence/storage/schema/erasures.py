"""The ledger of erasures: what was asked, how far it is, and the signed receipt.

A row is there before anything is touched, so that a kill at any instant is gone on with. It knows
the person by the id that was theirs; once the erasure is done that id leads nowhere. What the law
makes us keep a while is sealed under ``kept_serial``, and the number is then found by
``parties.kept_lookup`` alone: whoever calls from it again is a new person here.
"""

from sqlalchemy import BigInteger, Index, Table, Text

from ringfence.privacy.labels import ACCOUNT_ID, AUDIT, ERASED_ID, KEY_ID, SYSTEM
from ringfence.storage.schema.base import ID, MS, WORD, column, metadata

erasures = Table(
    "erasures",
    metadata,
    column("id", ID, AUDIT, primary_key=True),
    column("account_id", ID, ACCOUNT_ID),
    column("party_id", ID, ERASED_ID),
    column("state", WORD, SYSTEM),  # planned, begun, done
    column("reason", WORD, AUDIT),  # request, withdrawal, retention, child, ...
    column("actor", ID, AUDIT),  # a role or an id
    column("serial", BigInteger, KEY_ID),  # of the key to destroy
    column("kept_serial", BigInteger, KEY_ID, nullable=True),
    column("asked_at", MS, AUDIT),
    column("begun_at", MS, AUDIT, nullable=True),
    column("done_at", MS, AUDIT, nullable=True),
    column("due_at", MS, AUDIT, nullable=True),  # when the next of what was kept may go
    column("rows", Text, AUDIT),  # JSON: store, what, how many, action, date, rule
    column("receipt", Text, AUDIT, nullable=True),
    Index("ix_erasures_due_at", "due_at"),
    Index("ix_erasures_party_id", "party_id"),
    Index("ix_erasures_state", "state"),
    sqlite_with_rowid=False,
)
