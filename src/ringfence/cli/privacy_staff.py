"""``key``, ``privacy staff-ticket``: who may come in. ``restrict``, ``hold``: what may not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ringfence.cli import show
from ringfence.cli.options import data_option, json_option, office
from ringfence.privacy.roles import GRANTED

# --- API keys -------------------------------------------------------------------------------------


@click.group()
def key() -> None:
    """Make API keys, each for a few purposes; end them.

    \b
    Examples:
      ringfence key add reports --purpose billing
      ringfence key add archive --purpose deliver_content --role manager --days 90
      ringfence key list
      ringfence key revoke SK…

    A key signs in by HTTP Basic: its SID is the user, its secret the password.
    """


@key.command("add")
@click.argument("name")
@click.option("--purpose", "purposes", multiple=True, required=True, metavar="KEY",
              help="What it may be used for; may be given several times.")  # fmt: skip
@click.option(
    "--role",
    type=click.Choice(GRANTED),
    default="admin",
    show_default=True,
    help="What whoever shows the key may do.",
)
@click.option("--days", type=int, metavar="N", help="How long it lasts. [default: until revoked]")
@data_option
@json_option
def add_key(
    name: str, purposes: tuple[str, ...], role: str, days: int | None, data: Path | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Make a key. Its secret is shown now and never again."""
    with office(data) as ask:
        made = ask.run("key.add", name=name, purposes=[*purposes], role=role, days=days)
    if as_json:
        show.document(made)
        return
    click.echo(f"key     {made['sid']}")
    click.echo(f"secret  {made['secret']}")
    click.echo(f"for     {', '.join(made['purposes'])}, as {made['role']}")
    click.echo("Write the secret down: only a hash of it is kept.")


@key.command("list")
@data_option
@json_option
def list_keys(data: Path | None, as_json: bool) -> None:
    """List keys, revoked ones too; never a secret."""
    with office(data) as ask:
        found = ask.run("key.list")
    columns = [
        show.field("KEY", "sid"),
        show.field("NAME", "name"),
        show.field("ROLE", "role"),
        show.Column("FOR", lambda row: ", ".join(row["purposes"])),
        show.Column("MADE", lambda row: show.instant(row["created"])),
        show.Column("ENDS", _ends),
    ]
    show.rows(found, columns, as_json=as_json)


def _ends(row: dict[str, Any]) -> str:
    if row.get("revoked") is not None:
        return f"revoked {show.instant(row['revoked'])}"
    return show.instant(row["expires"]) if row.get("expires") is not None else "never"


@key.command()
@click.argument("sid")
@data_option
@json_option
def revoke(sid: str, data: Path | None, as_json: bool) -> None:
    """End a key at once."""
    with office(data) as ask:
        found = ask.run("key.revoke", sid=sid)
    if as_json:
        show.document(found)
    else:
        click.echo(f"{sid} lets nobody in any more")


# --- staff tickets --------------------------------------------------------------------------------


@click.group("staff-ticket")
def staff_ticket() -> None:
    """Let people of the host in for a time: how calls went, never with whom or what was said.

    \b
    Examples:
      ringfence privacy staff-ticket open --matter "one-way audio since Monday" --minutes 60
      ringfence privacy staff-ticket list
      ringfence privacy staff-ticket close TT…
    """


@staff_ticket.command("open")
@click.option("--matter", required=True, metavar="TEXT", help="What they are let in for.")
@click.option("--minutes", type=int, default=60, show_default=True, help="How long it lasts.")
@data_option
@json_option
def open_ticket(matter: str, minutes: int, data: Path | None, as_json: bool) -> None:
    """Open a ticket. Its secret is shown now and never again."""
    with office(data) as ask:
        made = ask.run("privacy.ticket.open", matter=matter, minutes=minutes)
    if as_json:
        show.document(made)
        return
    click.echo(f"ticket  {made['sid']}")
    click.echo(f"secret  {made['secret']}")
    click.echo(f"until   {show.instant(made['expires'])}")


@staff_ticket.command("list")
@data_option
@json_option
def list_tickets(data: Path | None, as_json: bool) -> None:
    """List tickets, closed ones too."""
    with office(data) as ask:
        found = ask.run("privacy.ticket.list")
    columns = [
        show.field("TICKET", "sid"),
        show.field("MATTER", "matter"),
        show.Column("OPENED", lambda row: show.instant(row["opened"])),
        show.Column("STATE", lambda row: "open" if row["open"] else "over"),
    ]
    show.rows(found, columns, as_json=as_json)


@staff_ticket.command("close")
@click.argument("sid")
@data_option
@json_option
def close_ticket(sid: str, data: Path | None, as_json: bool) -> None:
    """End a time box now."""
    with office(data) as ask:
        found = ask.run("privacy.ticket.close", sid=sid)
    if as_json:
        show.document(found)
    else:
        click.echo(f"{sid} lets nobody in any more")


# --- restrictions and holds -----------------------------------------------------------------------

_restriction = click.option(
    "--reason", default="requested", show_default=True, metavar="WORD",
    help="requested, accuracy, objection, unlawful, child, erasure.",
)  # fmt: skip
_hold = click.option(
    "--reason", default="legal_claim", show_default=True, metavar="WORD",
    help="legal_claim, legal_demand, dispute, investigation.",
)  # fmt: skip


@click.command()
@click.argument("number")
@_restriction
@data_option
@json_option
def restrict(number: str, reason: str, data: Path | None, as_json: bool) -> None:
    """Store somebody's data and use it no more; what is being recorded of them stops."""
    with office(data) as ask:
        _reasons(ask.run("privacy.restrict", number=number, reason=reason), as_json=as_json)


@click.command()
@click.argument("number")
@_restriction
@data_option
@json_option
def unrestrict(number: str, reason: str, data: Path | None, as_json: bool) -> None:
    """End a restriction; others may still stand."""
    with office(data) as ask:
        _reasons(ask.run("privacy.unrestrict", number=number, reason=reason), as_json=as_json)


def _reasons(found: list[str], *, as_json: bool) -> None:
    if as_json:
        show.document(found)
    else:
        click.echo(f"restricted: {', '.join(found)}" if found else "not restricted")


@click.command()
@click.argument("sid")
@_hold
@data_option
@json_option
def hold(sid: str, reason: str, data: Path | None, as_json: bool) -> None:
    """Let nothing erase one record: the SID of a call, a recording, a message."""
    with office(data) as ask:
        _holds(ask.run("privacy.hold", record=sid, reason=reason), as_json=as_json)


@click.command()
@click.argument("sid")
@_hold
@data_option
@json_option
def release(sid: str, reason: str, data: Path | None, as_json: bool) -> None:
    """End a hold; what waited for it goes on with the next sweep."""
    with office(data) as ask:
        _holds(ask.run("privacy.release", record=sid, reason=reason), as_json=as_json)


@click.command()
@data_option
@json_option
def holds(data: Path | None, as_json: bool) -> None:
    """List the holds that stand."""
    with office(data) as ask:
        _holds(ask.run("privacy.holds"), as_json=as_json)


def _holds(found: list[dict[str, Any]], *, as_json: bool) -> None:
    columns = [
        show.field("RECORD", "record"),
        show.field("REASON", "reason"),
        show.Column("SINCE", lambda row: show.instant(row["placed"])),
    ]
    show.rows(found, columns, as_json=as_json)
