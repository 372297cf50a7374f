"""``ringfence address``: where customers live whom a number was given to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ringfence.cli import show
from ringfence.cli.options import data_option, json_option, office


@click.group()
def address() -> None:
    """Keep addresses of customers, where a law asks who a number was given to.

    \b
    Examples:
      ringfence address add --customer "Ada Example" --street "1 High Street" --city London
        --region London --postal-code "SW1A 0AA" --country GB --contact ada@example.com
      ringfence number add +447700900123 --flow welcome --address AD0194...
      ringfence address list
      ringfence privacy erase AD0194...
    """


@address.command()
@click.option("--customer", metavar="NAME", required=True, help="Who lives or works there.")
@click.option("--street", metavar="LINE", required=True, help="Street and number.")
@click.option("--street-more", metavar="LINE", default="", help="A second line.")
@click.option("--city", metavar="TOWN", required=True, help="Town or city.")
@click.option("--region", metavar="STATE", required=True, help="State, province or county.")
@click.option("--postal-code", metavar="CODE", required=True, help="Postal code.")
@click.option("--country", metavar="CC", required=True, help="Two letters, like GB.")
@click.option("--name", metavar="TEXT", default="", help="What you call it.")
@click.option("--contact", metavar="WHO", help="A number or mailbox of whose it is.")
@click.option("--emergency", is_flag=True, help="Emergency services may be told of it.")
@data_option
@json_option
def add(data: Path | None, as_json: bool, **said: Any) -> None:
    """Keep the address of a customer."""
    with office(data) as ask:
        made = ask.run("address.add", **said)
    if as_json:
        show.document(made)
    else:
        click.echo(f"{made['sid']} is kept.")


@address.command("list")
@data_option
@json_option
def list_addresses(data: Path | None, as_json: bool) -> None:
    """List addresses; whoever looks is in the audit log."""
    with office(data) as ask:
        found = ask.run("address.list")
    columns = [
        show.field("SID", "sid"),
        show.field("CUSTOMER", "customer"),
        show.field("STREET", "street"),
        show.field("CITY", "city"),
        show.field("POSTAL CODE", "postal_code"),
        show.field("COUNTRY", "country"),
    ]
    show.rows(found, columns, as_json=as_json)


@address.command()
@click.argument("sid")
@data_option
@json_option
def numbers(sid: str, data: Path | None, as_json: bool) -> None:
    """List our numbers that are given by the address SID."""
    with office(data) as ask:
        found = ask.run("address.numbers", sid=sid)
    show.rows(found, [show.field("NUMBER", "number"), show.field("SID", "sid")], as_json=as_json)


@address.command()
@click.argument("sid")
@data_option
@json_option
def remove(sid: str, data: Path | None, as_json: bool) -> None:
    """Forget the address SID."""
    with office(data) as ask:
        ask.run("address.remove", sid=sid)
    if as_json:
        show.document({"sid": sid})
    else:
        click.echo(f"{sid} is forgotten.")
