"""``ringfence phone``: SIP phones of this installation."""

from __future__ import annotations

from pathlib import Path

import click

from ringfence.cli import secrets, show
from ringfence.cli.control import Office
from ringfence.cli.options import data_option, json_option, office
from ringfence.kernel.errors import Refused


@click.group()
def phone() -> None:
    """Connect SIP phones.

    \b
    Examples:
      ringfence phone add desk                    a password is made and shown once
      ringfence phone add desk --ask-password     or you choose it
      ringfence phone list
      ringfence call sip:desk@192.0.2.10          ring it
    """


@phone.command()
@click.argument("name")
@click.option("--ask-password", is_flag=True, help="Choose the password (prompt, or stdin).")
@data_option
@json_option
def add(name: str, ask_password: bool, data: Path | None, as_json: bool) -> None:
    """Add a phone and show what to enter in it, once."""
    password = secrets.read("Password of the phone") if ask_password else None
    with office(data) as ask:
        added = ask.run("phone.add", name=name, password=password)
        server = _server(ask)
    if as_json:
        show.document(added)
        return
    _, _, domain = added["uri"].partition("@")
    show.pairs(
        [
            ("user", added["name"]),
            ("password", added.get("secret") or "as you chose"),
            ("server", server or "this machine, at the port of 'ringfence up --sip'"),
            ("domain", domain),
            ("dial it as", added["uri"]),
        ]
    )
    if added.get("secret"):
        click.echo("The password is not kept and cannot be shown again.")


def _server(ask: Office) -> str | None:
    """Return where phones reach the server that runs, None where none runs."""
    try:
        status = ask.run("system.status")
    except Refused:
        return None
    return f"{status['advertise']}:{status['sip'].rpartition(':')[2]}"


@phone.command("list")
@data_option
@json_option
def list_phones(data: Path | None, as_json: bool) -> None:
    """List phones and whether they are registered."""
    with office(data) as ask:
        found = ask.run("phone.list")
    columns = [
        show.field("NAME", "name"),
        show.field("URI", "uri"),
        show.field("REGISTERED", "registered"),
        show.Column("UNTIL", lambda row: show.instant(row.get("expires"))),
    ]
    show.rows(found, columns, as_json=as_json)


@phone.command()
@click.argument("name")
@data_option
@json_option
def remove(name: str, data: Path | None, as_json: bool) -> None:
    """Remove a phone; its registration ends at once."""
    with office(data) as ask:
        removed = ask.run("phone.remove", name=name)
    if as_json:
        show.document(removed)
    else:
        click.echo(f"Phone {removed['name']} is removed.")
