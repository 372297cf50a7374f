"""``ringfence sms inbox``: what people wrote to our numbers and nobody has read yet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ringfence.cli import show
from ringfence.cli.options import chosen, data_option, json_option, office
from ringfence.kernel.limits import PAGE_DEFAULT, PAGE_MAX


@click.group(invoke_without_command=True)
@click.option("--all", "every", is_flag=True, help="Those that were read, too.")
@click.option("--to", "number", metavar="NUMBER", help="Only those to this number of ours.")
@click.option("--from", "sender", metavar="NUMBER", help="Only those from this number.")
@click.option("--search", "text", metavar="WORDS", help="Only those that say this.")
@click.option(
    "--limit", type=click.IntRange(1, PAGE_MAX), default=int(PAGE_DEFAULT), help="How many to show."
)
@click.option("--before", metavar="SID", help="Only those older than this one.")
@data_option
@json_option
@click.pass_context
def inbox(
    context: click.Context,
    every: bool,
    number: str | None,
    sender: str | None,
    text: str | None,
    limit: int,
    before: str | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """List what came in and nobody has read, newest first; read and answer it.

    \b
    Examples:
      ringfence sms inbox
      ringfence sms inbox --all --search parcel
      ringfence sms inbox read SM…
      ringfence sms inbox reply SM… "At nine, then."
    """
    if context.invoked_subcommand is not None:
        return
    optional = chosen({"number": number, "sender": sender, "text": text, "before": before})
    with office(data) as ask:
        page = ask.run("inbox.list", unread=not every, limit=limit, **optional)
        count = ask.run("inbox.count")
    columns = [
        show.Column("AT", lambda row: show.instant(row["created"])),
        show.field("MESSAGE", "sid"),
        show.Column("NEW", lambda row: "new" if row.get("unread") else ""),
        show.Column("FROM", lambda row: row.get("sender") or "erased"),
        show.Column("TO", lambda row: row.get("to") or ""),
        show.Column("TEXT", start),
    ]
    show.rows(page["messages"], columns, as_json=as_json)
    if not as_json:
        click.echo(f"{count['unread']} unread", err=True)
        if page.get("next"):
            words = f"sms inbox --before {page['next']}"
            click.echo(f"more: {show.command(words)}", err=True)


def start(row: dict[str, Any]) -> str:
    """Return the beginning of what a message says."""
    words = " ".join((row.get("body") or "").split())
    return words if len(words) <= 40 else words[:39] + "…"


@inbox.command()
@click.argument("sid", metavar="SID")
@data_option
@json_option
def read(sid: str, data: Path | None, as_json: bool) -> None:
    """Show a message that came in; it is marked as read."""
    with office(data) as ask:
        found = ask.run("inbox.read", sid=sid)
    if as_json:
        show.document(found)
        return
    show.pairs([("from", found.get("sender") or "erased"), ("to", found.get("to"))])
    click.echo(f"\n{found.get('body') or ''}")


@inbox.command()
@click.argument("sid", metavar="SID")
@click.option("--unread", is_flag=True, help="Mark it as unread again.")
@data_option
@json_option
def mark(sid: str, unread: bool, data: Path | None, as_json: bool) -> None:
    """Mark a message as read without showing it, or as unread."""
    with office(data) as ask:
        found = ask.run("inbox.mark", sid=sid, unread=unread)
    if as_json:
        show.document(found)
    else:
        click.echo(f"{found['sid']} is {'unread' if found.get('unread') else 'read'}.")


@inbox.command()
@click.argument("sid", metavar="SID")
@click.argument("text")
@data_option
@json_option
def reply(sid: str, text: str, data: Path | None, as_json: bool) -> None:
    """Answer a message with TEXT, from the number it came to."""
    with office(data) as ask:
        made = ask.run("inbox.reply", sid=sid, text=text)
    if as_json:
        show.document(made)
    else:
        click.echo(f"{made['sid']} is {made['status']}.")
