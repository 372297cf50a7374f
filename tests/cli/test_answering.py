"""What a call hears: one of three."""

from pathlib import Path

import click
import pytest

from ringfence.cli import answering
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import HTTP_BODY_MAX


def test_one_is_passed_on() -> None:
    assert answering.answer("welcome", None, None) == {"flow": "welcome"}
    assert answering.answer(None, "https://a", None) == {"voice_url": "https://a"}
    assert answering.answer(None, None, None) == {}


def test_two_are_too_many() -> None:
    with pytest.raises(click.UsageError):
        answering.answer("welcome", "https://a", None)


@pytest.mark.parametrize("content", [b"\xff", b"x" * (HTTP_BODY_MAX + 1)])
def test_a_bad_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(content)
    with pytest.raises(Refused) as refusal:
        answering.answer(None, None, path)
    assert refusal.value.code == "bad_file"


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        answering.text(tmp_path / "missing")
