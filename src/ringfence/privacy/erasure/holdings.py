"""Where a person can be found, compiled from the labels of the schema.

Every table that holds something about a caller, an agent or a customer must lead back to the
person by an index: through their id, through a call they took part in, a recording of such a
call, or a case they opened. `compile_holdings` follows the labels and says for each table how it is
searched, under which retention rule its rows stand and what is emptied at once. A table that leads
nowhere is an error unless it is in `APART`, with the reason why no erasure looks into it::

    party_id ───────────────────────► rows of the person
    party_id ──► call_parties ──────► rows of their calls
    party_id ──► call_parties ──► recordings ──► rows of their recordings
    party_id ──► cases ─────────────► rows of what they asked
    lookup (keyed hash of address) ─► rows of messages to it
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from ringfence.kernel.errors import LocalError
from ringfence.privacy.labels import Label
from ringfence.privacy.retention import RULES, RetentionRule
from ringfence.privacy.taxonomy import is_personal

Link = Literal["party", "call", "recording", "case", "lookup"]
Ending = Literal["remove", "anonymise"]

_LINKS: tuple[tuple[Link, str], ...] = (
    ("party", "party_id"),
    ("call", "call_id"),
    ("recording", "recording_id"),
    ("case", "case_id"),
    ("lookup", "lookup"),
)
"""Columns that lead back to a person, the straightest first."""

_OWN: Mapping[str, tuple[Link, str]] = MappingProxyType(
    {"parties": ("party", "id"), "calls": ("call", "id"), "recordings": ("call", "call_id")}
)
"""Tables whose own key is what others point to."""

_ANONYMISED = frozenset({"calls", "call_legs", "charges", "events", "audit_records"})
"""Rows that others need too: the person's id is taken out of them and they stay."""

APART: Mapping[str, str] = MappingProxyType(
    {
        "holds": "names a record, not a person; without the record it says nothing",
        "phones": "a telephone of the account's staff; it goes when the account removes it",
        "suppressions": "a keyed hash, kept so that an erased person is left alone",
    }
)
"""Tables with personal columns that no erasure looks into, and why."""

_SUBJECTS = frozenset({"caller", "agent", "customer"})
"""Whose rows an erasure is about; staff and accounts end with their account."""

_SINCE = (
    "ended_at",
    "closed_at",
    "created_at",
    "at",
    "since",
    "opened_at",
    "received_at",
    "asked_at",
    "placed_at",
    "sent_at",
    "stored_at",
    "made_at",
)
"""Columns from which a rule counts its days, the latest event first."""


@dataclass(frozen=True, slots=True)
class StoredColumn:
    """A column: ``leads`` where an index or the primary key begins with it."""

    name: str
    label: Label
    leads: bool = False
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class StoredTable:
    """A table and its columns."""

    name: str
    columns: tuple[StoredColumn, ...]


@dataclass(frozen=True, slots=True)
class Holding:
    """A table that can hold something about a person.

    ``link`` and ``column`` say how its rows are found; ``rule`` is the strictest of its columns;
    ``since`` is the column it counts from, None where the end of the call counts; ``emptied`` are
    the sealed columns no law asks to keep, which are emptied at once in rows that have to stay.
    """

    table: str
    link: Link
    column: str
    rule: RetentionRule
    since: str | None
    ending: Ending
    emptied: tuple[str, ...]


def is_about_somebody(label: Label) -> bool:
    """Whether a column is about a person that an erasure can be about."""
    return label.subject in _SUBJECTS and (
        is_personal(label.category) or label.storage in {"sealed", "keyed_hash"}
    )


def compile_holdings(tables: Iterable[StoredTable]) -> tuple[Holding, ...]:
    """Return where people can be found, in the order of the tables.

    Raises `LocalError` naming every table that holds something about people and leads to nobody.
    """
    found: list[Holding] = []
    lost: list[str] = []
    for table in tables:
        about = [column for column in table.columns if is_about_somebody(column.label)]
        if not about or table.name in APART:
            continue
        holding = _holding(table, about)
        if holding is None:
            lost.append(table.name)
        else:
            found.append(holding)
    if lost:
        raise LocalError(
            f"no erasure reaches {', '.join(lost)}: index party_id, call_id, recording_id, "
            "case_id or lookup, or name it in privacy.erasure.holdings.APART with the reason"
        )
    return tuple(found)


def _holding(table: StoredTable, about: list[StoredColumn]) -> Holding | None:
    link = _link(table)
    if link is None:
        return None
    theirs = [column for column in table.columns if column.label.subject in _SUBJECTS]
    # A row stays as long as anything in it has to, words of ours too: that somebody asked, and
    # when, is proved by steps of which nothing but their words is about a person.
    rule = max((RULES[c.label.retention] for c in theirs), key=lambda rule: rule.floor_days)
    since = None
    by_call = link[0] in {"call", "recording"} or table.name in _BY_THE_CALL
    if rule.trigger != "call_ended" or not by_call:
        names = {column.name for column in table.columns}
        since = next((name for name in _SINCE if name in names), None)
        if since is None and rule.floor_days:
            return None
    emptied = tuple(
        column.name
        for column in about
        if rule.floor_days
        and column.label.storage == "sealed"
        and not RULES[column.label.retention].floor_days
    )
    ending: Ending = "anonymise" if table.name in _ANONYMISED else "remove"
    return Holding(table.name, *link, rule, since, ending, emptied)


_BY_THE_CALL = frozenset(
    {"parties", "call_parties", "audit_records", "audit_people", "restrictions"}
)
"""Found by the person, kept as long as the last of the calls it is about."""


def _link(table: StoredTable) -> tuple[Link, str] | None:
    if table.name in _OWN:
        return _OWN[table.name]
    leading = {column.name for column in table.columns if column.leads}
    return next(((link, name) for link, name in _LINKS if name in leading), None)
