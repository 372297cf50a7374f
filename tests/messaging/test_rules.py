"""Who may get a message, from what, and when: each refusal has its rule."""

from datetime import UTC, datetime

import pytest

from ringfence.kernel.errors import LocalError
from ringfence.messaging.rules import Case, decide, load, read

RULES = load()


def at(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


ROW = """[[registration]]
id = "one"
places = "IN"
sender = "word"
code = 1
from = 2020-01-01
source = "x"
"""
NOON = at("2026-11-18T18:00")  # a Wednesday: 10 to 13 o'clock in the 48 states


def verdict(**case):
    known = {"place": "GB", "at": NOON, "sender": "long_code"} | case
    return decide(Case(**known), RULES)


def test_who_stopped_gets_nothing_whatever_it_is():
    for about in ("service", "marketing"):
        found = verdict(stopped=True, about=about, consent="given", template=True, campaign=True)
        assert (found.rule, found.refusal, found.number) == ("stop-list", "stopped", 21610)


def test_the_one_answer_to_a_keyword_goes_out():
    assert verdict(stopped=True, about="keyword").rule == "keyword"


@pytest.mark.promise("TEL-10")
def test_india_asks_for_a_template():
    found = verdict(place="IN", sender="word")
    assert (found.rule, found.refusal, found.number) == (
        "in-dlt-template",
        "no_template",
        30007,
    )
    assert verdict(place="IN", sender="word", template=True).allowed


@pytest.mark.promise("TEL-10")
def test_the_united_states_ask_ten_digit_senders_for_a_campaign():
    found = verdict(place="US-CA")
    assert (found.rule, found.number) == ("us-10dlc-campaign", 30034)
    assert verdict(place="US-CA", campaign=True).allowed
    assert verdict(place="US-??").rule == "us-10dlc-campaign"
    for other in ("toll_free", "short_code"):
        assert verdict(place="US-CA", sender=other).allowed
    assert verdict(place="US-CA", at=at("2023-08-30T12:00")).allowed  # not yet in force
    assert verdict(place="CA").allowed


def test_networks_that_take_no_words():
    found = verdict(place="US-NY", sender="word", campaign=True)
    assert (found.rule, found.number) == ("nanp-no-words", 21612)
    assert verdict(place="GB", sender="word").allowed


def test_marketing_needs_a_ground():
    assert verdict(about="marketing").rule == "marketing-consent"
    assert verdict(about="marketing", consent="given").rule == "marketing-consented"
    assert verdict(about="marketing", customer=True).rule == "soft-opt-in"
    for no in ({"opted_out": True}, {"consent": "refused"}):
        found = verdict(about="marketing", customer=True, **no)
        assert (found.rule, found.number) == ("marketing-opt-out", 21610)


@pytest.mark.parametrize(
    ("place", "when", "rule"),
    [
        ("IN", "2026-11-18T04:29", "in-promotional-hours"),  # 9:59 in Kolkata
        ("IN", "2026-11-18T04:30", ""),
        ("IN", "2026-11-18T15:30", "in-promotional-hours"),  # 21:00
        ("US-CA", "2026-11-18T15:59", "us-tcpa-hours"),  # 7:59 in Los Angeles
        ("US-CA", "2026-11-18T16:00", ""),
        ("US-??", "2026-11-18T16:00", "us-tcpa-hours"),  # 6 o'clock in Hawaii
        ("US-TX", "2026-11-22T17:30", "us-tx-sunday-hours"),  # a Sunday, 11:30 in Dallas
        ("US-TX", "2026-11-22T19:30", ""),
        ("FR", "2026-11-22T12:00", "fr-marketing-hours"),  # a Sunday
        ("FR", "2026-11-21T12:00", ""),
        ("AE", "2026-11-18T14:00", "ae-telemarketing-hours"),  # 18:00
        ("GB", "2026-11-18T03:00", ""),  # no rule speaks of it
    ],
)
def test_marketing_keeps_the_hours_of_the_receiver(place, when, rule):
    case = {"place": place, "at": at(when), "sender": "short_code", "template": True}
    found = verdict(**case, about="marketing", consent="given")
    assert (found.refusal, found.rule if rule else "") == ("quiet_hours" if rule else "", rule)
    assert verdict(**case, about="service").allowed


def test_every_rule_says_where_it_comes_from():
    for rule in (*RULES.hours, *RULES.senders, *RULES.registrations):
        assert RULES.explain(rule.id) == rule.source
    assert RULES.explain("nothing") == ""


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ('needs = "luck"', "a template or a campaign"),
        ('needs = "template"\nuntil = 2019-01-01', "ends before"),
        (f'needs = "template"\n{ROW}needs = "campaign"', "one id"),
    ],
)
def test_a_rule_that_is_not_well_made_is_named(row, says):
    text = 'edition = "x"\n' + ROW
    with pytest.raises(LocalError, match=says):
        read(text + row)
    with pytest.raises(LocalError, match="kind of sender"):
        read(text.replace('"word"', '"pigeon"') + 'needs = "template"')
