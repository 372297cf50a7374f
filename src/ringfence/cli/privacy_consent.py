"""``ringfence privacy consent`` and ``leave-alone``: what people agreed to, whom not to call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ringfence.cli import show
from ringfence.cli.options import data_option, json_option, office

_purpose = click.option(
    "--purpose", required=True, metavar="KEY", help="record_call, market, publication, …"
)
_channel = click.option(
    "--channel", default="any", metavar="WAY", help="call, message, email; any where there is one."
)
_how = click.option(
    "--how", default="cli", metavar="ACT", help="How they said it: page_box, letter, mail, …"
)
_locale = click.option("--locale", default="en", metavar="LANG", help="Language they were shown.")


@click.group()
def consent() -> None:
    """Give, refuse, withdraw and show consents. Taking one back is as easy as giving it.

    \b
    Examples:
      ringfence privacy consent give +12025550123 --purpose record_call
      ringfence privacy consent withdraw +12025550123 --purpose record_call
      ringfence privacy consent show +12025550123
      ringfence privacy consent text --purpose market --channel email
    """


@consent.command()
@click.argument("number")
@_purpose
@_channel
@_how
@_locale
@data_option
@json_option
def give(number: str, data: Path | None, as_json: bool, **said: str) -> None:
    """Write down that somebody agreed to one purpose, and what they were shown."""
    _say("give", number, data, as_json=as_json, **said)


@consent.command()
@click.argument("number")
@_purpose
@_channel
@_how
@_locale
@data_option
@json_option
def refuse(number: str, data: Path | None, as_json: bool, **said: str) -> None:
    """Write down that somebody was asked and said no."""
    _say("refuse", number, data, as_json=as_json, **said)


@consent.command()
@click.argument("number")
@_purpose
@_channel
@_how
@data_option
@json_option
def withdraw(number: str, data: Path | None, as_json: bool, **said: str) -> None:
    """Take a consent back. It holds at once; what is being recorded of them stops."""
    _say("withdraw", number, data, as_json=as_json, **said)


def _say(what: str, number: str, data: Path | None, *, as_json: bool, **said: str) -> None:
    with office(data) as ask:
        found = ask.run(f"privacy.consent.{what}", number=number, **said)
    _print(found, as_json=as_json)


@consent.command("show")
@click.argument("number")
@data_option
@json_option
def show_choices(number: str, data: Path | None, as_json: bool) -> None:
    """Show what holds for somebody now, and every word of theirs."""
    with office(data) as ask:
        found = ask.run("privacy.consent.show", number=number)
    _print(found, as_json=as_json)


@consent.command()
@click.option("--purpose", default="", metavar="KEY", help="What one would agree to.")
@_channel
@_locale
@click.option("--shown", metavar="HASH", help="Instead: what somebody was shown, by its hash.")
@data_option
@json_option
def text(
    purpose: str, channel: str, locale: str, shown: str | None, data: Path | None, as_json: bool
) -> None:
    """Print what people are shown when they are asked, or were."""
    with office(data) as ask:
        found = ask.run(
            "privacy.consent.text", purpose=purpose, channel=channel, locale=locale, shown=shown
        )
    if as_json:
        show.document(found)
        return
    click.echo(found["text"])
    click.echo(f"version {found['version']}, {found['locale']}, {found['hash']}")


def _print(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        show.document(found)
        return
    show.rows(
        found["now"],
        [
            show.field("PURPOSE", "purpose"),
            show.field("CHANNEL", "channel"),
            show.field("NOW", "consent"),
        ],
        as_json=False,
    )
    click.echo()
    show.rows(
        found["history"],
        [
            show.Column("SAID", lambda row: show.instant(row["at"])),
            show.field("WHAT", "state"),
            show.field("PURPOSE", "purpose"),
            show.field("CHANNEL", "channel"),
            show.field("HOW", "how"),
            show.field("WRITTEN BY", "by"),
            show.field("SHOWN", "text"),
        ],
        as_json=False,
    )
    for key, words in (("do_not_call", "never to be called"), ("no_marketing", "no offers")):
        if found[key]:
            click.echo(f"on the list: {words}")
    if found["restricted"]:
        click.echo(f"restricted: {', '.join(found['restricted'])}")


@click.group("leave-alone")
def leave_alone() -> None:
    """Keep the lists of people never to call, and never to send offers to.

    \b
    Examples:
      ringfence privacy leave-alone add +12025550123
      ringfence privacy leave-alone add +12025550123 --list marketing
      ringfence privacy leave-alone remove +12025550123 --how letter
      ringfence privacy leave-alone count

    The lists hold no numbers: a keyed hash is enough to leave somebody alone.
    """


_list = click.option(
    "--list",
    "which",
    type=click.Choice(["do_not_call", "marketing", "texts"]),
    default="do_not_call",
    help="Which list is meant.",
)


@leave_alone.command()
@click.argument("number")
@_list
@_how
@data_option
@json_option
def add(number: str, which: str, how: str, data: Path | None, as_json: bool) -> None:
    """Leave somebody alone from now on."""
    with office(data) as ask:
        found = ask.run("privacy.leave_alone.add", number=number, which=which, how=how)
    _print(found, as_json=as_json)


@leave_alone.command()
@click.argument("number")
@_list
@_how
@data_option
@json_option
def remove(number: str, which: str, how: str, data: Path | None, as_json: bool) -> None:
    """Take somebody off a list, because they asked for it."""
    with office(data) as ask:
        found = ask.run("privacy.leave_alone.remove", number=number, which=which, how=how)
    _print(found, as_json=as_json)


@leave_alone.command()
@data_option
@json_option
def count(data: Path | None, as_json: bool) -> None:
    """Show how many people are on each list."""
    with office(data) as ask:
        found = ask.run("privacy.leave_alone.count")
    if as_json:
        show.document(found)
    else:
        show.pairs([*found.items()])
