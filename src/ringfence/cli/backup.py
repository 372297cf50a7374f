"""``ringfence backup`` and ``restore``: the data, the keys apart from it, and the way back."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path

import click

from ringfence import config
from ringfence.cli import show
from ringfence.cli.control import alone, opened
from ringfence.cli.options import data_option, json_option
from ringfence.config import Settings
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused

_PLACE = click.Path(path_type=Path, file_okay=False)
_BACKUP = click.Path(path_type=Path)


@click.command()
@click.argument("target", type=_BACKUP)
@click.option("--keys", is_flag=True, help="Copy the keys instead, to another place.")
@data_option
@json_option
def backup(target: Path, keys: bool, data: Path | None, as_json: bool) -> None:
    """Copy the data into TARGET, a new folder or a new file .tar, while the platform runs.

    The copy is as of one instant and holds no key: without the keys it is noise. The keys are
    copied apart, to another place, with --keys; that copy replaces the one made before, and has
    to be renewed after an erasure: a key that was destroyed must not live on in a copy.

    \b
    Examples:
      ringfence backup /backups/2026-11-22
      ringfence backup /backups/2026-11-22.tar
      ringfence backup --keys /media/safe/ringfence-keys
    """
    settings = config.load(data)
    if keys:
        with opened(settings) as ask:
            done = ask.run("backup.keys", target=str(target.resolve()))
        says = f"The keys of epoch {done['epoch']} are in {target}; keep the backups elsewhere."
    else:
        from ringfence.storage import backup as copying
        from ringfence.storage.backup_file import SUFFIX, packing
        from ringfence.storage.folder import DataFolder

        place = packing(target) if target.suffix == SUFFIX else nullcontext(target)
        with _bar("copying", quiet=as_json) as progress, place as folder:
            written = copying.write(
                DataFolder(settings.data), folder, now=_now(), progress=progress
            )
        done = {"files": written.files, "bytes": written.octets}
        says = f"{written.files} files, {written.octets:,} bytes, without any key, in {target}."
    if as_json:
        show.document({"target": str(target), **done})
    else:
        click.echo(says)


@click.command()
@click.argument("source", type=_BACKUP, required=False)
@click.option("--keys", type=_PLACE, help="A copy of the keys, where the data folder has none.")
@click.option(
    "--ledger",
    "ledgers",
    type=_BACKUP,
    multiple=True,
    help="A newer backup or data folder, whose erasures are done again too.",
)
@click.option("--replay", is_flag=True, help="Only erase again whom a copy has brought back.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@data_option
@json_option
def restore(
    source: Path | None,
    keys: Path | None,
    ledgers: tuple[Path, ...],
    replay: bool,
    yes: bool,
    data: Path | None,
    as_json: bool,
) -> None:
    """Put the backup SOURCE, a folder or a file, back, and make the data folder fit to serve.

    Its files are compared with its manifest first. A backup brings people back who were erased
    since: nothing is served before their erasures are done again, by the ledger beside the keys,
    that of the database which is replaced, and those named with --ledger. Where keys come from a
    copy as well, name the newest backup with --ledger: only it knows who was erased last.

    \b
    Examples:
      ringfence restore /backups/2026-11-22
      ringfence restore /backups/2026-11-22 --data /srv/new --keys /media/safe/ringfence-keys \\
          --ledger /backups/2026-11-23
      ringfence restore --replay
    """
    settings = config.load(data)
    if (source is None) != replay:
        raise click.UsageError("name a backup, or say --replay for a folder put back by hand")
    with alone(settings):
        made_at = _put_back(source, keys, ledgers, settings, yes=yes, quiet=as_json)
        from ringfence.office.privacy.backup import replay as erase_again

        erased = erase_again(settings)
    if as_json:
        show.document({"backup_of": made_at, "erased_again": erased})
        return
    if made_at is not None:
        click.echo(f"The data of {show.instant(made_at)} is back.")
    click.echo(f"{len(erased)} erasures were done again. It may serve: ringfence up")


def _put_back(
    source: Path | None,
    keys: Path | None,
    ledgers: tuple[Path, ...],
    settings: Settings,
    *,
    yes: bool,
    quiet: bool,
) -> int | None:
    """Put the files back; when the backup was made."""
    from ringfence.storage import backup as copying
    from ringfence.storage import backup_keys
    from ringfence.storage.backup_file import unpacked
    from ringfence.storage.folder import DataFolder

    if source is None:
        return None
    folder = DataFolder(settings.data)
    with ExitStack() as stack:
        place, *newer = (
            stack.enter_context(unpacked(path, near=settings.data)) for path in (source, *ledgers)
        )
        manifest = copying.check(place)
        if folder.database.exists() and not yes:
            if quiet:
                raise click.UsageError("--json asks nobody: say --yes to replace what is there")
            made = show.instant(manifest.made_at)
            click.confirm(f"Replace what is there by the data of {made}?", abort=True)
        if keys is not None:
            backup_keys.put_back(keys, folder)
        elif not folder.keystore.exists():
            raise Refused("keystore_missing", "say --keys DIR: without the keys it is all noise")
        with _bar("copying", quiet=quiet) as progress:
            copying.put_back(place, folder, ledgers=newer, progress=progress)
    return manifest.made_at


@contextmanager
def _bar(label: str, *, quiet: bool) -> Iterator[Callable[[int], object]]:
    """Count the bytes that were copied, on standard error, where somebody watches."""
    copied = 0

    watched = not quiet and sys.stderr.isatty()

    def progress(octets: int) -> None:
        nonlocal copied
        copied += octets
        if watched:
            click.echo(f"\r{label} {copied / 2**20:,.0f} MiB", nl=False, err=True)

    yield progress
    if copied and watched:
        click.echo(err=True)


def _now() -> Ms:
    return Ms(time.time_ns() // 1_000_000)
