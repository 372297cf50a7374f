"""Children: the gate that asks for a birthday and keeps none, and reports that somebody is one."""

from __future__ import annotations

from ringfence.kernel.clock import DAY, Ms
from ringfence.kernel.errors import Refused
from ringfence.privacy.cases.calendar import is_of_age, read_date
from ringfence.privacy.cases.law import ADULT_YEARS, CHILD_RESTRICTED
from ringfence.privacy.cases.machine import Machine, Step, by_itself

MACHINE = Machine(
    "child report",
    first="received",
    final=("erased", "cleared"),
    steps=(
        by_itself("restrict", ("received",), "restricted"),
        by_itself("ask_parent", ("restricted",), "asked"),
        Step("confirm", ("restricted", "asked", "confirmed"), "confirmed"),
        by_itself("erase", ("confirmed",), "erased"),
        Step("clear", ("restricted", "asked"), "cleared"),
        by_itself("remind", ("restricted", "asked", "confirmed")),
        by_itself("escalate", ("received", "restricted", "asked", "confirmed")),
    ),
)
"""No state is left for *restricted* without a decision, and none leads from *received* past it."""

DECIDE_MS = 30 * DAY


def restrict_by(received: Ms) -> Ms:
    """Return until when the person must be restricted."""
    return CHILD_RESTRICTED.after(received)


def admit(born: str, now: Ms) -> None:
    """Let an adult pass; the birthday is looked at and forgotten.

    Raises `Refused`: ``under_age`` (also the day before the birthday), ``bad_date``.
    """
    day = read_date(born)
    if not is_of_age(day, 0, now) or not is_of_age(day, ADULT_YEARS, now):
        raise Refused("under_age", "this service is for adults", clause="CHI-01")
