"""``ringfence privacy incident`` and ``honey``: what went wrong, and whom it has to be told."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from ringfence.cli import show
from ringfence.cli.options import confirm, data_option, json_option, office
from ringfence.cli.privacy_case import due
from ringfence.kernel.errors import Refused

CLOCKS = [
    show.field("CLOCK", "key"),
    show.field("WHOM", "whom"),
    show.field("WHAT", "what"),
    show.Column("DUE", due),
    show.Column("TOLD", lambda row: row["waived"] or show.instant(row["told"])),
    show.field("LAW", "cite"),
]


def _tell(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        show.document(found)
        return
    show.pairs(
        [
            ("incident", found["sid"]),
            ("state", found["state"]),
            ("known since", show.instant(found["aware"])),
            ("people to tell", len(found["affected"])),
            ("words", found["words"]),
        ]
    )
    show.rows(found["clocks"], CLOCKS, as_json=False)
    click.echo()
    for step in found["steps"]:
        said = f": {step['words']}" if step["words"] else ""
        click.echo(f"{show.instant(step['at'])}  {step['action']} by {step['by']}{said}")
    waiting = next((c["key"] for c in found["clocks"] if not (c["told"] or c["waived"])), None)
    if waiting and found["state"] != "closed":
        command = show.command(f"privacy incident tell {found['sid']} {waiting}")
        click.echo(f'\nWhen you have told them: {command} --words "by their form"')


def _do(data: Path | None, as_json: bool, name: str, **args: Any) -> None:
    with office(data) as ask:
        found = ask.run(name, **{key: v for key, v in args.items() if v is not None})
    _tell(found, as_json=as_json)


@click.group()
def incident() -> None:
    """Handle incidents: every clock of every law runs until somebody was told.

    \b
    Examples:
      ringfence privacy incident open leak --words "a laptop was lost" --law EU --law IN
      ringfence privacy incident affect CS... --number +12025550123
      ringfence privacy incident tell CS... IN-cert --words "by their form"
      ringfence privacy incident contain CS... --words "it was found"
      ringfence privacy incident close CS...
    """


@incident.command("open")
@click.argument("kind", type=click.Choice(["access", "leak", "loss", "change", "compromised"]))
@click.option("--words", required=True, help="What happened.")
@click.option(
    "--law",
    "laws",
    multiple=True,
    metavar="PLACE",
    help="Where the people live: EU, IN, AE, US, or a country such as DE. Once for each.",
)
@click.option(
    "--aware",
    metavar="TIME",
    help="Since when it is known, if not just now: 2026-11-22T18:00 (UTC).",
)
@click.option(
    "--sector",
    "sectors",
    multiple=True,
    type=click.Choice(["telecom", "essential"]),
    help="A sector whose law sets clocks of its own; as often as needed.",
)
@click.option("--sealed", is_flag=True, help="Nobody can read what got out: the keys are here.")
@data_option
@json_option
def open_(
    kind: str,
    words: str,
    laws: tuple[str, ...],
    sectors: tuple[str, ...],
    aware: str | None,
    sealed: bool,
    data: Path | None,
    as_json: bool,
) -> None:
    """Something happened: every clock starts, from when it became known.

    \b
    Examples:
      ringfence privacy incident open leak --words "a laptop was lost" --law DE --law IN
      ringfence privacy incident open access --words "..." --aware 2026-11-22T18:00
    """
    _do(data, as_json, "privacy.incident.open", kind=kind, words=words, laws=list(laws) or None,
        sectors=list(sectors) or None, aware=_aware(aware), sealed=sealed)  # fmt: skip


def _aware(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Refused("bad_argument", "write the time as 2026-11-22T18:00, in UTC") from None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return int(at.timestamp() * 1000)


@incident.command("list")
@data_option
@json_option
def list_(data: Path | None, as_json: bool) -> None:
    """List incidents, newest first."""
    with office(data) as ask:
        found = ask.run("privacy.incident.list")
    columns = [
        show.field("INCIDENT", "sid"),
        show.field("KIND", "kind"),
        show.field("STATE", "state"),
        show.Column("KNOWN SINCE", lambda row: show.instant(row["aware"])),
        show.Column("TO TELL", lambda row: sum(
            not (clock["told"] or clock["waived"]) for clock in row["clocks"])),
        show.Column("LATE", lambda row: sum(bool(c.get("late")) and not c["told"]
                                            for c in row["clocks"])),
        show.Column("NEXT DUE", lambda row: next(
            (f"{show.instant(c['due'])} {c['key']}" for c in row["clocks"]
             if not (c["told"] or c["waived"])), None)),
    ]  # fmt: skip
    show.rows(found, columns, as_json=as_json)


@incident.command("show")
@click.argument("sid")
@data_option
@json_option
def show_(sid: str, data: Path | None, as_json: bool) -> None:
    """Show one incident with its clocks."""
    _do(data, as_json, "privacy.incident.show", sid=sid)


@incident.command()
@click.argument("sid")
@click.option("--number", "contacts", multiple=True, help="Whose data it was.")
@click.option("--key", "serials", multiple=True, type=int, help="A key that got out.")
@data_option
@json_option
def affect(
    sid: str,
    contacts: tuple[str, ...],
    serials: tuple[int, ...],
    data: Path | None,
    as_json: bool,
) -> None:
    """Say whose data it was: by number, or by the keys that got out."""
    _do(data, as_json, "privacy.incident.affect", sid=sid, contacts=list(contacts) or None,
        serials=list(serials) or None)  # fmt: skip


@incident.command()
@click.argument("sid")
@click.argument("clock")
@click.option("--words", default="", help="How.")
@data_option
@json_option
def tell(sid: str, clock: str, words: str, data: Path | None, as_json: bool) -> None:
    """Somebody was told: their clock has stopped."""
    _do(data, as_json, "privacy.incident.tell", sid=sid, clock=clock, words=words)


@incident.command()
@click.argument("sid")
@click.argument("clock")
@click.option("--words", required=True, help="Why nobody can read it.")
@data_option
@json_option
def waive(sid: str, clock: str, words: str, data: Path | None, as_json: bool) -> None:
    """People need not be told of what nobody can read."""
    _do(data, as_json, "privacy.incident.waive", sid=sid, clock=clock, words=words)


@incident.command()
@click.argument("sid")
@click.option("--words", required=True, help="How it was stopped.")
@data_option
@json_option
def contain(sid: str, words: str, data: Path | None, as_json: bool) -> None:
    """It goes on no longer."""
    _do(data, as_json, "privacy.incident.contain", sid=sid, words=words)


@incident.command()
@click.argument("sid")
@click.option("--words", default="", help="What was learnt.")
@data_option
@json_option
def close(sid: str, words: str, data: Path | None, as_json: bool) -> None:
    """Everybody was told."""
    _do(data, as_json, "privacy.incident.close", sid=sid, words=words)


@click.command()
@click.argument("number")
@data_option
@json_option
def honey(number: str, data: Path | None, as_json: bool) -> None:
    """Watch NUMBER, which belongs to nobody: whoever opens its data opens an incident.

    \b
    Example:
      ringfence privacy honey +12025550166
    """
    with office(data) as ask:
        ask.run("privacy.honey.place", number=number)
    if as_json:
        show.document({"watched": True})
    else:
        click.echo("Watched.")


@click.command()
@click.option("--words", required=True, help="What happened.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@data_option
@json_option
def compromised(words: str, yes: bool, data: Path | None, as_json: bool) -> None:
    """Stop everything: the account was stolen.

    Token, keys, tickets, sessions, links and telephones let nobody in any more, no call is placed
    at the account's expense, and an incident is open. 'resume' takes it back.

    \b
    Examples:
      ringfence privacy compromised --words "a laptop was stolen"
      ringfence privacy resume
    """
    if not yes:
        confirm("Stop everything?", as_json=as_json)
    with office(data) as ask:
        found = ask.run("account.compromised", words=words)
    if as_json:
        show.document(found)
        return
    click.echo(f"Stopped. The new auth token, shown this once: {found['auth_token']}")
    click.echo(f"The incident: {found['incident']}")


@click.command()
@data_option
@json_option
def resume(data: Path | None, as_json: bool) -> None:
    """Take the stop of 'compromised' back: telephones and calls work again."""
    with office(data) as ask:
        ask.run("account.resume")
    if as_json:
        show.document({"resumed": True})
    else:
        click.echo("Resumed. Make new keys for your programs.")
