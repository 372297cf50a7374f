"""``ringfence policy``: packs, their faults, the notice they give, and its versions."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from ringfence.cli import show
from ringfence.cli.answering import text
from ringfence.cli.options import data_option, json_option, office
from ringfence.kernel.errors import Refused
from ringfence.policy import library
from ringfence.policy import pack as packs
from ringfence.policy.lint import Finding, blocking
from ringfence.policy.lint import lint as findings
from ringfence.privacy.notice import NOT_SET_UP
from ringfence.privacy.notice_html import page
from ringfence.promises import registry

FINDINGS = [
    show.field("LINE", "line"),
    show.field("AGAINST", "clause"),
    show.field("STANDS IN", "where"),
    show.field("FAULT", "code"),
    show.field("WORDS", "words"),
    show.field("WHAT TO DO", "says"),
]
PACKS = [
    show.field("PACK", "name"),
    show.field("TITLE", "title"),
    show.Column("KEPT", lambda row: f"{row['kept']} of {row['clauses']}"),
    show.Column("FAULTS", lambda row: row["findings"] or ""),
    show.field("IN FORCE", "in_force"),
]
VERSIONS = [
    show.field("VERSION", "number"),
    show.Column("FROM", lambda row: show.instant(row["effective"])),
    show.field("PACK", "pack"),
    show.field("CHANGE", "severity"),
    show.field("CONSENTS LAPSED", "lapsed"),
    show.field("IN FORCE", "in_force"),
    show.Column("FINGERPRINT", lambda row: row["digest"][:16]),
]
CHANGES = [
    show.field("KIND", "kind"),
    show.field("NAME", "name"),
    show.field("WHAT", "what"),
    show.field("FACT", "fact"),
    show.Column("BEFORE", lambda row: _brief(row["before"])),
    show.Column("AFTER", lambda row: _brief(row["after"])),
    show.field("GRAVE", "severity"),
]


@click.group()
def policy() -> None:
    """Choose the privacy policy, check its text, and publish the notice.

    A pack says which clauses hold; the notice prints those that this program keeps, with figures
    taken from the rules that keep them. Versions are served at /privacy and never change.

    \b
    Examples:
      ringfence policy list
      ringfence policy lint myoperator-2019
      ringfence policy lint policy.toml --json
      ringfence policy use exotel-uae-2018
      ringfence policy render --html > notice.html
      ringfence policy versions
    """


@policy.command("list")
@data_option
@json_option
def list_packs(data: Path | None, as_json: bool) -> None:
    """List the packs that are shipped: how many clauses are kept, how many faults were named.

    Where there is an installation, the one in force is marked.
    """
    try:
        with office(data) as ask:
            found = ask.run("privacy.policy.packs")
    except Refused as refused:
        if refused.code != "no_installation":
            raise
        found = _shipped()
    show.rows(found, PACKS, as_json=as_json)


def _shipped() -> list[dict[str, Any]]:
    """Return the packs as they are without any installation."""
    kept = {clause.id for clause in registry.load() if clause.state == "kept"}
    rows: list[dict[str, Any]] = []
    for name in library.names():
        source = library.source(name)
        loaded = packs.load(source)
        rows.append(
            {
                "name": name,
                "title": loaded.title,
                "version": loaded.version,
                "clauses": len(loaded.clauses),
                "kept": sum(wording.clause in kept for wording in loaded.clauses),
                "findings": len(findings(source, is_pack=True)),
                "in_force": False,
            }
        )
    return rows


@policy.command()
@click.argument("path", metavar="[FILE|PACK]", required=False)
@data_option
@json_option
def lint(path: str | None, data: Path | None, as_json: bool) -> int:
    """Name what in a policy is vague, untrue or contradicts itself, line by line.

    FILE is a pack (its name ends in .toml: title, version, adopts, and [[clause]] tables with id,
    text or says, and summary) or any text; PACK is one that is shipped; without either it is the
    pack in use. Each finding names the clause of 'ringfence privacy promises' it goes against.
    The exit code is 2 if there is one.
    """
    found = [asdict(finding) for finding in _examine(path, data)]
    if as_json or found:
        show.rows(found, FINDINGS, as_json=as_json)
    else:
        click.echo("Nothing is wrong with it.")
    return 2 if found else 0


def _examine(path: str | None, data: Path | None) -> list[Finding]:
    if path is None:
        with office(data) as ask:
            return findings(ask.run("privacy.policy.source"), is_pack=True)
    if path in library.names():
        return findings(library.source(path), is_pack=True)
    file = Path(path)
    if not file.is_file():
        raise Refused(
            "unknown_pack", f"there is no such file or pack; packs: {', '.join(library.names())}"
        )
    return findings(text(file), is_pack=file.suffix == ".toml")


@policy.command()
@click.argument("pack", metavar="PACK|FILE")
@click.option("--from", "starts", metavar="DATE", help="When it takes effect, YYYY-MM-DD (UTC).")
@data_option
@json_option
def use(pack: str, starts: str | None, data: Path | None, as_json: bool) -> int:
    """Publish the notice of a shipped PACK, or of a pack of your own in FILE.

    A pack with mistakes is not published: all of them are named, line by line (exit code 2).

    The difference to the version before decides who is told: a material change reaches the
    primary administrator by e-mail and on the status page, until it is acknowledged.

    \b
    Examples:
      ringfence policy use exotel-uae-2018
      ringfence policy use our-policy.toml --from 2027-01-01
    """
    args: dict[str, Any] = {}
    if pack in library.names():
        args["name"] = pack
    elif Path(pack).is_file():
        args["document"] = text(Path(pack))
        wrong = blocking(findings(args["document"], is_pack=True))
        if wrong:
            show.rows([asdict(finding) for finding in wrong], FINDINGS, as_json=as_json)
            return 2
    else:
        raise Refused(
            "unknown_pack", f"there is no such file or pack; packs: {', '.join(library.names())}"
        )
    if starts is not None:
        args["effective"] = _instant(starts)
    with office(data) as ask:
        version = ask.run("privacy.policy.use", **args)
        told = [] if as_json else ask.run("privacy.policy.told")
    if as_json:
        show.document(version)
        return 0
    told = [row for row in told if row["number"] == version["number"]]
    show.pairs(
        [
            ("version", version["number"]),
            ("in force from", show.instant(version["effective"])),
            ("change", version["severity"]),
            ("consents lapsed", version["lapsed"]),
            ("fingerprint", version["digest"]),
            ("told", ", ".join(f"{row['channel']} {row['state']}" for row in told)),
        ]
    )
    if any(row["channel"] == "email" and row["state"] == "waiting" for row in told):
        click.echo(
            "The e-mail waits: 'ringfence privacy primary-admin EMAIL' says to whom it goes, the "
            "setting smtp_host through which server."
        )
    return 0


@policy.command()
@click.argument("pack", metavar="[PACK]", required=False)
@click.option("--html", "as_html", is_flag=True, help="Write a page (this is the usual).")
@data_option
@json_option
def render(pack: str | None, as_html: bool, data: Path | None, as_json: bool) -> None:
    """Write the notice that is in force, or the one that PACK would give here.

    \b
    Examples:
      ringfence policy render > notice.html
      ringfence policy render --json
      ringfence policy render excitel --html
    """
    if as_html and as_json:
        raise click.UsageError("choose one of --html and --json")
    with office(data) as ask:
        if pack is None:
            version = ask.run("privacy.policy.current")
            notice = json.loads(version["notice"])
            day = datetime.fromtimestamp(version["effective"] / 1000, UTC).date().isoformat()
            facts = {"number": version["number"], "digest": version["digest"], "effective": day}
        else:
            notice = ask.run("privacy.policy.draft", name=pack)
            facts = {"number": "(draft)", "digest": "(draft)", "effective": "(not published)"}
    if as_json:
        show.document(notice)
    else:
        click.echo(page(notice, facts), nl=False)
    for clause, why in notice["not_promised"].items():
        if why.startswith(NOT_SET_UP):
            click.echo(f"{clause} is not promised, {why}", err=True)


@policy.command()
@data_option
@json_option
def versions(data: Path | None, as_json: bool) -> None:
    """List every version of the notice, oldest first."""
    with office(data) as ask:
        show.rows(ask.run("privacy.policy.versions"), VERSIONS, as_json=as_json)


@policy.command()
@data_option
@json_option
def refresh(data: Path | None, as_json: bool) -> None:
    """Publish a new version now if what is done has changed; otherwise every night."""
    with office(data) as ask:
        show.rows([ask.run("privacy.policy.refresh")], VERSIONS, as_json=as_json)


@policy.command()
@click.argument("before", type=click.IntRange(1))
@click.argument("after", type=click.IntRange(1))
@data_option
@json_option
def diff(before: int, after: int, data: Path | None, as_json: bool) -> None:
    """Show what changed between two versions, how grave it is, and who has to be told.

    \b
    Example:
      ringfence policy diff 1 2
    """
    with office(data) as ask:
        found = ask.run("privacy.policy.diff", before=before, after=after)
    if as_json:
        show.document(found)
        return
    show.rows(found["changes"], CHANGES, as_json=False)
    click.echo()
    show.pairs(
        [
            ("severity", found["severity"]),
            ("told by", found["told"]),
            ("consents that lapse", found["lapses"]),
        ]
    )


def _instant(day: str) -> int:
    try:
        return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError:
        raise Refused("bad_argument", "write the day as YYYY-MM-DD") from None


def _brief(value: object) -> str:
    words = show.words(value)
    return words if len(words) <= 60 else f"{words[:59]}…"
