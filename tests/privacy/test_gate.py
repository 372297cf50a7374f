"""The decision table: what is allowed, what is denied, and that it is a table."""

from itertools import product
from typing import get_args

import pytest

from ringfence.kernel.errors import LocalError, Refused
from ringfence.privacy import gate
from ringfence.privacy.gate import Circumstances, Rule, compile_rules, decide, strictest
from ringfence.privacy.purposes import PURPOSES
from ringfence.privacy.roles import ROLES
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


def test_staff_of_the_host_reach_how_a_call_went_and_nothing_else_about_a_person():
    for purpose, category in product(PURPOSES, CATEGORIES):
        if is_personal(category):
            allowed = decide("staff", purpose=purpose, category=category).allowed
            expected = purpose == "resolve_complaint" and is_within(category, "user.telephony")
            assert allowed == expected, (purpose, category)


def test_people_who_look_leave_a_trace():
    for (role, _, category), answers in gate.TABLE.items():
        if role != "system" and is_within(category, "user.contact"):
            for decision in answers.values():
                assert not decision.allowed or "log_opening" in decision.obligations


@pytest.mark.promise("SEC-01")
def test_every_question_has_an_answer_with_the_rule_behind_it():
    counted = 0
    for role, purpose, category, case in product(ROLES, PURPOSES, CATEGORIES, gate.EVERYTHING):
        decision = decide(role, purpose=purpose, category=category, circumstances=case)
        assert decision.clause
        assert decision.allowed or decision.code
        counted += decision.allowed
    assert counted > 1_000


@pytest.mark.promise("SEC-01")
def test_a_refusal_to_be_recorded_a_restriction_and_a_hold_are_never_overruled():
    for role, purpose, category, case in product(ROLES, PURPOSES, CATEGORIES, gate.EVERYTHING):
        decision = decide(role, purpose=purpose, category=category, circumstances=case)
        if purpose == "record_call" and case.consent == "refused":
            assert not decision.allowed
        if purpose in {"record_call", "deliver_content", "billing"} and case.restricted:
            assert not decision.allowed
        if purpose == "erase" and case.held:
            assert not decision.allowed
            assert decision.code in {"held", "not_allowed"}


def test_a_visitor_may_say_who_they_are_and_nothing_more():
    for purpose, category in product(PURPOSES, CATEGORIES):
        if decide("visitor", purpose=purpose, category=category).allowed:
            assert purpose == "authenticate"


@pytest.mark.promise("PUR-09")
def test_who_charges_does_not_hear_and_who_looks_for_fraud_sees_no_numbers():
    for role in ROLES:
        assert not decide(role, purpose="billing", category=CONTENT).allowed
        assert not decide(role, purpose="prevent_abuse", category=CONTENT).allowed
        assert not decide(role, purpose="prevent_abuse", category=PHONE).allowed
    assert decide("admin", purpose="prevent_abuse", category="user.telephony.call").allowed


def test_a_purpose_without_a_line_of_its_own_is_closed_to_most():
    rest = gate.rules_of_the_rest()
    for rule in rest:
        assert set(rule.roles) <= {"system", "owner", "privacy_officer"}
    for key in PURPOSES:
        assert any(subject[1] == key for subject in gate.TABLE), key


def test_a_category_is_open_only_where_its_family_is():
    assert decide("auditor", purpose="call_record", category="user.telephony.call").allowed
    assert not decide("auditor", purpose="call_record", category=PHONE).allowed
    assert not decide("developer", purpose="call_record", category="user.telephony.call").allowed
    assert decide("developer", purpose="operate", category="system.configuration").allowed
    assert not decide("agent", purpose="operate", category="system.configuration").allowed


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
