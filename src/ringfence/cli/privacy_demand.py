"""``ringfence privacy demand``, ``approver`` and ``transparency``: authorities that want data."""

from __future__ import annotations

from pathlib import Path

import click

from ringfence.cli import show
from ringfence.cli.options import data_option, json_option, office
from ringfence.cli.privacy_case import archive, do, fetch, table
from ringfence.privacy.cases.calendar import read_date, start_of
from ringfence.privacy.cases.demand import CHECKS, EMERGENCY_CHECKS, PATHS

FIELDS = ("identity", "calls", "voice")
secret_option = click.option(
    "--secret", prompt="Approver's secret", hide_input=True, help="Asked for where it is left out."
)


def _instant(day: str | None) -> int | None:
    return None if day is None else start_of(read_date(day))


@click.group()
def demand() -> None:
    """Handle demands of authorities: checked, told or gagged, approved by two, no more than asked.

    \b
    The usual way:
      ringfence privacy demand receive --authority "County Court" --instrument "Order 7/26" \\
          --country US --number +12025550123 --field calls --since 2026-01-01 --until 2026-02-01
      ringfence privacy demand validate CS... --check authority --check signature \\
          --check jurisdiction --check basis --check specific
      ringfence privacy demand narrow CS...
      ringfence privacy demand notify CS... --words "by registered letter"
      ringfence privacy demand approve CS...      (after seven days, twice, by two people)
      ringfence privacy demand disclose CS...
    Otherwise: refer (the data is a customer's), object (not properly made), gag, emergency.
    """


@demand.command()
@click.option("--authority", required=True, help="Who demands it.")
@click.option("--instrument", required=True, help="By which order.")
@click.option("--country", required=True, help="Of the authority: US, DE ...")
@click.option(
    "--path",
    type=click.Choice(sorted(PATHS)),
    default="domestic",
    show_default=True,
    help="By which way of the law it came.",
)
@click.option("--number", "contacts", multiple=True, required=True, help="About whom.")
@click.option(
    "--field",
    "fields",
    multiple=True,
    required=True,
    type=click.Choice(FIELDS),
    help="What it asks for; as often as needed.",
)
@click.option(
    "--since", required=True, metavar="YEAR-MONTH-DAY", help="The first day that is asked about."
)
@click.option("--until", required=True, metavar="YEAR-MONTH-DAY", help="Before this day.")
@click.option("--held-for-other", is_flag=True, help="The data is a customer's, not ours.")
@click.option("--words", default="", help="What else it says.")
@data_option
@json_option
def receive(
    authority: str,
    instrument: str,
    country: str,
    path: str,
    contacts: tuple[str, ...],
    fields: tuple[str, ...],
    since: str,
    until: str,
    held_for_other: bool,
    words: str,
    data: Path | None,
    as_json: bool,
) -> None:
    """Write down a demand: who wants what about whom, of which time, by which order."""
    do(data, as_json, "privacy.demand.receive", authority=authority, instrument=instrument,
       country=country, path=path, contacts=list(contacts), fields=list(fields),
       since=_instant(since), until=_instant(until), held_for_other=held_for_other,
       words=words)  # fmt: skip


@demand.command("list")
@data_option
@json_option
def list_(data: Path | None, as_json: bool) -> None:
    """List demands, newest first."""
    with office(data) as ask:
        found = ask.run("privacy.demand.list")
    table(found, as_json=as_json)


@demand.command("show")
@click.argument("sid")
@data_option
@json_option
def show_(sid: str, data: Path | None, as_json: bool) -> None:
    """Show one demand: words, steps, what can be done."""
    do(data, as_json, "privacy.demand.show", sid=sid)


@demand.command()
@click.argument("sid")
@click.option("--words", default="", help="To whom they were sent.")
@data_option
@json_option
def refer(sid: str, words: str, data: Path | None, as_json: bool) -> None:
    """Send the authority to the company whose data it is."""
    do(data, as_json, "privacy.demand.refer", sid=sid, words=words)


@demand.command("object")
@click.argument("sid")
@click.option("--reason", required=True, help="What is wrong with it.")
@data_option
@json_option
def object_(sid: str, reason: str, data: Path | None, as_json: bool) -> None:
    """Refuse a demand that was not properly made."""
    do(data, as_json, "privacy.demand.object", sid=sid, reason=reason)


