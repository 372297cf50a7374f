"""``ringfence application``: URLs under one name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ringfence.cli import show
from ringfence.cli.options import data_option, json_option, office


@click.group()
def application() -> None:
    """Put the URLs of an application of yours under one name.

    \b
    Examples:
      ringfence application add menu --voice-url https://example.com/voice
      ringfence number add +12025550123 --application AP0194...
      ringfence application list
    """


@application.command()
@click.argument("name")
@click.option("--voice-url", metavar="URL", help="Answers calls with TwiML.")
@click.option("--fallback-url", metavar="URL", help="Asked when that fails.")
@click.option("--status-url", metavar="URL", help="Told how calls fare.")
@click.option("--sms-url", metavar="URL", help="Answers messages.")
@data_option
@json_option
def add(
    name: str,
    voice_url: str | None,
    fallback_url: str | None,
    status_url: str | None,
    sms_url: str | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """Make an application called NAME."""
    urls = {
        "voice": voice_url, "voice_fallback": fallback_url, "status": status_url, "sms": sms_url,
    }  # fmt: skip
    hooks = {hook: {"url": url} for hook, url in urls.items() if url is not None}
    with office(data) as ask:
        made = ask.run("application.add", name=name, hooks=hooks)
    if as_json:
        show.document(made)
    else:
        click.echo(f"{made['sid']} is {made['name']}.")


@application.command("list")
@data_option
@json_option
def list_applications(data: Path | None, as_json: bool) -> None:
    """List applications and what answers their calls."""
    with office(data) as ask:
        found = ask.run("application.list")
    columns = [
        show.field("SID", "sid"),
        show.field("NAME", "name"),
        show.Column("ANSWERED BY", _voice),
    ]
    show.rows(found, columns, as_json=as_json)


@application.command()
@click.argument("sid")
@data_option
@json_option
def remove(sid: str, data: Path | None, as_json: bool) -> None:
    """Forget the application SID; numbers that refer to it turn calls away."""
    with office(data) as ask:
        ask.run("application.remove", sid=sid)
    if as_json:
        show.document({"sid": sid})
    else:
        click.echo(f"{sid} is forgotten.")


def _voice(row: dict[str, Any]) -> str:
    return str(row["hooks"].get("voice", {}).get("url", "nothing"))
