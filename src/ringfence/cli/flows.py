"""``ringfence flow``: call flows, JSON documents of applets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from ringfence.cli import show
from ringfence.cli.answering import text
from ringfence.cli.options import data_option, json_option, office
from ringfence.kernel.errors import Refused

_file = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.group()
def flow() -> None:
    """Show, check and install call flows.

    \b
    Examples:
      ringfence flow show welcome > menu.json     begin with the demo flow
      ringfence flow validate menu.json
      ringfence flow add menu menu.json           a new version if it exists
      ringfence number add +12025550123 --flow menu
    """


@flow.command("list")
@data_option
@json_option
def list_flows(data: Path | None, as_json: bool) -> None:
    """List flows."""
    with office(data) as ask:
        found = ask.run("flow.list")
    columns = [
        show.field("NAME", "name"),
        show.field("VERSION", "version"),
        show.Column("CHANGED", lambda row: show.instant(row["changed"])),
        show.field("FLOW", "sid"),
    ]
    show.rows(found, columns, as_json=as_json)


@flow.command("show")
@click.argument("name")
@click.option("--version", type=click.IntRange(min=1), help="An older version.")
@data_option
@json_option
def show_flow(name: str, version: int | None, data: Path | None, as_json: bool) -> None:
    """Print the document of a flow; --json prints what is known about it, too."""
    with office(data) as ask:
        found = ask.run("flow.show", name=name, version=version)
    show.document(found if as_json else found["document"])


@flow.command()
@click.argument("name")
@click.argument("path", metavar="FILE", type=_file)
@data_option
@json_option
def add(name: str, path: Path, data: Path | None, as_json: bool) -> None:
    """Install FILE as the flow NAME; calls that are going on keep their version."""
    document = read(path)
    with office(data) as ask:
        added = ask.run("flow.add", name=name, document=document)
        warnings = ask.run("flow.validate", document=document)
    for warning in warnings:
        click.echo(f"warning: {warning['where']}: {warning['text']}", err=True)
    if as_json:
        show.document(added)
    else:
        click.echo(f"Flow {added['name']} is at version {added['version']}.")


@flow.command()
@click.argument("path", metavar="FILE", type=_file)
@data_option
@json_option
def validate(path: Path, data: Path | None, as_json: bool) -> int:
    """Check FILE and list everything that is wrong with it, and where.

    The exit code is 2 where it cannot be installed, 0 where there are warnings alone.
    """
    document = read(path)
    problems = _problems(document, data)
    if as_json or problems:
        columns = [
            show.field("LEVEL", "level"),
            show.field("WHERE", "where"),
            show.field("PROBLEM", "text"),
        ]
        show.rows(problems, columns, as_json=as_json)
    else:
        click.echo("Nothing is wrong with it.")
    return 2 if any(problem["level"] == "error" for problem in problems) else 0


def _problems(document: dict[str, Any], data: Path | None) -> list[dict[str, Any]]:
    """Ask the installation, or look here where there is none yet: a flow needs nothing of it."""
    try:
        with office(data) as ask:
            found: list[dict[str, Any]] = ask.run("flow.validate", document=document)
            return found
    except Refused as refused:
        if refused.code != "no_installation":
            raise
    from ringfence.flows.versions import problems_of

    problems = problems_of(json.dumps(document).encode())
    return [
        {"where": problem.where, "text": problem.text, "level": "error"} for problem in problems
    ]


def _object(items: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of its fields. Raises `Refused` for one that has a field twice."""
    from ringfence.flows.versions import named_twice

    twice = named_twice(items)
    if twice is not None:
        says = f"an object names the field {twice} twice; the second would silently win"
        raise Refused("bad_flow", says)
    return dict(items)


def read(path: Path) -> dict[str, Any]:
    """Read a JSON object; `Refused` (``bad_flow``) with the place of the first mistake."""
    try:
        document = json.loads(text(path), object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Refused("bad_flow", f"that is not JSON: {error.msg} at {where}") from None
    except RecursionError:
        raise Refused("bad_flow", "that JSON is nested too deeply") from None
    if not isinstance(document, dict):
        raise Refused("bad_flow", "a flow is a JSON object")
    return document
