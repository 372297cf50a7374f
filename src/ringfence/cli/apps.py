"""``ringfence app``: apps of others that may ask in the account's name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ringfence.cli import show
from ringfence.cli.options import data_option, json_option, office
from ringfence.privacy.roles import GRANTED
from ringfence.privacy.scopes import SCOPES


@click.group()
def app() -> None:
    """Make apps of others known, see what they were allowed, shut them out.

    \b
    Examples:
      ringfence app add crm --scope calls:read --purpose call_record \\
          --redirect https://crm.example.com/back
      ringfence app scopes
      ringfence app grants
      ringfence app end OG…
      ringfence app revoke OA…

    An app sends an admin's browser to /oauth/authorize (authorization code with PKCE), or gets a
    token for itself at /oauth/token (client credentials).
    """


@app.command("add")
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(list(SCOPES)),
              help="What it may ask for; may be given several times.")  # fmt: skip
@click.option("--purpose", "purposes", multiple=True, required=True, metavar="KEY",
              help="What it may be done for; may be given several times.")  # fmt: skip
@click.option("--redirect", "redirects", multiple=True, metavar="URL",
              help="Where a browser may be sent back to; https, or http to localhost.")  # fmt: skip
@click.option("--role", type=click.Choice(GRANTED), default="admin", show_default=True,
              help="In which it acts for itself.")  # fmt: skip
@data_option
@json_option
def add_app(
    name: str, scopes: tuple[str, ...], purposes: tuple[str, ...], redirects: tuple[str, ...],
    role: str, data: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Make an app. Its secret is shown now and never again."""
    with office(data) as ask:
        made = ask.run(
            "app.add",
            name=name,
            scopes=[*scopes],
            purposes=[*purposes],
            redirects=[*redirects],
            role=role,
        )
    if as_json:
        show.document(made)
        return
    click.echo(f"client id      {made['sid']}")
    click.echo(f"client secret  {made['secret']}")
    click.echo(f"may ask for    {', '.join(made['scopes'])}")
    click.echo(f"for            {', '.join(made['purposes'])}")
    click.echo("Write the secret down: only a hash of it is kept.")


@app.command("list")
@data_option
@json_option
def list_apps(data: Path | None, as_json: bool) -> None:
    """List apps, revoked ones too; never a secret."""
    with office(data) as ask:
        found = ask.run("app.list")
    columns = [
        show.field("APP", "sid"),
        show.field("NAME", "name"),
        show.Column("MAY ASK FOR", lambda row: ", ".join(row["scopes"])),
        show.Column("FOR", lambda row: ", ".join(row["purposes"])),
        show.Column("MADE", lambda row: show.instant(row["created"])),
        show.Column("REVOKED", _revoked),
    ]
    show.rows(found, columns, as_json=as_json)


def _revoked(row: dict[str, Any]) -> str:
    return "" if row.get("revoked") is None else show.instant(row["revoked"])


@app.command("scopes")
@data_option
@json_option
def list_scopes(data: Path | None, as_json: bool) -> None:  # noqa: ARG001 - the same in every installation
    """List what an app may be allowed."""
    rows = [{"scope": scope.key, "says": scope.says} for scope in SCOPES.values()]
    show.rows(rows, [show.field("SCOPE", "scope"), show.field("MAY", "says")], as_json=as_json)


@app.command("grants")
@data_option
@json_option
def list_grants(data: Path | None, as_json: bool) -> None:
    """List what stands: who allowed which app what."""
    with office(data) as ask:
        found = ask.run("app.grants")
    columns = [
        show.field("GRANT", "sid"),
        show.field("APP", "app"),
        show.field("ROLE", "role"),
        show.Column("MAY", lambda row: ", ".join(row["scopes"])),
        show.Column("SINCE", lambda row: show.instant(row["created"])),
    ]
    show.rows(found, columns, as_json=as_json)


@app.command("end")
@click.argument("grant")
@data_option
@json_option
def end_grant(grant: str, data: Path | None, as_json: bool) -> None:
    """Allow an app no longer what GRANT allowed it; its tokens let nobody in from now on."""
    with office(data) as ask:
        ask.run("app.end_grant", sid=grant)
    if as_json:
        show.document({"ended": grant})
    else:
        click.echo(f"{grant} has ended.")


@app.command("revoke")
@click.argument("sid")
@data_option
@json_option
def revoke_app(sid: str, data: Path | None, as_json: bool) -> None:
    """End an app at once, with everything it was allowed and every token of it."""
    with office(data) as ask:
        ended = ask.run("app.revoke", sid=sid)
    if as_json:
        show.document(ended)
    else:
        click.echo(f"{sid} was revoked; nothing it holds lets it in any more.")
