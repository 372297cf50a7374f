"""May this person be called: do-not-call, marketing and the hours of their own clock.

Whoever said "never call me again" is not called at all. Marketing further needs a consent, or at
the least no objection where somebody is a customer already (soft opt-in), the hours in which
their law lets them be called (where their clock is not known, every clock it may be has to agree),
and no more attempts than it allows with somebody who does not answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from ringfence.kernel.clock import DAY, Ms
from ringfence.privacy.gate import Consent
from ringfence.privacy.recording_law.places import zones_of
from ringfence.privacy.recording_law.rules import RuleSet, day_of

About = Literal["service", "marketing"]
"""What a call is about: something the person asked for, or an offer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One question. ``customer``: whether they are one already; ``opted_out``: of marketing.

    ``unanswered``: when calls to them rang in vain lately, of any kind.
    """

    about: About
    place: str
    at: Ms
    do_not_call: bool = False
    opted_out: bool = False
    consent: Consent = "unknown"
    customer: bool = False
    unanswered: tuple[Ms, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """``rule``: what decided. ``code``: of the refusal, ``""`` where the call may go out."""

    rule: str
    code: str = ""

    @property
    def allowed(self) -> bool:
        """Whether they may be called."""
        return not self.code


def decide(case: Contact, rules: RuleSet) -> Answer:
    """Return whether somebody may be called now."""
    if case.do_not_call:
        return Answer("do-not-call", "do_not_call")
    if case.about == "service":
        return Answer("service")
    if case.opted_out or case.consent == "refused":
        return Answer("marketing-opt-out", "marketing_opt_out")
    if case.consent != "given" and not case.customer:
        return Answer("marketing-consent", "no_marketing_consent")
    zones = zones_of(case.place, rules.zones)
    for rule in rules.hours_of(case.place, day_of(case.at)):
        if not zones or any(not _between(case.at, rule.begin, rule.end, zone) for zone in zones):
            return Answer(rule.id, "outside_calling_hours")
    for limit in rules.attempts_of(case.place, day_of(case.at)):
        for days, most in ((1, limit.per_day), (7, limit.per_week)):
            if sum(at > case.at - days * DAY for at in case.unanswered) >= most:
                return Answer(limit.id, "too_many_attempts")
    return Answer("marketing-consented" if case.consent == "given" else "soft-opt-in")


def _between(at: Ms, begin: time, end: time, zone: str) -> bool:
    local = datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(zone)).time()
    return begin <= local < end
