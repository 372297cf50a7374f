"""Versions of the notice, who was told of them, and on what terms data goes to others.

A version, once written, is never changed: what held on a day can be shown on any other.
"""

from sqlalchemy import BigInteger, ForeignKey, String, Table, Text

from ringfence.privacy.labels import ACCOUNT_ID, AUDIT, CONFIG, EMAIL_SEALED, SYSTEM
from ringfence.storage.schema.base import ID, MS, SEALED, WORD, column, metadata

policy_versions = Table(
    "policy_versions",
    metadata,
    column("account_id", ID, ACCOUNT_ID, ForeignKey("accounts.id"), primary_key=True),
    column("number", BigInteger, AUDIT, primary_key=True),
    column("digest", String(64), AUDIT),  # SHA-256 of the notice
    column("pack", WORD, AUDIT),  # the name of a shipped pack, or own
    column("source", Text, AUDIT),  # the pack as it was
    column("notice", Text, AUDIT),  # JSON
    column("map", Text, AUDIT),  # JSON
    column("severity", WORD, AUDIT),  # none, editorial, minor, material
    column("lapsed", Text, AUDIT),  # purposes whose consents ended with it, separated by spaces
    column("published_at", MS, AUDIT),
    column("effective_at", MS, AUDIT),
    sqlite_with_rowid=False,
)

policy_notices = Table(
    "policy_notices",
    metadata,
    column("account_id", ID, ACCOUNT_ID, ForeignKey("accounts.id"), primary_key=True),
    column("number", BigInteger, AUDIT, primary_key=True),
    column("channel", WORD, AUDIT, primary_key=True),  # email, popup
    column("state", WORD, AUDIT),  # waiting, queued, sent, failed, acknowledged
    column("acknowledged_by", WORD, AUDIT, nullable=True),  # the role that acknowledged
    column("changed_at", MS, AUDIT),
    sqlite_with_rowid=False,
)
"""Evidence that a material version was told, by each of its channels."""

policy_acceptances = Table(
    "policy_acceptances",
    metadata,
    column("account_id", ID, ACCOUNT_ID, ForeignKey("accounts.id"), primary_key=True),
    column("number", BigInteger, AUDIT, primary_key=True),
    column("actor", WORD, AUDIT, primary_key=True),  # by which door: admin, api, operator
    column("kind", WORD, AUDIT),  # continued_use
    column("digest", String(64), AUDIT),
    column("at", MS, AUDIT),
    sqlite_with_rowid=False,
)
"""That somebody went on using the service; never a consent."""

primary_admins = Table(
    "primary_admins",
    metadata,
    column("account_id", ID, ACCOUNT_ID, ForeignKey("accounts.id"), primary_key=True),
    column("email", SEALED, EMAIL_SEALED),
    column("since", MS, SYSTEM),
    sqlite_with_rowid=False,
)
"""One for each account; a new one takes the place of the old."""

engagements = Table(
    "engagements",
    metadata,
    column("account_id", ID, ACCOUNT_ID, ForeignKey("accounts.id"), primary_key=True),
    column("processor", WORD, CONFIG, primary_key=True),
    column("country", String(2), CONFIG),
    column("mechanism", WORD, CONFIG),
    column("until_at", MS, CONFIG, nullable=True),
    column("changed_at", MS, SYSTEM),
    sqlite_with_rowid=False,
)
"""Contracts with recipients: where they are, on what ground, until when."""
