"""Schemathesis asks every resource of /v1 what its description allows, and what it forbids.

The invariant: no request, however odd, breaks anything inside; every answer is one that the
description declares, with the content it declares. ``RINGFENCE_EXAMPLES`` asks each resource more
often (``make fuzz-long``).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from litestar.testing import TestClient
from office_open import opened
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from ringfence.api.http import build
from ringfence.api.openapi import document, handlers

EXAMPLES = int(os.environ.get("RINGFENCE_EXAMPLES", "1"))
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]

NOT_ASKED = {
    "account.compromised": "it ends the credentials this test asks with",
    "event.follow": "it never ends; tests/api/v1/test_events.py",
}

load_all_checks()


class Asked:
    """One office, asked by its account."""

    def __init__(self, folder: Path) -> None:
        self.office = opened(folder)
        self.app = build(self.office)
        self.app.state["rates"] = Tireless()
        self.client = TestClient(self.app, raise_server_exceptions=False)
        self.sign = (self.office.account.id, self.office.directory.auth_token)


class Tireless:
    """Lets everybody ask as often as they like."""

    def take(self, _caller: str, _now: float) -> tuple[bool, int, int]:
        return True, 1, 1


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    made = Asked(tmp_path_factory.mktemp("every") / "data")
    with made.client:
        yield made
    made.office.store.store.close()


CONFIG = schemathesis.config.SchemathesisConfig.from_dict(
    {"phases": {"coverage": {"enabled": EXAMPLES > 10}}, "generation": {"mode": "all"}}
)
SCHEMA = schemathesis.openapi.from_dict(
    document(handlers(build(None))),  # type: ignore[arg-type]
    config=CONFIG,
)
SCHEMA = SCHEMA.exclude(operation_id=list(NOT_ASKED))


@SCHEMA.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    database=None,
)
def test_every_answer_is_declared(case: Any, asked: Asked) -> None:
    sent = case.as_transport_kwargs(base_url="http://testserver.local")
    body = sent.get("data")
    more = {"json": sent["json"]} if "json" in sent else {"content": body} if body else {}
    headers = [(name, str(value).encode()) for name, value in (sent["headers"] or {}).items()]
    answer = asked.client.request(
        sent["method"],
        sent["url"],
        params=sent.get("params"),
        headers=headers,  # type: ignore[arg-type]
        auth=asked.sign,
        **more,
    )
    if answer.status_code >= 500:
        code = answer.json()["code"]
        assert (answer.status_code, code) == (503, "not_running"), code
    case.validate_response(answer, checks=CHECKS)
