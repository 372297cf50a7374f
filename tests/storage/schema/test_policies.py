"""Versions of the notice: one number, one version; evidence for each channel."""

from ringfence.storage.schema import (
    engagements,
    label_of_column,
    policy_notices,
    policy_versions,
    primary_admins,
)


def keys(table):
    return [col.name for col in table.primary_key.columns]


def test_an_account_has_one_version_of_a_number_and_one_primary_administrator():
    assert keys(policy_versions) == ["account_id", "number"]
    assert keys(policy_notices) == ["account_id", "number", "channel"]
    assert keys(primary_admins) == ["account_id"]
    assert keys(engagements) == ["account_id", "processor"]


def test_versions_stay_and_the_address_is_sealed():
    assert label_of_column(policy_versions.c.notice).retention == "audit"
    assert label_of_column(primary_admins.c.email).storage == "sealed"
