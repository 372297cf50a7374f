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
from ringfence.cli.options import Teller, confirm, folder_option, json_option, progress_option
from ringfence.config import Settings
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused

_PLACE = click.Path(path_type=Path, file_okay=False)
_BACKUP = click.Path(path_type=Path)


@click.command()
@click.argument("target", type=_BACKUP)
@click.option("--keys", is_flag=True, help="Copy the keys instead, to another place.")
@folder_option
@json_option
@progress_option
def backup(target: Path, keys: bool, data: Path | None, as_json: bool, tells: bool) -> None:
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
        told = Teller("copying", _size(settings)).add if tells else None
        with _bar("copying", quiet=as_json) as shown, place as folder:
            progress = told or shown
            written = copying.write(
                DataFolder(settings.data), folder, now=_now(), progress=progress
            )
        done = {"files": written.files, "bytes": written.octets}
        files = f"{written.files} file{'' if written.files == 1 else 's'}"
        says = f"{files}, {written.octets:,} bytes, without any key, in {target}."
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
@click.option("--stage", is_flag=True, help="Check it, and put it back at the next start.")
@click.option("--unstage", is_flag=True, help="Do not put back what was staged.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--country",
    metavar="CC",
    help="As given to 'up', where ringfence.toml names none: its law says how long records stay.",
)
@folder_option
@json_option
@progress_option
def restore(
    source: Path | None,
    keys: Path | None,
    ledgers: tuple[Path, ...],
    replay: bool,
    stage: bool,
    unstage: bool,
    yes: bool,
    country: str | None,
    data: Path | None,
    as_json: bool,
    tells: bool,
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
      ringfence restore --stage /backups/2026-11-22.tar    (while it runs; then stop and up)
    """
    settings = config.load(data, flags=None if country is None else {"country": country})
    if stage or unstage:
        _stage(source if stage else None, settings, as_json=as_json, tells=tells)
        return
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
    click.echo(f"{len(erased)} erasures were done again. It may serve: {show.command('up')}")


def _stage(source: Path | None, settings: Settings, *, as_json: bool, tells: bool) -> None:
    """Check a backup and write down that it is put back at the next start; None: do not."""
    from ringfence.storage import staged

    if source is None:
        there = staged.withdraw(settings.data)
        found: dict[str, object] = {"staged": None, "withdrawn": there}
        says = "Nothing will be put back." if there else "Nothing was staged."
    else:
        if tells:
            Teller("checking", 0).add(0)
        made_at = staged.stage(settings.data, source.resolve())
        found = {"staged": str(source), "backup_of": made_at}
        says = f"The data of {show.instant(made_at)} is put back at the next start."
    if as_json:
        show.document(found)
    else:
        click.echo(says)


def carry_out(settings: Settings, *, quiet: bool) -> bool:
    """Put back what was staged; whether something was. Raises `Refused`, and nothing is served."""
    from ringfence.office.privacy.backup import replay as erase_again
    from ringfence.storage import staged

    found = staged.read(settings.data)
    if found is None:
        return False
    with alone(settings):
        made_at = _put_back(found.source, None, (), settings, yes=True, quiet=quiet)
        erased = erase_again(settings)
        staged.withdraw(settings.data)
    if not quiet:
        click.echo(f"The data of {show.instant(made_at)} is back; {len(erased)} erasures were "
                   "done again.", err=True)  # fmt: skip
    return True


def _size(settings: Settings) -> int:
    """How many bytes of objects there are to copy."""
    from ringfence.cli.proof_scan import size_below
    from ringfence.storage.folder import DataFolder

    return size_below(DataFolder(settings.data).objects)


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
            made = show.instant(manifest.made_at)
            confirm(f"Replace what is there by the data of {made}?", as_json=quiet)
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
