"""``ringfence number stock``: numbers that a trunk brings and nothing uses yet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ringfence.cli import show
from ringfence.cli.options import data_option, json_option, office


@click.group()
def stock() -> None:
    """Say which numbers your trunks bring; those not in use can be had through the API.

    \b
    Examples:
      ringfence number stock add +12025550150 --to +12025550199 --trunk carrier
      ringfence number stock list
      ringfence number stock free --contains 5550***
      ringfence number stock remove NS0194...
    """


@stock.command()
@click.argument("first", metavar="NUMBER")
@click.option("--to", "last", metavar="NUMBER", help="The last number of a range.")
@click.option("--trunk", metavar="NAME", help="The trunk that brings them.")
@click.option("--kind", metavar="KIND", help="local, mobile, ...: where the digits do not say.")
@click.option("--sms", is_flag=True, help="They take text messages.")
@data_option
@json_option
def add(
    first: str,
    last: str | None,
    trunk: str | None,
    kind: str | None,
    sms: bool,
    data: Path | None,
    as_json: bool,
) -> None:
    """Add NUMBER, or the range from it to another, to the stock.

    \b
    Example:
      ringfence number stock add +12025550150 --to +12025550199 --trunk carrier
    """
    with office(data) as ask:
        added = ask.run("number.stock.add", first=first, last=last, trunk=trunk, kind=kind, sms=sms)
    if as_json:
        show.document(added)
    else:
        click.echo(f"{added['count']} numbers are in the stock, {added['used']} of them in use.")


@stock.command("list")
@data_option
@json_option
def list_ranges(data: Path | None, as_json: bool) -> None:
    """List ranges and how many of their numbers are in use."""
    with office(data) as ask:
        found = ask.run("number.stock.list")
    columns = [
        show.field("SID", "sid"),
        show.field("FIRST", "first"),
        show.field("LAST", "last"),
        show.field("NUMBERS", "count"),
        show.field("IN USE", "used"),
        show.field("TRUNK", "trunk"),
    ]
    show.rows(found, columns, as_json=as_json)


@stock.command()
@click.option("--country", metavar="CC", help="Of this country alone, like GB.")
@click.option("--contains", metavar="PATTERN", help="Digits, letters, and * for any digit.")
@click.option("--limit", default=50, show_default=True, help="How many to show.")
@data_option
@json_option
def free(
    country: str | None, contains: str | None, limit: int, data: Path | None, as_json: bool
) -> None:
    """List numbers that nothing uses yet."""
    given: dict[str, Any] = {"country": country, "contains": contains, "limit": limit}
    with office(data) as ask:
        found = ask.run("number.stock.free", **given)
    columns = [
        show.field("NUMBER", "number"),
        show.field("COUNTRY", "country"),
        show.field("KIND", "kind"),
        show.field("SMS", "sms"),
    ]
    show.rows(found, columns, as_json=as_json)


@stock.command()
@click.argument("sid")
@data_option
@json_option
def remove(sid: str, data: Path | None, as_json: bool) -> None:
    """Take the range SID out of the stock; its numbers in use stay in use."""
    with office(data) as ask:
        removed = ask.run("number.stock.remove", sid=sid)
    if as_json:
        show.document(removed)
    else:
        click.echo(f"{removed['count']} numbers are no longer in the stock.")
