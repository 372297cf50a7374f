"""Everything at rest about one person, found by the labels of the schema.

For every table with a column about people there is a *path* from the person to its rows, compiled
from the labels and names of its columns:

    party     a column that holds the person's id                     calls, consents, cases, ...
    case      ``case_id``: rows of the cases about them               case_steps, ...
              (and of those that were opened under their address: see `unproven`)
    call      ``call_id``: rows of the calls they took part in, and   events, recordings, jobs
    key       ``key_serial``: rows sealed with their key
    lookup    ``lookup``: the keyed hash of a mailbox of theirs       messages, subscriptions

A table about people that no path reaches, and a sealed column whose seal is not known here, fail a
test unless `EXEMPT` says why they are left out; so an archive cannot forget a store.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import BindParameter, Column, ColumnElement, Table, bindparam, or_, select

from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import PartyId
from ringfence.kernel.limits import ARCHIVE_ROWS_MAX, CASES_SHOWN_MAX
from ringfence.privacy.audit import Prover
from ringfence.privacy.checkpoint import Checkpoint
from ringfence.privacy.labels import Label
from ringfence.privacy.taxonomy import is_personal
from ringfence.storage import audit_pages
from ringfence.storage.audit import tile_reader
from ringfence.storage.audit_pages import OPENED, PAGE
from ringfence.storage.audit_proofs import Salt, page_leaf, proof_of, record_leaf
from ringfence.storage.schema import (
    audit_records,
    call_parties,
    case_steps,
    cases,
    label_of_column,
    metadata,
    parties,
)
from ringfence.storage.statement import Row, Statement, at_most
from ringfence.storage.unit_of_work import Queries

Kind = Literal["party", "call", "case", "key", "lookup"]

PEOPLE = frozenset({"caller", "customer", "agent"})
"""Whose data is in an archive: labels of staff and accounts speak of the operator's own people."""

EXEMPT: Mapping[str, str] = {
    "audit_records": "told apart, as the history of who looked at the data",
    "audit_people": "an index of that history",
    "accounts": "speaks of the operator",
    "case_codes": "hashes of codes that expired within minutes",
    "case_honey": "speaks of people who do not exist",
    "room_recordings": "which recordings belong together; they are in the archive themselves",
    "suppressions": "keyed hashes under names of their own; told apart, as lists",
    "holds": "a hold may belong to a demand that must not be told yet",
}
"""Tables that are left out of the rows of an archive, and why."""


@dataclass(frozen=True, slots=True)
class Seal:
    """How a sealed column opens: its context with the row's columns in braces, its key's column."""

    context: str
    serial: str = "key_serial"


SEALS: Mapping[str, Seal] = {
    "parties.address": Seal("party:{id}"),
    "cases.words": Seal("case:{id}"),
    "case_steps.words": Seal("case:{case_id}:step:{number}"),
    "disclosures.recipient": Seal("disclosure:{id}"),
    "amendments.value": Seal("amendment:{id}"),
    "jobs.sealed": Seal("job:{id}"),
    "deliveries.sealed": Seal("delivery:{id}"),
    "notifications.sealed": Seal("notification:{id}"),
    "fetched.sealed": Seal("fetched:{lookup}"),
    "texts.sealed": Seal("text:{id}"),
    "addresses.sealed": Seal("address:{id}"),
    "payments.sealed": Seal("payment:{id}"),
    "text_media.sealed": Seal("media:{id}"),
    "text_pieces.sealed": Seal("piece:{message}:{number}"),
    "text_talks.sealed": Seal("talk:{party_id}:{number_id}"),
    "transcription_parts.sealed": Seal("transcription:{transcription_id}:{number}"),
}
"""Every sealed column about people. Wrapped keys are no data: see `is_data`."""


@dataclass(frozen=True, slots=True)
class Path:
    """How the rows of one table about a person are found."""

    table: Table
    kind: Kind
    statement: Statement


def about_people(table: Table) -> bool:
    """Whether a table holds something about people the exchange knows."""
    return any(
        is_personal(label.category) and label.subject in PEOPLE
        for label in map(label_of_column, table.columns)
        if label is not None
    )


def is_data(label: Label) -> bool:
    """Whether a column is worth showing: keys and keyed hashes say nothing to anybody."""
    return label.storage != "keyed_hash" and not label.category.endswith(".key")


def sealed_columns(table: Table) -> Iterator[Column[object]]:
    """Yield the columns about people that have to be opened to be shown."""
    for col in table.columns:
        label = label_of_column(col)
        if label is None or label.storage != "sealed" or not is_data(label):
            continue
        if label.subject in PEOPLE:
            yield col


def holds_person(col: Column[object]) -> bool:
    """Whether a column holds ids of people."""
    label = label_of_column(col)
    return (
        label is not None
        and label.storage == "opaque"
        and label.subject in PEOPLE
        and (col.table is parties or col.name != "id")
        and (
            label.category == "user.unique_id.pseudonymous"
            or (col.name.endswith("party_id") and is_personal(label.category))
        )
    )


