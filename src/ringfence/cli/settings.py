"""``ringfence config``: the settings and where each comes from."""

from __future__ import annotations

from pathlib import Path

import click

from ringfence import config as settings
from ringfence.cli import show
from ringfence.cli.options import folder_option, json_option


@click.group()
def config() -> None:
    """Show every setting and where it comes from.

    \b
    A value comes from, later ones winning:
      the default, ringfence.toml in the data folder, RINGFENCE_NAME, the flags of 'up'.
    Example of a ringfence.toml:
      http = "127.0.0.1:8080"
      advertise = "192.0.2.10"
      rtp = "10000-19999"
    """


@config.command("show")
@folder_option
@json_option
def show_settings(data: Path | None, as_json: bool) -> None:
    """List every setting: its value here, where that comes from, what it does."""
    loaded = settings.load(data)
    items = [
        {
            "name": declared.name,
            "value": _shown(declared.form, getattr(loaded, declared.name)),
            "source": loaded.sources[declared.name],
            "default": declared.default,
            "form": declared.form.shape,
            "doc": declared.doc,
        }
        for declared in settings.declarations()
    ]
    if not as_json:
        click.echo(f"data folder: {loaded.data}\n")
    columns = [
        show.field("SETTING", "name"),
        show.field("VALUE", "value"),
        show.field("FROM", "source"),
        show.field("WHAT IT DOES", "doc"),
    ]
    show.rows(items, columns, as_json=as_json)


def _shown(form: settings.Form, value: object) -> str:
    """Return a value as it would be written; of a secret only that there is one."""
    if form.secret:
        return "set" if value else ""
    return form.show(value)
