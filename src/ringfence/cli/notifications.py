"""``ringfence notifications``: what was asked of your own servers, and what they answered."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from ringfence.cli import show
from ringfence.cli.options import data_option, json_option, office
from ringfence.kernel.limits import PAGE_DEFAULT, PAGE_MAX


def _instant(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    """Read a date, or a date and a time (ISO 8601), UTC where it does not say otherwise."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(
            "write it as 2026-01-31 or 2026-01-31T09:30", ctx=ctx, param=param
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1000)


@click.command()
@click.argument("sid", required=False)
@click.option("--call", metavar="SID", help="Only those of this call.")
@click.option("--status", type=click.IntRange(0, 599), help="Only this status; 0: no answer came.")
@click.option("--since", metavar="DATE[THH:MM]", callback=_instant, help="Not before this.")
@click.option("--until", metavar="DATE[THH:MM]", callback=_instant, help="Only before this.")
@click.option("--limit", type=click.IntRange(1, PAGE_MAX), default=int(PAGE_DEFAULT))
@click.option("--before", metavar="SID", help="Only those older than this one.")
@click.option(
    "--off", metavar="APP", help="Keep nothing that is said in calls of a number or flow."
)
@click.option("--on", metavar="APP", help="Keep it again.")
@click.option("--apps", is_flag=True, help="Which numbers and flows are kept and which are not.")
@data_option
@json_option
def notifications(
    sid: str | None,
    call: str | None,
    status: int | None,
    since: int | None,
    until: int | None,
    limit: int,
    before: str | None,
    off: str | None,
    on: str | None,
    apps: bool,
    data: Path | None,
    as_json: bool,
) -> None:
    """List what was asked of your servers and what they answered, or show one exchange whole.

    Documents, audio files and callbacks alike. Only this account sees it. What was said is sealed
    and goes with the person it is about; of an app that is switched off, time, status and size
    are all that is written.

    \b
    Examples:
      ringfence notifications
      ringfence notifications --status 404 --since 2026-01-31
      ringfence notifications NO…                  one exchange: request and answer
      ringfence notifications --off welcome        keep nothing of that flow's calls
      ringfence notifications --off +12025550123   nor of that number's
      ringfence notifications --apps
    """
    with office(data) as ask:
        if on is not None or off is not None:
            _switch(ask.run("notification.logging", **_app(on, off)), as_json=as_json)
        elif apps:
            _list_apps(ask.run("notification.apps"), as_json=as_json)
        elif sid is not None:
            _one(ask.run("notification.show", sid=sid), as_json=as_json)
        else:
            page = ask.run(
                "notification.list",
                limit=limit,
                before=before,
                since=since,
                until=until,
                call=call,
                status=status,
            )
            _list(page, as_json=as_json)


def _app(on: str | None, off: str | None) -> dict[str, Any]:
    if on is not None and off is not None:
        raise click.UsageError("choose one of --on and --off")
    name = on or off or ""
    kind = "number" if name[:1] in {"+", "0"} or name.isdigit() else "flow"
    return {"on": on is not None, kind: name}


def _switch(made: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        show.document(made)
    elif made["on"]:
        click.echo(f"Requests and answers of {made['name']} are kept from now on.")
    else:
        click.echo(f"Of {made['name']} only time, status and size are written from now on.")


def _list_apps(found: list[dict[str, Any]], *, as_json: bool) -> None:
    columns = [
        show.field("APP", "name"),
        show.Column("REQUESTS AND ANSWERS", lambda row: "kept" if row["on"] else "not kept"),
    ]
    show.rows(found, columns, as_json=as_json)


def _list(page: dict[str, Any], *, as_json: bool) -> None:
    columns = [
        show.Column("AT", lambda row: show.instant(row["at"])),
        show.field("EXCHANGE", "sid"),
        show.field("CALL", "call"),
        show.field("KIND", "kind"),
        show.field("METHOD", "method"),
        show.Column("STATUS", lambda row: row["status"] or _unanswered(row)),
        show.Column("TOOK", lambda row: f"{row['elapsed_ms']} ms"),
        show.field("SENT", "request_size"),
        show.field("GOT", "response_size"),
        show.Column("KEPT", lambda row: "yes" if row["kept"] else "no"),
    ]
    show.rows(page["notifications"], columns, as_json=as_json)
    if page.get("next") and not as_json:
        click.echo(f"more: ringfence notifications --before {page['next']}", err=True)


def _unanswered(row: dict[str, Any]) -> str:
    return str(row.get("failure") or "no answer").removeprefix("fetch_").replace("_", " ")


def _one(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        show.document(found)
        return
    show.pairs(
        [
            ("exchange", found["sid"]),
            ("call", found["call"]),
            ("at", show.instant(found["at"])),
            ("took", f"{found['elapsed_ms']} ms"),
            ("kind", found["kind"]),
            ("status", found["status"] or "no answer"),
            ("failure", _unanswered(found) if found.get("failure") else None),
            ("sent", f"{found['request_size']} bytes"),
            ("got", f"{found['response_size']} bytes"),
        ]
    )
    if found.get("url") is None:
        click.echo("\nWhat was asked and answered is not kept.")
        return
    click.echo(f"\n{found['method']} {found['url']}")
    for name, value in found.get("params") or ():
        click.echo(f"  {name}={value}")
    click.echo(f"\n{found['status']} {found.get('content_type') or ''}".rstrip())
    click.echo(found.get("body") or "")
    if found.get("cut"):
        click.echo("(cut: it was longer than is kept)", err=True)
