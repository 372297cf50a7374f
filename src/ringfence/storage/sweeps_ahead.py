"""What a sweep would have done by the time it comes to the next kind: so that a preview is exact.

A sweep takes one kind after the other, and what it removes of one decides about the next: a call
takes its transcriptions along, and with the last record of somebody goes their number. A preview
removes nothing, so it remembers here what would be gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, ColumnElement, bindparam, select

from ringfence.kernel.clock import Ms
from ringfence.storage.schema import (
    amendments,
    call_parties,
    case_archives,
    cases,
    disclosures,
    parties,
    payments,
    restrictions,
    text_charges,
    text_events,
    text_media,
    text_parts,
    texts,
    transcription_parts,
    transcriptions,
)
from ringfence.storage.statement import Statement
from ringfence.storage.sweeps import Due, mentions
from ringfence.storage.unit_of_work import Queries

_CALL_OF_A_PART = (
    select(transcriptions.c.call_id)
    .where(transcriptions.c.id == transcription_parts.c.transcription_id)
    .scalar_subquery()
)
GOES_WITH: Mapping[str, tuple[str, ColumnElement[Any]]] = {
    "amendments": ("cases", amendments.c.case_id),
    "call_parties": ("calls", call_parties.c.call_id),
    "case_archives": ("cases", case_archives.c.case_id),
    "cases": ("cases", cases.c.id),
    "disclosures": ("cases", disclosures.c.case_id),
    "payments": ("payments", payments.c.id),
    "restrictions": ("restrictions", restrictions.c.id),
    "text_charges": ("texts", text_charges.c.id),
    "text_events": ("texts", text_events.c.text_id),
    "text_media": ("texts", text_media.c.text_id),
    "text_parts": ("texts", text_parts.c.text_id),
    "texts": ("texts", texts.c.id),
    "transcription_parts": ("calls", _CALL_OF_A_PART),
}
"""Table that speaks of people → the kind its rows are swept with, and that record's id."""

_OWN = {"calls": "call_parties", "texts": "texts", "payments": "payments",
        "restrictions": "restrictions", "cases": "cases"}  # fmt: skip
"""Kind → the table that names its people."""


def _people_of(kind: str) -> Statement:
    found = _column(_OWN[kind])
    return Statement(select(found).where(GOES_WITH[_OWN[kind]][1] == bindparam("record")))


def _column(table: str) -> Column[Any]:
    return next(column for column in mentions() if column.table.name == table)


def _speaking(column: Column[Any]) -> Statement:
    """Where a table speaks of a person: with which record each row goes."""
    _, key = GOES_WITH.get(column.table.name, ("", column))
    return Statement(select(key).where(column == bindparam("party")), "party")


_PEOPLE = {kind: _people_of(kind) for kind in _OWN}
_SPEAKING = {column.table.name: _speaking(column) for column in mentions()}
_PARTY = Statement(
    select(parties.c.created_at, parties.c.key_serial).where(parties.c.id == bindparam("party"))
)
_WRITTEN_DOWN_OF = Statement(
    select(transcriptions.c.call_id).where(transcriptions.c.id == bindparam("transcription"))
)


class Ahead:
    """What would be gone already, kind by kind."""

    def __init__(self) -> None:
        """Nothing is, at first."""
        self._gone: dict[str, set[str]] = {}

    def left(self, queries: Queries, kind: str, batch: list[Due]) -> list[Due]:
        """Return those of a batch that no kind before took along; they would be gone from now on.

        ``removed`` calls are calls, and a call takes its transcriptions along.
        """
        calls = self._gone.setdefault("calls", set())
        match kind:
            case "removed":
                batch = [one for one in batch if one.id not in calls]
            case "transcriptions":
                batch = [
                    one for one in batch if queries.value(_WRITTEN_DOWN_OF, (one.id,)) not in calls
                ]
        own = "calls" if kind == "removed" else kind
        self._gone.setdefault(own, set()).update(one.id for one in batch)
        return batch

    def freed(self, queries: Queries, cutoff: Ms) -> list[Due]:
        """Return the people of whom nothing would speak any more, made before ``cutoff``."""
        people = {
            row[0]
            for kind, statement in _PEOPLE.items()
            for record in self._gone.get(kind, ())
            for row in queries.rows(statement, (record,))
            if row[0] is not None
        }
        found = []
        for party in sorted(people):
            since, serial = queries.row(_PARTY, (party,)) or (cutoff, None)
            if since < cutoff and self._is_silent(queries, party):
                found.append(Due(party, Ms(since), serial))
        return found

    def _is_silent(self, queries: Queries, party: str) -> bool:
        for table, statement in _SPEAKING.items():
            kind, _ = GOES_WITH.get(table, ("", None))
            gone = self._gone.get(kind, set())
            if any(row[0] not in gone for row in queries.rows(statement, (party,))):
                return False
        return True
