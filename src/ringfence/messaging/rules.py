"""May this message go out: stop lists, consent, the hours of the receiver, registrations.

One pure decision over dated rules (``rules.toml``), asked before a message is kept and again when
its turn has come. What a rule forbids is refused with the id of the rule, and with the number under
which clients know that refusal.

    stopped ─► sender ─► registration ─► (marketing: opt-out ─► consent ─► hours) ─► may go
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import LocalError
from ringfence.messaging.message import About
from ringfence.messaging.senders import KINDS, Kind
from ringfence.privacy.gate import Consent
from ringfence.privacy.recording_law.places import zones_of
from ringfence.privacy.recording_law.rules import Term, day_of, term_of

NEEDS = frozenset({"template", "campaign"})


@dataclass(frozen=True, slots=True)
class HoursRule(Term):
    """In which minutes of which of their own days people may get marketing."""

    begin: time = time(0)
    end: time = time(0)
    days: frozenset[int] = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class SenderRule(Term):
    """What a sender of these kinds needs, or that it is not taken (``needs`` empty)."""

    kinds: frozenset[Kind] = frozenset()
    needs: str = ""
    code: int = 0


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules. ``edition``: the day they were last looked at."""

    edition: str
    hours: tuple[HoursRule, ...]
    senders: tuple[SenderRule, ...]
    registrations: tuple[SenderRule, ...]
    zones: Mapping[str, tuple[str, ...]]

    def explain(self, rule: str) -> str:
        """Return where a rule comes from, or ``""`` for one that is not of this file."""
        every = (*self.hours, *self.senders, *self.registrations)
        return next((found.source for found in every if found.id == rule), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question. ``place``: of the receiver (``privacy.recording_law.places``).

    ``stopped``: they sent STOP; ``opted_out``: of marketing. ``template``, ``campaign``: whether
    the message has one that fits.
    """

    place: str
    at: Ms
    sender: Kind
    about: About = "service"
    stopped: bool = False
    opted_out: bool = False
    consent: Consent = "unknown"
    customer: bool = False
    template: bool = False
    campaign: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """``rule``: what decided. ``refusal``: a code word, ``""`` where the message may go.

    ``number``: under which clients know the refusal.
    """

    rule: str
    refusal: str = ""
    number: int = 0

    @property
    def allowed(self) -> bool:
        """Whether the message may go."""
        return not self.refusal


STOPPED = Verdict("stop-list", "stopped", 21610)
"""They sent STOP."""


def decide(case: Case, rules: RuleSet) -> Verdict:
    """Return whether a message may go to somebody now."""
    if case.about == "keyword":
        return Verdict("keyword")  # 47 CFR 64.1200(a)(12): one confirmation of a stop
    if case.stopped:
        return STOPPED
    day = day_of(case.at)
    for rule in rules.senders:
        if case.sender in rule.kinds and rule.speaks_of(case.place, day):
            return Verdict(rule.id, "sender_not_taken", rule.code)
    had = {"template": case.template, "campaign": case.campaign}
    for rule in rules.registrations:
        if case.sender in rule.kinds and rule.speaks_of(case.place, day) and not had[rule.needs]:
            return Verdict(rule.id, f"no_{rule.needs}", rule.code)
    if case.about == "service":
        return Verdict("service")
    if case.opted_out or case.consent == "refused":
        return Verdict("marketing-opt-out", "marketing_opt_out", 21610)
    if case.consent != "given" and not case.customer:
        return Verdict("marketing-consent", "no_marketing_consent", 30007)
    closed = _closed(case, rules, day)
    if closed is not None:
        return Verdict(closed, "quiet_hours", 30610)
    return Verdict("marketing-consented" if case.consent == "given" else "soft-opt-in")


def _closed(case: Case, rules: RuleSet, day: date) -> str | None:
    """Return the rule by which this is no hour for marketing, None where it is one.

    Rules that speak of other days of the week bind only together: of those of one place and one
    span of days, the day must be in one. Where somebody's clock is not known, every clock it may be
    has to agree.
    """
    binding = [rule for rule in rules.hours if rule.speaks_of(case.place, day)]
    if not binding:
        return None
    zones = zones_of(case.place, rules.zones)
    if not zones:
        return binding[0].id
    for zone in zones:
        local = datetime.fromtimestamp(case.at / 1000, UTC).astimezone(ZoneInfo(zone))
        for places in dict.fromkeys(rule.places for rule in binding):
            of_place = [rule for rule in binding if rule.places == places]
            today = [rule for rule in of_place if local.weekday() in rule.days]
            if not today:
                return of_place[0].id
            for rule in today:
                if not rule.begin <= local.time() < rule.end:
                    return rule.id
    return None


def read(text: str) -> RuleSet:
    """Read a file of rules. Raises `LocalError` naming the rule that is not well made."""
    table = tomllib.loads(text)
    hours = tuple(
        HoursRule(
            **term_of(row),
            begin=row["begin"],
            end=row["end"],
            days=frozenset(row.get("days", range(7))),
        )
        for row in table.get("hours", ())
    )
    senders = tuple(_sender(row) for row in table.get("sender", ()))
    registrations = tuple(_sender(row) for row in table.get("registration", ()))
    every = (*hours, *senders, *registrations)
    if len({rule.id for rule in every}) != len(every):
        raise LocalError("two rules have one id")
    if any(rule.needs not in NEEDS for rule in registrations):
        raise LocalError("a registration needs a template or a campaign")
    zones = {place: tuple(found) for place, found in table.get("zones", {}).items()}
    return RuleSet(table["edition"], hours, senders, registrations, MappingProxyType(zones))


def _sender(row: Mapping[str, Any]) -> SenderRule:
    kinds = frozenset(kind for kind in KINDS if kind in row["sender"].split())
    if len(kinds) != len(row["sender"].split()):
        raise LocalError(f"{row['id']} speaks of a kind of sender that is none")
    return SenderRule(**term_of(row), kinds=kinds, needs=row.get("needs", ""), code=row["code"])


@cache
def load() -> RuleSet:
    """Return the rules of this version of the program."""
    return read(files("ringfence.messaging").joinpath("rules.toml").read_text("utf-8"))
