"""How long data is kept: one rule per key that a label may name.

A rule is data: what starts its clock, the shortest time the law or the account's own needs ask
for, and the longest time the policy allows. Durations are whole days; ``None`` as ceiling means
"as long as the thing it belongs to exists".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Trigger = Literal["written", "call_ended", "account_closed", "subject_erased"]
"""The event from which the days are counted."""


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """``floor_days`` at least, ``ceiling_days`` at most, counted from ``trigger``."""

    key: str
    trigger: Trigger
    floor_days: int
    ceiling_days: int | None
    reason: str


RULES: dict[str, RetentionRule] = {
    rule.key: rule
    for rule in (
        RetentionRule("operations", "written", 0, 30, "technical data loses its use in a month"),
        RetentionRule("account", "account_closed", 0, 90, "time to come back or to take the data"),
        RetentionRule("call_log", "call_ended", 180, 730, "logs are kept six months at the least"),
        RetentionRule("billing", "written", 180, 3652, "amounts outlive claims and tax audits"),
        RetentionRule("content", "call_ended", 0, 365, "recordings are for the weeks after a call"),
        RetentionRule("consent", "written", 1826, 2557, "a consent has to be proved for years"),
        RetentionRule("case", "written", 730, 1826, "requests are proved for 24 months (US-14)"),
        RetentionRule("case_words", "written", 0, 730, "letters outlive their case by a month"),
        RetentionRule("key", "subject_erased", 0, 0, "a key is destroyed with its subject"),
        RetentionRule("audit", "written", 0, None, "a log with holes proves nothing"),
    )
}
