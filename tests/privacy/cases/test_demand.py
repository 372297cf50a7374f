"""Demands of authorities: every path of the machine is walked.

The invariant: whatever is done, by whomever, in whatever order and at whatever time, nothing is
disclosed unless the demand was found valid, its scope is no more than was asked, enough different
people approved, and the person was told long enough ago or telling is forbidden right then.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from ringfence.kernel.clock import DAY, HOUR
from ringfence.kernel.errors import Refused
from ringfence.privacy.cases.demand import (
    CHECKS,
    EMERGENCY_CHECKS,
    MACHINE,
    NOTICE_WAIT_MS,
    Demand,
    Facts,
    Scope,
    apply,
    has_path,
    missing_checks,
    owes_notice,
    review_by,
)

ASKED = Scope(subjects=frozenset({"A", "B"}), fields=frozenset({"calls", "voice"}), since=0,
              until=100)  # fmt: skip
NARROW = Scope(subjects=frozenset({"A"}), fields=frozenset({"calls"}), since=10, until=90)
TOO_WIDE = replace(NARROW, fields=frozenset({"calls", "messages"}))
NOTHING = Scope(subjects=frozenset(), fields=frozenset(), since=0, until=0)
ALL = frozenset(CHECKS)
EMERGENCY = frozenset(EMERGENCY_CHECKS)
START = 1_000 * DAY


def demand(**changes):
    fields = {"asked": ASKED, "scope": NOTHING, "home": "US", "country": "US", "path": "domestic"}
    return Demand(**{**fields, **changes})


def choices(now):
    """Everything anybody might do, rightly or wrongly."""
    for action in sorted({action for _, action in MACHINE.table}):
        for actor in ("ann", "bob"):
            match action:
                case "validate":
                    yield action, actor, Facts(checks=ALL)
                    yield action, actor, Facts(checks=ALL - {"signature"})
                case "declare_emergency":
                    yield action, actor, Facts(checks=EMERGENCY, reason="a life")
                    yield action, actor, Facts(checks=EMERGENCY)
                case "narrow":
                    for scope in (NARROW, TOO_WIDE, NOTHING, None):
                        yield action, actor, Facts(scope=scope)
                case "gag":
                    for until in (None, now, now + 2 * DAY, now + 400 * DAY):
                        for order in ("order 7", ""):
                            yield action, actor, Facts(gag_until=until, instrument=order)
                case "object":
                    yield action, actor, Facts(reason="no signature")
                    yield action, actor, Facts()
                case _:
                    yield action, actor, Facts()


WAITS = (0, 3 * DAY, 8 * DAY)
HORIZON = 11 * DAY


def explore(start):
    """Walk every path in steps of `WAITS` up to `HORIZON`; yield every transition taken."""
    seen = set()
    frontier = [(start, START)]
    while frontier:
        before, at = frontier.pop()
        for wait in WAITS:
            now = at + wait
            if now - START > HORIZON:
                continue
            for action, actor, facts in choices(now):
                try:
                    after = apply(before, action, actor=actor, now=now, facts=facts)
                except Refused:
                    continue
                yield before, action, actor, now, after
                if (after, now) not in seen:
                    seen.add((after, now))
                    frontier.append((after, now))


@pytest.mark.promise("LEG-01")
@pytest.mark.promise("LEG-04")
def test_no_path_leads_to_a_disclosure_without_validity_and_notice_or_gag():
    taken = disclosures = 0
    for before, action, _, now, after in explore(demand()):
        taken += 1
        if after.stage == "disclosed" and before.stage != "disclosed":
            disclosures += 1
            assert action == "disclose"
            assert before.stage == "approved"
            assert after.scope.within(ASKED)
            assert not after.scope.empty
            assert len(after.approvers) >= (1 if after.emergency else 2)
            told = after.noticed_at is not None and (
                after.emergency or now >= after.noticed_at + NOTICE_WAIT_MS
            )
            gagged = after.gag_until is not None and now < after.gag_until
            assert told or (after.noticed_at is None and gagged)
    assert disclosures > 20
    assert taken > 2_000


@pytest.mark.parametrize(
    "start",
    [
        demand(held_for_other=True),
        demand(country="RU", path="domestic"),
        demand(asked=NOTHING),
    ],
    ids=["held for somebody else", "abroad without a treaty", "asks for nothing in particular"],
)
def test_such_a_demand_is_never_disclosed_by_the_ordinary_lane(start):
    stages = {after.stage for _, _, _, _, after in explore(start) if not after.emergency}
    assert "disclosed" not in stages
    assert stages <= {"received", "referred", "objected"}


@pytest.mark.promise("LEG-03")
def test_data_held_for_somebody_else_is_referred_and_nothing_else():
    start = demand(held_for_other=True)
    stages = {after.stage for *_, after in explore(start)}
    assert stages == {"received", "referred", "objected"}
    with pytest.raises(Refused) as refused:
        apply(demand(), "refer", actor="ann", now=START)
    assert refused.value.clause == "LEG-03"


@pytest.mark.promise("LEG-05")
@pytest.mark.parametrize("missing", sorted(CHECKS))
def test_one_failed_check_and_the_demand_can_only_be_objected_to(missing):
    with pytest.raises(Refused) as refused:
        apply(demand(), "validate", actor="ann", now=START, facts=Facts(checks=ALL - {missing}))
    assert refused.value.clause == "LEG-05"
    assert missing in refused.value.reason
    objected = apply(demand(), "object", actor="ann", now=START, facts=Facts(reason="no law"))
    assert objected.stage == "objected"
    assert not MACHINE.actions("objected")


@pytest.mark.parametrize(
    ("country", "path", "open_"),
    [
        ("US", "domestic", True),
        ("US", "mlat", False),
        ("FR", "domestic", False),
        ("FR", "mlat", True),
        ("FR", "agreement", True),
        ("FR", "somehow", False),
    ],
)
def test_an_authority_from_abroad_needs_a_treaty(country, path, open_):
    asked = demand(country=country, path=path)
    assert has_path(asked) is open_
    assert ("jurisdiction" in missing_checks(asked, ALL, emergency=False)) is not open_


def walked(*actions, start=None, now=START):
    found = start or demand()
    for action, actor, facts in actions:
        found = apply(found, action, actor=actor, now=now, facts=facts)
    return found


VALID = (("validate", "ann", Facts(checks=ALL)), ("narrow", "ann", Facts(scope=NARROW)))


@pytest.mark.parametrize("until", [START - DAY, START, START + 366 * DAY, None])
def test_a_gag_ends_on_a_day_that_is_said(until):
    with pytest.raises(Refused, match="on a day to come, within 365 days: say which"):
        walked(*VALID, ("gag", "ann", Facts(gag_until=until, instrument="order 7")))


def test_nobody_approves_twice_and_a_new_scope_forgets_approvals():
    gagged = walked(*VALID, ("gag", "ann", Facts(gag_until=START + DAY, instrument="order 7")))
    once = apply(gagged, "approve", actor="ann", now=START)
    assert once.stage == "gagged"
    with pytest.raises(Refused, match="second person"):
        apply(once, "approve", actor="ann", now=START)
    assert apply(once, "approve", actor="bob", now=START).stage == "approved"
    assert not apply(
        once, "narrow", actor="ann", now=START, facts=Facts(scope=NARROW)
    ).approvers  # fmt: skip


def test_the_person_is_told_when_a_gag_ends():
    end = START + DAY
    gagged = walked(*VALID, ("gag", "ann", Facts(gag_until=end, instrument="order 7")))
    assert not owes_notice(gagged, end - 1)
    assert owes_notice(gagged, end)
    with pytest.raises(Refused, match="gag is over"):
        apply(gagged, "approve", actor="ann", now=end)
    approved = walked(
        ("approve", "ann", Facts()), ("approve", "bob", Facts()), start=gagged, now=end - 1
    )
    with pytest.raises(Refused, match="gag is over"):
        apply(approved, "disclose", actor="ann", now=end)
    assert apply(approved, "lift", actor="ann", now=end).stage == "noticed"
    disclosed = apply(approved, "disclose", actor="ann", now=end - 1)
    with pytest.raises(Refused, match="in force"):
        apply(disclosed, "tell_late", actor="ann", now=end - 1)
    with pytest.raises(Refused, match="told first"):
        apply(disclosed, "close", actor="ann", now=end)
    told = apply(disclosed, "tell_late", actor="ann", now=end)
    assert apply(told, "close", actor="ann", now=end).stage == "closed"


@pytest.mark.promise("LEG-02")
def test_an_emergency_needs_one_approver_and_a_review_within_72_hours_by_another():
    declared = Facts(checks=EMERGENCY, reason="a caller threatens to jump")
    urgent = walked(
        ("declare_emergency", "ann", declared),
        ("narrow", "ann", Facts(scope=NARROW)),
        ("gag", "ann", Facts(gag_until=START + 71 * HOUR, instrument="danger to life")),
        ("approve", "ann", Facts()),
    )
    assert urgent.stage == "approved"
    given = apply(urgent, "disclose", actor="ann", now=START)
    assert review_by(given) == START + 72 * HOUR
    with pytest.raises(Refused, match="reviewed first"):
        apply(given, "close", actor="ann", now=START)
    with pytest.raises(Refused, match="took no part"):
        apply(given, "review", actor="ann", now=START)
    assert review_by(apply(given, "review", actor="bob", now=START)) is None
    with pytest.raises(Refused, match="72 hours"):
        walked(
            ("declare_emergency", "ann", declared),
            ("gag", "ann", Facts(gag_until=START + 73 * HOUR, instrument="danger")),
        )


@pytest.mark.promise("LEG-06")
@pytest.mark.parametrize(
    "wider",
    [
        replace(NARROW, subjects=frozenset({"A", "C"})),
        replace(NARROW, fields=frozenset({"calls", "messages"})),
        replace(NARROW, since=-1),
        replace(NARROW, until=101),
        NOTHING,
    ],
    ids=["people", "fields", "before", "after", "nothing"],
)
def test_no_more_is_given_than_was_asked(wider):
    with pytest.raises(Refused) as refused:
        walked(VALID[0], ("narrow", "ann", Facts(scope=wider)))
    assert refused.value.clause == "LEG-06"
