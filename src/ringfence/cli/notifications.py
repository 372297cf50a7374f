"""``ringfence notifications``: what was asked of your own servers, and what they answered."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from ringfence.cli import show
from ringfence.cli.control import Office
from ringfence.cli.options import data_option, instant, json_option, office
from ringfence.kernel.ids import is_id
from ringfence.kernel.limits import PAGE_DEFAULT, PAGE_MAX, REPLAY_MAX


@click.command()
@click.argument("sid", required=False)
@click.option("--call", metavar="SID", help="Only those of this call.")
@click.option("--app", metavar="APP", help="Only those of calls to this number or flow.")
@click.option("--kind", metavar="WORD", help="document, media, problem, status, recording, ...")
@click.option("--failed", is_flag=True, help="Only what went wrong.")
@click.option("--code", type=click.IntRange(0, 99_999), help="Only with this number of Twilio's.")
@click.option("--status", type=click.IntRange(0, 599), help="Only this status; 0: no answer came.")
@click.option("--since", metavar="DATE[THH:MM]", callback=instant, help="Not before this.")
@click.option("--until", metavar="DATE[THH:MM]", callback=instant, help="Only before this.")
@click.option(
    "--limit", type=click.IntRange(1, PAGE_MAX), default=int(PAGE_DEFAULT), help="How many to show."
)
@click.option("--before", metavar="SID", help="Only those older than this one.")
@click.option(
    "--off", metavar="APP", help="Keep nothing of a number, a flow or an application (AP…)."
)
@click.option("--on", metavar="APP", help="Keep it again.")
@click.option("--apps", is_flag=True, help="Which apps are kept and which are not.")
@click.option(
    "--replay", is_flag=True, help="Send again: the exchange named, or all that are found."
)
@click.option(
    "--undelivered",
    type=click.Choice(["ready", "behind", "dead"]),
    is_flag=False,
    flag_value="dead",
    help="Callbacks that were given up (dead), are tried, or wait behind another.",
)
@click.option("--retry", metavar="SID", help="Try a callback that was given up for another day.")
@data_option
@json_option
def notifications(
    sid: str | None,
    call: str | None,
    app: str | None,
    kind: str | None,
    failed: bool,
    code: int | None,
    status: int | None,
    since: int | None,
    until: int | None,
    limit: int,
    before: str | None,
    off: str | None,
    on: str | None,
    apps: bool,
    replay: bool,
    undelivered: str | None,
    retry: str | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """List what was asked of your servers and what they answered, or show one exchange whole.

    Documents, audio files and callbacks alike, and what was wrong with documents. Only this account
    sees it. What was said is sealed and goes with the person it is about; of an app that is
    switched off, time, status and size are all that is written.

    A callback that is not taken with a 2xx is tried for a day, with growing pauses, and then given
    up: --undelivered shows those, --retry tries one again. --replay sends requests again as they
    were, each as a new callback; what was not kept is left out.

    \b
    Examples:
      ringfence notifications
      ringfence notifications --status 404 --since 2026-01-31
      ringfence notifications --failed --app welcome
      ringfence notifications NO…                  one exchange: request and answer
      ringfence notifications NO… --replay         send it again
      ringfence notifications --replay --kind status --status 503 --since 2026-01-31
      ringfence notifications --undelivered
      ringfence notifications --off welcome        keep nothing of what that flow answers
      ringfence notifications --off +12025550123   nor of that number's calls and messages
      ringfence notifications --off AP…            nor of what that application answers
      ringfence notifications --apps
    """
    wanted = {
        "call": call, "kind": kind, "failed": failed, "code": code, "status": status,
        "since": since, "until": until, **_named(app),
    }  # fmt: skip
    with office(data) as ask:
        if on is not None or off is not None:
            _switch(ask.run("notification.logging", **_app(on, off)), as_json=as_json)
        elif apps:
            _list_apps(ask.run("notification.apps"), as_json=as_json)
        elif retry is not None:
            _list_waiting([ask.run("delivery.retry", sid=retry)], as_json=as_json)
        elif undelivered is not None:
            page = ask.run("delivery.list", state=undelivered, limit=limit, before=before)
            _list_waiting(page["deliveries"], as_json=as_json)
        elif replay:
            sids = [sid] if sid is not None else list(_found(ask, wanted))
            _replay(ask, sids, as_json=as_json)
        elif sid is not None:
            _one(ask.run("notification.show", sid=sid), as_json=as_json)
        else:
            page = ask.run("notification.list", limit=limit, before=before, **wanted)
            _list(page, as_json=as_json)


def _found(ask: Office, wanted: dict[str, Any]) -> Iterator[str]:
    """Yield every request that is found, the oldest first; what was wrong is no request."""
    sids: list[str] = []
    before: str | None = None
    while True:
        page = ask.run("notification.list", limit=int(PAGE_MAX), before=before, **wanted)
        sids += [row["sid"] for row in page["notifications"] if row["kind"] != "problem"]
        before = page.get("next")
        if before is None:
            break
    yield from reversed(sids)


def _replay(ask: Office, sids: list[str], *, as_json: bool) -> None:
    """Send again, so many at a time, and say how far it is."""
    made: list[dict[str, Any]] = []
    left_out: dict[str, str] = {}
    steps = range(0, len(sids), int(REPLAY_MAX))
    with click.progressbar(
        steps, label=f"sending {len(sids)} again", file=sys.stderr, hidden=len(steps) < 2
    ) as bar:
        for start in bar:
            answer = ask.run("notification.replay", sids=sids[start : start + int(REPLAY_MAX)])
            made += answer["deliveries"]
            left_out |= answer["left_out"]
    if as_json:
        show.document({"deliveries": made, "left_out": left_out})
        return
    click.echo(f"{len(made)} will be sent again; their tries are in the log as they happen.")
    for sid, why in left_out.items():
        click.echo(f"left out: {sid} ({why.replace('_', ' ')})", err=True)


def _list_waiting(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    columns = [
        show.Column("TOLD", lambda row: show.instant(row["created"])),
        show.field("CALLBACK", "sid"),
        show.field("ABOUT", "subject"),
        show.field("KIND", "kind"),
        show.Column("EVENT", lambda row: row["event"] or ""),
        show.field("STATE", "state"),
        show.field("TRIES", "attempts"),
        show.Column("WHY", lambda row: (row["error"] or "").replace("_", " ")),
        show.Column("DUE", lambda row: show.instant(row["due"])),
    ]
    show.rows(rows, columns, as_json=as_json)


def _named(name: str | None) -> dict[str, str]:
    """Return a name as the number or the flow that it is."""
    if name is None:
        return {}
    return {"number" if name[:1] in {"+", "0"} or name.isdigit() else "flow": name}


def _app(on: str | None, off: str | None) -> dict[str, Any]:
    if on is not None and off is not None:
        raise click.UsageError("choose one of --on and --off")
    name = on or off or ""
    if is_id(name, "application"):
        return {"on": on is not None, "application": name}
    return {"on": on is not None, **_named(name)}


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
        show.Column("CALL", lambda row: row["call"] or row["subject"] or ""),
        show.Column("KIND", lambda row: " ".join(filter(None, (row["kind"], row["event"])))),
        show.field("METHOD", "method"),
        show.Column("STATUS", lambda row: row["status"] or _unanswered(row)),
        show.Column("TOOK", lambda row: f"{row['elapsed_ms']} ms"),
        show.field("SENT", "request_size"),
        show.field("GOT", "response_size"),
        show.Column("KEPT", lambda row: "yes" if row["kept"] else "no"),
        show.Column("CODE", lambda row: row["code"] or ""),
    ]
    show.rows(page["notifications"], columns, as_json=as_json)
    if page.get("next") and not as_json:
        words = f"notifications --before {page['next']}"
        click.echo(f"more: {show.command(words)}", err=True)


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
            ("about", found.get("subject")),
            ("event", found.get("event")),
            ("at", show.instant(found["at"])),
            ("took", f"{found['elapsed_ms']} ms"),
            ("kind", found["kind"]),
            ("status", found["status"] or "no answer"),
            ("failure", _unanswered(found) if found.get("failure") else None),
            ("code", found.get("code")),
            ("callback", found.get("delivery")),
            ("try", found["attempt"] if found.get("delivery") else None),
            ("source", found.get("source")),
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
    if found.get("sent"):
        click.echo(found["sent"])
    click.echo(f"\n{found['status']} {found.get('content_type') or ''}".rstrip())
    for name, value in found.get("headers") or ():
        click.echo(f"  {name}: {value}")
    click.echo(found.get("body") or "")
    if found.get("cut"):
        click.echo("(cut: it was longer than is kept)", err=True)
