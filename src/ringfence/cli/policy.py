"""``ringfence policy``: check the text of a privacy policy."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from ringfence.cli import show
from ringfence.cli.answering import text
from ringfence.cli.options import data_option, json_option
from ringfence.policy.lint import lint as findings


@click.group()
def policy() -> None:
    """Check the text of a privacy policy.

    \b
    Examples:
      ringfence policy lint policy.toml
      ringfence policy lint policy.txt --json
    """


@policy.command()
@click.argument(
    "path", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False, exists=True)
)
@data_option
@json_option
def lint(path: Path, data: Path | None, as_json: bool) -> int:  # noqa: ARG001 - the same in every installation
    """Name what in FILE is vague, untrue or contradicts itself, line by line.

    FILE is a pack (its name ends in .toml: title, version and [[clause]] tables with id, text and
    if wanted summary) or any text. Each finding names the clause of 'ringfence privacy promises'
    it goes against. The exit code is 2 if there is one.
    """
    found = findings(text(path), is_pack=path.suffix == ".toml")
    if as_json or found:
        columns = [
            show.field("LINE", "line"),
            show.field("AGAINST", "clause"),
            show.field("FAULT", "code"),
            show.field("WORDS", "words"),
            show.field("WHAT TO DO", "says"),
        ]
        show.rows([asdict(finding) for finding in found], columns, as_json=as_json)
    else:
        click.echo("Nothing is wrong with it.")
    return 2 if found else 0
