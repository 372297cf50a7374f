"""A grievance: somebody is not content; settled within one calendar month, by a named officer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ringfence.kernel.clock import DAY, Ms
from ringfence.kernel.errors import Refused
from ringfence.privacy.cases.law import GRIEVANCE
from ringfence.privacy.cases.machine import Machine, Step, by_itself

_RUNNING = ("received", "open", "extended", "escalated")

MACHINE = Machine(
    "grievance",
    first="received",
    final=("closed",),
    steps=(
        Step("take", ("received",), "open"),
        Step("extend", ("received", "open", "escalated"), "extended"),
        by_itself("remind", _RUNNING),
        by_itself("escalate", _RUNNING, "escalated"),
        Step("redress", _RUNNING, "redressed", said="settle"),
        Step("reject", _RUNNING, "rejected", said="settle"),
        Step("withdraw", _RUNNING, "closed"),
        Step("close", ("redressed", "rejected"), "closed"),
    ),
)

ENDS: dict[str, tuple[str, str]] = {
    "redressed": ("redress", "We looked into your grievance and put it right."),
    "rejected": ("reject", "We looked into your grievance and found nothing to put right."),
}
"""How one ends: the step that ended it, and what the person is told before the words of it."""

EXTENSION_MAX_MS = 60 * DAY
"""With the month of the promise at most 90 days: the bound of IN-11 (DPDP Rules r.14(3))."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What the statistics need of one grievance."""

    received_at: Ms
    due_at: Ms
    closed_at: Ms | None
    state: str


@dataclass(frozen=True, slots=True)
class Statistics:
    """Published figures; ``median_days`` None without any that is settled."""

    received: int
    open: int
    redressed: int
    rejected: int
    late: int
    median_days: int | None


def due(received: Ms) -> Ms:
    """Return the end of the month: of 31 January it is 28 or 29 February."""
    return GRIEVANCE.after(received)


def extended(received: Ms, *, due_at: Ms, days: int, words: str, now: Ms) -> Ms:
    """Return the new end; raises `Refused` without reasons, too late, for too long or again.

    An escalation two days before the end is no reason against it: then it is needed most.
    """
    if due_at > due(received):
        raise Refused("extended", "it was extended once; settle it", clause="GRV-02")
    if not words.strip():
        raise Refused("reason_missing", "an extension needs reasons that can be told the person",
                      clause="GRV-02")  # fmt: skip
    if now >= due_at:
        raise Refused("too_late", "the month is over; settle it", clause="GRV-02")
    if not 1 <= days * DAY <= EXTENSION_MAX_MS:
        raise Refused("bad_argument", "extend by 1 to 60 days", clause="GRV-02")
    return Ms(due(received) + days * DAY)


def statistics(rows: Iterable[Settled], *, now: Ms) -> Statistics:
    """Return the figures of some grievances."""
    found = list(rows)
    days = sorted((row.closed_at - row.received_at) // DAY for row in found if row.closed_at)
    return Statistics(
        received=len(found),
        open=sum(row.closed_at is None for row in found),
        redressed=sum(row.state == "redressed" for row in found),
        rejected=sum(row.state == "rejected" for row in found),
        late=sum((row.closed_at or now) > row.due_at for row in found),
        median_days=days[(len(days) - 1) // 2] if days else None,
    )
