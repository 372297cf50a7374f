"""Options that commands share, and the way they reach settings and office."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from ringfence import config
from ringfence.cli.control import Office, opened

Command = TypeVar("Command", bound=Callable[..., Any])

_ACCOUNT = "ringfence.account"

folder_option = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False, readable=False),
    help="Folder that holds everything. [default: RINGFENCE_DATA or ./ringfence-data]",
)


def _remember(context: click.Context, _: click.Parameter, account: str | None) -> None:
    context.meta[_ACCOUNT] = account


_account_option = click.option(
    "--account",
    metavar="SID",
    expose_value=False,
    callback=_remember,
    help="An account below the first; see 'ringfence account list'.",
)


def data_option(command: Command) -> Command:
    """Give a command ``--data`` and ``--account``: which installation, and whose part of it."""
    return folder_option(_account_option(command))


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


progress_option = click.option(
    "--progress", "tells", is_flag=True, hidden=True, help="Say how far it is, as lines of JSON."
)


class Teller:
    """Says how far something is, for programs: a line for each hundredth."""

    def __init__(self, step: str, total: int) -> None:
        """``step``: one of what is done; ``total``: what `add` counts, 0 where nobody knows."""
        self._step = step
        self._total = total
        self._done = 0
        self._said = -1

    def add(self, more: int) -> None:
        """So much more is done."""
        self._done += more
        step = self._done * 100 // self._total if self._total else self._done >> 24
        if step != self._said:
            self._said = step
            click.echo(
                json.dumps({"step": self._step, "done": self._done, "total": self._total}), err=True
            )


def setting_options(command: Command) -> Command:
    """Give a command one flag per setting of the table."""
    for declared in reversed(list(config.declarations())):
        default = declared.default or "none"
        text = f"{declared.doc[0].upper()}{declared.doc[1:]}. [default: {default}]"
        metavar = declared.form.metavar
        if declared.form.secret:
            text, metavar = f"{declared.doc}: the first line of this file. [default: none]", "FILE"
            text = text[0].upper() + text[1:]
        option = click.option(declared.flag, declared.given, metavar=metavar, help=text)
        command = option(command)
    return command


def chosen(values: dict[str, str | None]) -> dict[str, str]:
    """Return the flags that were given."""
    return {name: text for name, text in values.items() if text is not None}


ASKS_NOBODY = "--json asks nobody: say --yes"


def confirm(question: str, *, as_json: bool) -> None:
    """Go on only after a yes. Raises `click.UsageError` where only a program would read it."""
    if as_json:
        raise click.UsageError(ASKS_NOBODY)
    click.confirm(question, abort=True)


@contextmanager
def office(data: Path | None) -> Iterator[Office]:
    """Open the installation in ``data``, for the account that the command line names."""
    context = click.get_current_context(silent=True)
    account = None if context is None else context.meta.get(_ACCOUNT)
    with opened(config.load(data)) as found:
        yield found if account is None else found.of(account)


def instant(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    """Read a date, or a date and a time (ISO 8601), UTC where it does not say otherwise."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(
            "write it as 2026-01-31 or 2026-01-31T09:30", ctx=ctx, param=param
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1000)
