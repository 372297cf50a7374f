"""``ringfence privacy grievance`` and ``officer``: who is not content, and who answers them."""

from __future__ import annotations

from pathlib import Path

import click

from ringfence.cli import show
from ringfence.cli.options import data_option, json_option, office
from ringfence.cli.privacy_case import do, table


@click.group()
def grievance() -> None:
    """Settle grievances within a calendar month.

    \b
    Examples:
      ringfence privacy grievance list
      ringfence privacy grievance extend CS... --days 14 --words "a carrier must answer"
      ringfence privacy grievance settle CS... --words "You have your answer now."
      ringfence privacy grievance figures
    """


@grievance.command("list")
@data_option
@json_option
def list_(data: Path | None, as_json: bool) -> None:
    """List grievances, newest first."""
    with office(data) as ask:
        found = ask.run("privacy.grievance.list")
    table(found, as_json=as_json)


@grievance.command("file")
@click.option("--words", required=True, help="What the person wrote.")
@click.option("--about", default="other", show_default=True,
              help="privacy, recording, marketing, access, rights or other.")  # fmt: skip
@click.option("--residence", default="", metavar="COUNTRY", help="DE, IN, US-CA ...")
@click.option("--contact", default="", help="Where to answer.")
@data_option
@json_option
def file(
    words: str, about: str, residence: str, contact: str, data: Path | None, as_json: bool
) -> None:
    """Write down a grievance that came by letter, mail or telephone."""
    with office(data) as ask:
        found = ask.run("privacy.grievance.file", words=words, about=about, residence=residence,
                        contact=contact)  # fmt: skip
    if as_json:
        show.document(found)
    else:
        click.echo(f"{found['letter']}\nThe person follows it with: {found['reference']}")


@grievance.command("show")
@click.argument("sid")
@data_option
@json_option
def show_(sid: str, data: Path | None, as_json: bool) -> None:
    """Show one grievance."""
    do(data, as_json, "privacy.grievance.show", sid=sid)


@grievance.command()
@click.argument("sid")
@data_option
@json_option
def take(sid: str, data: Path | None, as_json: bool) -> None:
    """Begin to look into it."""
    do(data, as_json, "privacy.grievance.take", sid=sid)


@grievance.command()
@click.argument("sid")
@click.option("--days", type=int, required=True, help="1 to 60, beyond the month.")
@click.option("--words", required=True, help="The reasons; the person is told.")
@data_option
@json_option
def extend(sid: str, days: int, words: str, data: Path | None, as_json: bool) -> None:
    """Take more time, once, with reasons."""
    do(data, as_json, "privacy.grievance.extend", sid=sid, days=days, words=words)


@grievance.command()
@click.argument("sid")
@click.option("--words", required=True, help="What was done, or why not; the person is told.")
@click.option("--reject", is_flag=True, help="There is nothing to be put right.")
@data_option
@json_option
def settle(sid: str, words: str, reject: bool, data: Path | None, as_json: bool) -> None:
    """Put it right, or say why there is nothing to be put right."""
    do(data, as_json, "privacy.grievance.settle", sid=sid, words=words, redress=not reject)


@grievance.command()
@click.argument("sid")
@data_option
@json_option
def withdraw(sid: str, data: Path | None, as_json: bool) -> None:
    """The person took it back."""
    do(data, as_json, "privacy.grievance.withdraw", sid=sid)


@grievance.command()
@click.argument("sid")
@data_option
@json_option
def close(sid: str, data: Path | None, as_json: bool) -> None:
    """File a settled grievance away."""
    do(data, as_json, "privacy.grievance.close", sid=sid)


@grievance.command()
@data_option
@json_option
def figures(data: Path | None, as_json: bool) -> None:
    """Print how many grievances there were, how they ended and how long they took."""
    with office(data) as ask:
        found = ask.run("privacy.grievance.figures")
    if as_json:
        show.document(found["values"])
    else:
        show.pairs([(name.replace("_", " "), v) for name, v in found["values"].items()])


@click.group()
def officer() -> None:
    """Name who takes questions, grievances and withdrawals.

    \b
    Examples:
      ringfence privacy officer name IN --name "A. Iyer" --email privacy@example.com
      ringfence privacy officer name '*' --name "B. Rao" --post "1 High Street, Pune"
      ringfence privacy officer list
    """


@officer.command("list")
@data_option
@json_option
def officers(data: Path | None, as_json: bool) -> None:
    """List who is responsible for people under which law."""
    with office(data) as ask:
        found = ask.run("privacy.officer.list")
    columns = [show.field(key.upper(), key) for key in ("law", "name", "email", "post")]
    show.rows(found, columns, as_json=as_json)


@officer.command("name")
@click.argument("law")
@click.option("--name", required=True, help="Their name, as the notice prints it.")
@click.option("--email", default="", help="Where people write to them.")
@click.option("--post", default="", help="A postal address.")
@data_option
@json_option
def name_(law: str, name: str, email: str, post: str, data: Path | None, as_json: bool) -> None:
    """Name the officer for people under LAW (EU, IN, AE, US, US-CA, or * for everybody else)."""
    with office(data) as ask:
        found = ask.run("privacy.officer.name", law=law, name=name, email=email, post=post)
    if as_json:
        show.document(found)
    else:
        click.echo(f"{found['name']} answers people under {found['law']}.")
