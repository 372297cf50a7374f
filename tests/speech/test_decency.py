"""Words nobody wants to read."""

import pytest

from ringfence.speech.decency import decent


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("what the Fuck is this shit", "what the F*** is this s***"),
        ("I live in Scunthorpe and shut the door", "I live in Scunthorpe and shut the door"),
        ("", ""),
    ],
)
def test_a_letter_and_stars_stand_for_them(said, read):
    assert decent(said) == read
