"""``ringfence up``, ``stop`` and ``admin-link``."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import NoReturn

import click

from ringfence import config
from ringfence.cli import show
from ringfence.cli.backup import carry_out
from ringfence.cli.control import fits, last_words, opened, require, supervisor_pid
from ringfence.cli.facts import audio_address, native_built, native_loads
from ringfence.cli.options import chosen, folder_option, json_option, setting_options
from ringfence.cli.plan import plan
from ringfence.config import Settings, located
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import STOP_GRACE
from ringfence.privacy.roles import GRANTED
from ringfence.speech import voices

_DAMAGED = "The native engine is damaged or was built for another machine"


@click.command()
@folder_option
@setting_options
@json_option
def up(data: Path | None, as_json: bool, **flags: str | None) -> None:
    """Start the platform and keep it running until Ctrl-C or 'ringfence stop'.

    \b
    Examples:
      ringfence up
      ringfence up --advertise 192.0.2.10 --sip 0.0.0.0:5060
      ringfence up --data /var/lib/ringfence --json

    With --json one line is printed when it is ready:
    {"http", "sip", "account_sid", "auth_token", "admin_url"}.
    """
    execute(config.load(data, flags=chosen(flags)), as_json=as_json)


def execute(settings: Settings, *, as_json: bool) -> NoReturn:
    """Become the supervisor; this process keeps its id and forgets its modules."""
    settings = prepare(settings)
    carry_out(settings, quiet=as_json)
    words = json.dumps(plan(settings, as_json=as_json, bind=audio_address(settings)))
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "ringfence.supervisor", words])  # noqa: S606


def prepare(settings: Settings) -> Settings:
    """Make the folders that the processes find; only their owner may look inside.

    Returns the settings to start with: names looked up, no engine that cannot be loaded.
    """
    fits(settings)
    settings = located(settings)
    try:
        for folder in (settings.data, settings.run_dir, settings.log_dir):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        reason = f"the data folder cannot be made: {error.strerror}"
        raise Refused("bad_data_folder", reason) from None
    if not os.access(settings.data, os.R_OK | os.W_OK | os.X_OK):
        raise Refused("bad_data_folder", "the data folder cannot be written; see --data")
    data = voices.data_folder()
    if data is not None and not voices.is_spoken(settings.voice, data):
        known = " ".join(sorted(voices.languages(data)))
        raise Refused("bad_setting", f"voice must be a language that can be spoken; one of {known}")
    if settings.engine == "native" and not native_built():
        raise Refused(
            "engine_not_built",
            "the native engine is not built here; install a C compiler and install Ringfence again,"
            " or leave --engine away",
        )
    if settings.engine != "reference" and not native_loads():
        if settings.engine == "native":
            raise Refused("engine_damaged", f"{_DAMAGED}; 'ringfence doctor' names the remedy")
        click.echo(f"{_DAMAGED}: the pure-Python one serves. See 'ringfence doctor'.", err=True)
        return settings.with_flags(engine="reference")
    return settings


@click.command()
@folder_option
@json_option
def stop(data: Path | None, as_json: bool) -> None:
    """Ask the running platform to drain its calls and stop, and wait for it."""
    settings = config.load(data)
    pid = supervisor_pid(settings)
    if pid is None:
        require(settings)
    else:
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + settings.drain_seconds + 3 * STOP_GRACE
        while supervisor_pid(settings) == pid:
            if time.monotonic() > deadline:
                reason = "it did not stop in time; 'ringfence stop' again ends it without draining"
                raise Refused("still_running", reason)
            time.sleep(0.05)
    lost = None if pid is None else last_words(settings)
    if as_json:
        show.document({"stopped": pid is not None} | ({} if lost is None else {"lost": lost}))
    else:
        click.echo("Stopped." if pid is not None else "It was not running.")
        if lost is not None:
            click.echo(lost, err=True)


@click.command("admin-link")
@click.option(
    "--role",
    type=click.Choice(GRANTED),
    default="owner",
    show_default=True,
    help="As whom the browser signs in.",
)
@folder_option
@json_option
def admin_link(role: str, data: Path | None, as_json: bool) -> None:
    """Make a link that signs a browser in once, in a role, within a day."""
    settings = config.load(data)
    with opened(settings) as ask:
        made = ask.run("admin.link", **({} if role == "owner" else {"role": role}))
        base = settings.public_url or ask.run("system.status")["http"]
    url = base.rstrip("/") + made["path"]
    if as_json:
        show.document({"url": url, "expires": made["expires"]})
    else:
        click.echo(url)
        click.echo(f"It works once, until {show.instant(made['expires'])}.", err=True)
