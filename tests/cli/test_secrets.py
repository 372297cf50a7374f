"""Passwords are typed or piped, never arguments."""

import io
from pathlib import Path
from typing import Any

import click
import pytest

from ringfence.cli import root, secrets


def test_a_script_pipes_it(monkeypatch: Any) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("s3cret \nmore\n"))
    assert secrets.read("Password") == "s3cret "


def test_nothing_piped_is_a_mistake(monkeypatch: Any) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with pytest.raises(click.UsageError):
        secrets.read("Password")


def test_a_person_is_asked_twice_and_nothing_shows(monkeypatch: Any) -> None:
    asked: dict[str, Any] = {}

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr(click, "prompt", lambda text, **how: asked.update(how) or "typed")
    assert secrets.read("Password") == "typed"
    assert asked == {"hide_input": True, "confirmation_prompt": True}


def test_a_template_asks_for_the_secret_it_names(monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("s3cret\n"))
    file = tmp_path / "carrier.json"
    file.write_text('{"url": "https://example.com", "headers": {"Key": "{secret}"}}')
    assert secrets.template(file, "Secret")["secret"] == "s3cret"
    file.write_text('{"url": "https://example.com"}')
    assert "secret" not in secrets.template(file, "Secret")


@pytest.mark.parametrize(("text", "why"), [("[1]", "one JSON object"), ("{", "not JSON")])
def test_a_template_that_is_none_is_a_mistake(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "carrier.json"
    file.write_text(text)
    with pytest.raises(click.UsageError, match=why):
        secrets.template(file, "Secret")


def test_no_command_takes_a_password_as_an_argument() -> None:
    context = click.Context(root.root)
    for name in ("trunk", "phone"):
        group = root.root.get_command(context, name)
        assert isinstance(group, click.Group)
        for command in group.commands.values():
            for parameter in command.params:
                assert "password" not in str(parameter.name) or parameter.flag_value
