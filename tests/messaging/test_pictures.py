"""Links to pictures: good for a time, unforgeable, short; and what may be a picture."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import MediaId
from ringfence.messaging import pictures

MEDIUM = MediaId("ME" + "0123456789abcdef" * 2)
SECRET = b"s" * 32


def test_a_word_leads_to_its_picture_until_it_is_too_late() -> None:
    word = pictures.word(SECRET, MEDIUM, Ms(10_000))
    assert len(word) == 42
    assert pictures.read(SECRET, word, Ms(9_999)) == MEDIUM
    with pytest.raises(Refused):
        pictures.read(SECRET, word, Ms(10_000))


@given(st.text(max_size=60))
def test_no_other_word_leads_anywhere(word: str) -> None:
    """Whatever a stranger writes leads to no picture."""
    with pytest.raises(Refused, match="not_found"):
        pictures.read(SECRET, word, Ms(0))


def test_a_word_that_was_changed_leads_nowhere() -> None:
    word = pictures.word(SECRET, MEDIUM, Ms(10_000))
    for place in range(len(word)):
        other = word[:place] + ("A" if word[place] != "A" else "B") + word[place + 1 :]
        with pytest.raises(Refused):
            pictures.read(SECRET, other, Ms(0))
    with pytest.raises(Refused):
        pictures.read(b"other" * 7, word, Ms(0))


@pytest.mark.parametrize("good", ["image/PNG", "video/mp4; codecs=x", "text/vcard", "audio/amr"])
def test_what_messages_carry(good: str) -> None:
    assert pictures.type_of(good) == good.lower().partition(";")[0]


@pytest.mark.parametrize("bad", ["", "text/html", "image/svg+xml", "application/javascript"])
def test_what_they_do_not(bad: str) -> None:
    with pytest.raises(Refused, match="bad_media_type"):
        pictures.type_of(bad)
