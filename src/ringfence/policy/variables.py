"""The figures a notice may print: each taken from the rule or limit that keeps it.

A sentence of a pack or of the common text writes ``{call_log_floor_days}``; a digit in it would
be a figure that nothing holds to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from ringfence.kernel.clock import DAY, HOUR
from ringfence.kernel.errors import LocalError
from ringfence.kernel.limits import (
    ADULT_YEARS,
    BREACH_HOURS,
    CHILD_RESTRICTION_HOURS,
    COOKIE_QUESTION_DAYS,
    EMERGENCY_REVIEW_HOURS,
    GRIEVANCE_MONTHS,
    RIGHTS_MONTHS,
    SESSION_MS,
    WITHDRAWAL_SECONDS,
)
from ringfence.privacy.retention import RULES

_NAME = re.compile(r"\{([a-z_]+)\}")


def _rules() -> dict[str, int]:
    found: dict[str, int] = {}
    for rule in RULES.values():
        found[f"{rule.key}_floor_days"] = rule.floor_days
        if rule.ceiling_days is not None:
            found[f"{rule.key}_ceiling_days"] = rule.ceiling_days
    return found


VARIABLES: Mapping[str, int] = MappingProxyType(
    {
        **_rules(),
        "adult_years": int(ADULT_YEARS),
        "breach_hours": int(BREACH_HOURS),
        "child_restriction_hours": int(CHILD_RESTRICTION_HOURS),
        "cookie_question_days": int(COOKIE_QUESTION_DAYS),
        "emergency_review_hours": int(EMERGENCY_REVIEW_HOURS),
        "epoch_days": 1,
        "grievance_months": int(GRIEVANCE_MONTHS),
        "rights_months": int(RIGHTS_MONTHS),
        "session_hours": SESSION_MS // HOUR,
        "session_days": -(-SESSION_MS // DAY),
        "withdrawal_seconds": int(WITHDRAWAL_SECONDS),
    }
)
"""Every variable and its value."""


def named(text: str) -> tuple[str, ...]:
    """Return the names of the variables in ``text``, in their order."""
    return tuple(_NAME.findall(text))


def filled(text: str, values: Mapping[str, int] = VARIABLES) -> str:
    """Return ``text`` with its variables replaced; raises `LocalError` for an unknown one."""

    def value(match: re.Match[str]) -> str:
        if match[1] not in values:
            raise LocalError(f"there is no variable {match[1]}")
        return str(values[match[1]])

    return _NAME.sub(value, text)
