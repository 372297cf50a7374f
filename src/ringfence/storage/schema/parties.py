"""The one room for people: every other table knows them by an opaque id.

``lookup`` is HMAC-SHA256 of the address under the account's pepper, cut to 16 bytes; peppers
differ, so the column is unique over all accounts. ``key_serial`` is the place of the person's key
in the keystore: destroy that key and ``address`` is noise.
"""

from sqlalchemy import BigInteger, Index, Table

from ringfence.privacy.labels import (
    ACCOUNT_ID,
    CALL_FACT,
    CALL_TIME,
    KEY_ID,
    PARTY_ID,
    PHONE_HASH,
    PHONE_SEALED,
)
from ringfence.storage.schema.base import HASH, ID, MS, SEALED, WORD, column, metadata

parties = Table(
    "parties",
    metadata,
    column("id", ID, PARTY_ID, primary_key=True),
    column("account_id", ID, ACCOUNT_ID),
    column("kind", WORD, CALL_FACT),  # phone, sip, email, anonymous
    column("lookup", HASH, PHONE_HASH, nullable=True),  # null once erased
    column("address", SEALED, PHONE_SEALED, nullable=True),  # null once erased
    column("key_serial", BigInteger, KEY_ID),
    column("created_at", MS, CALL_TIME),
    column("erased_at", MS, CALL_TIME, nullable=True),
    column("kept_lookup", HASH, PHONE_HASH, nullable=True),  # where the law keeps it a while
    Index("ix_parties_kept_lookup", "kept_lookup"),
    Index("uq_parties_lookup", "lookup", unique=True),
    Index("ix_parties_key_serial", "key_serial"),  # whose key it is, when keys were seen
    sqlite_with_rowid=False,
)
