"""The linter as a whole: lines, clauses, places, both kinds of files."""

import pytest

from ringfence.kernel.errors import LocalError
from ringfence.policy.lint import lint
from ringfence.privacy.purposes import PURPOSES, purpose

PACK = '''title = "Privacy policy of Example Ltd"
version = "2026-11-22"

[[clause]]
id = "RET-02"
text = """
We keep what we need,
for a reasonable time."""

[[clause]]
id = "PUR-13"
text = "We never sell your data."

[[clause]]
id = "PUR-06"
text = "We may sell your data to those who ask."
'''


def test_findings_of_a_pack_have_line_clause_and_place() -> None:
    vague, contradiction = lint(PACK, is_pack=True)
    assert (vague.line, vague.code, vague.clause, vague.where, vague.words) == (
        8,
        "vague_time",
        "RET-02",
        "RET-02",
        "reasonable time",
    )
    assert (contradiction.line, contradiction.clause, contradiction.where) == (
        16,
        "PUR-13",
        "PUR-06",
    )
    assert "line 12: 'never sell'" in contradiction.says


def test_a_bad_pack_is_linted_all_the_same() -> None:
    found = lint(PACK.replace('id = "PUR-13"', 'id = "NO-1"'), is_pack=True)
    assert [finding.code for finding in found] == ["vague_time", "bad_pack", "contradiction"]


def test_a_plain_text_has_lines() -> None:
    text = "Policy\n\nYou should check\nthis page regularly.\nIt is 100% secure.\n"
    found = [(finding.line, finding.clause, finding.where) for finding in lint(text, is_pack=False)]
    assert found == [(3, "POL-05", ""), (5, "SEC-04", "")]


def test_words_are_shown_on_one_line() -> None:
    [finding] = lint("kept for a reasonable\n   time", is_pack=False)
    assert finding.words == "reasonable time"


@pytest.mark.promise("SEC-04")
def test_a_certificate_that_nobody_registered_cannot_be_claimed() -> None:
    text = "We are certified under ISO/IEC 27001 and follow SOC 2."
    claims = [(f.code, f.clause, f.words) for f in lint(text, is_pack=False)]
    assert claims == [
        ("unproved_claim", "SEC-04", "ISO/IEC 27001"),
        ("unproved_claim", "SEC-04", "SOC 2"),
    ]
    pack = (
        'title = "x"\nversion = "1"\ncertificates = [{ name = "ISO 27001", until = 2027-01-01 }]\n'
        f'[[clause]]\nid = "SEC-04"\nsays = "{text}"\n'
    )
    assert [f.words for f in lint(pack, is_pack=True) if f.code == "unproved_claim"] == ["SOC 2"]


def test_a_figure_that_no_rule_holds_to_is_named() -> None:
    pack = PACK.replace("reasonable time", "time of 90 days") + 'summary = "90 days"\n'
    pack += '[[clause]]\nid = "RET-01"\nsays = "180 days"\n'
    found = [(finding.line, finding.words) for finding in lint(pack, is_pack=True)]
    assert (8, "90") in found
    assert [line for line, words in found if words == "180"] == []


@pytest.mark.promise("PUR-07")
@pytest.mark.parametrize(
    "sentence",
    [
        "We use your data to deliver other services.",
        "We use your data for billing and any other lawful purpose.",
        "Your data serves billing and other\nservices.",
    ],
)
def test_an_open_ended_purpose_is_named_with_its_clause(sentence: str) -> None:
    [finding] = lint(sentence, is_pack=False)
    assert (finding.code, finding.clause) == ("other_services", "PUR-07")


@pytest.mark.promise("PUR-07")
def test_no_purpose_is_added_while_the_exchange_runs() -> None:
    with pytest.raises(TypeError):
        PURPOSES["other_services"] = PURPOSES["operate"]  # type: ignore[index]
    with pytest.raises(LocalError), purpose("other_services"):
        pytest.fail("data could be opened")
