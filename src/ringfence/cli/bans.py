"""``ringfence ban``: addresses that get no answer by SIP."""

from __future__ import annotations

from pathlib import Path

import click

from ringfence.cli import show
from ringfence.cli.options import data_option, json_option, office


@click.group()
def ban() -> None:
    """Show which addresses get no answer by SIP, and answer one again.

    Whoever knocks like a scanner (wrong passwords, unknown names, broken requests: a dozen within
    a minute) is not answered for an hour. A phone with a mistyped password ends up here too: mend
    the password, then lift the ban. A trunk's address is never banned. Bans are kept in memory
    alone: a restart lifts them all.

    \b
    Examples:
      ringfence ban list
      ringfence ban lift 192.0.2.10
    """


@ban.command("list")
@data_option
@json_option
def list_bans(data: Path | None, as_json: bool) -> None:
    """List the addresses that get no answer at present, the last one first.

    \b
    Examples:
      ringfence ban list
      ringfence ban list --json      times in milliseconds since 1970
    """
    with office(data) as ask:
        found = ask.run("ban.list")
    columns = [
        show.field("ADDRESS", "address"),
        show.Column("SINCE", lambda row: show.instant(row["since"])),
        show.Column("UNTIL", lambda row: show.instant(row["until"])),
    ]
    show.rows(found, columns, as_json=as_json)


@ban.command()
@click.argument("address")
@data_option
@json_option
def lift(address: str, data: Path | None, as_json: bool) -> None:
    """Answer ADDRESS again, at once.

    What it did before is forgotten; it is banned again if it goes on.

    \b
    Examples:
      ringfence ban lift 192.0.2.10
      ringfence ban lift 2001:db8::10
    """
    with office(data) as ask:
        lifted = ask.run("ban.lift", address=address)
    if as_json:
        show.document(lifted)
    else:
        click.echo(f"{lifted['address']} is answered again.")
