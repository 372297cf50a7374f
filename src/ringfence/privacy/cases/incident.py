"""An incident: several clocks at once, one for each law, authority and kind of people to tell."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.privacy.cases.law import ClockRule, clocks
from ringfence.privacy.cases.machine import Machine, Step, by_itself
from ringfence.privacy.cases.rights import clock as warnings

MACHINE = Machine(
    "incident",
    first="open",
    final=("closed",),
    steps=(
        Step("contain", ("open",), "contained"),
        Step("affect", ("open", "contained"), ""),
        Step("tell", ("open", "contained"), ""),
        Step("waive", ("open", "contained"), ""),
        by_itself("remind", ("open", "contained")),
        by_itself("escalate", ("open", "contained")),
        Step("close", ("contained",), "closed"),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """One clock of one incident: due, and met or waived with a reason."""

    key: str
    whom: str
    what: str
    cite: str
    source: str
    due_at: Ms
    told_at: Ms | None = None
    waived: str = ""
    warned: int = 0
    """How often somebody was warned of it: reminded, escalated, told that it is late."""

    @property
    def settled(self) -> bool:
        """Whether nothing is left to do for this clock."""
        return self.told_at is not None or bool(self.waived)


def start(laws: Collection[str], sectors: Collection[str], *, aware: Ms) -> list[Running]:
    """Return every clock of an incident that became known at ``aware``, the next one first."""
    rules = clocks(frozenset(laws), frozenset(sectors), aware)
    return sorted((_running(rule, aware) for rule in rules), key=lambda clock: clock.due_at)


def _running(rule: ClockRule, aware: Ms) -> Running:
    return Running(
        key=rule.key,
        whom=rule.whom,
        what=rule.what,
        cite=rule.cite,
        source=rule.source,
        due_at=rule.within.after(aware),
    )


def next_warning(running: Iterable[Running], aware: Ms) -> tuple[Ms | None, Ms | None]:
    """Return when to remind next and when to escalate next: each clock on its own."""
    left = [(clock, _warnings(clock, aware)) for clock in running if not clock.settled]
    remind = (times[0] for clock, times in left if clock.warned == 0)
    escalate = (times[clock.warned] for clock, times in left if 0 < clock.warned < len(times))
    return min(remind, default=None), min(escalate, default=None)


def warn(
    running: Iterable[Running], *, aware: Ms, now: Ms, first: bool
) -> tuple[list[Running], list[Running]]:
    """Return all clocks, and those of which somebody is warned now.

    ``first``: for the first time; else it is escalated, or late, as `Running.warned` says.
    """
    after: list[Running] = []
    warned: list[Running] = []
    for clock in running:
        times = _warnings(clock, aware)
        passed = 1 if first else sum(at <= now for at in times)
        wanted = clock.warned == 0 if first else 0 < clock.warned < passed
        if wanted and not clock.settled and times[clock.warned] <= now:
            after.append(replace(clock, warned=passed))
            warned.append(after[-1])
        else:
            after.append(clock)
    return after, warned


def _warnings(clock: Running, aware: Ms) -> tuple[Ms, Ms, Ms]:
    times = warnings(aware, clock.due_at)
    return times.remind_at, times.escalate_at, times.due_at


def tell(running: Iterable[Running], key: str, *, now: Ms) -> list[Running]:
    """Return the clocks with ``key`` met; raises `Refused` (``not_found``)."""
    return _change(running, key, told_at=now)


def waive(running: Iterable[Running], key: str, *, reason: str, sealed: bool) -> list[Running]:
    """Return the clocks with ``key`` waived.

    Only notice to people can be waived, only where the data is unreadable to whoever took it
    (GDPR 34(3)(a)), and only with the reason said. Raises `Refused`.
    """
    found = next((clock for clock in running if clock.key == key), None)
    if found is not None and found.whom != "subjects":
        raise Refused("not_waivable", "an authority is told in any case", clause=found.cite)
    if not sealed or not reason.strip():
        raise Refused("not_waivable", "people are told unless the data is unreadable; say why",
                      clause="GDPR 34(3)(a)")  # fmt: skip
    return _change(running, key, waived="unreadable")


def check_closing(running: Iterable[Running]) -> None:
    """Raise `Refused` (``clock_running``) while somebody is still to be told."""
    left = [clock.key for clock in running if not clock.settled]
    if left:
        raise Refused("clock_running", f"tell or waive first: {', '.join(left)}", clause="SEC-05")


def _change(
    running: Iterable[Running], key: str, *, told_at: Ms | None = None, waived: str = ""
) -> list[Running]:
    clocks_ = list(running)
    if key not in {clock.key for clock in clocks_}:
        raise Refused("not_found", "this incident has no such clock")
    return [
        replace(clock, told_at=told_at, waived=waived)
        if clock.key == key and not clock.settled
        else clock
        for clock in clocks_
    ]
