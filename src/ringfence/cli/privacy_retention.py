"""``ringfence privacy retention`` and ``sweep``: how long what is kept, and what goes next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ringfence.cli import show
from ringfence.cli.options import ASKS_NOBODY, data_option, json_option, office


def _most(row: dict[str, Any]) -> str:
    days = row["at_most_days"]
    return "as long as the rest" if days is None else f"{days} days"


RULES = [
    show.field("RULE", "rule"),
    show.Column("SINCE", lambda row: row["trigger"].replace("_", " ")),
    show.Column("AT LEAST", lambda row: f"{row['at_least_days']} days"),
    show.Column("AT MOST", _most),
    show.field("BY", "floor_by"),
    show.field("BECAUSE", "source"),
    show.field("SETTING", "setting"),
]
SWEPT = [
    show.field("WHAT", "kind"),
    show.field("HOW MANY", "count"),
    show.Column("OLDEST", lambda row: show.instant(row["oldest"])),
    show.field("RULE", "rule"),
    show.Column("KEPT", lambda row: f"{row['at_most_days']} days"),
]


@click.command()
@click.option("--preview", is_flag=True, help="Show what the next sweep will remove instead.")
@data_option
@json_option
def retention(preview: bool, data: Path | None, as_json: bool) -> None:
    """Show how long each kind of record is kept, and by whose law.

    The country setting decides which statutes count. keep_recordings_days and keep_calls_days
    choose shorter times, never one below the floor. Held records stay until the hold is lifted.

    \b
    Examples:
      ringfence privacy retention
      ringfence privacy retention --preview
    """
    with office(data) as ask:
        if preview:
            show.rows(ask.run("privacy.retention.preview"), SWEPT, as_json=as_json)
        else:
            show.rows(ask.run("privacy.retention.rules"), RULES, as_json=as_json)


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--clock-is-right", is_flag=True, help="After it leapt ahead: sweeps may go on.")
@data_option
@json_option
def sweep(yes: bool, clock_is_right: bool, data: Path | None, as_json: bool) -> None:
    """Remove now what is older than it may be. It happens by itself every night.

    What goes is gone: its keys are destroyed. Look first with 'privacy retention --preview'.
    Where the clock stood more than a week after the newest record at the start, sweeps wait:
    look at the clock, then say that it is right.

    \b
    Examples:
      ringfence privacy sweep
      ringfence privacy sweep --yes --json
    """
    with office(data) as ask:
        if not yes and as_json:
            raise click.UsageError(ASKS_NOBODY)
        if not yes:
            coming = ask.run("privacy.retention.preview")
            show.rows(coming, SWEPT, as_json=False)
            if not coming and not clock_is_right:
                return
            if coming and not click.confirm("Remove these for good?", default=False):
                return
        found = ask.run("privacy.retention.sweep", clock_is_right=clock_is_right)
        show.rows(found, SWEPT, as_json=as_json)
