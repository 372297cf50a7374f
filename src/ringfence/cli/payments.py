"""``ringfence payment`` and ``ringfence payments``: processors, and what went through them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ringfence.cli import secrets, show
from ringfence.cli.options import data_option, json_option, office


@click.group()
def payment() -> None:
    """Connect payment processors for <Pay>.

    \b
    Examples:
      ringfence payment add Default --url https://pay.example.com/charge
      ringfence payment add acme --template acme.json
      ringfence payment add trial --sandbox
      ringfence payment list
      ringfence payment test Default
    """


@payment.command()
@click.argument("name")
@click.option("--url", default="", metavar="URL", help="Where it is asked, over https.")
@click.option(
    "--template",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="How it wants to be asked, in a JSON file: url, fields, headers, success, ...",
)
@click.option("--sandbox", is_flag=True, help="The processor of this program; moves no money.")
@data_option
@json_option
def add(
    name: str, url: str, template: Path | None, sandbox: bool, data: Path | None, as_json: bool
) -> None:
    """Add a processor. The one called Default takes what names no paymentConnector.

    Without a template it is asked as Twilio's generic connector asks. A secret of the template is
    prompted for; a script writes it on standard input:

    \b
      {"url": "https://pay.example.com/v1/charges", "body": "form",
       "headers": {"Authorization": "Bearer {secret}", "Idempotency-Key": "{id}"},
       "fields": {"amount": "{minor_amount}", "currency": "{currency}",
                  "card[number]": "{card_number}", "card[cvc]": "{security_code}",
                  "card[exp_month]": "{expiry_month}", "card[exp_year]": "{expiry_year4}"},
       "confirmation": "id", "error_code": "error.code", "error_message": "error.message",
       "idempotent": true}

    "body" is json, too: then "a.b" lies in an object a, "a[]" is a list, and "a:number" a number
    instead of a text, as in {"amount.value:number": "{minor_amount}"}.

    "idempotent" says that the processor knows a payment by its {id}: only then it is asked a
    second time where no answer came. Any other one is never asked twice.
    """
    if sandbox == bool(url or template):
        raise click.UsageError("choose one of --url with --template or without, and --sandbox")
    wanted: dict[str, Any] = {"name": name, "url": url}
    if template is not None:
        wanted["template"] = secrets.template(template, "Secret of the processor")
    with office(data) as ask:
        added = ask.run("payment_connector.add", **wanted)
    if as_json:
        show.document(added)
    else:
        tries = show.command(f"payment test {name}")
        click.echo(f"Connector {added['name']} is added; '{tries}' tries it.")


@payment.command("list")
@data_option
@json_option
def list_connectors(data: Path | None, as_json: bool) -> None:
    """List processors."""
    with office(data) as ask:
        found = ask.run("payment_connector.list")
    columns = [
        show.field("NAME", "name"),
        show.field("KIND", "kind"),
        show.field("ADDRESS", "address"),
        show.field("KNOWS IDS", "idempotent"),
    ]
    show.rows(found, columns, as_json=as_json)


@payment.command()
@click.argument("name")
@data_option
@json_option
def test(name: str, data: Path | None, as_json: bool) -> None:
    """Ask a processor for a token of 4242 4242 4242 4242, a card that no bank issued."""
    with office(data) as ask:
        found = ask.run("payment_connector.test", name=name)
    if as_json:
        show.document(found)
        return
    reason = f": {found['why']}" if found.get("why") else ""
    click.echo(f"{name} answered: {found['standing']}{reason}")
    if found.get("error"):
        click.echo(f"It said: {found['error']}")


@payment.command()
@click.argument("name")
@data_option
@json_option
def remove(name: str, data: Path | None, as_json: bool) -> None:
    """Take a processor away."""
    with office(data) as ask:
        ask.run("payment_connector.remove", name=name)
    if as_json:
        show.document({"name": name})
    else:
        click.echo(f"Connector {name} is removed.")


@click.group(invoke_without_command=True)
@click.pass_context
@click.option(
    "--count", default=20, show_default=True, type=click.IntRange(1, 200), help="How many to show."
)
@data_option
@json_option
def payments(ctx: click.Context, count: int, data: Path | None, as_json: bool) -> None:
    """List payments made on calls, newest first; 'payments show SID' says what one was paid with.

    \b
    Examples:
      ringfence payments
      ringfence payments show PK0190...
    """
    if ctx.invoked_subcommand is not None:
        return
    with office(data) as ask:
        found = ask.run("payment.list", limit=count)
    columns = [
        show.field("PAYMENT", "sid"),
        show.field("CALL", "call"),
        show.field("THROUGH", "connector"),
        show.field("AMOUNT", "amount"),
        show.field("CURRENCY", "currency"),
        show.field("STATE", "state"),
        show.field("RESULT", "result"),
    ]
    show.rows(found, columns, as_json=as_json)


@payments.command("show")
@click.argument("sid")
@data_option
@json_option
def show_payment(sid: str, data: Path | None, as_json: bool) -> None:
    """Show one payment; the audit log notes that it was opened."""
    with office(data) as ask:
        found = ask.run("payment.show", sid=sid)
    if as_json:
        show.document(found)
        return
    for name, value in found.items():
        if value is not None:
            click.echo(f"{name:14}{value}")
