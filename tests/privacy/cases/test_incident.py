"""Incidents: several clocks at once."""

from datetime import UTC, datetime

import pytest

from ringfence.kernel.clock import HOUR
from ringfence.kernel.errors import Refused
from ringfence.privacy.cases import incident

AWARE = int(datetime(2026, 11, 20, 17, tzinfo=UTC).timestamp() * 1000)  # a Friday


def hours(running):
    return {clock.key: (clock.due_at - AWARE) // HOUR for clock in running}


def test_clocks_run_beside_each_other_by_law_and_sector():
    running = incident.start(["EU", "IN", "US"], ["telecom"], aware=AWARE)
    found = hours(running)
    assert found["IN-cert"] == 6
    assert found["EU-telecom"] == 24
    assert found["EU-authority"] == 72
    assert found["US-cpni"] == 11 * 24  # seven business days, two weekends
    assert {clock.whom for clock in running} == {
        "authority", "subjects", "controllers", "processors"
    }  # fmt: skip
    assert [clock.due_at for clock in running] == sorted(clock.due_at for clock in running)
    assert "EU-nis2-warning" not in found
    assert "EU-nis2-warning" in hours(incident.start(["EU"], ["essential"], aware=AWARE))


def test_an_unknown_law_gets_the_default_clocks():
    assert set(hours(incident.start(["*"], [], aware=AWARE))) == {
        "any-authority", "any-subjects", "any-processors"
    }  # fmt: skip


def test_an_incident_closes_when_everybody_was_told():
    running = incident.start(["EU"], [], aware=AWARE)
    for clock in running:
        with pytest.raises(Refused, match=clock.key):
            incident.check_closing(running)
        running = incident.tell(running, clock.key, now=AWARE + HOUR)
    incident.check_closing(running)


def test_telling_twice_keeps_the_first_time():
    running = incident.tell(incident.start(["EU"], [], aware=AWARE), "EU-authority", now=AWARE + 1)
    again = incident.tell(running, "EU-authority", now=AWARE + 9)
    assert next(c for c in again if c.key == "EU-authority").told_at == AWARE + 1


def test_only_people_and_only_about_unreadable_data_need_not_be_told():
    running = incident.start(["EU"], [], aware=AWARE)
    waived = incident.waive(running, "EU-subjects", reason="sealed, keys safe", sealed=True)
    assert next(c for c in waived if c.key == "EU-subjects").settled
    for key, reason, sealed in (
        ("EU-authority", "sealed", True),
        ("EU-subjects", "", True),
        ("EU-subjects", "sealed", False),
        ("nothing", "sealed", True),
    ):
        with pytest.raises(Refused):
            incident.waive(running, key, reason=reason, sealed=sealed)
