"""``ringfence privacy map``, ``processing`` and ``erasure-view``: what is compiled from the map."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ringfence.cli import show
from ringfence.cli.options import data_option, json_option, office
from ringfence.config import load
from ringfence.privacy.registry import KINDS
from ringfence.privacy.registry_objects import strangers

_SHOWN = ("category", "says", "actors", "country", "basis", "ceiling_days", "holds")

MAP = [
    show.field("KIND", "kind"),
    show.field("NAME", "name"),
    show.Column("WHAT", lambda row: _what(row["facts"])),
    show.Column("WHOSE", lambda row: row["facts"].get("subject")),
    show.Column("RESTS", lambda row: row["facts"].get("storage")),
    show.Column("KEPT BY RULE", lambda row: row["facts"].get("retention")),
    show.Column("PURPOSES", lambda row: row["facts"].get("purposes")),
]
PROCESSING = [
    show.field("PURPOSE", "purpose"),
    show.field("GROUND", "basis"),
    show.field("WHOSE", "subjects"),
    show.field("CATEGORIES", "categories"),
    show.field("RECIPIENTS", "recipients"),
    show.field("PLACES", "transfers"),
]
ERASURE = [
    show.field("KIND", "kind"),
    show.field("PLACE", "name"),
    show.field("ACTION", "action"),
    show.field("RULE", "rule"),
    show.Column("NOT BEFORE", lambda row: f"{row['not_before_days']} days"),
]


def _what(facts: dict[str, Any]) -> object:
    return next((facts[key] for key in _SHOWN if facts.get(key) not in (None, "")), "")


@click.command("map")
@click.option("--kind", type=click.Choice(KINDS), help="One kind of entry only.")
@click.option("--check", is_flag=True, help="Name files in the data folder that no entry covers.")
@data_option
@json_option
def show_map(kind: str | None, check: bool, data: Path | None, as_json: bool) -> int:
    """Show the map of the data: every column, fact, file, cookie, place, recipient, use case.

    \b
    Examples:
      ringfence privacy map --kind cookie
      ringfence privacy map --check
    """
    if check:
        root = load(data).data
        paths = sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if not p.is_dir())
        found = [{"path": path} for path in strangers(paths)]
        show.rows(found, [show.field("FILE NOBODY DESCRIBED", "path")], as_json=as_json)
        return 2 if found else 0
    with office(data) as ask:
        show.rows(ask.run("privacy.map", kind=kind), MAP, as_json=as_json)
    return 0


@click.command()
@data_option
@json_option
def processing(data: Path | None, as_json: bool) -> None:
    """Show the record of processing activities (GDPR 30), compiled from the map."""
    with office(data) as ask:
        show.rows(ask.run("privacy.processing"), PROCESSING, as_json=as_json)


@click.command("erasure-view")
@data_option
@json_option
def erasure_view(data: Path | None, as_json: bool) -> None:
    """Show what an erasure does to each place that holds something about a person."""
    with office(data) as ask:
        show.rows(ask.run("privacy.erasure_view"), ERASURE, as_json=as_json)


COMMANDS = (show_map, processing, erasure_view)
