"""``ringfence calls`` and ``ringfence call``: place calls, list them, look into one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ringfence.cli import show
from ringfence.cli.answering import answer, answer_options
from ringfence.cli.control import Office
from ringfence.cli.options import data_option, instant, json_option, office
from ringfence.kernel.limits import PAGE_DEFAULT, PAGE_MAX

STATUSES = ["offered", "ringing", "answered", "ended"]


@click.command()
@click.option(
    "--limit", type=click.IntRange(1, PAGE_MAX), default=int(PAGE_DEFAULT), help="How many to show."
)
@click.option("--before", metavar="SID", help="Only calls older than this one.")
@click.option("--status", type=click.Choice(STATUSES), help="Only calls in this state.")
@click.option("--since", metavar="DATE[THH:MM]", callback=instant, help="Not before this.")
@click.option("--until", metavar="DATE[THH:MM]", callback=instant, help="Only before this.")
@data_option
@json_option
def calls(
    limit: int,
    before: str | None,
    status: str | None,
    since: int | None,
    until: int | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """List calls, newest first.

    \b
    Examples:
      ringfence calls
      ringfence calls --limit 5 --status ended --json
      ringfence calls --since 2026-01-31 --until 2026-02-01
    """
    timed = since is not None or until is not None
    if timed and status is not None:
        raise click.UsageError("--status lists by state, --since and --until by time: name one")
    with office(data) as ask:
        if timed:
            page = ask.run("call.search", limit=limit, before=before, since=since, until=until)
        else:
            page = ask.run("call.list", limit=limit, before=before, status=status)
    columns = [
        show.Column("OFFERED", lambda row: show.instant(row["offered"])),
        show.field("CALL", "sid"),
        show.field("DIRECTION", "direction"),
        show.field("FROM", "caller"),
        show.field("TO", "called"),
        show.Column("STATUS", _status),
        show.Column("TALK", lambda row: show.seconds(row.get("talk_ms"))),
        show.field("CAUSE", "cause"),
        show.field("CODEC", "codec"),
        show.field("MOS", "mos"),
    ]
    show.rows(page["calls"], columns, as_json=as_json)
    if page.get("next") and not as_json:
        words = f"calls --before {page['next']}"
        click.echo(f"more: {show.command(words)}", err=True)


class PlaceByDefault(click.Group):
    """A group in which a word that names no command is whom to call."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Leave options to ``place`` where they come first."""
        if args and args[0].startswith("-") and args[0] not in ctx.help_option_names:
            args = ["place", *args]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Put ``place`` before a destination."""
        if args[0] not in self.commands:
            args = ["place", *args]
        return super().resolve_command(ctx, args)


EXIT_UNANSWERED = 1


@click.group(cls=PlaceByDefault)
def call() -> None:
    """Place a call, or look into one.

    \b
    Examples:
      ringfence call +12025550123                 call it and run the flow 'welcome'
      ringfence call sip:desk@192.0.2.10 --flow echo
      ringfence call +12025550123 --twiml notice.xml --no-follow
      ringfence call show CA…                     its record, legs and recordings
      ringfence call timeline CA… --follow        what happens, line by line
      ringfence call hangup CA…
    """


@call.command()
@click.argument("to", metavar="SIP_URI_OR_NUMBER")
@answer_options
@click.option("--from", "caller", metavar="NUMBER", help="Number shown to whoever is called.")
@click.option("--trunk", metavar="NAME", help="The trunk that a number is called by.")
@click.option("--marketing", is_flag=True, help="It is about an offer: consent and hours count.")
@click.option("--customer", is_flag=True, help="They are a customer who did not object to offers.")
@click.option("--follow/--no-follow", default=True, help="Print the timeline until the call ends.")
@data_option
@json_option
def place(
    to: str,
    flow: str | None,
    voice_url: str | None,
    twiml: Path | None,
    caller: str | None,
    trunk: str | None,
    marketing: bool,
    customer: bool,
    follow: bool,
    data: Path | None,
    as_json: bool,
) -> None:
    """Call; without a document 'welcome' runs. The exit code is 1 where nobody answered."""
    chosen: dict[str, Any] = {**answer(flow, voice_url, twiml)}
    if trunk is not None:
        chosen["trunk"] = trunk
    if marketing:
        chosen |= {"about": "marketing", "customer": customer}
    with office(data) as ask:
        placed = ask.run("call.place", to=to, caller=caller, **chosen)
        if as_json:
            show.document(placed)
            return
        click.echo(f"call {placed['sid']}")
        answered = _follow(ask, placed["sid"]) if follow else True
    if not answered:
        raise click.exceptions.Exit(EXIT_UNANSWERED)


@call.command("show")
@click.argument("sid")
@data_option
@json_option
def show_call(sid: str, data: Path | None, as_json: bool) -> None:
    """Show the record of one call: times, cause, legs, recordings."""
    with office(data) as ask:
        found = ask.run("call.show", sid=sid)
    if as_json:
        show.document(found)
        return
    show.pairs(_record(found))
    for title, items, columns in _parts(found):
        if items:
            click.echo(f"\n{title}")
            show.rows(items, columns, as_json=False)


@call.command()
@click.argument("sid")
@click.option("--follow", is_flag=True, help="Go on until the call ends.")
@data_option
@json_option
def timeline(sid: str, follow: bool, data: Path | None, as_json: bool) -> None:
    """Show what happened in one call, line by line."""
    with office(data) as ask:
        if follow and not as_json:
            _follow(ask, sid)
            return
        lines = ask.run("call.timeline", sid=sid)
    if as_json:
        show.document(lines)
    for item in lines if not as_json else ():
        show.line(item)


@call.command()
@click.argument("sid")
@data_option
@json_option
def hangup(sid: str, data: Path | None, as_json: bool) -> None:
    """End a call."""
    with office(data) as ask:
        ended = ask.run("call.hangup", sid=sid)
    if as_json:
        show.document(ended)
    else:
        over = "has ended" if ended["status"] == "ended" else "is being ended"
        click.echo(f"call {ended['sid']} {over}.")


def _follow(ask: Office, sid: str) -> bool:
    """Print what happens until the call ends; whether somebody or something answered."""
    answered = False
    for item in ask.follow("timeline.follow", call=sid):
        show.line(item)
        answered |= item["name"] == "CallAnswered"
    return answered


def _status(row: dict[str, Any]) -> str:
    return f"{row['status']}, missed" if row.get("missed") else str(row["status"])


def _record(found: dict[str, Any]) -> list[tuple[str, object]]:
    return [
        ("call", found["sid"]),
        ("direction", found["direction"]),
        ("from", found.get("caller")),
        ("to", found.get("called")),
        ("flow", found.get("flow")),
        ("status", _status(found)),
        ("offered", show.instant(found["offered"])),
        ("ringing", show.instant(found.get("ringing"))),
        ("answered", show.instant(found.get("answered"))),
        ("ended", show.instant(found.get("ended"))),
        ("talk", show.seconds(found.get("talk_ms"))),
        ("hung up by", found.get("hung_up_by")),
        ("cause", found.get("cause")),
        ("codec", found.get("codec")),
        ("MOS", found.get("mos")),
        ("missed", found.get("missed")),
    ]


def _parts(
    found: dict[str, Any],
) -> list[tuple[str, list[dict[str, Any]], list[show.Column]]]:
    def media(key: str) -> Any:
        return lambda row: (row.get("media") or {}).get(key)

    legs = [
        show.field("LEG", "sid"),
        show.field("DIRECTION", "direction"),
        show.field("VIA", "via"),
        show.field("STATUS", "status"),
        show.field("CODEC", "codec"),
        show.field("CAUSE", "cause"),
        show.Column("PACKETS IN", media("packets_in")),
        show.Column("OUT", media("packets_out")),
        show.Column("LOST", media("lost")),
        show.Column("MOS", media("mos")),
    ]
    recordings = [
        show.field("RECORDING", "sid"),
        show.field("KIND", "kind"),
        show.field("STATUS", "status"),
        show.Column("LENGTH", lambda row: show.seconds(row.get("duration_ms"))),
    ]
    return [
        ("Legs", found.get("legs", []), legs),
        ("Recordings", found.get("recordings", []), recordings),
    ]
