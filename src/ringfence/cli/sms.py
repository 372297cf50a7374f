"""``ringfence sms``: send and read text messages, and register what regulators ask for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ringfence.cli import show
from ringfence.cli.inbox import inbox, start
from ringfence.cli.options import chosen, data_option, instant, json_option, office
from ringfence.kernel.limits import PAGE_DEFAULT, PAGE_MAX


@click.group()
def sms() -> None:
    """Send and read text messages.

    \b
    Examples:
      ringfence sms send +447700900123 "Your parcel is here" --from +447700900100
      ringfence sms inbox
      ringfence sms list
      ringfence sms show SM…
      ringfence sms template add code --header EXAMPL --entity 1101… --id 1107… "Code {#var#}"
      ringfence sms campaign add alerts --from +12025550100 --id CABC123
    """


@sms.command()
@click.argument("to", metavar="NUMBER")
@click.argument("text", default="")
@click.option("--from", "sender", metavar="SENDER", help="A number of yours, or a word of yours.")
@click.option("--campaign", metavar="NAME", help="Choose the sender from this campaign.")
@click.option("--media", multiple=True, metavar="URL", help="A picture, by link; may be repeated.")
@click.option("--at", callback=instant, metavar="DATETHH:MM", help="Send it later.")
@click.option("--marketing", is_flag=True, help="It is an offer: consent and hours are asked.")
@click.option("--customer", is_flag=True, help="They are a customer already (soft opt-in).")
@click.option(
    "--priority",
    type=click.Choice(["high", "normal", "low"]),
    default="normal",
    help="Which messages go first.",
)
@click.option("--template", metavar="NAME", help="The registered text it is.")
@click.option("--value", "values", multiple=True, help="Fill a gap of --template; may be repeated.")
@click.option(
    "--discard",
    type=click.Choice(["text", "number", "both"]),
    help="Destroy the text, or hide the number, once it was sent.",
)
@data_option
@json_option
def send(
    to: str,
    text: str,
    sender: str | None,
    campaign: str | None,
    media: tuple[str, ...],
    at: int | None,
    marketing: bool,
    customer: bool,
    priority: str,
    template: str | None,
    values: tuple[str, ...],
    discard: str | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """Send TEXT to NUMBER. It is safe when this returns, and sent by the running server.

    \b
    Examples:
      ringfence sms send +447700900123 "Your parcel is here" --from +447700900100
      ringfence sms send +447700900123 "Sale!" --from +447700900100 --marketing --customer
      ringfence sms send +447700900123 "Tomorrow at nine" --from EXAMPLE --at 2026-01-31T09:30
    """
    optional: dict[str, Any] = chosen(
        {"sender": sender, "campaign": campaign, "template": template, "discard": discard}
    )
    if values:
        optional["values"] = list(values)
    with office(data) as ask:
        made = ask.run(
            "message.send",
            to=to,
            text=text,
            media=list(media),
            at=at,
            about="marketing" if marketing else "service",
            customer=customer,
            priority=priority,
            **optional,
        )
    if as_json:
        show.document(made)
        return
    click.echo(f"{made['sid']} is {made['status']}: {made['segments']} segment(s).")
    follow = show.command(f"sms show {made['sid']}")
    click.echo(f"follow it: {follow}", err=True)


@sms.command("list")
@click.option("--to", metavar="NUMBER", help="Only those to this number.")
@click.option("--from", "sender", metavar="SENDER", help="Only those from this number or word.")
@click.option(
    "--limit", type=click.IntRange(1, PAGE_MAX), default=int(PAGE_DEFAULT), help="How many to show."
)
@click.option("--before", metavar="SID", help="Only those older than this one.")
@data_option
@json_option
def list_messages(
    to: str | None,
    sender: str | None,
    limit: int,
    before: str | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """List messages, newest first; those that came in are read here.

    \b
    Examples:
      ringfence sms list
      ringfence sms list --to +447700900100        what came in to that number of yours
    """
    with office(data) as ask:
        page = ask.run("message.list", limit=limit, before=before, to=to, sender=sender)
    columns = [
        show.Column("AT", lambda row: show.instant(row["created"])),
        show.field("MESSAGE", "sid"),
        show.field("STATUS", "status"),
        show.Column("FROM", lambda row: row.get("sender") or row.get("withheld") or "-"),
        show.Column("TO", lambda row: row.get("to") or row.get("withheld") or "-"),
        show.Column("TEXT", start),
    ]
    show.rows(page["messages"], columns, as_json=as_json)
    if page.get("next") and not as_json:
        words = f"sms list --before {page['next']}"
        click.echo(f"more: {show.command(words)}", err=True)


sms.add_command(inbox)


@sms.command("show")
@click.argument("sid", metavar="SID")
@data_option
@json_option
def show_message(sid: str, data: Path | None, as_json: bool) -> None:
    """Show one message and everything that happened to it."""
    with office(data) as ask:
        story = ask.run("message.story", sid=sid)
    if as_json:
        show.document(story)
        return
    found = story["message"]
    show.pairs(
        [
            ("message", found["sid"]),
            ("status", found["status"]),
            ("why", found.get("cause")),
            ("number of it", found.get("error")),
            ("from", found.get("sender")),
            ("to", found.get("to")),
            ("segments", found["segments"]),
            ("carrier", found.get("carrier")),
        ]
    )
    if found.get("body"):
        click.echo(f"\n{found['body']}\n")
    for fact in story["facts"]:
        said = " ".join(f"{name}={value}" for name, value in fact["facts"].items())
        click.echo(f"{show.instant(fact['at'])}  {fact['name']}  {said}".rstrip())


@sms.command()
@click.argument("sid", metavar="SID")
@data_option
@json_option
def cancel(sid: str, data: Path | None, as_json: bool) -> None:
    """Call a message back that waits."""
    with office(data) as ask:
        _told(ask.run("message.cancel", sid=sid), as_json=as_json)


@sms.command()
@click.argument("sid", metavar="SID")
@data_option
@json_option
def redact(sid: str, data: Path | None, as_json: bool) -> None:
    """Destroy what a message says; that it was sent remains."""
    with office(data) as ask:
        _told(ask.run("message.redact", sid=sid), as_json=as_json)


def _told(made: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        show.document(made)
    else:
        click.echo(f"{made['sid']} is {made['status']}.")


# --- what regulators ask for ----------------------------------------------------------------------


@sms.group()
def template() -> None:
    """Register texts, as India's DLT asks for (TRAI, TCCCPR 2018)."""


