"""``ringfence lookup``: what a number is."""

from __future__ import annotations

from pathlib import Path

import click

from ringfence.cli import show
from ringfence.cli.options import data_option, json_option, office


@click.command()
@click.argument("number")
@click.option("--country", metavar="CC", help="Completes a number written nationally, like GB.")
@click.option(
    "--ask",
    "fields",
    multiple=True,
    type=click.Choice(["line_type_intelligence", "caller_name", "line_status"]),
    help="Ask the connector (setting lookup_url) about it too; the number is given to it.",
)
@data_option
@json_option
def lookup(
    number: str, country: str | None, fields: tuple[str, ...], data: Path | None, as_json: bool
) -> None:
    """Say what NUMBER is: whether it can exist, where, of what kind.

    \b
    Examples:
      ringfence lookup +12025550123
      ringfence lookup "(202) 555-0123" --country US
      ringfence lookup +12025550123 --ask line_status
    """
    with office(data) as ask:
        if fields:
            found = ask.run("number.lookup.ask", number=number, country=country, fields=[*fields])
        else:
            found = ask.run("number.lookup", number=number, country=country)
    if as_json:
        show.document(found)
        return
    lines = [
        ("number", found["number"]),
        ("valid", "yes" if found["valid"] else f"no: {', '.join(found['errors'])}"),
        ("national", found["national"]),
        ("country", found["country"]),
        ("line type", found["line_type"]),
        ("carrier", found["carrier"]),
        ("caller", found["caller_name"]),
        ("status", found["line_status"]),
        ("roaming in", found["roaming_country"]),
    ]
    for name, value in lines:
        if value is not None:
            click.echo(f"{name + ':':12}{value}")
    if fields and found["valid"] and not found["answered"]:
        click.echo("Nobody was asked: set lookup_url to a connector.", err=True)
