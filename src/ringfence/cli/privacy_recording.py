"""``ringfence privacy recording``: why a call was recorded, or not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ringfence.cli import show
from ringfence.cli.options import data_option, json_option, office


@click.command()
@click.argument("call_sid")
@data_option
@json_option
def recording(call_sid: str, data: Path | None, as_json: bool) -> None:
    """Explain by which rules a call was recorded, announced, asked about, or not recorded.

    Every ruling is decided again from what was stored, and must come out the same; where the rules
    were changed since, both editions are named.

    \b
    Examples:
      ringfence privacy recording CA…
      ringfence privacy recording CA… --json
    """
    with office(data) as ask:
        found = ask.run("privacy.recording", sid=call_sid)
    if as_json:
        show.document(found)
        return
    if not found:
        click.echo("nothing was to be recorded in this call")
    for ruling in found:
        _print(ruling)


def _print(ruling: dict[str, Any]) -> None:
    again = "the same again" if ruling["same"] else f"now it would be: {ruling['again']}"
    click.echo(f"{show.instant(ruling['at'])}  {ruling['source']}: {ruling['outcome']}")
    parties = [
        show.field("PARTY LIVES", "place"),
        show.field("IS", "standing"),
        show.field("HAD SAID", "consent"),
        show.Column("IS OWED", lambda row: "nothing" if row["duty"] == "none" else row["duty"]),
    ]
    show.rows(ruling["parties"], parties, as_json=False)
    for rule in ruling["rules"]:
        click.echo(f"  rule {rule['id']}: {rule['says']}")
    for line in ruling["said"]:
        click.echo(f"  {line}")
    click.echo(f"  decided again from what was stored: {again}")
    if ruling["edition"] != ruling["edition_now"]:
        click.echo(f"  rules of {ruling['edition']}; now {ruling['edition_now']}")
