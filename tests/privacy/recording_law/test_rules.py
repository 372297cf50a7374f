"""The file of rules: dated, whole, and refused where it is not well made."""

import json
from datetime import date
from pathlib import Path

import pytest

from ringfence.kernel.errors import LocalError
from ringfence.privacy.recording_law.rules import DEFAULT_RULE, day_of, load, read

HEAD = 'edition = "1"\ndefault = "all_party"\n'
RULE = """
[[recording]]
id = "x"
places = "AA BB"
law = "announce"
from = 2020-01-01
until = 2021-01-01
source = "somewhere"
"""


def test_a_rule_is_in_force_between_its_days():
    found = read(HEAD + RULE)
    assert found.law_of("AA", date(2019, 12, 31)) == ("all_party", (DEFAULT_RULE,))
    assert found.law_of("AA", date(2020, 1, 1)) == ("announce", ("x",))
    assert found.law_of("AA-ZZ", date(2020, 12, 31)) == ("announce", ("x",))
    assert found.law_of("BB", date(2021, 1, 1)) == ("all_party", (DEFAULT_RULE,))
    assert found.law_of("CC", date(2020, 6, 1)) == ("all_party", (DEFAULT_RULE,))
    assert found.law_of("", date(2020, 6, 1)) == ("all_party", (DEFAULT_RULE,))


def test_a_state_is_bound_by_the_stricter_of_its_own_and_its_countrys():
    law, ids = load().law_of("US-CA", date(2026, 1, 1))
    assert (law, ids) == ("all_party", ("us-all-party-states",))
    assert load().law_of("US-TX", date(2026, 1, 1)) == ("one_party", ("us-federal",))


@pytest.mark.parametrize(
    "text",
    [
        HEAD + RULE + RULE,
        HEAD + RULE.replace("announce", "sometimes"),
        HEAD + RULE.replace("2021-01-01", "2019-01-01"),
        HEAD.replace("all_party", "maybe"),
    ],
)
def test_a_file_that_is_not_well_made_is_refused(text):
    with pytest.raises(LocalError):
        read(text)


def test_the_edition_tells_any_change_of_the_file():
    assert read(HEAD + RULE).edition != read(HEAD + RULE.replace("AA", "AC")).edition


def test_every_rule_says_where_it_comes_from():
    for rule in (*load().recording, *load().hours):
        assert rule.source
        assert load().explain(rule.id) == rule.source
    assert load().explain(DEFAULT_RULE)
    assert load().explain("nothing") == ""


def test_the_day_of_an_instant():
    assert day_of(0) == date(1970, 1, 1)
    assert day_of(86_399_999) == date(1970, 1, 1)
    assert day_of(86_400_000) == date(1970, 1, 2)


def test_hours_bind_together():
    ids = {rule.id for rule in load().hours_of("US-FL", date(2026, 1, 1))}
    assert ids == {"us-tcpa-hours", "us-fl-hours"}
    assert load().hours_of("DE", date(2026, 1, 1)) == ()


def test_facts_are_named_by_their_ids():
    ids = {rule.fact for rule in (*load().recording, *load().hours) if rule.fact}
    assert {"US-01", "US-02", "EU-17", "AE-09", "US-04", "AE-05"} == ids
    shared = Path(__file__).parents[4] / "shared" / "mission" / "law.json"
    if shared.exists():
        assert ids <= {fact["id"] for fact in json.loads(shared.read_text())}
