"""The tree of commands: help, suggestions, refusals, exit codes."""

import json
import subprocess
import sys
from typing import Any

import click
import pytest

from ringfence.cli import root
from ringfence.kernel.errors import LocalError, Refused


def every(command: click.Command, *names: str) -> list[tuple[str, ...]]:
    """Every path of the tree."""
    found = [names]
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            found += every(child, *names, name)
    return found


TREE = every(root.root)


@pytest.mark.parametrize("path", TREE, ids=" ".join)
def test_every_command_has_help(ringfence: Any, path: tuple[str, ...]) -> None:
    outcome = ringfence(*path, "--help")
    assert outcome.code == 0
    assert "Usage:" in outcome.out


@pytest.mark.parametrize("path", [p for p in TREE if p], ids=" ".join)
def test_every_command_takes_data_and_json(path: tuple[str, ...]) -> None:
    command: click.Command = root.root
    for name in path:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), name)
        assert found is not None
        command = found
    if not isinstance(command, click.Group):
        options = {flag for parameter in command.params for flag in parameter.opts}
        assert {"--data", "--json"} <= options


def test_groups_teach_by_examples() -> None:
    for name in ("number", "call", "trunk", "phone", "flow", "recording", "up", "doctor", "demo"):
        command = root.root.get_command(click.Context(root.root), name)
        assert command is not None
        assert "Examples:" in (command.help or "")


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("calls", "--limit", "many"),
        ("number", "add"),
        ("trunk", "add", "x"),
        ("call", "show"),
    ],
    ids=" ".join,
)
def test_a_mistake_on_the_command_line_is_json_where_json_is_asked_for(
    ringfence: Any, words: tuple[str, ...]
) -> None:
    outcome = ringfence(*words, "--json")
    assert outcome.code == 2
    assert outcome.err == ""
    answer = json.loads(outcome.out)
    assert answer["refused"] == "usage"
    assert answer["reason"]


def test_help_is_light() -> None:
    """Help must not load the server's libraries."""
    code = (
        "import sys; from ringfence.cli.root import run; run(['--help'])\n"
        "heavy = {'asyncio', 'rich', 'msgspec', 'sqlalchemy', 'litestar', 'cryptography'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr.strip() == "[]"


def test_the_nearest_command_is_suggested(ringfence: Any) -> None:
    outcome = ringfence("numbr", "list")
    assert outcome.code == 2
    assert "did you mean 'number'?" in outcome.err


def test_a_refusal_is_one_sentence(ringfence: Any, office: Any) -> None:
    office.answers["number.list"] = Refused("not_running", "start it first")
    outcome = ringfence("number", "list")
    assert outcome.code == 2
    assert outcome.err == "ringfence: start it first\n"


def test_a_refusal_is_json_where_json_was_asked_for(ringfence: Any, office: Any) -> None:
    office.answers["number.list"] = Refused("not_running", "start it first")
    outcome = ringfence("number", "list", "--json")
    assert json.loads(outcome.out) == {"refused": "not_running", "reason": "start it first"}
    assert outcome.code == 2


def test_a_bug_is_told_from_a_refusal(ringfence: Any, office: Any) -> None:
    office.answers["number.list"] = LocalError("something broke inside")
    outcome = ringfence("number", "list")
    assert outcome.code == 1
    assert "something broke inside" in outcome.err
    assert "Traceback" not in outcome.err


def test_an_unexpected_bug_is_one_sentence_with_its_place(ringfence: Any, office: Any) -> None:
    office.answers["number.list"] = ZeroDivisionError("+12025550123")
    outcome = ringfence("number", "list")
    assert outcome.code == 1
    assert "ZeroDivisionError at " in outcome.err
    assert "+12025550123" not in outcome.err
    assert "Traceback" not in outcome.err


def test_developers_see_the_traceback(office: Any, monkeypatch: Any) -> None:
    class Flags:
        dev_mode = True

    monkeypatch.setattr(root.sys, "flags", Flags())
    office.answers["number.list"] = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        root.run(["number", "list"])


def test_a_bad_setting_stops_any_command(ringfence: Any, monkeypatch: Any, office: Any) -> None:
    monkeypatch.setenv("RINGFENCE_ADVERTIZE", "192.0.2.1")
    outcome = ringfence("number", "list")
    assert outcome.code == 2
    assert "did you mean advertise?" in outcome.err
    assert office.asked == []


def test_a_reader_that_stops_is_no_error(ringfence: Any, office: Any, monkeypatch: Any) -> None:
    closed: list[bool] = []
    office.answers["number.list"] = BrokenPipeError()
    monkeypatch.setattr("sys.stderr.close", lambda: closed.append(True))
    assert ringfence("number", "list").code == 0
    assert closed == [True]


def test_an_interrupt_has_its_code(ringfence: Any, office: Any) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    office.run = interrupt
    assert ringfence("number", "list").code == 130


def test_the_version(ringfence: Any) -> None:
    assert ringfence("--version").out.startswith("ringfence, version ")
