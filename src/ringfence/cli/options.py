"""Options that commands share, and the way they reach settings and office."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from ringfence import config
from ringfence.cli.control import Office, opened

Command = TypeVar("Command", bound=Callable[..., Any])

data_option = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder that holds everything. [default: RINGFENCE_DATA or ./ringfence-data]",
)

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def setting_options(command: Command) -> Command:
    """Give a command one flag per setting of the table."""
    for declared in reversed(list(config.declarations())):
        default = declared.default or "none"
        text = f"{declared.doc[0].upper()}{declared.doc[1:]}. [default: {default}]"
        option = click.option(
            declared.flag, declared.name, metavar=declared.form.metavar, help=text
        )
        command = option(command)
    return command


def chosen(values: dict[str, str | None]) -> dict[str, str]:
    """Return the flags that were given."""
    return {name: text for name, text in values.items() if text is not None}


@contextmanager
def office(data: Path | None) -> Iterator[Office]:
    """Open the installation in ``data``."""
    with opened(config.load(data)) as found:
        yield found
