"""``ringfence account``: accounts below the first, each with calls and numbers of its own."""

from __future__ import annotations

from pathlib import Path

import click

from ringfence.cli import show
from ringfence.cli.options import confirm, data_option, json_option, office

COLUMNS = [
    show.field("SID", "sid"),
    show.field("NAME", "name"),
    show.field("STATE", "status"),
    show.Column("SINCE", lambda row: show.instant(row["created"])),
]


@click.group()
def account() -> None:
    """Divide the installation into accounts of their own.

    Each has calls, numbers, messages and people that no other sees. Most commands take --account.

    \b
    Examples:
      ringfence account add "Branch in Leeds"
      ringfence number add +12025550123 --flow welcome --account AC...
      ringfence calls --account AC...
      ringfence account suspend AC...
    """


@account.command()
@click.argument("name")
@click.option("--trial", is_flag=True, help="It lives on its own credit: 'ringfence balance'.")
@data_option
@json_option
def add(name: str, trial: bool, data: Path | None, as_json: bool) -> None:
    """Make an account called NAME; its token is shown this once."""
    with office(data) as ask:
        made = ask.run("account.add", name=name, trial=trial)
    if as_json:
        show.document(made)
    else:
        click.echo(f"{made['sid']} is there. Its auth token, shown this once: {made['token']}")


@account.command("list")
@data_option
@json_option
def list_accounts(data: Path | None, as_json: bool) -> None:
    """List the accounts below the first, closed ones too."""
    with office(data) as ask:
        found = ask.run("account.list")
    show.rows(found, COLUMNS, as_json=as_json)


def _change(sid: str, data: Path | None, as_json: bool, **what: str) -> None:
    with office(data) as ask:
        changed = ask.run("account.change", sid=sid, **what)
    if as_json:
        show.document(changed)
    else:
        click.echo(f"{changed['sid']} ({changed['name']}) is {changed['status']}.")


@account.command()
@click.argument("sid")
@click.argument("name")
@data_option
@json_option
def rename(sid: str, name: str, data: Path | None, as_json: bool) -> None:
    """Call account SID by another NAME."""
    _change(sid, data, as_json, name=name)


@account.command()
@click.argument("sid")
@data_option
@json_option
def suspend(sid: str, data: Path | None, as_json: bool) -> None:
    """Let account SID neither place nor take calls until it is resumed."""
    _change(sid, data, as_json, status="suspended")


@account.command()
@click.argument("sid")
@data_option
@json_option
def resume(sid: str, data: Path | None, as_json: bool) -> None:
    """Let a suspended account SID work again."""
    _change(sid, data, as_json, status="active")


@account.command()
@click.argument("sid")
@data_option
@json_option
def upgrade(sid: str, data: Path | None, as_json: bool) -> None:
    """Make trial account SID a full one: the first account pays for it from now on."""
    _change(sid, data, as_json, status="full")


@account.command()
@click.argument("sid")
@click.option("--yes", is_flag=True, help="Do not ask.")
@data_option
@json_option
def close(sid: str, yes: bool, data: Path | None, as_json: bool) -> None:
    """Close account SID for ever: its numbers go, its data goes when its terms end."""
    if not yes:
        question = "It cannot be opened again, and its numbers go. Close it?"
        confirm(question, as_json=as_json)
    _change(sid, data, as_json, status="closed")


@account.command("move-number")
@click.argument("number_sid", metavar="NUMBER_SID")
@click.argument("to", metavar="ACCOUNT_SID")
@click.option("--from", "source", metavar="ACCOUNT_SID", help="Whose it is. [default: the first]")
@data_option
@json_option
def move_number(
    number_sid: str, to: str, source: str | None, data: Path | None, as_json: bool
) -> None:
    """Give number NUMBER_SID (PN...) to account ACCOUNT_SID."""
    with office(data) as ask:
        moved = ask.run("number.move", sid=number_sid, to=to, source=source)
    if as_json:
        show.document(moved)
    else:
        click.echo(f"{moved['number']} belongs to {to}.")