@demand.command()
@click.argument("sid")
@click.option("--check", "checks", multiple=True, type=click.Choice(list(CHECKS)),
              help="One that it passed; with one missing it can only be objected to.")  # fmt: skip
@data_option
@json_option
def validate(sid: str, checks: tuple[str, ...], data: Path | None, as_json: bool) -> None:
    """Say which checks it passed."""
    do(data, as_json, "privacy.demand.validate", sid=sid, checks=list(checks))


@demand.command()
@click.argument("sid")
@click.option(
    "--check",
    "checks",
    multiple=True,
    type=click.Choice(list(EMERGENCY_CHECKS)),
    help="What was made sure of; as often as needed.",
)
@click.option("--reason", required=True, help="Who is in danger of what.")
@data_option
@json_option
def emergency(
    sid: str, checks: tuple[str, ...], reason: str, data: Path | None, as_json: bool
) -> None:
    """A life is in danger: one approver is enough; a review follows within 72 hours.

    \b
    The way:
      ringfence privacy demand emergency CS... --reason "a missing hiker" \\
          --check authority --check danger --check specific
      ringfence privacy demand narrow CS...
      ringfence privacy demand notify CS...       (or gag, for 72 hours at the most)
      ringfence privacy demand approve CS...      (once, and no days to wait)
      ringfence privacy demand disclose CS...
      ringfence privacy demand review CS... --words "..."     (by another approver)
    """
    do(data, as_json, "privacy.demand.emergency", sid=sid, checks=list(checks), reason=reason)