def path_of(table: Table) -> Path | None:
    """Return how a person's rows of ``table`` are found, None where there is no way."""
    condition: ColumnElement[bool]
    person: BindParameter[str] = bindparam("party")
    own = [col for col in table.columns if holds_person(col)]
    named = {col.name: col for col in table.columns}
    kind: Kind
    if own:
        kind, condition = "party", or_(*(col == person for col in own))
    elif "case_id" in named:
        theirs = select(cases.c.id).where(cases.c.party_id == person)
        kind, condition = "case", named["case_id"].in_(theirs)
    elif {"call_id", "key_serial"} & set(named):
        calls = select(call_parties.c.call_id).where(call_parties.c.party_id == person)
        keys = select(parties.c.key_serial).where(parties.c.id == person)
        found = {"call_id": calls, "key_serial": keys}
        kind = "call" if "call_id" in named else "key"
        condition = or_(*(named[name].in_(found[name]) for name in found if name in named))
    elif "lookup" in named:
        kind, condition = "lookup", named["lookup"] == person
    else:
        return None
    query = select(*table.columns).where(condition).order_by(*table.primary_key.columns)
    return Path(table, kind, Statement(at_most(query, int(ARCHIVE_ROWS_MAX))))


def paths() -> dict[str, Path]:
    """Return the path to every table about people, by name."""
    found: dict[str, Path] = {}
    for table in metadata.sorted_tables:
        if table.name in EXEMPT or not about_people(table):
            continue
        path = path_of(table)
        if path is not None:
            found[str(table.name)] = path
    return found


PATHS: Mapping[str, Path] = paths()


def rows(queries: Queries, path: Path, party: PartyId, lookups: Iterable[bytes] = ()) -> list[Row]:
    """Return the rows of one table about a person, in the order of the table's columns.

    ``lookups``: keyed hashes of the person's mailboxes, for paths of that kind.
    """
    width = len(path.statement.names)
    keys = list(lookups) if path.kind == "lookup" else [party]
    return [row for key in keys for row in queries.rows(path.statement, (key,) * width)]


def unproven(queries: Queries, name: str, contact: bytes) -> list[Row]:
    """Return what was asked or complained of under an address whose owner was not shown yet.

    Whoever shows now that the address is theirs is told of it, and an erasure takes it along.
    ``name``: of the table; ``contact``: the keyed hash of the address.
    """
    statement = _UNPROVEN.get(name)
    return [] if statement is None else queries.rows(statement, (contact,))


def looked_at(
    queries: Queries, party: PartyId, own: Collection[str]
) -> Iterator[tuple[int, Ms, str, str]]:
    """Yield (leaf, instant, kind, body) of what the audit log says about a person, in order.

    ``own``: ids of the records about them; who opened one of those opened their data.
    """
    ids, after = frozenset(own), -1
    while True:
        found = queries.rows(_LOG, (after, int(CASES_SHOWN_MAX)))
        for leaf, at, kind, whom, body in found:
            if kind == PAGE:
                if party in body:
                    yield leaf, at, OPENED, audit_pages.read(body).told(party).decode()
                continue
            if whom == party or (whom is None and not ids.isdisjoint(_ID.findall(body))):
                yield leaf, at, kind, body
        if len(found) < CASES_SHOWN_MAX:
            return
        after = found[-1][0]


def proofs(
    queries: Queries,
    leaves: Iterable[int],
    party: PartyId,
    *,
    salt: Salt,
    head: Checkpoint,
    note: str,
) -> Iterator[tuple[int, str]]:
    """Yield (leaf, tlog-proof) for records about a person, under a signed head of the log.

    A record that was written after the head was signed has no proof yet, and what was noted of
    somebody before they were erased has none any more.
    """
    prover = Prover(tile_reader(queries))
    for index in sorted(set(leaves)):
        row = queries.row(_RECORD, (index,))
        if row is None:
            continue
        if row[2] == PAGE:
            leaf = page_leaf(queries, index, row[1], audit_pages.read(row[5]), party, salt)
        else:
            leaf = record_leaf(queries, row, salt)
        text = proof_of(leaf, prover=prover, head=head, note=note)
        if text is not None:
            yield index, text


_UNSHOWN = select(cases.c.id).where(
    cases.c.contact == bindparam("contact"), cases.c.party_id.is_(None)
)
_UNPROVEN: Mapping[str, Statement] = {
    str(table.name): Statement(
        at_most(
            select(*table.columns)
            .where(table.c[key].in_(_UNSHOWN))
            .order_by(*table.primary_key.columns),
            int(ARCHIVE_ROWS_MAX),
        )
    )
    for table, key in ((cases, "id"), (case_steps, "case_id"))
}
_RECORD = Statement(
    select(
        audit_records.c.leaf,
        audit_records.c.at,
        audit_records.c.kind,
        audit_records.c.account_id,
        audit_records.c.party_id,
        audit_records.c.body,
    ).where(audit_records.c.leaf == bindparam("leaf"))
)
_ID = re.compile(r"[A-Z]{2}[0-9a-f]{32}")
_LOG = Statement(
    at_most(
        select(
            audit_records.c.leaf,
            audit_records.c.at,
            audit_records.c.kind,
            audit_records.c.party_id,
            audit_records.c.body,
        )
        .where(audit_records.c.leaf > bindparam("after"))
        .order_by(audit_records.c.leaf),
        "count",
    ),
    "after",
    "count",
)
