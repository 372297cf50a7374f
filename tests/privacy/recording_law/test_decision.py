"""The recording decision: labelled scenarios of a file, and what holds for every case."""

from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfence.kernel.phone import Phone
from ringfence.privacy import gate
from ringfence.privacy.recording_law import decision, rules
from ringfence.privacy.recording_law.decision import OWN_RULES, Case, Party, decide
from ringfence.privacy.recording_law.places import place_of

FILE = Path(__file__).parents[2] / "vectors" / "privacy" / "recording.tsv"
CONSENTS = {"?": "unknown", "y": "given", "n": "refused", "r": "unknown"}
DUTIES = {"-": "none", "a": "announce", "q": "ask"}


def instant(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def party(text):
    who, _, word = text.partition("=")
    staff = who.endswith("!")
    who = who.rstrip("!")
    if who == "anonymous":
        place = ""
    else:
        place = place_of(Phone(who)) if who.startswith("+") else who
    return Party(place, "staff" if staff else "person", CONSENTS[word], restricted=word == "r")


def hours(text):
    if not text:
        return {}
    span, zone = text.split(" ")
    begin, end = (int(part[:2]) * 60 + int(part[3:]) for part in span.split("-"))
    return {"hours": (begin, end), "zone": zone}


def scenarios():
    for number, line in enumerate(FILE.read_text().splitlines(), 1):
        if line and not line.startswith("#"):
            name, source, account, at, parties, outcome, duties = line.split("\t")
            kind, _, beep = source.partition("+")
            policy, _, span = account.partition("@")
            case = Case(
                source=kind,
                parties=tuple(map(party, parties.split())),
                at=instant(at),
                beep=bool(beep),
                policy=policy,
                **hours(span),
            )
            yield f"line {number}, {name}", case, outcome, duties


SCENARIOS = [*scenarios()]


def test_there_are_at_least_three_hundred_scenarios_and_every_outcome_among_them():
    assert len(SCENARIOS) >= 300
    assert {outcome for _, _, outcome, _ in SCENARIOS} == {"record", "announce", "ask", "never"}


@pytest.mark.promise("TEL-07")
def test_every_labelled_scenario_is_decided_as_it_says():
    wrong = []
    for name, case, outcome, duties in SCENARIOS:
        found = decide(case, rules.load())
        expected = outcome, tuple(DUTIES[mark] for mark in duties)
        if (found.outcome, found.duties) != expected:
            wrong.append((name, found))
        for rule in found.rules:
            assert OWN_RULES.get(rule) or rules.load().explain(rule), rule
    assert wrong == []


PARTIES = st.builds(
    Party,
    st.sampled_from(["US-TX", "US-CA", "US-??", "DE", "GB", "AE", ""]),
    st.sampled_from(["person", "staff"]),
    st.sampled_from(["given", "refused", "unknown"]),
    st.booleans(),
)
CASES = st.builds(
    Case,
    source=st.sampled_from(["voicemail", "call", "dial"]),
    parties=st.lists(PARTIES, max_size=4).map(tuple),
    at=st.integers(0, 4_000_000_000_000),
    beep=st.booleans(),
    policy=st.sampled_from(["law", "announce", "ask", "never"]),
)


@settings(max_examples=60)
@given(CASES)
def test_nobody_who_refused_or_is_restricted_is_ever_recorded(case):
    found = decide(case, rules.load())
    if any(p.consent == "refused" or p.restricted for p in case.parties):
        assert found.outcome == "never"
    assert len(found.duties) == len(case.parties)
    assert found.rules


@settings(max_examples=60)
@given(CASES, PARTIES)
def test_another_party_makes_the_decision_no_laxer_for_the_rest(case, another):
    rank = {"none": 0, "announce": 1, "ask": 2}
    if another.standing == "staff" or another.consent == "given":
        return  # one who agrees may satisfy the law of one party
    before = decide(case, rules.load())
    after = decide(
        Case(source=case.source, parties=(*case.parties, another), at=case.at, beep=case.beep,
             policy=case.policy),
        rules.load(),
    )  # fmt: skip
    if after.outcome != "never":
        for old, new in zip(before.duties, after.duties, strict=False):
            assert rank[new] >= rank[old]


@settings(max_examples=60)
@given(CASES)
def test_the_same_case_is_decided_the_same_way_again(case):
    assert decide(case, rules.load()) == decide(case, rules.load())


def test_the_gate_says_the_same_of_one_person_alone():
    """The law of one person in a talk with the exchange, in both tables."""
    places = {"one_party": "US-TX", "announce": "GB", "all_party": "DE"}
    duties = {(): "none", ("announce",): "announce", ("announce", "ask"): "ask"}
    for (law, place), consent in product(places.items(), ("given", "unknown", "refused")):
        for restricted in (False, True):
            asked = gate.decide(
                "system",
                purpose="record_call",
                category="user.content.private",
                circumstances=gate.Circumstances(consent, restricted, law),
            )
            case = Case(
                source="call",
                parties=(Party(place, "person", consent, restricted),),
                at=1_780_000_000_000,
            )
            found = decide(case, rules.load())
            assert asked.allowed == (found.outcome != "never")
            if asked.allowed:
                assert duties[asked.obligations] == found.duties[0]


def test_nobody_on_the_line_is_decided_by_the_default():
    found = decide(Case(source="call", parties=(), at=1_780_000_000_000), rules.load())
    assert found.outcome == "ask"


def test_every_rule_of_our_own_has_a_sentence():
    assert all(text and not text.endswith(".") for text in decision.OWN_RULES.values())
