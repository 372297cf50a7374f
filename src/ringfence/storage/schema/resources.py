"""What an account sets up in small documents: applications, caller ids, SIP domains and the like.

One table for all of them, because they are read whole at start, kept in memory and changed one at a
time: what differs is inside the seal (``accounts.resources``).
"""

from sqlalchemy import ForeignKey, Index, Table

from ringfence.privacy.labels import ACCOUNT_ID, CONFIG, CONFIG_HASH, CONFIG_SEALED, SYSTEM
from ringfence.storage.schema.base import HASH, ID, MS, SEALED, WORD, column, metadata

resources = Table(
    "resources",
    metadata,
    column("id", ID, CONFIG, primary_key=True),
    column("account_id", ID, ACCOUNT_ID, ForeignKey("accounts.id")),
    column("kind", WORD, CONFIG),  # a word of accounts.resources.KINDS
    column("parent_id", ID, CONFIG, nullable=True),  # the list or domain it belongs to
    column("lookup", HASH, CONFIG_HASH, nullable=True),  # of what there may be once alone
    column("document", SEALED, CONFIG_SEALED),
    column("created_at", MS, SYSTEM),
    column("changed_at", MS, SYSTEM),
    Index("ix_resources_account_id_kind", "account_id", "kind"),
    Index("uq_resources_lookup", "lookup", unique=True),
    sqlite_with_rowid=False,
)
