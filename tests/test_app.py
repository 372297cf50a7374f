"""The serving process's own words; that it serves is in tests/system."""

import json

import pytest

from ringfence.app import EXIT_REFUSED, main


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        ([], "usage"),
        (["dance"], "usage"),
        (["serve", "--colour", "red"], "unknown_setting"),
        (["serve", "--sip", "nowhere"], "bad_setting"),
    ],
)
def test_what_cannot_start_says_why_in_one_line(
    argv: list[str], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == EXIT_REFUSED
    assert json.loads(capsys.readouterr().out)["refused"] == code
