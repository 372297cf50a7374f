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
