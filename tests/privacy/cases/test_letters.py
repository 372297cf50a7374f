"""Letters name the authority and the reason."""

import pytest

from ringfence.privacy.cases import letters, rights
from ringfence.privacy.cases.law import regulator

NOW = 1_769_853_600_000


@pytest.mark.parametrize("residence", ["DE", "FR", "IN", "AE", "US-CA", "US-NY", "BR"])
@pytest.mark.parametrize("outcome", ["answered", "refused", "withdrawn", "closed"])
@pytest.mark.promise("DSR-10")
def test_every_closing_letter_names_the_authority_of_the_residence(residence, outcome):
    letter = letters.closing(
        kind="erasure", residence=residence, outcome=outcome, reason="law_keeps_it", now=NOW
    )
    assert regulator(residence) in letter
    assert "court" in letter
    assert (rights.REFUSALS["law_keeps_it"] in letter) == (outcome == "refused")


@pytest.mark.parametrize(
    ("kind", "residence", "cited", "not_cited"),
    [
        ("access", "DE", ["GDPR 15;", "GDPR 12(3)"], ["21", "17"]),
        ("restriction", "FR", ["GDPR 18;"], ["21(2)", "GDPR 15"]),
        ("opt_out", "IE", ["GDPR 21(2)-(3);"], ["GDPR 15"]),
        ("access", "IN", ["SPDI Rules 2011 r.5(6)"], ["GDPR", "DPDP"]),
        ("erasure", "IN", ["granted by our policy"], ["GDPR", "DPDP"]),
        ("erasure", "AE", ["FDL 45/2021 art. 15;"], ["GDPR"]),
        ("correction", "US-CA", ["Cal. Civ. 1798.106"], ["GDPR", "47 CFR"]),
        ("withdrawal", "US-CA", ["47 CFR 64.1200(a)(10)"], ["GDPR"]),
        ("erasure", "US-NY", ["granted by our policy"], ["CFR 64.1200(a)(10);"]),
    ],
)
def test_a_letter_cites_the_right_that_was_asked_and_the_law_of_the_residence(
    kind, residence, cited, not_cited
):
    told = {"kind": kind, "residence": residence, "now": NOW}
    for letter in (
        letters.closing(**told, outcome="answered", reason=""),
        letters.fee(**told, amount="10 EUR", ground="excessive", words=""),
    ):
        law = letter.partition("The law applied: ")[2].partition(". If you")[0]
        assert all(cite in law for cite in cited), law
        assert not any(cite in law for cite in not_cited), law


def test_the_confirmation_says_until_when():
    letter = letters.acknowledgement(
        kind="access", residence="DE", received=NOW, due_at=NOW + 30 * 86_400_000
    )
    assert "2026-01-31" in letter
    assert "2026-03-02" in letter
    assert "GDPR 15" in letter


def test_an_extension_says_why():
    letter = letters.extension(residence="IE", reason="complex", due_at=NOW)
    assert "complex" in letter
    assert "Data Protection Commission" in letter


def test_what_an_erasure_leaves_is_told_with_its_rule_and_its_day():
    left = letters.stays({"case": NOW + 2 * 86_400_000, "call_log": NOW, "hold": NOW})
    assert left.endswith(
        "goes by itself: until 2026-01-31, because logs are kept six months at the least "
        "(call_log); until 2026-02-02, because requests are proved for 24 months (US-14) (case)."
    )
    assert letters.stays({"hold": NOW}) == letters.stays({}) == ""
    letter = letters.closing(
        kind="erasure", residence="DE", outcome="answered", reason="", now=NOW, left=left
    )
    assert left in letter
