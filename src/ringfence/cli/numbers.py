"""``ringfence number``: what answers a telephone number."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ringfence.cli import show
from ringfence.cli.answering import answer, answer_options
from ringfence.cli.number_stock import stock
from ringfence.cli.options import data_option, json_option, office


@click.group()
def number() -> None:
    """Say what answers a telephone number.

    \b
    Examples:
      ringfence number add +12025550123 --flow welcome
      ringfence number add +12025550123 --voice-url https://example.com/voice
      ringfence number add +12025550123 --twiml greeting.xml
      ringfence number add +12025550123 --to-trunk pbx
      ringfence number list --json
      ringfence number remove +12025550123
    """


@number.command()
@click.argument("digits", metavar="NUMBER")
@answer_options
@click.option("--application", metavar="SID", help="See 'ringfence application list'.")
@click.option("--sms-flow", metavar="NAME", help="The flow that answers its text messages.")
@click.option("--sms-application", metavar="SID", help="The application that answers them.")
@click.option("--to-trunk", metavar="NAME", help="The trunk its calls are passed on to.")
@click.option("--address", metavar="SID", help="Whose it is; see 'ringfence address'.")
@click.option("--replace", is_flag=True, help="Change a number that exists already.")
@data_option
@json_option
def add(
    digits: str,
    flow: str | None,
    voice_url: str | None,
    twiml: Path | None,
    application: str | None,
    sms_flow: str | None,
    sms_application: str | None,
    to_trunk: str | None,
    address: str | None,
    replace: bool,
    data: Path | None,
    as_json: bool,
) -> None:
    """Answer NUMBER (written +12025550123) by a flow, a URL or a TwiML file.

    \b
    Examples:
      ringfence number add +12025550123 --flow welcome
      ringfence number add +12025550123 --twiml greeting.xml --replace
      ringfence number add +12025550123 --sms-flow survey        messages alone
      ringfence number add +12025550123 --sms-application AP...
    """
    chosen = answer(flow, voice_url, twiml)
    if application is not None:
        chosen["application"] = application
    if sms_flow is not None and sms_application is not None:
        raise click.UsageError("say one of --sms-flow and --sms-application")
    texts = sms_flow is not None or sms_application is not None
    if not chosen and not texts and to_trunk is None:
        raise click.UsageError("say what answers it: --flow, --voice-url, --twiml or --application")
    more: dict[str, Any] = {} if chosen or to_trunk is not None else {"silent": True}
    ties = {"trunk": to_trunk, "address": address}
    if tied := {name: value for name, value in ties.items() if value is not None}:
        more["ties"] = tied
    if sms_flow is not None:
        chosen["sms_flow"] = sms_flow
    if sms_application is not None:
        chosen["sms_application"] = sms_application
    with office(data) as ask:
        added = ask.run("number.add", number=digits, replace=replace, **chosen, **more)
    if as_json:
        show.document(added)
    else:
        click.echo(f"{added['number']} is answered by {_target(added)}.")
        if added.get("sms_flow"):
            click.echo(f"Its messages are answered by flow {added['sms_flow']}.")
        if added.get("sms_application"):
            app = added["sms_application"]
            click.echo(f"Its messages are answered by application {app}.")
        for problem in added.get("problems", ()):
            click.echo(f"  {problem['where']}: {problem['text']}", err=True)


@number.command("list")
@data_option
@json_option
def list_numbers(data: Path | None, as_json: bool) -> None:
    """List numbers and what answers them."""
    with office(data) as ask:
        found = ask.run("number.list")
    columns = [
        show.field("NUMBER", "number"),
        show.Column("ANSWERED BY", _target),
        show.Column("SINCE", lambda row: show.instant(row["created"])),
    ]
    show.rows(found, columns, as_json=as_json)


@number.command()
@click.argument("digits", metavar="NUMBER")
@data_option
@json_option
def remove(digits: str, data: Path | None, as_json: bool) -> None:
    """Stop answering NUMBER."""
    with office(data) as ask:
        removed = ask.run("number.remove", number=digits)
    if as_json:
        show.document(removed)
    else:
        click.echo(f"{removed['number']} is no longer answered.")


number.add_command(stock)


def _target(row: dict[str, Any]) -> str:
    if row.get("trunk"):
        return f"trunk {row['trunk']}"
    if row.get("application"):
        return f"application {row['application']}"
    if row.get("flow"):
        return f"flow {row['flow']}"
    if row.get("voice_url"):
        return str(row["voice_url"])
    return "a TwiML document" if row.get("twiml") else "nothing"
