"""The shipped packs: complete, in own words that pass the linter, with figures from variables."""

import re

import pytest

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import BREACH_HOURS, RIGHTS_MONTHS
from ringfence.policy.library import DEFAULT, common, names, sentences, source
from ringfence.policy.lint import lint
from ringfence.policy.pack import load
from ringfence.policy.variables import filled, named
from ringfence.policy.vocabulary import hits
from ringfence.privacy.cases import law
from ringfence.privacy.cases.calendar import Period
from ringfence.privacy.recording_law.decision import Case, Party, decide
from ringfence.privacy.recording_law.rules import load as rules
from ringfence.promises import registry

NOW = Ms(1_795_392_000_000)
ALL = pytest.mark.parametrize("name", names())
TRAPS = {
    "exotel-2013": {"PUR-07", "RET-02"},
    "exotel-uae-2018": {"CLS-02", "CON-04", "GRV-02", "RET-02"},
    "myoperator-2019": {"POL-05", "CLS-02", "PUR-07", "TEL-16", "TEL-17", "RET-02"},
    "calltrackingmetrics-2015": {"POL-05", "CLS-02", "RET-02"},
    "excitel": {"RET-02", "SHR-11", "XFR-02", "XFR-03", "TEL-16"},
}
"""What the linter has to name in each of the five policies, by clause."""


def test_every_clause_has_a_sentence_and_a_summary_bound_to_the_same_figures() -> None:
    assert set(common()) == {clause.id for clause in registry.load()}
    for wording in common().values():
        assert wording.summary
        assert set(named(wording.summary)) <= set(named(wording.text)), wording.clause
        assert len(wording.summary.split()) <= 12, wording.clause


def test_no_figure_is_written_by_hand() -> None:
    for wording in common().values():
        for text in (wording.text, wording.summary):
            assert not re.search(r"[0-9]", text), wording.clause
            assert "{" not in filled(text)
            assert hits(filled(text)) == [], wording.clause


@ALL
def test_a_shipped_pack_loads(name: str) -> None:
    pack = load(source(name))
    assert [sentence.clause for sentence in sentences(pack)] == [
        wording.clause for wording in pack.clauses
    ]
    wanted = registry.chosen(registry.load(), None if name == DEFAULT else name)
    assert {wording.clause for wording in pack.clauses} == {clause.id for clause in wanted}


@pytest.mark.parametrize("name", TRAPS)
def test_the_linter_names_the_traps_of_each_policy(name: str) -> None:
    found = lint(source(name), is_pack=True)
    assert TRAPS[name] <= {finding.clause for finding in found}
    assert not [finding for finding in found if finding.code in {"bad_pack", "bare_number"}]
    lines = source(name).splitlines()
    assert all(finding.words.split()[0] in lines[finding.line - 1] for finding in found)


def test_no_time_is_promised_that_the_clock_of_a_law_outlasts() -> None:
    """Where a law's own clock is longer, the sentence says that the law's day counts there."""
    month = Period(int(RIGHTS_MONTHS), "months").after(NOW)
    assert [rule.law for rule in law.RIGHTS if rule.reply.after(NOW) > month] == ["US-CA"]
    assert "Where the law of your place sets another time" in common()["DSR-01"].text
    hours = Period(int(BREACH_HOURS), "hours").after(NOW)
    told = [rule for rule in law.CLOCKS if rule.whom == "authority" and not rule.sector]
    assert [rule.key for rule in told if rule.within.after(NOW) > hours] == ["US-cpni"]
    assert "Where a law names no other time" in common()["SEC-05"].text


def test_no_more_is_promised_of_a_recording_than_the_decision_gives() -> None:
    """Where one party's knowledge is enough, nobody is told or asked, and no sentence says so."""
    talk = decide(Case(source="call", parties=(Party("US-NY"), Party("US-NY")), at=NOW), rules())
    room = Case(source="conference", parties=(Party("US-NY"), Party("US-NY")), at=NOW)
    assert (talk.outcome, decide(room, rules()).outcome) == ("record", "record")
    for clause in ("CLS-09", "TEL-08", "TEL-09"):
        assert re.search(r"law .*(?:asks|wants)", common()[clause].text), clause


def test_what_is_printed_instead_has_no_fault() -> None:
    assert lint(source(DEFAULT), is_pack=True) == []


def test_a_text_of_ones_own_replaces_the_common_one_and_a_claim_does_not() -> None:
    pack = load(
        'title = "x"\nversion = "1"\nadopts = ["PUR-13"]\n'
        '[[clause]]\nid = "TEL-17"\ntext = "Nothing is kept."\n'
        '[[clause]]\nid = "PUR-13"\nsays = "We may sell your data."\n'
    )
    kept, own = sentences(pack)
    assert (kept.clause, kept.text) == ("PUR-13", common()["PUR-13"].text)
    assert (own.text, own.summary) == ("Nothing is kept.", "Nothing is kept.")


def test_a_pack_nobody_ships() -> None:
    with pytest.raises(Refused, match="unknown_pack"):
        source("../library")
