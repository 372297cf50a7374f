"""``ringfence balance``: what is left to whoever pays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ringfence.cli import show
from ringfence.cli.options import data_option, json_option, office

_for = click.option("--for", "sid", metavar="SID", help="A trial account below the first.")


@click.group(invoke_without_command=True)
@click.pass_context
@data_option
@json_option
def balance(ctx: click.Context, data: Path | None, as_json: bool) -> None:
    """Show what is left to the first account, or to --account; top it up.

    A trial account lives on its own credit; for any other the first account pays, which may go
    below nothing as far as its limit. Then nothing that costs is placed; calls and messages still
    come in.

    \b
    Examples:
      ringfence balance
      ringfence balance credit 50 --reason "bank transfer of May"
      ringfence balance credit 10 --for AC...
      ringfence balance adjust --reason "credit note 12" -- -1.50
      ringfence balance limit 200
      ringfence balance movements
    """
    if ctx.invoked_subcommand is None:
        with office(data) as ask:
            _print(ask.run("balance.show"), as_json)


def _print(found: Any, as_json: bool) -> None:
    if as_json:
        show.document(found)
    elif found["currency"] is None:
        click.echo("There is no tariff: nothing is charged.")
    elif found["amount"] is None:
        click.echo(f"{found['payer']} pays for {found['account']}.")
    else:
        line = f"{found['amount']} {found['currency']}; it may go to -{found['limit']}"
        spent = "" if found["credit"] else ". It is used up: nothing that costs is placed"
        click.echo(f"{line}{spent}.")


@balance.command()
@click.argument("amount")
@click.option("--reason", default="", help="What is written beside it.")
@_for
@data_option
@json_option
def credit(amount: str, reason: str, sid: str | None, data: Path | None, as_json: bool) -> None:
    """Top up by AMOUNT, e.g. 50 or 12.50."""
    with office(data) as ask:
        _print(ask.run("balance.credit", amount=amount, reason=reason, sid=sid), as_json)


@balance.command()
@click.argument("amount")
@click.option("--reason", required=True, help="Why.")
@_for
@data_option
@json_option
def adjust(amount: str, reason: str, sid: str | None, data: Path | None, as_json: bool) -> None:
    """Add AMOUNT, or take it away where it is below nothing: -- -1.50."""
    with office(data) as ask:
        _print(ask.run("balance.adjust", amount=amount, reason=reason, sid=sid), as_json)


@balance.command()
@click.argument("amount", required=False)
@data_option
@json_option
def limit(amount: str | None, data: Path | None, as_json: bool) -> None:
    """Let the balance go AMOUNT below nothing; without one, as far as any may."""
    with office(data) as ask:
        _print(ask.run("balance.limit", amount=amount), as_json)


@balance.command()
@click.option(
    "--count", default=20, show_default=True, type=click.IntRange(1, 200), help="How many to show."
)
@data_option
@json_option
def movements(count: int, data: Path | None, as_json: bool) -> None:
    """List credits, adjustments and fees, newest first."""
    with office(data) as ask:
        found = ask.run("balance.movements", limit=count)
    columns = [
        show.Column("AT", lambda row: show.instant(row["at"])),
        show.field("KIND", "kind"),
        show.field("AMOUNT", "amount"),
        show.field("CURRENCY", "currency"),
        show.field("REASON", "reason"),
    ]
    show.rows(found, columns, as_json=as_json)
