"""Every cause has a number, and every number says something."""

from ringfence.messaging.carrier import Cause
from ringfence.messaging.errors import NUMBERS, SENTENCES, sentence
from ringfence.messaging.rules import load


def test_every_cause_and_every_rule_has_a_number_that_says_something():
    assert set(NUMBERS) == set(Cause)
    rules = load()
    numbers = {rule.code for rule in (*rules.senders, *rules.registrations)}
    assert {*NUMBERS.values(), *numbers, 21610} <= SENTENCES.keys()


def test_what_nobody_knows_is_unknown():
    assert sentence(None) is None
    assert sentence(1) == "Unknown error"
