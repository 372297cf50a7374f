"""``ringfence transcription``: what was said in recordings, as text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ringfence.cli import show
from ringfence.cli.options import data_option, json_option, office
from ringfence.kernel.limits import PAGE_DEFAULT, PAGE_MAX


@click.group()
def transcription() -> None:
    """Have recordings read by the recogniser of speech, and read what was said.

    \b
    Examples:
      ringfence transcription make RE…
      ringfence transcription list --recording RE…
      ringfence transcription show TR…
    """


@transcription.command("list")
@click.option("--recording", metavar="SID", help="Only those of this recording.")
@click.option(
    "--limit", type=click.IntRange(1, PAGE_MAX), default=int(PAGE_DEFAULT), help="How many to show."
)
@click.option("--before", metavar="SID", help="Only transcriptions older than this one.")
@data_option
@json_option
def list_transcriptions(
    recording: str | None, limit: int, before: str | None, data: Path | None, as_json: bool
) -> None:
    """List transcriptions, newest first. The audit log notes that their words were opened."""
    with office(data) as ask:
        found = ask.run("transcription.list", recording=recording, limit=limit, before=before)
    columns = [
        show.Column("ASKED", lambda row: show.instant(row["created"])),
        show.field("TRANSCRIPTION", "sid"),
        show.field("RECORDING", "recording"),
        show.Column("STATUS", _status),
        show.Column("TEXT", lambda row: row.get("text") or ""),
    ]
    show.rows(found, columns, as_json=as_json)


@transcription.command("show")
@click.argument("sid")
@data_option
@json_option
def show_transcription(sid: str, data: Path | None, as_json: bool) -> None:
    """Show one transcription, utterance by utterance."""
    with office(data) as ask:
        found = ask.run("transcription.show", sid=sid)
    if as_json:
        show.document(found)
        return
    columns = [
        show.Column("AT", lambda row: show.seconds(row["at_ms"])),
        show.field("VOICE", "voice"),
        show.Column("SURE", lambda row: f"{row['confidence']:.0%}"),
        show.field("TEXT", "text"),
    ]
    click.echo(_status(found))
    show.rows(found["said"], columns, as_json=False)


@transcription.command()
@click.argument("recording")
@click.option("--language", metavar="TAG", help="What is spoken, e.g. en-GB.")
@click.option("--url", help="Told when it is done, as Twilio tells of a transcription.")
@data_option
@json_option
def make(
    recording: str, language: str | None, url: str | None, data: Path | None, as_json: bool
) -> None:
    """Have a recording read; the running server does it."""
    with office(data) as ask:
        made = ask.run("transcription.request", recording=recording, language=language, url=url)
    if as_json:
        show.document(made)
    else:
        click.echo(made["sid"])


@transcription.command()
@click.argument("sid")
@data_option
@json_option
def remove(sid: str, data: Path | None, as_json: bool) -> None:
    """Remove a transcription; the recording stays."""
    with office(data) as ask:
        ask.run("transcription.remove", sid=sid)
    if as_json:
        show.document({"sid": sid})
    else:
        click.echo(f"{sid} is removed.")


def _status(row: dict[str, Any]) -> str:
    reason = row.get("reason")
    return f"{row['status']} ({reason})" if reason else str(row["status"])
