"""``ringfence privacy audit``: check the log, take proofs of it away, give all of it away."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

import click

from ringfence.cli import show
from ringfence.cli.options import data_option, json_option, office
from ringfence.kernel.errors import Refused

_PLACE = click.Path(path_type=Path, file_okay=False)


@click.group()
def audit() -> None:
    """Check the audit log, and take proofs away that can be checked without us.

    Every opening of personal data, every disclosure, consent and erasure and every fact of a call
    is a leaf of a tree of hashes whose head is signed every hour. No leaf says whom it is about.

    \b
    Examples:
      ringfence privacy audit verify
      ringfence privacy audit head
      ringfence privacy audit proof +12025550123 /tmp/proofs
      ringfence privacy audit export /srv/mirror
    """


@audit.command()
@data_option
@json_option
def verify(data: Path | None, as_json: bool) -> None:
    """Compare every hash, every signed head and every record with the log.

    Ends with 2 where something was changed or dropped, and says where.
    """
    with office(data) as ask:
        found = ask.run("privacy.audit.verify")
    if as_json:
        show.document(found)
    else:
        show.pairs([
            ("Leaves", found["leaves"]),
            ("Signed heads", found["heads"]),
            ("Records proved", found["proved"]),
            ("Of people erased", found["erased"]),
        ])  # fmt: skip
    if found["faults"]:
        for fault in found["faults"]:
            click.echo(f"FAULT: {fault}", err=True)
        raise Refused(
            "log_changed",
            "the log is not what was written; stop and put a backup back: ringfence restore BACKUP",
        )
    if not as_json:
        click.echo("The log is whole.")


@audit.command()
@data_option
@json_option
def head(data: Path | None, as_json: bool) -> None:
    """Sign the log as it stands and print the head: keep it, a later one must extend it.

    \b
    Example:
      ringfence privacy audit head > head-of-today
    """
    with office(data) as ask:
        found = ask.run("privacy.audit.head")
    if as_json:
        show.document(found)
    else:
        click.echo(found["checkpoint"], nl=False)


@audit.command()
@click.argument("old", type=int)
@click.argument("new", type=int)
@data_option
@json_option
def consistency(old: int, new: int, data: Path | None, as_json: bool) -> None:
    """Prove that the log of NEW leaves is the log of OLD leaves with more behind it.

    \b
    Example:
      ringfence privacy audit consistency 1200 1350      (the second line of each head)
    """
    with office(data) as ask:
        found = ask.run("privacy.audit.consistency", old=old, new=new)
    if as_json:
        show.document({"proof": found})
    else:
        click.echo(found, nl=False)


@audit.command()
@click.argument("address", metavar="NUMBER")
@click.argument("target", type=_PLACE)
@data_option
@json_option
def proof(address: str, target: Path, data: Path | None, as_json: bool) -> None:
    """Write what the log says of one person into TARGET, with proofs and the program to check them.

    \b
    Examples:
      ringfence privacy audit proof +12025550123 /tmp/proofs
      python3 /tmp/proofs/verify.py KEY /tmp/proofs/*.tlog-proof
    """
    if target.exists() and any(target.iterdir()):
        raise Refused("backup_in_the_way", "that folder is not empty; give the proofs their own")
    with office(data) as ask:
        head, *proofs = ask.follow("privacy.audit.proofs", address=address)
    try:
        _write(target, head, proofs)
    except OSError as error:
        raise Refused("bad_file", f"it cannot be written: {error.strerror}") from None
    if as_json:
        show.document({**head, "proofs": len(proofs)})
        return
    click.echo(f"{len(proofs)} records with proofs are in {target}. Check them anywhere:")
    click.echo(f"  python3 {target}/verify.py '{head['verifier_key']}' {target}/*.tlog-proof")


def _write(target: Path, head: dict[str, Any], proofs: list[dict[str, Any]]) -> None:
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    for item in proofs:
        path = target / f"{item['leaf']:010d}-{item['kind']}.tlog-proof"
        path.write_text(item["proof"], "utf-8")
    (target / "checkpoint").write_text(head["checkpoint"], "utf-8")
    (target / "verifier-key").write_text(head["verifier_key"] + "\n", "utf-8")
    script = files("ringfence.privacy").joinpath("audit_verifier.py").read_bytes()
    (target / "verify.py").write_bytes(script)


@audit.command()
@click.argument("target", type=_PLACE)
@data_option
@json_option
def export(target: Path, data: Path | None, as_json: bool) -> None:
    """Write the whole log into TARGET in the layout of C2SP tlog-tiles.

    It is commitments and hashes, nobody's data: anybody may have it, and whoever has it can show
    that a leaf was changed or dropped.
    """
    with office(data) as ask:
        done = ask.run("privacy.audit.export", target=str(target.resolve()))
    if as_json:
        show.document(done)
    else:
        click.echo(f"{done['size']} leaves, {done['files']} files in {target}.")
