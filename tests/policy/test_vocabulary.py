"""Phrases that promise nothing or too much are found, and honest ones left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.policy.vocabulary import PHRASES, Sentences, hits, verdict
from ringfence.promises import registry

BAD = [
    ("We delete it within a reasonable time.", "vague_time", "reasonable time"),
    ("It is kept for a reasonable period of time.", "vague_time", "reasonable period of time"),
    ("Kept a reasonably\nnecessary period.", "vague_time", "reasonably\nnecessary period"),
    ("Kept as long as it is reasonably necessary.", "vague_time", "as long as it is reasonably"),
    ("Deleted as soon as reasonably possible.", "vague_time", "as soon as reasonably possible"),
    ("Within one month or any other period.", "other_period", "or any other period"),
    ("One month, or such other necessary period", "other_period", "or such other necessary period"),
    ("Media may be cached for an indeterminate time.", "indeterminate", "indeterminate"),
    ("We may keep it indefinitely.", "indeterminate", "indefinitely"),
    ("We use it to deliver other services.", "other_services", "other services"),
    ("And for any other purpose we find.", "other_services", "any other purpose"),
    ("Please check this page regularly for changes.", "check_regularly", None),
    ("You should periodically review this policy.", "check_regularly", None),
    ("Check regularly.", "check_regularly", "Check regularly"),
    ("Your data is 100% secure.", "absolute_security", "100% secure"),
    ("We guarantee the security of your data.", "absolute_security", "guarantee the security"),
    ("Our systems cannot be hacked.", "absolute_security", "cannot be hacked"),
    ("There is no doubt it is completely safe.", "absolute_security", "completely safe"),
    ("IP addresses are non-personal information.", "impersonal_address", None),
    ("Non-personal data, such as your IP address.", "impersonal_address", None),
    ("An IP address does not personally identify you.", "impersonal_address", None),
    ("By the EU-Ukraine Privacy Shield.", "unknown_mechanism", "EU-Ukraine Privacy Shield"),
    ("We rely on the EU–U.S. Privacy Shield.", "unknown_mechanism", "EU–U.S. Privacy Shield"),
    ("the privacy shield protects it", "unknown_mechanism", "privacy shield"),
    ("Covered by the Safe Harbor.", "unknown_mechanism", "Safe Harbor"),
    ("We make reasonable efforts.", "vague", "reasonable"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "words"), BAD)
def test_a_bad_phrase_is_found(text: str, code: str, words: str | None) -> None:
    [hit] = hits(text)
    assert hit.code == code
    if words is not None:
        assert text[slice(*hit.span)] == words


@pytest.mark.parametrize(
    "text",
    [
        "Logs of calls are kept for 180 days.",
        "We do not claim that your data is completely safe.",
        "Nobody can guarantee absolute security.",
        "Nothing on a network is completely secure.",
        "We don't use it for any other purpose.",
        "Suppliers may use it for no other purposes.",
        "We check our systems regularly.",
        "We review this policy regularly, and tell you of changes.",
        "An IP address is personal data.",
        "We do not treat an IP address as non-personal.",
        "Transfers rest on the EU-US Data Privacy Framework.",
        "Transfers rest on standard contractual clauses or binding corporate rules.",
        "The EU-US Privacy Shield is invalid since 2020.",
        "You are told within 14 days. Other people are not.",
        "",
    ],
)
def test_an_honest_sentence_is_left_alone(text: str) -> None:
    assert hits(text) == []


def test_a_negation_holds_in_its_own_sentence_only() -> None:
    text = "We do not sell it. It is completely secure."
    assert [hit.code for hit in hits(text)] == ["absolute_security"]
    assert hits("Not only is it encrypted, it is completely secure.")


def test_several_in_one_text_come_in_order() -> None:
    text = "Check regularly. It is kept for a reasonable time. It is totally safe."
    assert [hit.code for hit in hits(text)] == [
        "check_regularly",
        "vague_time",
        "absolute_security",
    ]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("EU-Ukraine Privacy Shield", "never was"),
        ("EU-US Privacy Shield", "16 July 2020"),
        ("Privacy Shield", "16 July 2020"),
        ("The Swiss-U.S. Privacy Shield", "16 July 2020"),
        ("U.S.–EU Safe Harbor", "6 October 2015"),
        ("Atlantic Data Bridge", "no mechanism of that name"),
        ("UK-US Data Bridge", ""),
        ("Data  Privacy\nFramework", ""),
    ],
)
def test_mechanisms(name: str, said: str) -> None:
    assert said in verdict(name)
    assert bool(said) == bool(verdict(name))


def test_sentences_end_at_stops_blank_lines_and_list_marks() -> None:
    text = "One, two. Three\n\nFour\n- five"
    sentences = Sentences(text)
    parts = {text[slice(*sentences.around(at))].strip() for at in range(len(text))}
    assert {"One, two", "Three", "Four", "five"} <= parts


def test_every_phrase_goes_against_a_clause_there_is() -> None:
    known = {clause.id for clause in registry.load()}
    assert {phrase.clause for phrase in PHRASES} | {"XFR-03"} <= known


@given(st.text(alphabet="abc .;\n\tIP reasonable time EU-US Privacy Shield%", max_size=300))
def test_hits_never_overlap_and_lie_in_the_text(text: str) -> None:
    """Invariant: whatever the text, the hits are apart and within it."""
    end = 0
    for hit in hits(text):
        assert end <= hit.span[0] < hit.span[1] <= len(text)
        end = hit.span[1]
