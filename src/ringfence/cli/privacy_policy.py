"""``ringfence privacy``: who was told of changes, who receives data, messages and lists."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from ringfence.cli import show
from ringfence.cli.options import data_option, json_option, office
from ringfence.kernel.errors import Refused

TOLD = [
    show.field("VERSION", "number"),
    show.field("BY", "channel"),
    show.field("STATE", "state"),
    show.field("ACKNOWLEDGED BY", "acknowledged_by"),
    show.Column("SINCE", lambda row: show.instant(row["changed"])),
]
PENDING = [
    show.field("VERSION", "number"),
    show.field("SEVERITY", "severity"),
    show.Column("EFFECTIVE", lambda row: show.instant(row["effective"])),
]
ACCEPTED = [
    show.field("VERSION", "number"),
    show.field("BY", "actor"),
    show.field("HOW", "kind"),
    show.Column("WHEN", lambda row: show.instant(row["at"])),
]
RECIPIENTS = [
    show.field("RECIPIENT", "key"),
    show.field("WHO", "says"),
    show.field("FIELDS", "fields"),
    show.field("COUNTRY", "country"),
    show.field("GROUND", "mechanism"),
    show.Column("UNTIL", lambda row: show.instant(row["until"])),
    show.Column("NOTHING IS SENT", lambda row: row["refused"] or ""),
]
MESSAGES = [
    show.Column("ASKED", lambda row: show.instant(row["created"])),
    show.field("TEMPLATE", "template"),
    show.field("KIND", "kind"),
    show.field("GROUND", "ground"),
    show.field("EVIDENCE", "evidence"),
    show.field("REASON", "reason"),
    show.field("STATE", "state"),
    show.field("ERROR", "error"),
]
LISTED = [
    show.field("LIST", "list"),
    show.field("GROUND", "ground"),
    show.field("EVIDENCE", "evidence"),
]


@click.command()
@click.option("--pending", is_flag=True, help="Only material versions nobody has acknowledged.")
@click.option("--accepted", is_flag=True, help="Who went on using the service under which version.")
@data_option
@json_option
def notices(pending: bool, accepted: bool, data: Path | None, as_json: bool) -> None:
    """Show who was told of each material version of the notice, by which channel.

    \b
    Examples:
      ringfence privacy notices --pending
      ringfence privacy acknowledge 2
    """
    if pending and accepted:
        raise click.UsageError("choose --pending or --accepted")
    with office(data) as ask:
        if pending:
            show.rows(ask.run("privacy.policy.pending"), PENDING, as_json=as_json)
        elif accepted:
            show.rows(ask.run("privacy.policy.acceptances"), ACCEPTED, as_json=as_json)
        else:
            show.rows(ask.run("privacy.policy.told"), TOLD, as_json=as_json)


@click.command()
@click.argument("number", type=click.IntRange(1))
@data_option
@json_option
def acknowledge(number: int, data: Path | None, as_json: bool) -> None:
    """Acknowledge version NUMBER of the notice, as the pop-up on the status page does.

    \b
    Example:
      ringfence privacy acknowledge 2
    """
    with office(data) as ask:
        show.rows([ask.run("privacy.policy.acknowledge", number=number)], TOLD, as_json=as_json)


@click.command("primary-admin")
@click.argument("email", required=False)
@data_option
@json_option
def primary_admin(email: str | None, data: Path | None, as_json: bool) -> None:
    """Show or name the one who is told of material changes of the notice.

    What an earlier one has not been told yet goes to the new one.

    \b
    Examples:
      ringfence privacy primary-admin
      ringfence privacy primary-admin admin@example.com
    """
    with office(data) as ask:
        if email is None:
            found = ask.run("privacy.primary_admin.show")
        else:
            found = ask.run("privacy.primary_admin.set", email=email)
    if as_json:
        show.document(found)
    else:
        show.pairs([("primary administrator", found["email"]), ("told anew", found["retold"])])


@click.command()
@click.argument("recipient", required=False)
@click.option("--country", metavar="CC", default="", help="Where it is, ISO 3166, e.g. DE.")
@click.option("--mechanism", default="", help="Ground for leaving Europe: scc, bcr, dpf, adequacy.")
@click.option("--until", metavar="DATE", help="The day the contract ends, YYYY-MM-DD (UTC).")
@data_option
@json_option
def recipients(
    recipient: str | None,
    country: str,
    mechanism: str,
    until: str | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """Show who receives data; with RECIPIENT, write down the contract with it.

    When the contract has ended nothing more is sent. A new country is a new version of the notice.
    Of carriers and servers that the account sets up, say where they are: until then the notice says
    that nobody wrote it down.

    \b
    Examples:
      ringfence privacy recipients
      ringfence privacy recipients mail_relay --country FR --until 2027-12-31
      ringfence privacy recipients carrier --country DE
    """
    with office(data) as ask:
        if recipient is None:
            found = ask.run("privacy.recipient.list")
        else:
            args: dict[str, Any] = {"country": country, "mechanism": mechanism}
            if until is not None:
                args["until"] = _end(until)
            found = [ask.run("privacy.recipient.engage", processor=recipient, **args)]
    show.rows(found, RECIPIENTS, as_json=as_json)


@click.group()
def messages() -> None:
    """Show and send messages; put people on lists and take them off.

    Service messages cannot be declined and carry no advertising. Advertising needs a consent or a
    purchase of something similar, and ends with one click or one word.

    \b
    Examples:
      ringfence privacy messages list
      ringfence privacy messages send technical_update a@example.com what="We move." --reason m:1
      ringfence privacy messages subscribe a@example.com news --ground consent --evidence C-17
      ringfence privacy messages stop a@example.com
    """


@messages.command("list")
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="How many to show."
)
@data_option
@json_option
def list_messages(limit: int, data: Path | None, as_json: bool) -> None:
    """List messages, newest first: grounds and fates, no addresses and no texts."""
    with office(data) as ask:
        show.rows(ask.run("privacy.message.list", limit=limit), MESSAGES, as_json=as_json)


@messages.command()
@click.argument("template")
@click.argument("to")
@click.argument("fields", nargs=-1, metavar="[FIELD=TEXT]...")
@click.option("--reason", required=True, help="What it is sent for; of one reason there is one.")
@click.option("--product", default="", help="Family of products, for those who bought one.")
@data_option
@json_option
def send(
    template: str,
    to: str,
    fields: tuple[str, ...],
    reason: str,
    product: str,
    data: Path | None,
    as_json: bool,
) -> None:
    """Send one message of TEMPLATE by e-mail, its fields filled in."""
    pairs = [field.partition("=") for field in fields]
    if not all(name and equals for name, equals, _ in pairs):
        raise click.UsageError("write fields as NAME=TEXT")
    filled = {name: text for name, _, text in pairs}
    with office(data) as ask:
        made = ask.run(
            "privacy.message.send",
            template=template,
            to=to,
            fields=filled,
            reason=reason,
            product=product,
        )
    show.rows([made], MESSAGES, as_json=as_json)


@messages.command()
@click.argument("to")
@click.argument("name", metavar="LIST")
@click.option(
    "--ground",
    type=click.Choice(["consent", "soft_opt_in"]),
    required=True,
    help="Why they may be written to: they agreed, or are a customer.",
)
@click.option("--evidence", required=True, help="Id of the consent or of the purchase.")
@click.option("--product", default="", help="Family of what was bought, for soft_opt_in.")
@data_option
@json_option
def subscribe(
    to: str, name: str, ground: str, evidence: str, product: str, data: Path | None, as_json: bool
) -> None:
    """Put somebody on LIST: news, similar or enquiry."""
    with office(data) as ask:
        found = ask.run(
            "privacy.message.subscribe",
            to=to,
            name=name,
            ground=ground,
            evidence=evidence,
            product=product,
        )
    _listed(found, as_json=as_json)


@messages.command()
@click.argument("to")
@data_option
@json_option
def stop(to: str, data: Path | None, as_json: bool) -> None:
    """Send an address no more advertising; what the service needs goes on."""
    with office(data) as ask:
        _listed(ask.run("privacy.message.suppress", to=to), as_json=as_json)


@messages.command()
@click.argument("to")
@click.argument("text")
@data_option
@json_option
def received(to: str, text: str, data: Path | None, as_json: bool) -> None:
    """Take an answer to a message: where TEXT says STOP, advertising to TO ends.

    \b
    Example:
      ringfence privacy messages received a@example.com STOP
    """
    with office(data) as ask:
        _listed(ask.run("privacy.message.received", to=to, text=text), as_json=as_json)


@messages.command()
@click.argument("to")
@data_option
@json_option
def lists(to: str, data: Path | None, as_json: bool) -> None:
    """Show the lists an address is on, and whether it declined."""
    with office(data) as ask:
        _listed(ask.run("privacy.message.lists", to=to), as_json=as_json)


def _listed(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        show.document(found)
        return
    show.rows(found["lists"], LISTED, as_json=False)
    if found["suppressed"]:
        click.echo("They declined advertising.")


def _end(day: str) -> int:
    try:
        return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError:
        raise Refused("bad_argument", "write the day as YYYY-MM-DD") from None


COMMANDS = (notices, acknowledge, primary_admin, recipients, messages)
