"""Postal addresses of the account's customers: whoever a number is given to where a law asks.

Name, street and town are sealed together under the key of the person the address is of, so that
erasing the person erases them wherever a copy lies.
"""

from sqlalchemy import BigInteger, Boolean, Index, Table

from ringfence.privacy.labels import (
    ACCOUNT_ID,
    KEY_ID,
    POSTAL_FACT,
    POSTAL_ID,
    POSTAL_PARTY,
    POSTAL_SEALED,
)
from ringfence.storage.schema.base import ID, MS, SEALED, WORD, column, metadata

addresses = Table(
    "addresses",
    metadata,
    column("id", ID, POSTAL_ID, primary_key=True),
    column("account_id", ID, ACCOUNT_ID),
    column("party_id", ID, POSTAL_PARTY),
    column("country", WORD, POSTAL_FACT),  # ISO 3166: rules about addresses ask for no more
    column("emergency", Boolean, POSTAL_FACT),  # emergency services may be told of it
    column("created_at", MS, POSTAL_FACT),
    column("changed_at", MS, POSTAL_FACT),
    column("key_serial", BigInteger, KEY_ID),
    column("sealed", SEALED, POSTAL_SEALED),  # storage.addresses.Postal
    Index("ix_addresses_account_id_id", "account_id", "id"),
    Index("ix_addresses_party_id_id", "party_id", "id"),
    sqlite_with_rowid=False,
)
