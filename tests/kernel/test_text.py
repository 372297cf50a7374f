"""A text of spaces and controls says nothing."""

import pytest

from ringfence.kernel.text import is_blank


@pytest.mark.parametrize(
    "text", ["", " ", "\t\r\n", "\0", "\0 \x1b\x7f", "\u00a0\u2003\u3000", "\u200b\u200d\ufeff"]
)
def test_nothing_is_printed(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize("text", ["x", " . ", "\0x", "é", "日", "👍", "👩\u200d💻"])
def test_something_is(text: str) -> None:
    assert not is_blank(text)
