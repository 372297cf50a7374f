"""Cases: what people and authorities asked, how far it is, and what was given to whom.

A case is a row with its clocks and one row for each step. Words (a number to call back, reasons, an
authority's name) are sealed: under a key of the case until it is known whom it is about, then under
the person's, so an erasure takes them along. References, codes and approvers' secrets are keyed
hashes: whoever holds only the database can use none of them.
"""

from sqlalchemy import BigInteger, Index, Table, Text

from ringfence.privacy.labels import (
    ACCOUNT_ID,
    CASE_FACT,
    CASE_HASH,
    CASE_PARTY,
    CASE_WORDS,
    CONFIG,
    CONFIG_SEALED,
    KEY_ID,
    KEY_WRAPPED,
    SECRET_HASH,
    SYSTEM,
    USERNAME_SEALED,
)
from ringfence.storage.schema.base import HASH, ID, MS, SEALED, WORD, column, metadata

cases = Table(
    "cases",
    metadata,
    column("id", ID, CASE_FACT, primary_key=True),
    column("account_id", ID, ACCOUNT_ID),
    column("family", WORD, CASE_FACT),  # request, grievance, child, demand, incident
    column("kind", WORD, CASE_FACT),
    column("state", WORD, CASE_FACT),
    column("residence", WORD, CASE_FACT),  # ISO 3166, "" where it was not said
    column("party_id", ID, CASE_PARTY, nullable=True),
    column("reference", HASH, CASE_HASH, nullable=True),
    column("contact", HASH, CASE_HASH, nullable=True),
    column("words", SEALED, CASE_WORDS, nullable=True),  # JSON; null once destroyed
    column("key_serial", BigInteger, KEY_ID),
    column("facts", Text, CASE_FACT),  # JSON of words of ours, ids, instants, counts
    column("received_at", MS, CASE_FACT),
    column("remind_at", MS, CASE_FACT, nullable=True),  # null once reminded
    column("escalate_at", MS, CASE_FACT, nullable=True),  # null once escalated
    column("due_at", MS, CASE_FACT, nullable=True),
    column("decided_at", MS, CASE_FACT, nullable=True),
    column("shred_at", MS, CASE_FACT, nullable=True),  # when the words are destroyed
    Index("ix_cases_family_state", "family", "state"),
    Index("ix_cases_party_id", "party_id"),
    Index("uq_cases_reference", "reference", unique=True),
    Index("ix_cases_contact", "contact"),
    sqlite_with_rowid=False,
)
Index("ix_cases_remind_at", cases.c.remind_at, sqlite_where=cases.c.remind_at.is_not(None))
Index("ix_cases_escalate_at", cases.c.escalate_at, sqlite_where=cases.c.escalate_at.is_not(None))
Index("ix_cases_shred_at", cases.c.shred_at, sqlite_where=cases.c.shred_at.is_not(None))

case_steps = Table(
    "case_steps",
    metadata,
    column("case_id", ID, CASE_FACT, primary_key=True),
    column("number", BigInteger, CASE_FACT, primary_key=True),
    column("at", MS, CASE_FACT),
    column("action", WORD, CASE_FACT),
    column("actor", ID, CASE_FACT),  # a role or an id
    column("state", WORD, CASE_FACT),  # after it
    column("facts", Text, CASE_FACT),
    column("words", SEALED, CASE_WORDS, nullable=True),
    column("key_serial", BigInteger, KEY_ID, nullable=True),
    sqlite_with_rowid=False,
)

case_codes = Table(
    "case_codes",
    metadata,
    column("case_id", ID, CASE_FACT, primary_key=True),
    column("number", BigInteger, CASE_FACT, primary_key=True),
    column("contact", HASH, CASE_HASH),
    column("hash", HASH, CASE_HASH),
    column("tries", BigInteger, CASE_FACT),
    column("sent_at", MS, CASE_FACT),
    column("expires_at", MS, CASE_FACT),
    Index("ix_case_codes_contact", "contact", "sent_at"),
    sqlite_with_rowid=False,
)

