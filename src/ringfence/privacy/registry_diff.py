"""What changed between two maps of the data: how grave, who is told, whose consent lapses.

Severity follows from the change, never from its wording:

    editorial   wording alone, a field renamed: the same data, the same use
    minor       less data, less time, fewer recipients; new technical data about nobody
    material    more: data about people, recipients, places, purposes, time, reach, openness

A material change is told to each account's primary administrator by e-mail and by a pop-up that
is acknowledged; the others stand on the page and in the feed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from ringfence.privacy.registry import DataMap, Entry, Kind
from ringfence.privacy.taxonomy import is_personal

Severity = Literal["none", "editorial", "minor", "material"]
SEVERITIES: tuple[Severity, ...] = ("none", "editorial", "minor", "material")

Channel = Literal["page", "feed", "popup", "email"]
CHANNELS: dict[Severity, tuple[Channel, ...]] = {
    "none": (),
    "editorial": ("page", "feed"),
    "minor": ("page", "feed"),
    "material": ("page", "feed", "popup", "email"),
}
"""Where a version with a change of this severity is announced."""

_RENAMED: frozenset[Kind] = frozenset({"column", "event", "log", "scope"})
"""Kinds whose name is ours alone: another name for the same thing tells nobody anything."""

_WORDING = frozenset({"says", "reason", "holds"})
_OPENNESS = {"sealed": 0, "keyed_hash": 1, "opaque": 2, "plain": 3}
_SENSITIVITY = {"none": 0, "low": 1, "high": 2}
_COOKIES = {"necessary": 0, "functional": 1, "analytics": 2, "advertising": 3}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. ``what``: added, removed, renamed or changed; ``fact``: which, if changed."""

    kind: str
    name: str
    what: Literal["added", "removed", "renamed", "changed"]
    severity: Severity
    fact: str = ""
    before: Any = None
    after: Any = None


@dataclass(frozen=True, slots=True)
class Difference:
    """All differences of two maps. ``lapses``: purposes whose consents no longer hold."""

    changes: tuple[Change, ...]
    lapses: tuple[str, ...]

    @property
    def severity(self) -> Severity:
        """The gravest of the changes."""
        found: Iterable[Severity] = (change.severity for change in self.changes)
        return max(found, key=SEVERITIES.index, default="none")

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Where it has to be told."""
        return CHANNELS[self.severity]


def compare(before: DataMap, after: DataMap) -> Difference:
    """Return what leads from one map to the other."""
    changes = sorted(_changes(before, after), key=lambda c: (c.kind, c.name, c.fact))
    return Difference(tuple(changes), tuple(sorted(_lapses(changes, before, after))))


def _changes(before: DataMap, after: DataMap) -> Iterator[Change]:
    gone = [entry for key, entry in before.index.items() if key not in after.index]
    new = [entry for key, entry in after.index.items() if key not in before.index]
    for old in list(gone):
        match = next((e for e in new if _same(old, e)), None)
        if match is not None:
            gone.remove(old)
            new.remove(match)
            yield Change(
                old.kind, match.name, "renamed", "editorial", before=old.name, after=match.name
            )
    for old in gone:
        yield Change(old.kind, old.name, "removed", _removed(old))
    for entry in new:
        yield Change(entry.kind, entry.name, "added", _added(entry))
    for key, entry in after.index.items():
        earlier = before.index.get(key)
        if earlier is not None:
            yield from _facts(earlier, entry)


def _same(old: Entry, new: Entry) -> bool:
    return old.kind == new.kind and old.kind in _RENAMED and old.facts == new.facts


def _removed(entry: Entry) -> Severity:
    """Less data is a minor change; a lost retention rule or purpose leaves a promise behind."""
    return "material" if entry.kind == "retention" else "minor"


def _added(entry: Entry) -> Severity:
    if entry.kind in {"column", "event", "log", "object"}:
        return "material" if is_personal(str(entry.get("category"))) else "minor"
    return "material"


def _facts(before: Entry, after: Entry) -> Iterator[Change]:
    for key in sorted({*before.facts, *after.facts}):
        old, new = before.get(key), after.get(key)
        if old != new:
            yield Change(
                after.kind, after.name, "changed", _weight(after, key, old, new), key, old, new
            )


def _weight(entry: Entry, key: str, old: Any, new: Any) -> Severity:
    """Return how grave the change of one fact is: more is material, less is minor."""
    if key in _WORDING:
        return "editorial"
    match key:
        case "purposes" | "actors" | "categories" | "fields" | "hosts":
            return "material" if set(new or ()) - set(old or ()) else "minor"
        case "paths":
            return "minor"
        case "storage":
            return _higher(_OPENNESS, old, new)
        case "sensitivity":
            return _higher(_SENSITIVITY, old, new)
        case "ceiling_days" | "seconds":
            return "material" if new is None or (old is not None and new > old) else "minor"
        case "active":
            return "material" if new else "minor"
        case "floor_days":
            return "material" if new > old else "minor"
        case "category" if entry.kind == "cookie":
            return _higher(_COOKIES, old, new)
    return "material"  # category, subject, retention, trigger, basis, role, region, mechanism, ...


def _higher(scale: dict[str, int], old: Any, new: Any) -> Severity:
    return "material" if scale.get(new, 9) > scale.get(old, -1) else "minor"


def _lapses(changes: Iterable[Change], before: DataMap, after: DataMap) -> set[str]:
    """Return the purposes resting on consent whose meaning a material change altered."""
    consented = {
        entry.name
        for entry in (*before.of("purpose"), *after.of("purpose"))
        if entry.get("basis") == "consent"
    }
    touched: set[str] = set()
    for change in changes:
        if change.severity != "material":
            continue
        if change.kind == "purpose":
            touched.add(change.name)
        touched |= _concerned(change, before) | _concerned(change, after)
    return touched & consented


def _concerned(change: Change, where: DataMap) -> set[str]:
    """Return the purposes that an entry serves, or that data under a changed rule serves."""
    if change.kind == "retention":
        return {
            purpose
            for entry in where.of("column", "event", "log", "object")
            if entry.get("retention") == change.name
            for purpose in entry.words("purposes")
        }
    if change.kind == "region":
        return {
            purpose
            for entry in where.of("processor")
            if entry.get("region") == change.name
            for purpose in entry.words("purposes")
        }
    entry = where.index.get((change.kind, change.name))
    return set(entry.words("purposes")) if entry is not None else set()
