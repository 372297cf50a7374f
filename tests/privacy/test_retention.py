"""Retention rules are data that make sense."""

from ringfence.privacy.retention import RULES


def test_a_floor_is_never_above_its_ceiling():
    for key, rule in RULES.items():
        assert rule.key == key
        assert rule.floor_days >= 0
        assert rule.ceiling_days is None or rule.floor_days <= rule.ceiling_days


def test_call_logs_are_kept_six_months_at_the_least():
    assert RULES["call_log"].floor_days >= 180
