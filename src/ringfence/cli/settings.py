"""``ringfence config``: the settings and where each comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ringfence import config as settings
from ringfence.cli import show
from ringfence.cli.control import Remote
from ringfence.cli.options import folder_option, json_option
from ringfence.kernel.errors import Refused


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
    """List every setting: its value, where that comes from, what it does.

    While the platform runs these are the values it runs with, flags among them; else those it would
    begin with from here.
    """
    loaded = settings.load(data)
    planned = _planned(loaded)
    items = _running(loaded)
    if not as_json:
        says = "what would be begun with" if items is None else "what runs there runs with"
        click.echo(f"data folder: {loaded.data}; {says}:\n")
    columns = [
        show.field("SETTING", "name"),
        show.field("VALUE", "value"),
        show.field("FROM", "source"),
        show.field("WHAT IT DOES", "doc"),
    ]
    show.rows(planned if items is None else items, columns, as_json=as_json)
    for name in _waiting(planned, items or []):
        click.echo(f"{settings.FILE} says otherwise of {name}; the next start takes it.", err=True)


def _planned(loaded: settings.Settings) -> list[dict[str, Any]]:
    return [
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


def _running(loaded: settings.Settings) -> list[dict[str, Any]] | None:
    """Ask the platform that runs on the data folder; None where none does."""
    try:
        with Remote(loaded.control_socket) as remote:
            found: list[dict[str, Any]] = remote.run("settings.show")
            return found
    except PermissionError:
        raise Refused("not_yours", "it runs as another user: type this as that user") from None
    except OSError:
        return None


def _waiting(planned: list[dict[str, Any]], running: list[dict[str, Any]]) -> list[str]:
    """Return the settings that the file has changed since the start, and no flag overrides."""
    known = {item["name"]: item for item in running}
    return [
        item["name"]
        for item in planned
        if item["name"] in known
        and item["source"] == "file"
        and known[item["name"]]["source"] in {"file", "default"}
        and known[item["name"]]["value"] != item["value"]
    ]


def _shown(form: settings.Form, value: object) -> str:
    """Return a value as it would be written; of a secret only that there is one."""
    if form.secret:
        return "set" if value else ""
    return form.show(value)
