"""Every right has a provision or our policy, and none is cited before or after its time."""

from datetime import date

import pytest

from ringfence.privacy.cases.law import RIGHTS as RULES
from ringfence.privacy.cases.provisions import OURS, PROVISIONS, basis, law_applied
from ringfence.privacy.cases.rights import RIGHTS

NOW = 1_769_853_600_000  # 31 January 2026
LATER = 1_830_000_000_000  # December 2027


def test_everybody_has_every_right_by_law_or_by_policy():
    for residence in ("DE", "IN", "AE", "US", "US-CA", "BR"):
        for right in RIGHTS:
            assert basis(right, residence, NOW)
    assert basis("restriction", "DE", NOW) == "GDPR 18"
    assert basis("restriction", "US", NOW) == OURS


def test_the_gdpr_and_the_pdpl_know_all_of_them():
    for residence in ("DE", "AE"):
        assert OURS not in {basis(right, residence, NOW) for right in RIGHTS}


def test_a_law_is_cited_from_the_day_it_applies():
    assert basis("access", "IN", NOW).startswith("SPDI")
    assert basis("access", "IN", LATER) == "DPDP Act 11"
    assert basis("erasure", "IN", NOW) == OURS
    assert basis("erasure", "IN", LATER) == "DPDP Act 12"


def test_a_state_before_its_country_and_the_country_where_the_state_is_silent():
    assert basis("opt_out", "US-CA", NOW) == "Cal. Civ. 1798.120"
    assert basis("withdrawal", "US-CA", NOW) == basis("withdrawal", "US", NOW) != OURS


def test_the_rule_of_handling_names_no_right():
    assert law_applied("restriction", "DE", NOW) == "GDPR 18; handled by GDPR 12(3), 12(5)"


@pytest.mark.parametrize("one", PROVISIONS, ids=lambda one: f"{one.law}-{one.right}")
def test_each_is_of_a_known_law_and_right_and_never_twice_at_once(one):
    assert one.law in {rule.law for rule in RULES}
    assert one.right in RIGHTS
    assert one.source == "policy" or one.source.startswith(one.law[:2])
    end = date(9999, 1, 1)
    beside = [
        other
        for other in PROVISIONS
        if (other.law, other.right) == (one.law, one.right)
        and max(one.since, other.since) < min(one.until or end, other.until or end)
    ]
    assert beside == [one]