case_archives = Table(
    "case_archives",
    metadata,
    column("case_id", ID, CASE_FACT, primary_key=True),
    column("party_id", ID, CASE_PARTY, nullable=True),
    column("key_serial", BigInteger, KEY_ID),
    column("wrapped", SEALED, KEY_WRAPPED),
    column("token", HASH, CASE_HASH),
    column("size", BigInteger, SYSTEM),
    column("pieces", BigInteger, SYSTEM),
    column("sha256", Text, SYSTEM),  # of the archive in clear, in hexadecimal digits
    column("made_at", MS, CASE_FACT),
    column("expires_at", MS, CASE_FACT),
    column("taken_at", MS, CASE_FACT, nullable=True),
    sqlite_with_rowid=False,
)
"""The archive itself lies sealed in ``objects/archives/``, named by its case."""

disclosures = Table(
    "disclosures",
    metadata,
    column("id", ID, CASE_FACT, primary_key=True),
    column("account_id", ID, ACCOUNT_ID),
    column("party_id", ID, CASE_PARTY),
    column("case_id", ID, CASE_FACT),
    column("recipient_kind", WORD, CASE_FACT),  # authority, provider, processor
    column("recipient", SEALED, CASE_WORDS),  # JSON: name, URL to send later changes to
    column("key_serial", BigInteger, KEY_ID),
    column("fields", Text, CASE_FACT),  # JSON list of kinds of data
    column("basis", WORD, CASE_FACT),
    column("at", MS, CASE_FACT),
    column("hidden_until", MS, CASE_FACT, nullable=True),  # while a gag is in force
    column("told_at", MS, CASE_FACT, nullable=True),  # the last change was sent on
    column("taken_at", MS, CASE_FACT, nullable=True),  # and taken by the recipient
    Index("ix_disclosures_party_id", "party_id"),
    sqlite_with_rowid=False,
)
"""Who received what about whom: every disclosure is here, and in the person's archive."""

amendments = Table(
    "amendments",
    metadata,
    column("id", ID, CASE_FACT, primary_key=True),
    column("account_id", ID, ACCOUNT_ID),
    column("party_id", ID, CASE_PARTY),
    column("case_id", ID, CASE_FACT),
    column("what", WORD, CASE_FACT),  # name, number, email, record
    column("record_id", ID, CASE_FACT, nullable=True),  # the record it corrects, if one is meant
    column("value", SEALED, CASE_WORDS),
    column("key_serial", BigInteger, KEY_ID),
    column("at", MS, CASE_FACT),
    Index("ix_amendments_party_id", "party_id"),
    sqlite_with_rowid=False,
)
"""Corrections are added and the original stays: a billed call can be recounted either way."""

case_officers = Table(
    "case_officers",
    metadata,
    column("law", WORD, CONFIG, primary_key=True),  # EU, IN, ..., * for everybody else
    column("since", MS, CONFIG, primary_key=True),
    column("account_id", ID, ACCOUNT_ID),
    column("contact", SEALED, CONFIG_SEALED),  # JSON: name, e-mail, post
    sqlite_with_rowid=False,
)
"""Who takes grievances; the newest row of a law counts, older ones are history."""

case_approvers = Table(
    "case_approvers",
    metadata,
    column("secret", HASH, SECRET_HASH, primary_key=True),
    column("id", ID, CONFIG),
    column("account_id", ID, ACCOUNT_ID),
    column("name", SEALED, USERNAME_SEALED),
    column("created_at", MS, SYSTEM),
    column("removed_at", MS, SYSTEM, nullable=True),
    sqlite_with_rowid=False,
)
"""People who may approve a disclosure: two secrets are two people, whatever door they came by."""

case_honey = Table(
    "case_honey",
    metadata,
    column("party_id", ID, CASE_FACT, primary_key=True),
    column("account_id", ID, ACCOUNT_ID),
    column("placed_at", MS, CASE_FACT),
    column("seen", BigInteger, CASE_FACT),  # openings up to this leaf have been looked at
    sqlite_with_rowid=False,
)
"""People who do not exist: whoever opens their data has no business in the data at all."""
