"""Which tone a caller hears while it rings."""

import pytest

from ringfence.kernel.phone import Phone
from ringfence.markup.ring_tones import ring_tone

LONDON, INDIA = Phone("+447700900123"), Phone("+910000000000")
"""Mobile numbers kept for drama, and none that anybody has."""


@pytest.mark.parametrize(
    ("wanted", "called", "home", "tone"),
    [
        ("de", [LONDON], None, "ring_de"),
        ("GB", [], None, "ring_uk"),
        ("ca", [LONDON], None, "ringback"),
        ("us-old", [], None, "ring_us-old"),
        ("automatic", [LONDON], "US", "ring_uk"),
        ("automatic", [Phone("+12025550100")], "GB", "ringback"),
        ("automatic", [], "FR", "ring_fr"),
        ("", [], "AQ", "ringback"),
        ("automatic", [], None, "ringback"),
        ("atlantis", [LONDON], "US", None),
    ],
)
def test_the_tone(wanted, called, home, tone):
    assert ring_tone(wanted, called, home) == tone


def test_the_country_of_the_first_number_counts():
    assert ring_tone("automatic", [INDIA, LONDON], None) == "ring_in"
