"""Every role and what it may not do: said once more here, by hand, and tried over HTTP."""

from __future__ import annotations

import base64
import importlib
import pkgutil
import re
from collections.abc import Iterator
from typing import Any, get_args, get_origin

import msgspec
import pytest
from litestar.testing import TestClient
from office_open import opened

from ringfence.api import v1
from ringfence.api.http import build
from ringfence.kernel.errors import Refused
from ringfence.office.table import TABLE
from ringfence.privacy.purposes import PURPOSES
from ringfence.privacy.roles import GRANTED, Identity

OWNER = {"owner"}
CASES = {"owner", "privacy_officer"}
SETUP = {"owner", "admin", "developer"}
GOVERN = {"owner", "admin", "privacy_officer"}
DESK = {"owner", "admin", "manager", "agent"}

MAY: dict[str, set[str]] = {
    # people's requests, grievances, children, incidents, authorities
    "privacy.case": CASES, "privacy.grievance": CASES, "privacy.child": CASES,
    "privacy.incident": CASES, "privacy.honey": CASES, "privacy.demand": CASES,
    "privacy.erase": CASES, "privacy.proof": CASES, "privacy.audit.proofs": CASES,
    "privacy.hold": CASES, "privacy.holds": CASES, "privacy.release": CASES,
    "privacy.restrict": CASES, "privacy.unrestrict": CASES,
    "privacy.retention.preview": CASES, "privacy.retention.sweep": CASES,
    "privacy.primary_admin": CASES, "privacy.message.list": CASES, "privacy.message.send": CASES,
    # what somebody at a desk hears people say
    "privacy.consent": DESK | CASES, "privacy.leave_alone": DESK | CASES,
    "privacy.message": DESK | CASES, "privacy.recording": DESK | {"auditor"},
    # what is promised, and who answers for it
    "privacy.policy": GOVERN, "privacy.officer": GOVERN, "privacy.recipient": GOVERN,
    # who lets others in, or data out
    "key": OWNER, "privacy.ticket": OWNER, "privacy.approver": OWNER,
    "privacy.approver.list": SETUP, "account.compromised": OWNER,
    # the machine
    "backup": SETUP, "restore": SETUP, "work.cancel": SETUP,
    "number.add": SETUP, "number.change": SETUP, "number.remove": SETUP, "trunk.add": SETUP,
    "trunk.remove": SETUP, "flow.add": SETUP, "phone.add": SETUP, "carrier.add": SETUP,
    "payment_connector.add": SETUP, "app.allow": SETUP, "settings.show": SETUP,
}  # fmt: skip
"""Use cases, or all whose names begin so, and the roles that may ask for them."""

ROLES = (*GRANTED, "staff")
WHOLE = ("privacy.", "key.", "backup.", "restore.")


def wanted(name: str) -> set[str] | None:
    """The roles for a use case: of the longest line above that it falls under."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        found = MAY.get(".".join(parts[:length]))
        if found is not None:
            return found
    return None


def named() -> list[str]:
    """Use cases that handle data and are for somebody who signed in."""
    return [
        name
        for name, row in sorted(TABLE.rows.items())
        if not row.handling.none
        and "public" not in row.actors
        and (wanted(name) is not None or name.startswith(WHOLE))
    ]


@pytest.mark.parametrize("name", named())
def test_a_role_may_what_is_written_here_and_nothing_else(name: str) -> None:
    may = {role for role in ROLES if admits(name, role)}
    assert may == wanted(name)


def admits(name: str, role: str) -> bool:
    try:
        TABLE.rows[name].admit(Identity("x", "api", role))  # type: ignore[arg-type]
    except Refused:
        return False
    return True


# --- over HTTP ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient[Any], Any]]:
    """A client, and the credentials of each role: a key with every purpose, a ticket of staff."""
    office = opened(tmp_path_factory.mktemp("roles") / "data")
    with TestClient(build(office), raise_server_exceptions=False) as client:
        owner = f"{office.account.id}:{office.directory.auth_token}"
        made = {}
        for role in GRANTED:
            body = {"name": role, "purposes": sorted(PURPOSES), "role": role}
            made[role] = client.post("/v1/keys", json=body, headers=basic(owner)).json()
        ticket = {"matter": "one-way audio"}
        made["staff"] = client.post(
            "/v1/privacy/staff-tickets", json=ticket, headers=basic(owner)
        ).json()
        yield client, {role: basic(f"{one['sid']}:{one['secret']}") for role, one in made.items()}
    office.store.store.close()


def basic(credentials: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(credentials.encode()).decode()}


def routes() -> list[tuple[str, str, str, Any]]:
    """Method, path, use case and handler of every resource that a line above speaks of."""
    found = []
    for module in pkgutil.iter_modules(v1.__path__):
        handlers = getattr(importlib.import_module(f"{v1.__name__}.{module.name}"), "HANDLERS", ())
        for handler in handlers:
            name = handler.opt.get("case", "")
            if name in named() and name.startswith(WHOLE) and not TABLE.rows[name].live:
                found += [
                    (method, path, name, handler)
                    for path in handler.paths
                    for method in handler.http_methods
                    if method in {"GET", "POST", "PUT", "DELETE"}
                ]
    return found


def something(kind: Any) -> Any:
    """A value of a type, of no use."""
    options = [one for one in get_args(kind) if one is not type(None)]
    if get_origin(kind) is list:
        return [something(options[0])]
    if get_origin(kind) is dict:
        return {"what": "x"}
    if options:
        return something(options[0])
    return {str: "x", int: 7, bool: True}.get(kind, {})


def test_every_role_is_shut_out_of_the_rest_over_http(
    doors: tuple[TestClient[Any], dict[str, dict[str, str]]],
) -> None:
    client, credentials = doors
    tried = 0
    for method, path, name, handler in routes():
        where = re.sub(r"\{\w+:int\}", "1", re.sub(r"\{\w+:\w*str\}", "CS" + "1" * 32, path))
        shape = handler.opt.get("body")
        fields = msgspec.structs.fields(shape) if shape is not None else ()
        body = {field.name: something(field.type) for field in fields} or None
        for role in set(ROLES) - (wanted(name) or set()):
            answer = client.request(method, where, json=body, headers=credentials[role])
            assert answer.status_code == 403, (role, method, path, answer.text)
            assert answer.json()["code"] == "not_allowed", (role, path)
            tried += 1
    assert tried > 300


def test_staff_still_see_how_a_call_went_and_how_the_machine_is(
    doors: tuple[TestClient[Any], dict[str, dict[str, str]]],
) -> None:
    client, credentials = doors
    assert client.get("/v1/calls", headers=credentials["staff"]).status_code == 200
    for path in ("/v1/numbers", "/v1/trunks"):
        assert client.get(path, headers=credentials["staff"]).status_code == 403, path
    number = {"number": "+12025550100", "voice_url": "https://example.com/listen"}
    for role in ("staff", "agent", "manager", "auditor", "privacy_officer"):
        refused = client.post("/v1/numbers", json=number, headers=credentials[role])
        assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed"), role
