"""``ringfence recording``: recordings and voicemail."""

from __future__ import annotations

import base64
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import click

from ringfence.cli import show
from ringfence.cli.options import data_option, json_option, office
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import PAGE_DEFAULT, PAGE_MAX


@click.group()
def recording() -> None:
    """List and export recordings and voicemail.

    \b
    Examples:
      ringfence recording list
      ringfence recording export RE… --to message.wav
      ringfence recording export RE… --channel in --to - | aplay
    """


@recording.command("list")
@click.option("--call", metavar="SID", help="Only those of this call.")
@click.option("--conference", metavar="SID", help="Only that of this conference, voices in one.")
@click.option(
    "--limit", type=click.IntRange(1, PAGE_MAX), default=int(PAGE_DEFAULT), help="How many to show."
)
@click.option("--before", metavar="SID", help="Only recordings older than this one.")
@data_option
@json_option
def list_recordings(
    call: str | None,
    conference: str | None,
    limit: int,
    before: str | None,
    data: Path | None,
    as_json: bool,
) -> None:
    """List recordings, newest first."""
    with office(data) as ask:
        found = ask.run(
            "recording.list", call=call, conference=conference, limit=limit, before=before
        )
    columns = [
        show.Column("MADE", lambda row: show.instant(row["created"])),
        show.field("RECORDING", "sid"),
        show.field("CALL", "call"),
        show.field("KIND", "kind"),
        show.Column("STATUS", _status),
        show.Column("LENGTH", lambda row: show.seconds(row.get("duration_ms"))),
    ]
    show.rows(found, columns, as_json=as_json)


@recording.command()
@click.argument("sid")
@click.option("--to", "target", metavar="FILE", help="A new file, or - for standard output.")
@click.option("--channel", type=click.Choice(["in", "out"]), help="One side of the call alone.")
@data_option
@json_option
def export(
    sid: str, target: str | None, channel: str | None, data: Path | None, as_json: bool
) -> None:
    """Write a recording as WAV, in clear: the file is yours to guard. The audit log notes it."""
    with office(data) as ask:
        items = ask.follow("recording.export", sid=sid, channel=channel)
        head = next(items)
        if target == "-":
            _copy(items, sys.stdout.buffer)
            return
        path = Path(target or head["filename"])
        size = write_private(items, path)
    if as_json:
        show.document({"path": str(path), "size": size})
    else:
        click.echo(f"{path}: {size} bytes")


def write_private(items: Iterator[dict[str, Any]], path: Path) -> int:
    """Write a file that only its owner can read; it must not exist yet."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Refused("bad_file", f"{path} cannot be written: {error.strerror}") from None
    with os.fdopen(descriptor, "wb") as file:
        return _copy(items, file)


def _copy(items: Iterator[dict[str, Any]], file: BinaryIO) -> int:
    return sum(file.write(base64.b64decode(item["data"])) for item in items)


def _status(row: dict[str, Any]) -> str:
    reason = row.get("reason")
    return f"{row['status']} ({reason})" if reason else str(row["status"])
