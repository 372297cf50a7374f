"""``ringfence privacy erase``: the plan, the question, the erasure, the receipt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from ringfence.cli import show
from ringfence.cli.options import data_option, json_option, office

ROWS = [
    show.field("STORE", "store"),
    show.field("WHAT", "what"),
    show.Column("COUNT", lambda row: row["count"]),
    show.field("ACTION", "action"),
    show.Column("WHEN", lambda row: "now" if row["at"] is None else show.instant(row["at"])),
    show.field("RULE", "rule"),
]
DONE = [
    show.field("SID", "sid"),
    show.field("STATUS", "status"),
    show.field("REASON", "reason"),
    show.Column("DONE", lambda row: show.instant(row["done"])),
    show.Column("REST GOES", lambda row: show.instant(row["due"])),
]


@click.command()
@click.argument("address", metavar="ADDRESS")
@click.option("--plan", "plan_only", is_flag=True, help="Show the plan and stop.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--reason", default="request", show_default=True, help="Why; see the examples.")
@data_option
@json_option
def erase(
    address: str, plan_only: bool, yes: bool, reason: str, data: Path | None, as_json: bool
) -> None:
    """Erase one person: everything stored about whoever has this number or mailbox.

    The plan comes first: each store, what is there, how many, what is done, when, by which rule.
    Then the person's key is destroyed, so that whatever it sealed is noise in every copy; files and
    rows go; a signed receipt is shown and kept. What a law makes us keep is sealed under a key of
    its own, used for nothing else, and goes by itself on its date. Records on hold stay until the
    hold is lifted. A number nobody has heard of is answered in the same way. Who withheld their
    number is somebody else in every call, with a key of that call alone: no number finds them, no
    consent is known of them, and deleting the call or its recordings is what erases them.

    \b
    Examples:
      ringfence privacy erase +12025550123 --plan
      ringfence privacy erase +12025550123
      ringfence privacy erase sip:ann@example.com --yes --reason withdrawal
      ringfence privacy erase ann@example.com
    Reasons: request, withdrawal, objection, unlawful, child, retention.
    """
    with office(data) as ask:
        planned = ask.run("privacy.erase.plan", address=address, reason=reason)
        if plan_only or not as_json:
            tell(planned, as_json=as_json)
        if plan_only:
            return
        if not yes and not as_json:
            click.confirm("\nErase this person? It cannot be undone.", abort=True)
        elif not yes:
            raise click.UsageError("--json asks nobody: say --yes, or --plan for the plan alone")
        done = ask.run("privacy.erase.execute", sid=planned["sid"])
    if as_json:
        show.document(done)
        return
    click.echo()
    for line in receipt(done):
        click.echo(line)


def tell(planned: dict[str, Any], *, as_json: bool) -> None:
    """Show a plan; to people, stores with nothing of theirs in one line."""
    if as_json:
        show.document(planned)
        return
    empty = [row["store"] for row in planned["rows"] if row["count"] == 0]
    show.rows([row for row in planned["rows"] if row["count"] != 0], ROWS, as_json=False)
    if empty:
        click.echo(f"Nothing of theirs is in: {', '.join(dict.fromkeys(empty))}")


def receipt(done: dict[str, Any]) -> Sequence[str]:
    """Return the lines that show a receipt and how to check it."""
    lines = [*str(done["receipt"]).rstrip("\n").split("\n"), ""]
    if done["due"] is not None:
        lines.append(
            f"What a law makes us keep goes by itself; next on {show.instant(done['due'])}."
        )
    lines.append(f"A C2SP signed note; its key is {done['verifier_key']}")
    lines.append("Kept in a file, anybody can check it: python3 verify.py KEY FILE (it is in every "
                 "archive, and at /v1/privacy/audit/verify.py)")  # fmt: skip
    return lines


@click.command()
@click.argument("sid", required=False)
@data_option
@json_option
def erasures(sid: str | None, data: Path | None, as_json: bool) -> None:
    """List erasures, newest first, or show one with its receipt.

    \b
    Examples:
      ringfence privacy erasures
      ringfence privacy erasures ER0190...
    """
    with office(data) as ask:
        if sid is None:
            show.rows(ask.run("privacy.erase.list"), DONE, as_json=as_json)
            return
        found = ask.run("privacy.erase.show", sid=sid)
    tell(found, as_json=as_json)
    if not as_json and found["receipt"] is not None:
        click.echo()
        for line in receipt(found):
            click.echo(line)
