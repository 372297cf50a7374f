"""``ringfence doctor``: what is wrong with the installation, or with the audio of one call."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from ringfence import config
from ringfence.cli import show
from ringfence.cli.checks import Finding, closed, judge
from ringfence.cli.facts import gather, owner
from ringfence.cli.options import data_option, json_option, office, progress_option
from ringfence.cli.root import typed
from ringfence.kernel.errors import Refused

MARKS = {"ok": ("ok", "green"), "warning": ("look", "yellow"), "fault": ("FAULT", "red")}


@click.command()
@click.argument("call_sid", required=False)
@data_option
@json_option
@progress_option
def doctor(call_sid: str | None, data: Path | None, as_json: bool, tells: bool) -> int:  # noqa: ARG001 - it is quick
    """Look for faults and print the command that mends each.

    \b
    Examples:
      ringfence doctor          ports, NAT, clock, disk, engine, codecs, speech, trunks
      ringfence doctor CA…      why there was no audio in that call, in words

    The exit code is 1 where a fault was found.
    """
    findings = list(_call(call_sid, data) if call_sid else _installation(data))
    if as_json:
        show.document([finding._asdict() for finding in findings])
    else:
        _print(findings, data)
    return 1 if any(finding.level == "fault" for finding in findings) else 0


def _installation(data: Path | None) -> Iterable[Finding]:
    folder = config.folder_of(data)
    if folder.is_dir() and not os.access(folder, os.R_OK | os.X_OK):
        return [closed(folder, owner(folder))]
    try:
        settings = config.load(data)
    except Refused as refusal:
        text = refusal.reason if refusal.reason.endswith("?") else f"{refusal.reason}."
        return [Finding("settings", "fault", text, _edit(folder, refusal.reason))]
    return judge(gather(settings))


def _edit(folder: Path, reason: str) -> str:
    """Return what shows the settings to whoever has to correct one: the file, or what there are."""
    if config.FILE in reason:
        return '"${EDITOR:-nano}" ' + shlex.quote(str(folder / config.FILE))
    named = re.search(r"'?(\w+)'? in the environment", reason)
    return f"unset RINGFENCE_{named[1].upper()}" if named else "env | grep ^RINGFENCE_"


def _call(sid: str, data: Path | None) -> Iterable[Finding]:
    with office(data) as ask:
        found = ask.run("call.diagnose", sid=sid)
    return [Finding(item["check"], item["level"], item["text"], item.get("mend")) for item in found]


def _print(findings: Sequence[Finding], data: Path | None) -> None:
    width = max((len(finding.check) for finding in findings), default=0)
    for finding in findings:
        word, colour = MARKS[finding.level]
        click.secho(f"{word:<6}", fg=colour, bold=finding.level == "fault", nl=False)
        click.echo(f"{finding.check:<{width}}  {finding.text}")
        if finding.mend and finding.level != "ok":
            mend = typed(finding.mend, None if data is None else str(data))
            click.echo(f"{'':<{6 + width}}  mend: {mend}")
