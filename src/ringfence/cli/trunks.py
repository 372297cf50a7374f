"""``ringfence trunk``: connections to carriers and PBXs."""

from __future__ import annotations

from pathlib import Path

import click

from ringfence.cli import secrets, show
from ringfence.cli.options import data_option, json_option, office


@click.group()
def trunk() -> None:
    """Connect carriers and PBXs.

    \b
    Examples:
      ringfence trunk add carrier --address sip.example.com
      ringfence trunk add pbx --address 192.0.2.10:5060 --transport tcp
      ringfence trunk add carrier --register user@sip.example.com
      ringfence trunk list
    """


@trunk.command()
@click.argument("name")
@click.option("--address", metavar="HOST[:PORT]", help="Trust what comes from this host.")
@click.option("--register", metavar="USER@HOST[:PORT]", help="Register there; asks for a password.")
@click.option(
    "--transport",
    type=click.Choice(["udp", "tcp", "tls"]),
    default="udp",
    help="How SIP travels to it.",
)
@data_option
@json_option
def add(
    name: str,
    address: str | None,
    register: str | None,
    transport: str,
    data: Path | None,
    as_json: bool,
) -> None:
    """Add a trunk that is trusted by its address, or that we register with.

    The password for --register is prompted for; a script writes it on standard input.
    """
    if (address is None) == (register is None):
        raise click.UsageError("choose one of --address and --register")
    password = None
    if register is not None:
        with office(data) as ask:  # whoever types a password should not type it in vain
            ask.run("trunk.check", name=name, register=register, transport=transport)
        password = secrets.read("Password of the trunk")
    with office(data) as ask:
        added = ask.run(
            "trunk.add",
            name=name,
            address=address,
            register=register,
            password=password,
            transport=transport,
        )
    if as_json:
        show.document(added)
        return
    doctor = show.command("doctor")
    click.echo(f"Trunk {added['name']} is added; '{doctor}' says whether it works.")


@trunk.command("list")
@data_option
@json_option
def list_trunks(data: Path | None, as_json: bool) -> None:
    """List trunks and their state."""
    with office(data) as ask:
        found = ask.run("trunk.list")
    columns = [
        show.field("NAME", "name"),
        show.field("ADDRESS", "address"),
        show.field("TRANSPORT", "transport"),
        show.field("REGISTERS", "register"),
        show.field("STATE", "state"),
        show.field("DETAIL", "detail"),
    ]
    show.rows(found, columns, as_json=as_json)


@trunk.command()
@click.argument("name")
@data_option
@json_option
def remove(name: str, data: Path | None, as_json: bool) -> None:
    """Remove a trunk; its calls go on until they end."""
    with office(data) as ask:
        removed = ask.run("trunk.remove", name=name)
    if as_json:
        show.document(removed)
    else:
        click.echo(f"Trunk {removed['name']} is removed.")
