"""A demand of an authority: no path to a disclosure without validity and notice-or-gag.

::

    received ──validate──► valid ──notify──► noticed ──approve──► approved ──disclose──► disclosed
       │                     └────gag──────► gagged  ──approve──►                           │
       │                                        └─lift─► noticed                          close
       ├──declare_emergency──► (the same, with one approver and a review within 72 hours)
       ├──refer──► referred          data held for somebody else: they are sent there
       └──object─► objected          also from valid, noticed, gagged

Two people approve, none of them twice; changing the scope forgets the approvals. A gag has an end,
and when it ends the person is told, before the disclosure or after it. `apply` is the only way
from one `Demand` to the next; a test walks every path of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from ringfence.kernel.clock import DAY, HOUR, Ms
from ringfence.kernel.errors import Refused
from ringfence.privacy.cases.law import EMERGENCY_REVIEW
from ringfence.privacy.cases.machine import Machine, Step, by_itself

NOTICE_WAIT_MS = 7 * DAY
"""Between telling the person and disclosing: time to go to court."""
EMERGENCY_WAIT_MS = 0
GAG_MAX_MS = 365 * DAY
EMERGENCY_GAG_MAX_MS = 72 * HOUR
"""In the emergency lane telling the person may wait this long, and no longer."""

CHECKS: Mapping[str, str] = MappingProxyType(
    {
        "authority": "it comes from an authority on the register, and the sender was verified",
        "signature": "it is signed by somebody who may sign it",
        "jurisdiction": "the authority has power over us, directly or by a treaty",
        "basis": "it names the law it rests on",
        "specific": "it names people, kinds of data and a span of time",
    }
)
EMERGENCY_CHECKS: Mapping[str, str] = MappingProxyType(
    {
        "authority": "the authority was called back on a number from the register",
        "danger": "somebody's life or health is in danger now, and how is said",
        "specific": "it names people, kinds of data and a span of time",
    }
)
PATHS = frozenset({"domestic", "mlat", "agreement", "letter_rogatory"})
"""How a demand reaches us. From abroad only by a treaty; otherwise it is objected to (LEG-07)."""

_OPEN = ("received", "valid", "noticed", "gagged", "approved")
_DECIDABLE = ("noticed", "gagged")

MACHINE = Machine(
    "demand",
    first="received",
    final=("closed", "referred", "objected"),
    steps=(
        Step("refer", ("received",), "referred"),
        Step("object", _OPEN, "objected"),
        Step("validate", ("received",), "valid"),
        Step("declare_emergency", ("received",), "valid", said="emergency"),
        Step("narrow", ("valid", "noticed", "gagged"), ""),
        Step("notify", ("valid",), "noticed"),
        Step("gag", ("valid",), "gagged"),
        Step("lift", ("gagged", "approved"), "noticed", said="notify"),
        Step("approve", _DECIDABLE, ""),  # the last one needed leads to approved, see apply
        Step("disclose", ("approved",), "disclosed"),
        Step("tell_late", ("disclosed",), "", said="notify"),
        by_itself("inform", ("noticed", "approved", "disclosed")),
        Step("told", ("noticed", "approved", "disclosed"), ""),
        Step("review", ("disclosed",), ""),
        by_itself("remind", (*_OPEN, "disclosed")),
        by_itself("escalate", (*_OPEN, "disclosed")),
        Step("close", ("disclosed",), "closed"),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is asked for, or what will be given: people, kinds of data, a span of time."""

    subjects: frozenset[str]
    fields: frozenset[str]
    since: Ms
    until: Ms

    def within(self, asked: Scope) -> bool:
        """Whether this is no more than ``asked``."""
        return (
            self.subjects <= asked.subjects
            and self.fields <= asked.fields
            and asked.since <= self.since <= self.until <= asked.until
        )

    @property
    def empty(self) -> bool:
        """Whether nothing at all is in it."""
        return not (self.subjects and self.fields and self.since < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Everything the rules look at. ``held_for_other``: the data is a customer's, not ours."""

    stage: str = "received"
    asked: Scope
    scope: Scope
    home: str
    country: str
    path: str
    held_for_other: bool = False
    emergency: bool = False
    noticed_at: Ms | None = None
    gag_until: Ms | None = None
    approvers: frozenset[str] = field(default=frozenset())
    disclosed_at: Ms | None = None
    discloser: str = ""
    reviewed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What an action carries. ``checks``: those that passed; ``instrument``: a gag's order."""

    checks: frozenset[str] = frozenset()
    scope: Scope | None = None
    gag_until: Ms | None = None
    instrument: str = ""
    reason: str = ""


def has_path(demand: Demand) -> bool:
    """Whether the authority has power here, directly or by a treaty."""
    if demand.country == demand.home:
        return demand.path == "domestic"
    return demand.path in PATHS - {"domestic"}


def missing_checks(demand: Demand, passed: Iterable[str], *, emergency: bool) -> list[str]:
    """Return the checks that did not pass; a demand with one of them is objected to."""
    wanted = EMERGENCY_CHECKS if emergency else CHECKS
    ok = set(passed)
    if not emergency and not has_path(demand):
        ok.discard("jurisdiction")
    if demand.asked.empty:
        ok.discard("specific")
    return [name for name in wanted if name not in ok]


def approvals_needed(demand: Demand) -> int:
    """Return how many different people must approve."""
    return 1 if demand.emergency else 2


def review_by(demand: Demand) -> Ms | None:
    """Return until when an emergency disclosure must be reviewed, None where there is none."""
    if not demand.emergency or demand.disclosed_at is None or demand.reviewed:
        return None
    return EMERGENCY_REVIEW.after(demand.disclosed_at)


def owes_notice(demand: Demand, now: Ms) -> bool:
    """Whether a gag is over and the person has not been told yet."""
    return demand.gag_until is not None and demand.gag_until <= now and demand.noticed_at is None


def apply(
    demand: Demand, action: str, *, actor: str, now: Ms, facts: Facts | None = None
) -> Demand:
    """Return the demand after ``action``; raises `Refused` where it is not allowed."""
    after = MACHINE.after(demand.stage, action)
    change = _ACTIONS.get(action)
    if change is not None:
        demand = change(demand, actor, now, facts or Facts())
        if action == "approve" and len(demand.approvers) >= approvals_needed(demand):
            after = "approved"
    return replace(demand, stage=after)


def _refer(demand: Demand, _actor: str, _now: Ms, _facts: Facts) -> Demand:
    if not demand.held_for_other:
        raise _no("ours", "this data is ours; decide on the demand", "LEG-03")
    return demand


def _object(demand: Demand, _actor: str, _now: Ms, facts: Facts) -> Demand:
    if not facts.reason.strip():
        raise _no("reason_missing", "say what is wrong with the demand", "LEG-05")
    return demand


def _validate(demand: Demand, _actor: str, _now: Ms, facts: Facts) -> Demand:
    if demand.held_for_other:
        raise _no("refer_it", "the data is held for somebody else; refer the authority", "LEG-03")
    _demand_checks(demand, facts, emergency=False)
    return demand


def _emergency(demand: Demand, _actor: str, _now: Ms, facts: Facts) -> Demand:
    if demand.held_for_other:
        raise _no("refer_it", "the data is held for somebody else; refer the authority", "LEG-03")
    if not facts.reason.strip():
        raise _no("reason_missing", "say who is in danger of what", "LEG-02")
    _demand_checks(demand, facts, emergency=True)
    return replace(demand, emergency=True)


def _demand_checks(demand: Demand, facts: Facts, *, emergency: bool) -> None:
    missing = missing_checks(demand, facts.checks, emergency=emergency)
    if missing:
        raise _no("not_valid", f"object to it: {', '.join(missing)}", "LEG-05")


def _narrow(demand: Demand, _actor: str, _now: Ms, facts: Facts) -> Demand:
    if facts.scope is None or facts.scope.empty or not facts.scope.within(demand.asked):
        raise _no("too_much", "no more is disclosed than was asked for", "LEG-06")
    return replace(demand, scope=facts.scope, approvers=frozenset())


def _notify(demand: Demand, _actor: str, now: Ms, _facts: Facts) -> Demand:
    return replace(demand, noticed_at=now)


def _gag(demand: Demand, _actor: str, now: Ms, facts: Facts) -> Demand:
    longest = EMERGENCY_GAG_MAX_MS if demand.emergency else GAG_MAX_MS
    if not facts.instrument.strip():
        raise _no("no_gag", "who forbids to tell the person, and by which order?", "LEG-04")
    if facts.gag_until is None or not now < facts.gag_until <= now + longest:
        most = "72 hours in an emergency" if demand.emergency else f"{longest // DAY} days"
        raise _no("no_gag", f"a gag ends on a day to come, within {most}: say which", "LEG-04")
    return replace(demand, gag_until=facts.gag_until)


def _lift(demand: Demand, _actor: str, now: Ms, _facts: Facts) -> Demand:
    if demand.noticed_at is not None:
        raise _no("told", "the person has been told", "LEG-04")
    return replace(demand, noticed_at=now, approvers=frozenset())


def _approve(demand: Demand, actor: str, now: Ms, _facts: Facts) -> Demand:
    if demand.scope.empty or not demand.scope.within(demand.asked):
        raise _no("too_much", "narrow the scope first", "LEG-06")
    if actor in demand.approvers:
        raise _no("same_approver", "a second person has to approve", "LEG-01")
    _told(demand, now)
    return replace(demand, approvers=demand.approvers | {actor})


def _disclose(demand: Demand, actor: str, now: Ms, _facts: Facts) -> Demand:
    _told(demand, now)
    return replace(demand, disclosed_at=now, discloser=actor)


def _told(demand: Demand, now: Ms) -> None:
    """Notice or gag: the person was told long enough ago, or telling is forbidden right now."""
    if demand.noticed_at is not None:
        wait = EMERGENCY_WAIT_MS if demand.emergency else NOTICE_WAIT_MS
        if now < demand.noticed_at + wait:
            raise _no("notice_wait", "the person was told less than seven days ago", "LEG-04")
    elif demand.gag_until is None or demand.gag_until <= now:
        raise _no("not_told", "the gag is over; tell the person first", "LEG-04")


def _tell_late(demand: Demand, _actor: str, now: Ms, _facts: Facts) -> Demand:
    if demand.noticed_at is not None:
        raise _no("told", "the person has been told", "LEG-04")
    if demand.gag_until is not None and now < demand.gag_until:
        raise _no("gagged", "the gag is in force", "LEG-04")
    return replace(demand, noticed_at=now)


def _review(demand: Demand, actor: str, _now: Ms, _facts: Facts) -> Demand:
    if not demand.emergency or demand.reviewed:
        raise _no("nothing_to_review", "only an emergency is reviewed, once", "LEG-02")
    if actor in demand.approvers or actor == demand.discloser:
        raise _no("same_approver", "somebody who took no part has to review", "LEG-02")
    return replace(demand, reviewed=True)


def _close(demand: Demand, _actor: str, _now: Ms, _facts: Facts) -> Demand:
    if demand.emergency and not demand.reviewed:
        raise _no("not_reviewed", "an emergency disclosure is reviewed first", "LEG-02")
    if demand.noticed_at is None:
        raise _no("not_told", "the person has to be told first", "LEG-04")
    return demand


_ACTIONS: Mapping[str, Callable[[Demand, str, Ms, Facts], Demand]] = MappingProxyType(
    {
        "refer": _refer,
        "object": _object,
        "validate": _validate,
        "declare_emergency": _emergency,
        "narrow": _narrow,
        "notify": _notify,
        "gag": _gag,
        "lift": _lift,
        "approve": _approve,
        "disclose": _disclose,
        "tell_late": _tell_late,
        "review": _review,
        "close": _close,
    }
)


def _no(code: str, reason: str, clause: str) -> Refused:
    return Refused(code, reason, clause=clause)
