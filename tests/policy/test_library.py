"""The shipped packs: complete, in own words that pass the linter, with figures from variables."""

import re

import pytest

from ringfence.kernel.errors import Refused
from ringfence.policy.library import DEFAULT, common, names, sentences, source
from ringfence.policy.lint import lint
from ringfence.policy.pack import load
from ringfence.policy.variables import filled, named
from ringfence.policy.vocabulary import hits
from ringfence.promises import registry

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
