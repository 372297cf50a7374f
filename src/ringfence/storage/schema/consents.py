"""What people agreed to and what they were shown; whom not to call and not to advertise to.

``consents`` is a ledger: a withdrawal is a new row. The texts are kept whole, by hash, so that
what somebody was shown can be shown again. ``suppressions`` hold no number: a keyed hash is
enough to leave somebody alone, and stays when everything else about them is erased.
"""

from sqlalchemy import Index, String, Table, Text

from ringfence.privacy.labels import (
    ACCOUNT_ID,
    CALL_ID,
    CONFIG,
    CONSENT,
    CONSENT_PARTY,
    SUPPRESSION_HASH,
    SYSTEM,
)
from ringfence.storage.schema.base import HASH, ID, MS, ROW, WORD, column, metadata

consent_texts = Table(
    "consent_texts",
    metadata,
    column("hash", String(64), CONFIG, primary_key=True),  # SHA-256 of version, locale and text
    column("version", WORD, CONFIG),
    column("locale", WORD, CONFIG),
    column("text", Text, CONFIG),
    column("shown_at", MS, SYSTEM),  # for the first time
    sqlite_with_rowid=False,
)

consents = Table(
    "consents",
    metadata,
    column("id", ROW, SYSTEM, primary_key=True),  # the order of writing
    column("account_id", ID, ACCOUNT_ID),
    column("party_id", ID, CONSENT_PARTY),
    column("purpose", WORD, CONSENT),
    column("channel", WORD, CONSENT),  # call, message, email, any
    column("state", WORD, CONSENT),  # given, refused, withdrawn
    column("text_hash", String(64), CONSENT, nullable=True),  # what was shown, if anything was
    column("how", WORD, CONSENT),  # cli, api, page, call, mail, letter
    column("actor", ID, CONSENT),  # a role or an id
    column("call_id", ID, CALL_ID, nullable=True),
    column("at", MS, CONSENT),
    Index("ix_consents_party_id", "party_id"),
)

suppressions = Table(
    "suppressions",
    metadata,
    column("lookup", HASH, SUPPRESSION_HASH, primary_key=True),
    column("kind", WORD, CONSENT, primary_key=True),  # do_not_call, marketing
    column("account_id", ID, ACCOUNT_ID),
    column("how", WORD, CONSENT),
    column("since", MS, CONSENT),
    sqlite_with_rowid=False,
)
