"""Laws as dated facts."""

import re
from datetime import date

import pytest

from ringfence.privacy.cases.calendar import Period, start_of
from ringfence.privacy.cases.law import (
    ADULT_YEARS,
    CLOCKS,
    EEA,
    GRIEVANCE,
    REGULATORS,
    RIGHTS,
    clocks,
    law_of,
    regulator,
    rights_rule,
)

NOW = start_of(date(2026, 11, 22))
LATER = start_of(date(2027, 6, 1))
SOURCE = re.compile(r"(EU|IN|AE|US)-[0-9]{2}|policy")


def test_every_fact_names_its_source_and_provision():
    for rule in RIGHTS:
        assert rule.cite
        assert all(SOURCE.fullmatch(source) for source in rule.source)
    for clock in CLOCKS:
        assert clock.cite
        assert SOURCE.fullmatch(clock.source)
    assert len({clock.key for clock in CLOCKS}) == len(CLOCKS)


@pytest.mark.promise("POL-10")
@pytest.mark.parametrize(
    ("residence", "law"),
    [("DE", "EU"), ("no", "EU"), ("US-CA", "US-CA"), ("US-NY", "US"), ("IN", "IN"), ("AE", "AE"),
     ("BR", "*"), ("", "*")],
)  # fmt: skip
def test_the_law_follows_the_residence(residence, law):
    assert law_of(residence) == law
    assert rights_rule(residence, NOW).law == law


def test_numbers_of_the_laws():
    eu = rights_rule("FR", NOW)
    assert (str(eu.reply), str(eu.extension), eu.free) == ("1 month", "2 months", None)
    california = rights_rule("US-CA", NOW)
    assert (california.reply, california.free) == (Period(45, "days"), 2)
    assert str(california.acknowledge) == "10 business days"
    assert Period(1, "months") == GRIEVANCE
    assert ADULT_YEARS == 18


def test_a_rule_applies_from_its_date():
    assert rights_rule("IN", NOW).cite.startswith("SPDI")
    assert rights_rule("IN", LATER).cite.startswith("DPDP")
    assert "IN-board" not in {rule.key for rule in clocks(frozenset({"IN"}), frozenset(), NOW)}
    assert "IN-board" in {rule.key for rule in clocks(frozenset({"IN"}), frozenset(), LATER)}


def test_there_is_one_rule_at_any_time():
    for law in {rule.law for rule in RIGHTS}:
        for day in (date(2023, 1, 1), date(2026, 11, 22), date(2027, 5, 12), date(2027, 5, 13)):
            valid = [
                rule for rule in RIGHTS
                if rule.law == law and rule.since <= day and (not rule.until or day < rule.until)
            ]  # fmt: skip
            assert len(valid) == 1, (law, day)


def test_everybody_has_an_authority_to_turn_to():
    assert set(REGULATORS) >= EEA
    assert "CNIL" in regulator("FR")
    assert "California" in regulator("US-CA")
    assert regulator("US-TX") == regulator("US")
    assert "country you live in" in regulator("BR")
