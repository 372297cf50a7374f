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
      ringfence number stock add +12025550150 --postal-code 20001 --at 38.9,-77.04
      ringfence number stock free --contains 5550***
      ringfence number stock free --region DC
      ringfence number stock remove NS0194...
    """


@stock.command()
@click.argument("first", metavar="NUMBER")
@click.option("--to", "last", metavar="NUMBER", help="The last number of a range.")
@click.option("--trunk", metavar="NAME", help="The trunk that brings them.")
@click.option("--kind", metavar="KIND", help="local, mobile, ...: where the digits do not say.")
@click.option("--voice/--no-voice", default=True, help="They take calls.")
@click.option("--sms", is_flag=True, help="They take text messages.")
@click.option("--mms", is_flag=True, help="They take pictures.")
@click.option("--fax", is_flag=True, help="They take faxes.")
@click.option("--beta", is_flag=True, help="The trunk is new: who wants no such numbers gets none.")
@click.option(
    "--address",
    type=click.Choice(["none", "any", "local", "foreign"]),
    default="none",
    help="Whose address has to be known before one of them is somebody's.",
)
@click.option("--locality", metavar="TOWN", help="Unless it is as the digits say.")
@click.option("--region", metavar="CODE", help="State or province, unless it is as they say.")
@click.option("--postal-code", metavar="CODE", help="Unless it is as they say.")
@click.option("--rate-center", metavar="NAME", help="Unless it is as they say.")
@click.option("--lata", metavar="CODE", help="Local access and transport area.")
@click.option("--at", metavar="LAT,LONG", help="Where that is, in degrees.")
@data_option
@json_option
def add(
    first: str, last: str | None, at: str | None, data: Path | None, as_json: bool, **about: Any
) -> None:
    """Add NUMBER, or the range from it to another, to the stock.

    \b
    Example:
      ringfence number stock add +12025550150 --to +12025550199 --trunk carrier
    """
    if at is not None:
        try:
            about["latitude"], about["longitude"] = (float(part) for part in at.split(","))
        except ValueError:
            raise click.BadParameter("two numbers like 38.9,-77.04", param_hint="--at") from None
    with office(data) as ask:
        added = ask.run("number.stock.add", first=first, last=last, **about)
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
@click.option("--area-code", metavar="DIGITS", help="How they begin within their country.")
@click.option("--locality", metavar="TOWN", help="From there, or from where a number is from.")
@click.option("--region", metavar="CODE", help="Likewise: a state or province.")
@click.option("--postal-code", metavar="CODE", help="Likewise.")
@click.option("--near", metavar="PLACE", help="Near a number, or near LAT,LONG.")
@click.option("--miles", metavar="N", type=int, help="How near: 25 unless it is said.")
@click.option("--limit", default=50, show_default=True, help="How many to show.")
@data_option
@json_option
def free(data: Path | None, as_json: bool, **given: Any) -> None:
    """List numbers that nothing uses yet."""
    wanted = {name: value for name, value in given.items() if value is not None}
    with office(data) as ask:
        found = ask.run("number.stock.free", **wanted)
    columns = [
        show.field("NUMBER", "number"),
        show.field("COUNTRY", "country"),
        show.field("KIND", "kind"),
        show.field("SMS", "sms"),
        show.Column("FROM", _where),
    ]
    show.rows(found, columns, as_json=as_json)


def _where(row: dict[str, Any]) -> str:
    place = row.get("place", {})
    return ", ".join(filter(None, (place.get("locality"), place.get("region"))))


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
