"""What the operator set up: numbers, trunks, phones, flows.

A menu names people's numbers and a phone's user name names a person, so documents, numbers, user
names and URLs are sealed under the account's key; what stays in clear names nobody. All of it is
read into memory at start, so sealing costs a call nothing.
"""

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Table, Text

from ringfence.privacy.labels import (
    ACCOUNT_ID,
    CONFIG,
    CONFIG_HASH,
    CONFIG_SEALED,
    CREDENTIAL,
    PARTY_ID,
    SYSTEM,
    USERNAME_HASH,
    USERNAME_SEALED,
)
from ringfence.storage.schema.base import HASH, ID, MS, SEALED, WORD, column, metadata

flows = Table(
    "flows",
    metadata,
    column("id", ID, CONFIG, primary_key=True),
    column("account_id", ID, ACCOUNT_ID, ForeignKey("accounts.id")),
    column("name", Text, CONFIG),
    column("version", BigInteger, CONFIG),  # the one calls get
    column("created_at", MS, SYSTEM),
    Index("uq_flows_account_id_name", "account_id", "name", unique=True),
    sqlite_with_rowid=False,
)

flow_versions = Table(
    "flow_versions",
    metadata,
    column("flow_id", ID, CONFIG, ForeignKey("flows.id"), primary_key=True),
    column("version", BigInteger, CONFIG, primary_key=True),
    column("document", SEALED, CONFIG_SEALED),
    column("created_at", MS, SYSTEM),
    sqlite_with_rowid=False,
)
"""Never changed once written: a call can be read back against the menu it had."""

numbers = Table(
    "numbers",
    metadata,
    column("id", ID, CONFIG, primary_key=True),
    column("account_id", ID, ACCOUNT_ID, ForeignKey("accounts.id")),
    column("lookup", HASH, CONFIG_HASH),
    column("number", SEALED, CONFIG_SEALED),
    column("route", WORD, CONFIG),  # flow, url, twiml, none
    column("flow_id", ID, CONFIG, ForeignKey("flows.id"), nullable=True),
    column("voice", SEALED, CONFIG_SEALED, nullable=True),  # the URL or the TwiML document
    column("method", WORD, CONFIG),  # of the request for a URL
    column("created_at", MS, SYSTEM),
    column("options", SEALED, CONFIG_SEALED, nullable=True),  # numbers.options, where there are any
    Index("uq_numbers_lookup", "lookup", unique=True),
    sqlite_with_rowid=False,
)

trunks = Table(
    "trunks",
    metadata,
    column("id", ID, CONFIG, primary_key=True),
    column("account_id", ID, ACCOUNT_ID, ForeignKey("accounts.id")),
    column("name", Text, CONFIG),
    column("kind", WORD, CONFIG),  # address, register
    column("host", Text, CONFIG),  # host, host:port, or an address range
    column("transport", WORD, CONFIG),  # udp, tcp, tls
    column("username", SEALED, USERNAME_SEALED, nullable=True),
    column("password", SEALED, CREDENTIAL, nullable=True),
    column("enabled", Boolean, CONFIG),
    column("created_at", MS, SYSTEM),
    Index("uq_trunks_account_id_name", "account_id", "name", unique=True),
    sqlite_with_rowid=False,
)

phones = Table(
    "phones",
    metadata,
    column("id", ID, CONFIG, primary_key=True),
    column("account_id", ID, ACCOUNT_ID, ForeignKey("accounts.id")),
    column("lookup", HASH, USERNAME_HASH),
    column("username", SEALED, USERNAME_SEALED),
    column("ha1", SEALED, CREDENTIAL),
    column("party_id", ID, PARTY_ID, nullable=True),
    column("enabled", Boolean, CONFIG),
    column("created_at", MS, SYSTEM),
    Index("uq_phones_lookup", "lookup", unique=True),
    sqlite_with_rowid=False,
)
"""SIP devices. ``ha1``: JSON of realm and digests, never a password."""