@demand.command()
@click.argument("sid")
@click.option("--number", "contacts", multiple=True, help="Only these people.")
@click.option("--field", "fields", multiple=True, type=click.Choice(FIELDS), help="Only these.")
@click.option("--since", metavar="YEAR-MONTH-DAY", help="The first day that is left of it.")
@click.option("--until", metavar="YEAR-MONTH-DAY", help="The last day that is left of it.")
@data_option
@json_option
def narrow(
    sid: str,
    contacts: tuple[str, ...],
    fields: tuple[str, ...],
    since: str | None,
    until: str | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """Say what will be given: no more than was asked for, by default exactly that."""
    do(data, as_json, "privacy.demand.narrow", sid=sid, contacts=list(contacts) or None,
       fields=list(fields) or None, since=_instant(since), until=_instant(until))  # fmt: skip


@demand.command()
@click.argument("sid")
@click.option("--words", default="", help="How the person was told; without, tell them now.")
@data_option
@json_option
def notify(sid: str, words: str, data: Path | None, as_json: bool) -> None:
    """The person was told, or is now; nothing leaves for another seven days."""
    do(data, as_json, "privacy.demand.notify", sid=sid, words=words)


@demand.command("letters")
@data_option
@json_option
def letters_(data: Path | None, as_json: bool) -> None:
    """Print the letters that somebody has to send: no message reaches these people."""
    with office(data) as ask:
        found = ask.run("privacy.demand.letters")
    if as_json:
        show.document(found)
        return
    for one in found:
        click.secho(f"{one['case']}  {one['person']}  to {one['address'] or 'unknown'}", bold=True)
        click.echo(f"{one['text']}\n")
    if not found:
        click.echo("No letter is owed.")


@demand.command("told")
@click.argument("sid")
@click.option("--person", required=True, help="To whom, as 'letters' says.")
@click.option("--words", required=True, help="How it went: by registered letter ...")
@data_option
@json_option
def told_(sid: str, person: str, words: str, data: Path | None, as_json: bool) -> None:
    """A letter went out."""
    do(data, as_json, "privacy.demand.told", sid=sid, person=person, words=words)


@demand.command()
@click.argument("sid")
@click.option("--instrument", required=True, help="The order that forbids to tell the person.")
@click.option("--until", required=True, metavar="YEAR-MONTH-DAY", help="Then they are told.")
@data_option
@json_option
def gag(sid: str, instrument: str, until: str, data: Path | None, as_json: bool) -> None:
    """Telling the person is forbidden, until a day."""
    do(data, as_json, "privacy.demand.gag", sid=sid, instrument=instrument,
       until=_instant(until))  # fmt: skip


@demand.command()
@click.argument("sid")
@secret_option
@data_option
@json_option
def approve(sid: str, secret: str, data: Path | None, as_json: bool) -> None:
    """Approve the scope as it is. Two people have to, each with a secret of their own."""
    do(data, as_json, "privacy.demand.approve", sid=sid, secret=secret)


@demand.command()
@click.argument("sid")
@secret_option
@data_option
@json_option
def disclose(sid: str, secret: str, data: Path | None, as_json: bool) -> None:
    """Make the export of an approved demand; it is fetched once, with the token."""
    with office(data) as ask:
        made = ask.run("privacy.demand.disclose", sid=sid, secret=secret)
    archive(made, "demand", as_json=as_json)


@demand.command("fetch")
@click.argument("sid")
@click.option("--token", required=True, help="What 'disclose' printed.")
@click.option("--to", "target", metavar="FILE", help="A new file. [default: SID.zip]")
@data_option
@json_option
def fetch_(sid: str, token: str, target: str | None, data: Path | None, as_json: bool) -> None:
    """Fetch the export, once."""
    fetch(data, as_json, "privacy.demand.fetch", target, sid=sid, token=token)


@demand.command()
@click.argument("sid")
@secret_option
@click.option("--words", required=True, help="What was found.")
@data_option
@json_option
def review(sid: str, secret: str, words: str, data: Path | None, as_json: bool) -> None:
    """Look back at an emergency, as somebody who took no part in it."""
    do(data, as_json, "privacy.demand.review", sid=sid, secret=secret, words=words)


@demand.command()
@click.argument("sid")
@data_option
@json_option
def close(sid: str, data: Path | None, as_json: bool) -> None:
    """Everything is done, and the person was told."""
    do(data, as_json, "privacy.demand.close", sid=sid)


@click.group()
def approver() -> None:
    """Say who may approve disclosures: each has a secret, shown once.

    \b
    Examples:
      ringfence privacy approver add "Ann Example"
      ringfence privacy approver list
      ringfence privacy approver remove US...
    """


@approver.command()
@click.argument("name")
@data_option
@json_option
def add(name: str, data: Path | None, as_json: bool) -> None:
    """Let NAME approve; the secret is printed this once."""
    with office(data) as ask:
        made = ask.run("privacy.approver.add", name=name)
    if as_json:
        show.document(made)
    else:
        click.echo(f"{made['name']} approves with: {made['secret']}")


@approver.command("list")
@data_option
@json_option
def approvers(data: Path | None, as_json: bool) -> None:
    """List everybody who may approve, or might once."""
    with office(data) as ask:
        found = ask.run("privacy.approver.list")
    columns = [
        show.field("APPROVER", "sid"),
        show.field("NAME", "name"),
        show.Column("SINCE", lambda row: show.instant(row["created"])),
        show.Column("UNTIL", lambda row: show.instant(row["removed"])),
    ]
    show.rows(found, columns, as_json=as_json)


@approver.command()
@click.argument("sid")
@data_option
@json_option
def remove(sid: str, data: Path | None, as_json: bool) -> None:
    """Let somebody approve no more."""
    with office(data) as ask:
        ask.run("privacy.approver.remove", sid=sid)
    if as_json:
        show.document({"removed": sid})
    else:
        click.echo("Removed.")


@click.command()
@click.option("--since", metavar="YEAR-MONTH-DAY", help="The first day that is reported on.")
@click.option("--until", metavar="YEAR-MONTH-DAY", help="The last day that is reported on.")
@data_option
@json_option
def transparency(since: str | None, until: str | None, data: Path | None, as_json: bool) -> None:
    """Print the transparency report, counted again from the audit log.

    \b
    Example:
      ringfence privacy transparency --since 2026-01-01 --until 2027-01-01
    """
    args = {"since": _instant(since), "until": _instant(until)}
    with office(data) as ask:
        found = ask.run("privacy.transparency", **{k: v for k, v in args.items() if v is not None})
    if as_json:
        show.document(found["values"])
        return
    values = found["values"]
    countries = ", ".join(f"{place} {count}" for place, count in values.pop("countries").items())
    show.pairs([*values.items(), ("countries", countries)])
