"""The decision table: what is allowed, what is denied, and that it is a table."""

from itertools import product
from typing import get_args

import pytest

from ringfence.kernel.errors import LocalError, Refused
from ringfence.privacy import gate
from ringfence.privacy.gate import Circumstances, Rule, compile_rules, decide, strictest
from ringfence.privacy.purposes import PURPOSES
from ringfence.privacy.taxonomy import CATEGORIES, is_personal, is_within

PHONE = "user.contact.phone_number"
CONTENT = "user.content.private"


def test_the_exchange_may_connect_a_call_and_nobody_else_may_open_numbers_for_it():
    assert decide("system", purpose="connect_call", category=PHONE).allowed
    for role in ("agent", "developer", "staff", "owner"):
        assert not decide(role, purpose="connect_call", category=PHONE).allowed


def test_what_no_rule_speaks_of_is_denied():
    denied = decide("system", purpose="curiosity", category="user.dreams")
    assert not denied.allowed
    assert denied.code == "not_allowed"
    with pytest.raises(Refused) as refused:
        denied.enforce()
    assert refused.value.clause == "default-deny"


def test_staff_of_the_host_never_reach_personal_data():
    for purpose, category in product(PURPOSES, CATEGORIES):
        if is_personal(category):
            assert not decide("staff", purpose=purpose, category=category).allowed


def test_people_who_look_leave_a_trace():
    for question, decision in gate.TABLE.items():
        role, _, category, _ = question
        if decision.allowed and role != "system" and is_within(category, "user.contact"):
            assert "log_opening" in decision.obligations, question


def test_a_restricted_record_is_stored_and_otherwise_left_alone():
    restricted = Circumstances(restricted=True)
    denied = decide("system", purpose="deliver_content", category=CONTENT, circumstances=restricted)
    assert denied.code == "restricted"
    assert decide("caller", purpose="answer_rights", category=CONTENT,
                  circumstances=restricted).allowed  # fmt: skip
    assert decide("system", purpose="connect_call", category=PHONE,
                  circumstances=restricted).allowed  # fmt: skip


@pytest.mark.parametrize(
    ("law", "consent", "expected"),
    [
        ("one_party", "unknown", ()),
        ("one_party", "given", ()),
        ("announce", "unknown", ("announce",)),
        ("announce", "given", ()),
        ("all_party", "unknown", ("announce", "ask")),
        ("all_party", "given", ()),
    ],
)
def test_what_must_be_said_before_a_recording(law, consent, expected):
    case = Circumstances(consent=consent, law=law)
    decision = decide("system", purpose="record_call", category=CONTENT, circumstances=case)
    assert decision.allowed
    assert decision.enforce() == expected


@pytest.mark.parametrize("law", get_args(gate.RecordingLaw))
def test_a_refusal_to_be_recorded_is_final(law):
    case = Circumstances(consent="refused", law=law)
    decision = decide("system", purpose="record_call", category=CONTENT, circumstances=case)
    assert decision.code == "consent_refused"


def test_the_strictest_law_of_the_parties_counts():
    assert strictest("one_party", "all_party", "announce") == "all_party"
    assert strictest("one_party") == "one_party"
    assert strictest() == "announce"


def test_rules_about_unknown_things_do_not_compile():
    with pytest.raises(LocalError):
        compile_rules([Rule("curiosity", "user", ("system",), "x")])
    with pytest.raises(LocalError):
        compile_rules([Rule("operate", "user.dreams", ("system",), "x")])


def test_two_different_answers_to_one_question_do_not_compile():
    with pytest.raises(LocalError):
        compile_rules(
            [
                Rule("operate", "system", ("system",), "one"),
                Rule("operate", "system.operations", ("system",), "two"),
            ]
        )
