"""How long a kind of record is kept, by whose law, and from when: rules as dated data.

``privacy.retention`` names the rules and the exchange's own floors and ceilings. A *statute* lifts
a floor in one jurisdiction from one day on; the ceiling rises with it, never further. The account
may choose a shorter period than the ceiling, not one below the floor.

::

    0 ───────── floor ────────── chosen ──────── ceiling            days since the trigger
      must be kept    may be kept       swept from here on
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from ringfence.kernel.clock import DAY, Ms
from ringfence.kernel.errors import Refused
from ringfence.privacy.retention import RULES

ANYWHERE = "*"


@dataclass(frozen=True, slots=True)
class Statute:
    """A law that asks for a floor of ``floor_days``: for which rule, where, from which day."""

    id: str
    jurisdiction: str
    rule: str
    floor_days: int
    since: date
    source: str


STATUTES = (
    Statute("IN-18", "IN", "call_log", 730, date(2021, 12, 22),
            "Unified Licence cl. 39.20, DoT orders of 21 and 22 December 2021"),
    Statute("IN-20", "IN", "operations", 180, date(2022, 4, 28),
            "CERT-In Directions of 28 April 2022: logs of 180 days"),
    Statute("IN-07", "IN", "call_log", 365, date(2027, 5, 14), "DPDP Rules 2025 r.8(3)"),
    Statute("IN-07", "IN", "consent", 365, date(2027, 5, 14), "DPDP Rules 2025 r.8(3)"),
    Statute("US-10", "US", "call_log", 550, date(1986, 8, 1), "47 CFR 42.6: 18 months"),
    Statute("US-09", "US", "consent", 1827, date(2024, 10, 15), "16 CFR 310.5: five years"),
)  # fmt: skip
"""Where sources name two days for one commencement, the later one."""


@dataclass(frozen=True, slots=True)
class Term:
    """The answer for one rule in one place on one day.

    ``floor_days``: kept at least; ``days``: swept after, None for never; ``floor_by``: the id of
    the statute or the rule behind the floor, ``source`` its words.
    """

    rule: str
    trigger: str
    floor_days: int
    days: int | None
    floor_by: str
    source: str

    def cutoff(self, now: Ms) -> Ms | None:
        """Return the instant before which a trigger must lie for its record to be swept."""
        return None if self.days is None else Ms(now - self.days * DAY)

    def floor_cutoff(self, now: Ms) -> Ms:
        """Return the instant before which a trigger must lie for its record to be erased at all."""
        return Ms(now - self.floor_days * DAY)

    def floor_ends(self, triggered: Ms) -> Ms:
        """Return from when on a record may be erased."""
        return Ms(triggered + self.floor_days * DAY)


def term(rule: str, *, jurisdiction: str, now: Ms, chosen: int | None = None) -> Term:
    """Return how long records of ``rule`` are kept.

    ``jurisdiction``: ISO 3166 code of where the exchange is run, ``""`` for unknown; ``chosen``:
    the account's own period in days. Raises `Refused` (``below_floor``, ``above_ceiling``, with
    the rule's id as clause) for a choice that may not be made.
    """
    base = RULES[rule]
    floor, floor_by, source = base.floor_days, rule, base.reason
    today = datetime.fromtimestamp(now / 1000, UTC).date()
    for statute in STATUTES:
        applies = statute.rule == rule and statute.jurisdiction in {ANYWHERE, jurisdiction}
        if applies and statute.since <= today and statute.floor_days > floor:
            floor, floor_by, source = statute.floor_days, statute.id, statute.source
    ceiling = None if base.ceiling_days is None else max(base.ceiling_days, floor)
    if chosen is not None:
        if chosen < floor:
            raise Refused("below_floor", f"{floor} days at the least: {source}", clause=floor_by)
        if ceiling is not None and chosen > ceiling:
            raise Refused(
                "above_ceiling", f"{ceiling} days at the most: {base.reason}", clause=rule
            )
        ceiling = chosen
    return Term(rule, base.trigger, floor, ceiling, floor_by, source)
