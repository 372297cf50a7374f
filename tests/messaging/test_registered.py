"""Registered texts: the fixed words stand, the gaps hold what they may."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.kernel.errors import Refused
from ringfence.messaging.registered import check_template, fits, use_of

CODE = "Dear {#var#}, your code is {#numeric#}. Do not share it. -EXAMPLE"


@pytest.mark.promise("TEL-10")
@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("Dear Asha, your code is 123456. Do not share it. -EXAMPLE", True),
        ("Dear Asha,  your code is\n123456. Do not share it. -EXAMPLE ", True),
        ("Dear , your code is . Do not share it. -EXAMPLE", True),
        ("Dear Asha, your code is 123456. Share it. -EXAMPLE", False),
        ("Dear Asha, your code is 123456. Do not share it. -EXAMPLE and buy now", False),
        ("Oh dear Asha, your code is 123456. Do not share it. -EXAMPLE", False),
        (f"Dear {'x' * 31}, your code is 1. Do not share it. -EXAMPLE", False),
        ("", False),
    ],
)
def test_a_message_is_the_template_filled(text, good):
    assert fits(CODE, text) is good


def test_gaps_beside_each_other_hold_more():
    assert fits("See {#url#}{#url#} now", f"See {'x' * 60} now")
    assert not fits("See {#url#}{#url#} now", f"See {'x' * 61} now")


def test_words_without_a_gap_must_be_the_same():
    assert fits("We are closed today.", "We are closed today.")
    assert not fits("We are closed today.", "We are closed today. Really.")


def test_a_hostile_text_takes_no_longer():
    assert not fits(" ".join(["{#var#}"] * 50) + " end", " ".join("a" * 800))


@given(st.lists(st.text(alphabet="abc", min_size=1, max_size=30), min_size=2, max_size=5))
def test_whatever_fills_the_gaps_fits(values):
    """Invariant: a template filled with values of allowed length fits."""
    template = "start " + " mid ".join("{#var#}" for _ in values) + " end"
    text = "start " + " mid ".join(values) + " end"
    assert fits(template, text)


def test_a_template_has_words_of_its_own():
    check_template(CODE)
    for bad in ("", "{#var#}", " {#var#}{#var#} ", "x" * 1_601):
        with pytest.raises(Refused, match="template"):
            check_template(bad)
    assert use_of("service") == "service"
    with pytest.raises(Refused, match="promotional"):
        use_of("gossip")
