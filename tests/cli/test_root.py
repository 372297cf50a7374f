"""The tree of commands: help, suggestions, refusals, exit codes."""

import errno
import io
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

from ringfence.cli import examples, root
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


NAMED = re.compile(r"(?:[`']|(?<!b)\"|<code>|: )ringfence ((?:[a-z][a-z-]+ ?)+)")
"""A command named in a sentence; `call sip:…` and the like end at what is no word."""

FIRST_LINES = {"erasure receipt", "proof of erasure"}
"""What signed texts begin with, which are no commands."""


def test_every_command_that_is_named_anywhere_exists() -> None:
    source = Path(root.__file__).parents[1]
    texts = [*source.rglob("*.py"), *source.rglob("*.html")]
    named = {
        (str(path.relative_to(source)), words.strip())
        for path in texts
        for words in NAMED.findall(path.read_text("utf-8"))
        if not words.startswith(tuple(FIRST_LINES))
    }
    assert len(named) > 60
    assert [found for found in sorted(named) if not _exists(found[1].split())] == []


def _exists(words: list[str]) -> bool:
    command: click.Command = root.root
    for word in words:
        if not isinstance(command, click.Group):
            return True  # what follows a command is an argument
        found = command.get_command(click.Context(command), word)
        if found is None:
            return command.invoke_without_command
        command = found
    return True


def _command(path: tuple[str, ...]) -> click.Command:
    command: click.Command = root.root
    for name in path:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), name)
        assert found is not None
        command = found
    return command


@pytest.mark.parametrize("path", [p for p in TREE if p], ids=" ".join)
def test_every_command_teaches_by_an_example(path: tuple[str, ...]) -> None:
    command = _command(path)
    if not isinstance(command, click.Group):
        shown = f"{command.help}{command.epilog}"
        assert f"ringfence {' '.join(path)}" in shown


@pytest.mark.parametrize("path", [p for p in TREE if p], ids=" ".join)
def test_every_option_says_what_it_does(path: tuple[str, ...]) -> None:
    for parameter in _command(path).params:
        if isinstance(parameter, click.Option) and not parameter.hidden:
            assert parameter.help, parameter.opts


@pytest.mark.parametrize("line", examples.MORE)
def test_an_example_is_understood(line: str, monkeypatch: Any) -> None:
    """Every option and argument of it is one."""
    monkeypatch.setattr("click.termui.hidden_prompt_func", lambda _: "a secret")
    words = shlex.split(line)[1:]
    path = max((p for p in TREE if tuple(words[: len(p)]) == p), key=len)
    _command(path).make_context(" ".join(path), words[len(path) :])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("'ringfence flow list' shows them", "'ringfence flow list --data '/a b'' shows them"),
        ("see it: ringfence up --rtp LOW-HIGH with more ports",
         "see it: ringfence up --data '/a b' --rtp LOW-HIGH with more ports"),
        ("ringfence doctor checks both.", "ringfence doctor --data '/a b' checks both."),
        ("start it first: ringfence up --data DIR", "start it first: ringfence up --data DIR"),
        ("ringfence stop --data d && ringfence up --data d --sip x",
         "ringfence stop --data d && ringfence up --data d --sip x"),
        ("ringfence is up; see ringfence.toml", "ringfence is up; see ringfence.toml"),
    ],
)  # fmt: skip
def test_a_hint_is_for_the_data_folder_that_was_named(text: str, said: str) -> None:
    assert root.typed(text, None) == text
    assert root.typed(text, "/a b") == said


def test_a_refusal_names_the_folder(ringfence: Any, office: Any) -> None:
    hint = "no flow of that name; 'ringfence flow list' shows them"
    office.answers["call.list"] = Refused("not_found", hint)
    for words in (("--data", "/srv/x"), ("--data=/srv/x",)):
        outcome = ringfence("calls", *words)
        assert "'ringfence flow list --data /srv/x' shows them" in outcome.err


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


def test_a_refusal_names_the_argument_it_is_about(ringfence: Any, office: Any) -> None:
    office.answers["number.list"] = Refused("bad_url", "write a URL", field="voice_url")
    assert ringfence("number", "list").err == "ringfence: voice-url: write a URL\n"


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


def test_a_file_that_cannot_be_used_is_named_and_no_bug(
    ringfence: Any, monkeypatch: Any, tmp_path: Path
) -> None:
    """A data folder of somebody else's is not to be reported to us."""

    def opened(_settings: object) -> object:
        raise PermissionError(errno.EACCES, "Permission denied", str(tmp_path / "up.lock"))

    monkeypatch.setattr("ringfence.cli.options.opened", opened)
    outcome = ringfence("calls")
    assert outcome.code == 2
    assert f"{tmp_path / 'up.lock'}: Permission denied; 'ringfence doctor'" in outcome.err
    answer = json.loads(ringfence("calls", "--json").out)
    assert answer["refused"] == "unusable_file"


def test_a_fault_without_a_file_is_still_ours(ringfence: Any, monkeypatch: Any) -> None:
    def opened(_settings: object) -> object:
        raise OSError("a socket of ours")

    monkeypatch.setattr("ringfence.cli.options.opened", opened)
    outcome = ringfence("calls")
    assert outcome.code == 1
    assert "something broke inside: OSError" in outcome.err


QUESTIONS = (
    ("account", "close", "AC" + "0" * 32),
    ("privacy", "compromised", "--words", "a laptop was stolen"),
    ("privacy", "sweep"),
)


@pytest.mark.parametrize("words", QUESTIONS, ids=" ".join)
def test_a_program_is_asked_nothing(ringfence: Any, office: Any, words: tuple[str, ...]) -> None:
    """With ``--json`` a question would stand in the answer, and nobody reads it."""
    outcome = ringfence(*words, "--json")
    assert outcome.code == 2
    answer = json.loads(outcome.out)
    assert answer == {"refused": "usage", "reason": "--json asks nobody: say --yes"}
    assert office.asked == []


def test_a_question_nobody_answers_is_a_no(ringfence: Any, office: Any, monkeypatch: Any) -> None:
    """A script without a terminal: what was typed has ended before the question."""
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    outcome = ringfence("privacy", "compromised", "--words", "a laptop was stolen")
    assert outcome.code == 2
    assert "nobody answered the question, so nothing was done" in outcome.err
    assert office.asked == []
