"""Printing: tables for people, JSON for programs."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import click

WIDE = 240
"""Columns of a table whose reader is a program: nothing is cut off."""


class Column(NamedTuple):
    """One column: its title and how a row fills it."""

    title: str
    cell: Callable[[dict[str, Any]], object]


def field(title: str, key: str) -> Column:
    """Return a column that shows one key of the row."""
    return Column(title, lambda row: row.get(key))


def rows(items: Sequence[dict[str, Any]], columns: Sequence[Column], *, as_json: bool) -> None:
    """Print ``items`` as a table, or whole as a JSON array."""
    if as_json:
        document(items)
        return
    if not items:
        click.echo("none")
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column.title, overflow="fold")
    for item in items:
        table.add_row(*(Text(words(column.cell(item))) for column in columns))
    console = Console(width=None if sys.stdout.isatty() else WIDE, highlight=False)
    console.print(table)


def pairs(items: Sequence[tuple[str, object]]) -> None:
    """Print names and values, aligned."""
    width = max((len(name) for name, _ in items), default=0)
    for name, value in items:
        click.echo(f"{name:<{width}}  {words(value)}")


def document(value: object) -> None:
    """Print a JSON document."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def words(value: object) -> str:
    """Return a value as a person reads it."""
    match value:
        case None | "":
            return "–"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.2f}"
        case list():
            return ", ".join(map(words, value)) or "–"
    return str(value)


def instant(milliseconds: int | None) -> str:
    """Return an instant in local time, to the second."""
    if milliseconds is None:
        return "–"
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone()
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def clock(milliseconds: int) -> str:
    """Return the time of day of an instant, to the millisecond."""
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone()
    return moment.strftime("%H:%M:%S.") + f"{milliseconds % 1000:03d}"


def seconds(milliseconds: int | None) -> str:
    """Return a duration in seconds."""
    return "–" if milliseconds is None else f"{milliseconds / 1000:.1f} s"


def program() -> str:
    """Return how to type this program's name so that a shell finds it."""
    typed = sys.argv[0]
    found = shutil.which("ringfence")
    if found is None and Path(typed).name == "ringfence":
        return typed
    return "ringfence"


def command(words: str) -> str:
    """Return another command of this program, to be typed as it is, for the same data folder."""
    context = click.get_current_context(silent=True)
    data = context.params.get("data") if context is not None else None
    folder = "" if data is None else f" --data {shlex.quote(str(data))}"
    return f"{program()} {words}{folder}"


def typed(text: str, commands: Iterable[str]) -> str:
    """Return ``text`` with its ringfence commands as they have to be typed on this machine."""
    name = program()
    if name == "ringfence":
        return text
    words = "|".join(map(re.escape, commands))
    return re.sub(rf"(?<![\w./-])ringfence (?=(?:{words})\b)", lambda _: f"{name} ", text)


def line(item: dict[str, Any]) -> None:
    """Print one line of a timeline."""
    colour = {"warning": "yellow", "fault": "red"}.get(item.get("level", "info"))
    click.echo(f"{clock(item['at'])}  {item['name']:<22} ", nl=False)
    click.secho(item["text"], fg=colour)
