"""``ringfence webhook``: servers that are told what happens to messages."""

from __future__ import annotations

from pathlib import Path

import click

from ringfence.cli import show
from ringfence.cli.options import data_option, json_option, office


@click.group()
def webhook() -> None:
    """Have a server of yours told, as JSON, what happens to messages.

    \b
    Examples:
      ringfence webhook add https://example.com/messages
      ringfence webhook add https://example.com/in --event message.received
      ringfence webhook list
    """


@webhook.command()
@click.argument("url", metavar="URL")
@click.option("--event", "events", multiple=True, metavar="NAME", help="Only of this; repeatable.")
@data_option
@json_option
def add(url: str, events: tuple[str, ...], data: Path | None, as_json: bool) -> None:
    """Have URL told of events: message.received, message.sent, message.delivered, ..."""
    named = {"events": list(events)} if events else {}
    with office(data) as ask:
        made = ask.run("webhook.add", url=url, **named)
    if as_json:
        show.document(made)
    else:
        click.echo(f"{made['sid']} is told of {', '.join(made['events'])}.")


@webhook.command("list")
@data_option
@json_option
def list_webhooks(data: Path | None, as_json: bool) -> None:
    """List servers and what they are told of."""
    with office(data) as ask:
        found = ask.run("webhook.list")
    columns = [
        show.field("SID", "sid"),
        show.field("URL", "url"),
        show.Column("EVENTS", lambda row: ", ".join(row["events"])),
    ]
    show.rows(found, columns, as_json=as_json)


@webhook.command()
@click.argument("sid", metavar="SID")
@data_option
@json_option
def remove(sid: str, data: Path | None, as_json: bool) -> None:
    """Tell the server SID nothing more."""
    with office(data) as ask:
        ask.run("webhook.remove", sid=sid)
    if as_json:
        show.document({"sid": sid})
    else:
        click.echo(f"{sid} is told nothing more.")
