"""The word of an unsubscribe link: it says whom, to us alone, and cannot be made up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.kernel.errors import Refused
from ringfence.messaging.unsubscribe import LOOKUP, make, read

SECRET = bytes(range(32))
WHO = bytes(range(LOOKUP))


@given(st.binary(min_size=LOOKUP, max_size=LOOKUP), st.sampled_from(["news", "similar", "x"]))
def test_what_was_made_is_read(lookup: bytes, name: str) -> None:
    """Invariant: read(make(x)) is x, and the word fits into a URL as it is."""
    word = make(SECRET, lookup, name)
    assert read(SECRET, word) == (lookup, name)
    assert word.replace("-", "").replace("_", "").isalnum()


@given(st.integers(0, 200), st.integers(1, 255))
def test_a_changed_word_is_nobodys(at: int, by: int) -> None:
    """Invariant: no changed word is taken for one of ours."""
    word = make(SECRET, WHO, "news")
    at %= len(word)
    other = word[:at] + chr(33 + (ord(word[at]) - 33 + by) % 94) + word[at + 1 :]
    if other == word:
        return
    found = _read(other)
    assert found in {None, (WHO, "news")}  # the last letter may carry spare bits
    if found is not None:
        assert at == len(word) - 1


def _read(word: str) -> tuple[bytes, str] | None:
    try:
        return read(SECRET, word)
    except Refused:
        return None


@pytest.mark.parametrize("word", ["", "x", "é", "A" * 10_000, make(b"other" * 8, WHO, "news")])
def test_other_words_are_not_found(word: str) -> None:
    with pytest.raises(Refused, match="not_found"):
        read(SECRET, word)