@template.command("add")
@click.argument("name")
@click.argument("text")
@click.option("--header", default="", help="The sender it is registered for, e.g. EXAMPL.")
@click.option("--entity", default="", help="DLT id of the principal entity.")
@click.option("--id", "registration", default="", help="DLT id of the template.")
@click.option(
    "--use",
    type=click.Choice(["service", "transactional", "promotional"]),
    default="service",
    help="What its messages are for.",
)
@click.option("--country", help="Where it is registered. [default: IN]")
@data_option
@json_option
def add_template(
    name: str,
    text: str,
    header: str,
    entity: str,
    registration: str,
    use: str,
    country: str | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """Add a registered TEXT; gaps are written {#var#} and hold up to thirty characters.

    \b
    Examples:
      ringfence sms template add code "Your code is {#var#}"          a text of your own
      ringfence sms template add code --header EXAMPL --entity 1101… --id 1107… "Code {#var#}"
    """
    with office(data) as ask:
        made = ask.run(
            "message.template.add",
            name=name,
            text=text,
            header=header,
            entity=entity,
            registration=registration,
            use=use,
            country=country,
        )
    if as_json:
        show.document(made)
    else:
        whose = f" from {made['header']}" if made["header"] else ""
        click.echo(f"Messages{whose} that are {made['name']} may go out.")


@template.command("list")
@data_option
@json_option
def list_templates(data: Path | None, as_json: bool) -> None:
    """List registered texts."""
    with office(data) as ask:
        found = ask.run("message.template.list")
    columns = [
        show.field("NAME", "name"),
        show.field("HEADER", "header"),
        show.field("ENTITY", "entity"),
        show.field("ID", "registration"),
        show.field("USE", "use"),
        show.field("TEXT", "text"),
    ]
    show.rows(found, columns, as_json=as_json)


@template.command("remove")
@click.argument("name")
@data_option
@json_option
def remove_template(name: str, data: Path | None, as_json: bool) -> None:
    """Forget a registered text: messages like it are refused again."""
    _removed("message.template.remove", name, data, as_json=as_json)


@sms.group()
def campaign() -> None:
    """Put senders into pools, with their id at the campaign registry (US 10DLC)."""


@campaign.command("add")
@click.argument("name")
@click.option("--from", "senders", multiple=True, required=True, help="A sender; may be repeated.")
@click.option("--id", "registration", default="", help="Id of the campaign at the registry.")
@data_option
@json_option
def add_campaign(
    name: str, senders: tuple[str, ...], registration: str, data: Path | None, as_json: bool
) -> None:
    """Add a campaign: ten-digit senders in one with an id may reach the United States.

    \b
    Examples:
      ringfence sms campaign add alerts --from +12025550100 --id CABC123
      ringfence sms campaign add pool --from +447700900100 --from +447700900101
    """
    with office(data) as ask:
        made = ask.run(
            "message.campaign.add", name=name, senders=list(senders), registration=registration
        )
    if as_json:
        show.document(made)
    else:
        click.echo(f"{made['name']} ({made['sid']}) has {len(made['senders'])} sender(s).")


@campaign.command("list")
@data_option
@json_option
def list_campaigns(data: Path | None, as_json: bool) -> None:
    """List campaigns and their senders."""
    with office(data) as ask:
        found = ask.run("message.campaign.list")
    columns = [
        show.field("NAME", "name"),
        show.field("CAMPAIGN", "sid"),
        show.Column("ID", lambda row: row["registration"] or "none"),
        show.Column("SENDERS", lambda row: ", ".join(row["senders"])),
    ]
    show.rows(found, columns, as_json=as_json)


@campaign.command("remove")
@click.argument("name")
@data_option
@json_option
def remove_campaign(name: str, data: Path | None, as_json: bool) -> None:
    """Forget a campaign."""
    _removed("message.campaign.remove", name, data, as_json=as_json)


def _removed(use_case: str, name: str, data: Path | None, *, as_json: bool) -> None:
    with office(data) as ask:
        ask.run(use_case, name=name)
    if as_json:
        show.document({"removed": name})
    else:
        click.echo(f"{name} is forgotten.")
