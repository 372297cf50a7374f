"""What the README and other documents tell people to type can be typed."""

import re
import shlex
from pathlib import Path

import click
import pytest

from ringfence.cli.root import root

ROOT = Path(__file__).parents[2]
DOCUMENTS = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/benchmarks.md"]


def typed(pattern: str) -> list[tuple[str, str]]:
    return [
        (document, found)
        for document in DOCUMENTS
        for found in re.findall(pattern, (ROOT / document).read_text("utf-8"), re.MULTILINE)
    ]


MAKE = typed(r"`make ([a-z -]+)`") + typed(r"^\$ make ([a-z -]+?)(?:\s+#|$)")
COMMANDS = typed(r"^\$ \.venv/bin/ringfence ([^#\n]+)") + typed(r"`ringfence ([^`]+)`")


@pytest.mark.parametrize(("document", "targets"), MAKE)
def test_make_targets_exist(document: str, targets: str) -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in targets.split():
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"{document}: {target}"


@pytest.mark.parametrize(("document", "line"), COMMANDS)
def test_commands_exist_with_their_flags(document: str, line: str) -> None:
    command: click.Command = root
    words = shlex.split(line)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(click.Context(command), words[0])
        if found is None:
            break  # 'call' takes a destination as well as a command
        command = found
        words.pop(0)
    flags = {name for item in command.params for name in item.opts} | {"--help"}
    if command is root:
        flags.add("--version")
    assert {word for word in words if word.startswith("--")} <= flags, f"{document}: {line}"


def test_there_is_something_to_type() -> None:
    assert len(MAKE) > 5
    assert len(COMMANDS) > 8
