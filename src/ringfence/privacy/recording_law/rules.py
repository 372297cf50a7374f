"""The dated rules of ``rules.toml``, read once and checked as a whole.

A rule is in force on the days from ``since`` up to, not including, ``until``; which day it is, is
told by UTC. A rule of a country speaks of its states too.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, get_args

from ringfence.kernel.clock import DAY, Ms
from ringfence.kernel.errors import LocalError
from ringfence.privacy.gate import RecordingLaw
from ringfence.privacy.recording_law.places import parent

STRICTNESS: Mapping[RecordingLaw, int] = MappingProxyType(
    {law: rank for rank, law in enumerate(get_args(RecordingLaw))}
)
"""How strict a law is; the higher, the stricter."""

DEFAULT_RULE = "default-strictest"
"""The rule behind a place of which no rule speaks."""


@dataclass(frozen=True, slots=True)
class Term:
    """From which day on a rule is in force, and until which."""

    id: str
    places: frozenset[str]
    since: date
    until: date | None
    source: str
    fact: str = ""

    def speaks_of(self, place: str, day: date) -> bool:
        """Whether it is in force somewhere on a day."""
        there = place in self.places or parent(place) in self.places
        return there and self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class RecordingRule(Term):
    """How strict the law of some places is."""

    law: RecordingLaw = "all_party"


@dataclass(frozen=True, slots=True)
class HoursRule(Term):
    """In which minutes of their own day people may be called for marketing."""

    begin: time = time(0)
    end: time = time(0)


@dataclass(frozen=True, slots=True)
class AttemptsRule(Term):
    """How often people who did not answer may be called for marketing, in 24 hours and 7 days."""

    per_day: int = 0
    per_week: int = 0


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules. ``edition``: the day they were last looked at, and a hash of the file."""

    edition: str
    default: RecordingLaw
    recording: tuple[RecordingRule, ...]
    hours: tuple[HoursRule, ...]
    attempts: tuple[AttemptsRule, ...]
    zones: Mapping[str, tuple[str, ...]]

    def law_of(self, place: str, day: date) -> tuple[RecordingLaw, tuple[str, ...]]:
        """Return the law of a place on a day, and the ids of the rules that make it so."""
        found = [rule for rule in self.recording if place and rule.speaks_of(place, day)]
        if not found:
            return self.default, (DEFAULT_RULE,)
        law = max((rule.law for rule in found), key=STRICTNESS.__getitem__)
        return law, tuple(rule.id for rule in found if rule.law == law)

    def hours_of(self, place: str, day: date) -> tuple[HoursRule, ...]:
        """Return every rule on hours that speaks of a place on a day; all of them bind."""
        return tuple(rule for rule in self.hours if rule.speaks_of(place, day))

    def attempts_of(self, place: str, day: date) -> tuple[AttemptsRule, ...]:
        """Return every rule on attempts that speaks of a place on a day; all of them bind."""
        return tuple(rule for rule in self.attempts if rule.speaks_of(place, day))

    def explain(self, rule: str) -> str:
        """Return where a rule comes from, or ``""`` for a rule that is not of this file."""
        if rule == DEFAULT_RULE:
            return "no rule speaks of that place: treated as the strictest"
        every: tuple[Term, ...] = (*self.recording, *self.hours, *self.attempts)
        found = next((r for r in every if r.id == rule), None)
        return "" if found is None else found.source


def day_of(at: Ms) -> date:
    """Return the day of an instant, by UTC."""
    return date.fromordinal(_EPOCH + at // DAY)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC).toordinal()


def read(text: str) -> RuleSet:
    """Read a file of rules. Raises `LocalError` naming the rule that is not well made."""
    table = tomllib.loads(text)
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    recording = tuple(
        RecordingRule(**term_of(row), law=_law(row)) for row in table.get("recording", ())
    )
    hours = tuple(
        HoursRule(**term_of(row), begin=row["begin"], end=row["end"])
        for row in table.get("hours", ())
    )
    attempts = tuple(
        AttemptsRule(**term_of(row), per_day=row["per_day"], per_week=row["per_week"])
        for row in table.get("attempts", ())
    )
    names = [rule.id for rule in (*recording, *hours, *attempts)]
    if len(set(names)) != len(names):
        raise LocalError("two rules have one id")
    return RuleSet(
        edition=f"{table['edition']}/{digest}",
        default=_law({"id": "default", "law": table["default"]}),
        recording=recording,
        hours=hours,
        attempts=attempts,
        zones=MappingProxyType({place: tuple(z) for place, z in table.get("zones", {}).items()}),
    )


def term_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what every dated rule of a file says: where it holds, from when to when, by which law.

    Raises `LocalError` for one that ends before it begins.
    """
    until = row.get("until")
    if until is not None and until <= row["from"]:
        raise LocalError(f"{row['id']} ends before it begins")
    return {
        "id": row["id"],
        "places": frozenset(row["places"].split()),
        "since": row["from"],
        "until": until,
        "source": row["source"],
        "fact": row.get("fact", ""),
    }


def _law(row: Mapping[str, Any]) -> RecordingLaw:
    for law in STRICTNESS:
        if row["law"] == law:
            return law
    raise LocalError(f"{row['id']} has a law that is none")


@cache
def load() -> RuleSet:
    """Return the rules of this version of the program."""
    place = files("ringfence.privacy.recording_law").joinpath("rules.toml")
    return read(place.read_text("utf-8"))
