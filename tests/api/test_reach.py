"""Whatever a command can do, HTTP can: except what must not leave the machine, each with why."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

import ringfence
import ringfence.office
from ringfence.api.http import HANDLERS
from ringfence.office.table import TABLE

SOURCE = Path(ringfence.__file__).parent
HERE_ALONE = {
    "account.resume": "it gives back what a thief of the credentials would ask for",
    "admin.link": "it signs in: whoever asks would have to be signed in",
    "backup.keys": "keys do not leave by HTTP (docs/decisions/0021)",
    "privacy.audit.export": "it writes a folder; /v1/privacy/audit/export is the same as a file",
    "privacy.proof.sign": "it signs what a walk of this machine found, and nothing that is sent",
}
OTHERWISE = {"timeline.follow": "/v1/events/stream tells the same facts as they happen"}


@cache
def named_in(folder: str) -> frozenset[str]:
    """Every use case whose name is written in the code of a package."""
    found = {
        node.value
        for file in (SOURCE / folder).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return frozenset(found & TABLE.rows.keys())


def native() -> set[str]:
    """Every use case behind a resource of ``/v1``."""
    return {
        str(handler.opt["case"])
        for handler in HANDLERS
        if "case" in handler.opt and any(path.startswith("/v1/") for path in handler.paths)
    } | set(named_in("api/v1"))


def test_what_a_command_does_http_does() -> None:
    assert named_in("cli") - native() == HERE_ALONE.keys() | OTHERWISE.keys()


def test_every_use_case_is_reached_by_somebody() -> None:
    assert TABLE.rows.keys() - native() - named_in("api") - HERE_ALONE.keys() == set()


@pytest.mark.parametrize("name", sorted(HERE_ALONE))
def test_nobody_with_a_key_asks_for_what_stays_here(name: str) -> None:
    assert TABLE.rows[name].actors <= {"operator", "admin"}
