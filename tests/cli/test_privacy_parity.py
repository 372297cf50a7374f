"""Whatever ``ringfence privacy`` can do, ``/v1`` can, and the other way round.

A use case that only one of them has is on a list here with the reason.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterable
from pathlib import Path

import click
import pytest

import ringfence.cli
from ringfence.api import v1
from ringfence.cli import root
from ringfence.office.privacy.case_desk import MACHINES
from ringfence.office.table import TABLE

_PERSON = "the person's own door; whoever handles the case has privacy.case.* or .grievance.*"
ONLY_HTTP = {
    "privacy.rights.code": _PERSON,
    "privacy.rights.fetch": _PERSON,
    "privacy.rights.status": _PERSON,
    "privacy.rights.verify": _PERSON,
    "privacy.rights.withdraw": _PERSON,
    "privacy.grievance.status": _PERSON,
    "privacy.promise.list": "'privacy promises' reads the clauses themselves, without a server",
    "privacy.policy.lint": "'policy lint' reads the text itself, without a server",
    "privacy.policy.version": "one version is a page: /privacy/NUMBER",
    "privacy.proof.begin": "'privacy prove-erasure' is the whole of it, from a terminal",
    "privacy.audit.archive": "'privacy audit export' writes the same as a folder",
    "privacy.proof.report": "'privacy prove-erasure' writes it",
}
ONLY_COMMANDS = {
    "privacy.audit.export": "writes a tree of files into a folder of this machine",
    "privacy.proof.sign": "signs what 'privacy prove-erasure' found on this machine",
    "account.resume": "after a theft only whoever may open the data folder lets things run again",
}
NEITHER = {"privacy.message.unsubscribe": "the page behind List-Unsubscribe (RFC 8058)"}


def of_the_office() -> set[str]:
    return {name for name in TABLE.rows if name.startswith("privacy.")} | {
        "account.compromised", "account.resume"
    }  # fmt: skip


def of_commands() -> set[str]:
    """Every use case that some command names: all the strings of their source."""
    words: set[str] = set()
    for module in pkgutil.iter_modules(ringfence.cli.__path__):
        found = importlib.import_module(f"ringfence.cli.{module.name}")
        source = Path(str(found.__file__)).read_text("utf-8")
        words |= set(strings(ast.walk(ast.parse(source))))
    names = of_the_office()
    starts = {word for word in words if word.startswith("privacy.") and word.endswith(".")}
    built = {name for name in names if name.rpartition(".")[0] + "." in starts}
    return (words & names) | built


def strings(nodes: Iterable[ast.AST]) -> Iterable[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def of_http() -> set[str]:
    found = set()
    for module in pkgutil.iter_modules(v1.__path__):
        handlers = getattr(importlib.import_module(f"{v1.__name__}.{module.name}"), "HANDLERS", ())
        found |= {handler.opt.get("case") for handler in handlers}
    return found & of_the_office()


def test_everything_is_on_both_sides_or_has_a_reason() -> None:
    assert of_the_office() - of_commands() == {*ONLY_HTTP, *NEITHER}
    assert of_the_office() - of_http() == {*ONLY_COMMANDS, *NEITHER}


def groups(command: click.Command, *path: str) -> Iterable[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            yield from groups(child, *path, name)


def privacy() -> click.Command:
    found = root.root.get_command(click.Context(root.root), "privacy")
    assert found is not None
    return found


FAMILY = list(groups(privacy(), "privacy"))


@pytest.mark.parametrize(
    ("path", "command"),
    [one for one in FAMILY if isinstance(one[1], click.Group)],
    ids=lambda one: "-".join(one) if isinstance(one, tuple) else "",
)
def test_every_group_teaches_by_an_example_that_there_is(
    path: tuple[str, ...], command: click.Group
) -> None:
    """An example in the help names a command of this program."""
    lines = [line.strip() for line in (command.help or "").splitlines()]
    shown = [line.split() for line in lines if line.startswith("ringfence privacy ")]
    assert shown, path
    names = {path for path, _ in FAMILY}
    for words in shown:
        assert any(tuple(words[1 : 1 + size]) in names for size in (4, 3, 2)), words


@pytest.mark.parametrize("family", ["case", "grievance", "child", "demand", "incident"])
def test_what_a_case_says_is_possible_is_a_command(family: str) -> None:
    machine = MACHINES["request" if family == "case" else family]
    commands = {path[2] for path, _ in FAMILY if len(path) == 3 and path[1] == family}
    assert {said for state in machine.states for said in machine.actions(state)} <= commands
