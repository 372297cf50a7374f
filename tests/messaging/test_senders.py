"""Senders by their kind."""

import pytest

from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.messaging.senders import kind_of, kind_of_own, sender, text_of


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("+12025550100", "long_code"),
        ("+44 7700 900100", "long_code"),
        ("+18005550100", "toll_free"),
        ("12345", "short_code"),
        ("EXAMPLE", "word"),
        ("VM-EXAMPL", "word"),
        ("4you", "word"),
    ],
)
def test_kinds(text, kind):
    found = sender(text)
    assert kind_of(found) == kind
    assert sender(text_of(found)) == found


@pytest.mark.parametrize("text", ["", "twelve chars", "a@b", "EX\nAMPLE", "1", "tel:+1202"])
def test_what_nobody_can_send_from(text):
    with pytest.raises(Refused, match="a sender is"):
        sender(text)


def test_a_national_number_is_completed():
    assert sender("(202) 555-0100", region="US") == Phone("+12025550100")


def test_the_kind_of_one_of_ours_is_known_by_its_spelling():
    assert [kind_of_own(own) for own in ("+447700900100", "EXAMPLE", "12345")] == [
        "long_code",
        "word",
        "short_code",
    ]
