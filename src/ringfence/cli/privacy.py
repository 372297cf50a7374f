"""``ringfence privacy``: what the policy promises and what keeps it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from ringfence.cli import (
    privacy_audit,
    privacy_case,
    privacy_consent,
    privacy_demand,
    privacy_erase,
    privacy_grievance,
    privacy_incident,
    privacy_notice,
    privacy_policy,
    privacy_prove,
    privacy_recording,
    privacy_retention,
    privacy_staff,
    show,
)
from ringfence.cli.options import folder_option, json_option
from ringfence.promises import registry

_STATES = {"kept": "kept", "planned": "planned", "not_ours": "not ours"}


@click.group()
def privacy() -> None:
    """Show what the privacy policy promises, and what keeps each promise.

    \b
    Examples:
      ringfence privacy promises
      ringfence privacy promises --company exotel-2013
      ringfence privacy promises --json
    """


@privacy.command()
@click.option("--company", type=click.Choice(registry.COMPANIES), help="One policy only.")
@folder_option
@json_option
def promises(company: str | None, data: Path | None, as_json: bool) -> None:  # noqa: ARG001 - the same in every installation
    """List the clauses of the policies: kept by which code and tests, or waiting for what.

    A clause is kept when a place in the code enforces it and tests of its behaviour show it.
    """
    clauses = registry.load()
    rows = [asdict(clause) for clause in registry.chosen(clauses, company)]
    columns = [
        show.field("CLAUSE", "id"),
        show.Column("STATE", lambda row: _STATES[row["state"]]),
        show.field("STATES", "states"),
        show.Column("KEPT BY, OR WAITS FOR", _because),
        show.Column("TESTS", lambda row: len(row["tests"]) or ""),
    ]
    show.rows(rows, columns, as_json=as_json)
    if not as_json:
        click.echo()
        _counts(clauses, [company] if company else list(registry.COMPANIES))


def _because(row: dict[str, Any]) -> str:
    return str(row["control"] or row["waits_for"] or row["reason"])


def _counts(clauses: tuple[registry.Clause, ...], companies: list[str]) -> None:
    counted = [registry.count(clauses, company) for company in companies]
    columns = [
        show.field("POLICY", "company"),
        show.field("KEPT", "kept"),
        show.field("PLANNED", "planned"),
        show.field("NOT OURS", "not_ours"),
    ]
    show.rows([asdict(count) for count in counted], columns, as_json=False)
    if len(companies) > 1:
        kept = sum(clause.state == "kept" for clause in clauses)
        click.echo(f"\n{kept} of {len(clauses)} clauses are kept.")


privacy.add_command(privacy_audit.audit)
privacy.add_command(privacy_erase.erase)
privacy.add_command(privacy_erase.erasures)
privacy.add_command(privacy_retention.retention)
privacy.add_command(privacy_retention.sweep)
privacy.add_command(privacy_prove.prove)
for command in (*privacy_notice.COMMANDS, *privacy_policy.COMMANDS):
    privacy.add_command(command)
privacy.add_command(privacy_consent.consent)
privacy.add_command(privacy_consent.leave_alone)
privacy.add_command(privacy_recording.recording)
privacy.add_command(privacy_staff.staff_ticket)
privacy.add_command(privacy_staff.restrict)
privacy.add_command(privacy_staff.unrestrict)
privacy.add_command(privacy_staff.hold)
privacy.add_command(privacy_staff.release)
privacy.add_command(privacy_staff.holds)
privacy.add_command(privacy_case.case)
privacy.add_command(privacy_case.child)
privacy.add_command(privacy_case.signing_key)
privacy.add_command(privacy_grievance.grievance)
privacy.add_command(privacy_grievance.officer)
privacy.add_command(privacy_demand.demand)
privacy.add_command(privacy_demand.approver)
privacy.add_command(privacy_demand.transparency)
privacy.add_command(privacy_incident.incident)
privacy.add_command(privacy_incident.honey)
privacy.add_command(privacy_incident.compromised)
privacy.add_command(privacy_incident.resume)
