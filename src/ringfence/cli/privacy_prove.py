"""``ringfence privacy prove-erasure``: made-up people go through everything and are erased."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from ringfence import __version__, config
from ringfence.cli import show
from ringfence.cli.control import Office, opened, running
from ringfence.cli.demo import nearby
from ringfence.cli.options import Teller, folder_option, json_option, progress_option
from ringfence.cli.proof_answers import interrogate
from ringfence.cli.proof_scan import Scan, files_below, scan, size_below
from ringfence.cli.proof_walk import ASKING, RECORDING, WAYS, walk
from ringfence.cli.proof_ways import Tracer, Trip, make_tracers
from ringfence.config import Settings
from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import SystemEntropy
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import PROOF_PEOPLE, PROOF_PEOPLE_MAX, PROOF_PLANTED, READY_WAIT
from ringfence.privacy.registry_objects import kind_of
from ringfence.privacy.tracers.report import Report
from ringfence.privacy.tracers.search import Search

EXIT_FOUND = 1


@click.command("prove-erasure")
@click.option(
    "--people",
    type=click.IntRange(1, int(PROOF_PEOPLE_MAX)),
    default=int(PROOF_PEOPLE),
    show_default=True,
    help="How many people to make up.",
)
@click.option(
    "--backup",
    "backups",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder of backups to search too; may be given more than once.",
)
@click.option(
    "--thorough",
    is_flag=True,
    help="Also what stays with the installation: a tariff, a flow, a demand, an incident.",
)
@click.option(
    "--report",
    "keep",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the signed report to this file.",
)
@folder_option
@json_option
@progress_option
def prove(
    people: int,
    backups: tuple[Path, ...],
    thorough: bool,
    keep: Path | None,
    data: Path | None,
    as_json: bool,
    tells: bool,
) -> None:
    """Prove that erasing erases, on this installation, while it runs.

    Made-up people with reserved numbers, made-up names, secret digits and a voice of one pure tone
    call the platform, are called by it, write to it and send it requests. A backup is made. Then
    they are erased, and every byte of the data folder, of that backup, of the folder for backups
    and of the backups named is searched for any of it in every spelling: text, UTF-16, base64,
    hexadecimal, escaped, compressed, as integers, as plain hashes, as sound. Whatever shows people
    is asked again, and the answers are searched too. So that finding nothing means something, a
    hundred leaks are planted in a folder of their own and have to be found. The report says what
    could not be gone through here and why, how much each store held of these people, is signed and
    becomes a leaf of the audit log.

    The exit code is 0 for a clean proof and 1 where anything was found.

    \b
    Examples:
      ringfence privacy prove-erasure
      ringfence privacy prove-erasure --people 10 --report proof.txt
      ringfence privacy prove-erasure --backup /srv/backups --json
    """
    settings = config.load(data)
    if not running(settings):
        raise Refused("not_running", "start it first: ringfence up --data DIR")
    say: Callable[[str], None] = (lambda _: None) if as_json else click.echo
    with opened(settings) as ask:
        proof = Proof(settings, ask, say, quiet=as_json, tells=tells)
        report, scans = proof.run(people, backups, thorough=thorough)
        signed = ask.run("privacy.proof.sign", text=report.text())
    if keep is not None:
        keep.write_text(signed["note"])
    _tell(report, scans, signed, keep, as_json=as_json)
    if not report.clean:
        raise click.exceptions.Exit(EXIT_FOUND)


class Proof:
    """One proof on a running installation."""

    def __init__(
        self,
        settings: Settings,
        ask: Office,
        say: Callable[[str], None],
        *,
        quiet: bool,
        tells: bool = False,
    ) -> None:
        self._settings = settings
        self._ask = ask
        self._say = say
        self._quiet = quiet
        self._tells = tells

    def run(
        self, count: int, backups: tuple[Path, ...], *, thorough: bool = False
    ) -> tuple[Report, list[Scan]]:
        """Walk, back up, erase, search; what came of it."""
        begun = _now()
        unwalked: dict[str, str] = {}
        held: Counter[str] = Counter()
        tracers = make_tracers(count, entropy=SystemEntropy())
        status = self._ask.run("system.status")
        sip = nearby(self._settings, status["sip"])
        with self._numbers() as numbers:
            gone = Teller("walking", len(WAYS) * count).add if self._tells else _nobody

            def told(says: str) -> None:
                self._say(f"  {says}")
                gone(1)

            for who in tracers:
                self._say(f"{who.id} goes through the installation:")
                trip = Trip(who, self._ask, sip, status["listens"], *numbers, thorough=thorough)
                asyncio.run(walk(trip, told=told))
                unwalked |= dict(trip.unwalked)
        self._wait_for_calls()
        search = Search({who.id: who.needles() for who in tracers})
        held.update(self._files())
        with self._backup(unwalked) as made:
            erasures = [self._erase(who, held) for who in tracers]
            scans = self._search(search, (*made, *backups))
        scans.append(interrogate(search, self._ask))
        planted, found, seconds = self._plant(search, tracers)
        report = Report(
            begun=begun,
            ended=_now(),
            version=__version__,
            erasures=erasures,
            ways=[says for says, _ in WAYS if says not in unwalked],
            unwalked=[*unwalked.items()],
            held=held,
            searched=[one.summary() for one in scans],
            planted=planted,
            found=found,
            seconds=sum(one.seconds for one in scans),
        )
        self._say(f"{found} of {planted} planted leaks were found ({seconds:.1f} s)")
        return report, scans

    @contextmanager
    def _numbers(self) -> Iterator[tuple[str, str, str]]:
        """Two numbers of the installation for as long as the calls take, and one of nobody."""
        used = {row["number"] for row in self._ask.run("number.list")}
        free = (number for k in range(100) if (number := f"+12025550{100 + k}") not in used)
        asking, recording, spare = next(free), next(free), next(free)
        self._ask.run("number.add", number=asking, twiml=ASKING)
        try:
            self._ask.run("number.add", number=recording, twiml=RECORDING)
            try:
                yield asking, recording, spare
            finally:
                self._ask.run("number.remove", number=recording)
        finally:
            self._ask.run("number.remove", number=asking)

    def _wait_for_calls(self) -> None:
        deadline = time.monotonic() + READY_WAIT
        while self._ask.run("system.status")["calls_now"]:
            if time.monotonic() > deadline:
                raise Refused("calls_go_on", "calls of the proof did not end; try again")
            time.sleep(0.1)

    def _files(self) -> Counter[str]:
        """Count the files of the data folder by their kind."""
        root = self._settings.data
        kinds = (kind_of(str(path.relative_to(root))) for path in files_below(root))
        return Counter(f"{kind or 'other'} files" for kind in kinds)

    @contextmanager
    def _backup(self, unwalked: dict[str, str]) -> Iterator[tuple[Path, ...]]:
        """Give the folders of backups of before the erasure: one made now, and those kept here."""
        kept = self._settings.backup_dir
        places = (kept,) if kept is not None and kept.is_dir() else ()
        size = size_below(self._settings.data)
        with tempfile.TemporaryDirectory(prefix="ringfence-proof-") as folder:
            if size * 2 > shutil.disk_usage(folder).free:
                unwalked["a backup made before the erasure"] = "there is no room for one"
                yield places
                return
            from ringfence.storage import backup
            from ringfence.storage.folder import DataFolder

            target = Path(folder) / "backup"
            with self._bar("copying", size) as progress:
                backup.write(DataFolder(self._settings.data), target, now=_now(), progress=progress)
            yield (target, *places)

    def _erase(self, who: Tracer, held: Counter[str]) -> str:
        """Erase a person under every address; the id of the erasure of the number.

        ``held`` is told how much each store had of them.
        """
        sids = []
        for address in (who.number.e164, *who.addresses):
            planned = self._ask.run("privacy.erase.plan", address=address)
            done: dict[str, Any] = self._ask.run("privacy.erase.execute", sid=planned["sid"])
            sids.append(str(done["sid"]))
            for row in done["rows"]:
                if row["count"] is not None and row["action"] != "empty":  # in a row of its own too
                    held[row["store"]] += row["count"]
        self._say(f"{who.id} is erased: {', '.join(sids)}")
        return sids[0]

    def _search(self, search: Search, backups: tuple[Path, ...]) -> list[Scan]:
        places = [
            ("data", self._settings.data),
            *(("backup", path) for path in dict.fromkeys(path.resolve() for path in backups)),
        ]
        with self._bar("searching", size_below(*(path for _, path in places))) as progress:
            return [scan(search, path, what=what, progress=progress) for what, path in places]

    def _plant(self, search: Search, tracers: list[Tracer]) -> tuple[int, int, float]:
        """Plant leaks in a folder of their own and look for them; planted, found, seconds."""
        from ringfence.testing.leaks import planted

        values = [
            (who.id, value) for who in tracers for value in (who.number.e164, who.name, who.secret)
        ]
        began, found = time.monotonic(), 0
        count = int(PROOF_PLANTED)
        with self._bar("planted leaks", count) as progress, tempfile.TemporaryDirectory() as folder:
            seed = int.from_bytes(SystemEntropy().token(4), "big")
            for leak in planted(values, count=count, seed=seed):
                place = Path(folder) / leak.name
                place.mkdir()
                (place / "file").write_bytes(leak.data)
                hits = scan(search, place, what="leak").hits
                found += any(hit.subject == leak.subject for _, hit in hits)
                progress(1)
        return count, found, time.monotonic() - began

    @contextmanager
    def _bar(self, what: str, total: int) -> Iterator[Callable[[int], None]]:
        if self._quiet:
            yield Teller(what, total).add if self._tells else _nobody
            return
        with click.progressbar(length=total, label=what) as bar:
            yield bar.update


def _nobody(_more: int) -> None:
    """Nobody is told how far it is."""


def _now() -> Ms:
    return Ms(time.time_ns() // 1_000_000)


def _tell(
    report: Report,
    scans: list[Scan],
    signed: dict[str, Any],
    keep: Path | None,
    *,
    as_json: bool,
) -> None:
    hits = [
        {"place": one.what, "file": name, "person": hit.subject, "how": hit.how, "at": hit.at}
        for one in scans
        for name, hit in one.hits
    ]
    if as_json:
        show.document({
            "clean": report.clean, "hits": hits, "planted": report.planted, "found": report.found,
            "unwalked": [*map(list, report.unwalked)], "held": dict(report.held),
            "seconds_per_gib": round(report.seconds_per_gib, 1), "note": signed["note"],
            "leaf": signed["leaf"], "verifier_key": signed["verifier_key"],
        })  # fmt: skip
        return
    for one in scans:
        click.echo(f"{one.what}: {one.files} files, {one.octets:,} bytes, {len(one.hits)} hits")
    for what, why in report.unwalked:
        click.secho(f"  not walked: {what}, because {why}", fg="yellow")
    for hit in hits:
        click.secho(f"  {json.dumps(hit)}", fg="red")
    click.echo(f"speed: {report.seconds_per_gib:.0f} s per GiB")
    click.echo(f"signed report: leaf {signed['leaf']} of the audit log"
               + (f", written to {keep}" if keep else "; keep it with --report FILE"))  # fmt: skip
    verdict = "clean" if report.clean else "NOT CLEAN"
    click.secho(f"The proof is {verdict}.", fg="green" if report.clean else "red", bold=True)
