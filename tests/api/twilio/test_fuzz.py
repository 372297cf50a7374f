"""Invariant: whatever fits the description is answered, and nothing of it breaks us.

Requests are made by schemathesis of the official description: only what is deliberately not there
answers 501, only what needs a running server 503, and every refusal has Twilio's shape.
``RINGFENCE_EXAMPLES`` asks each operation more often (``make fuzz-long``).
"""

from __future__ import annotations

import copy
import os
from functools import cache
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from twilio_scene import Scene
from twilio_shapes import document

from ringfence.api.twilio.operations import Operation, operations

schemathesis = pytest.importorskip(
    "schemathesis", reason="the interface is NOT fuzzed: schemathesis is not installed"
)

EXAMPLES = int(os.environ.get("RINGFENCE_EXAMPLES", "1"))
ROWS = [row for row in operations().rows if row.handler is not None]
_DELIBERATE = {501: 20501, 503: 20503}


@cache
def described() -> Any:
    raw = copy.deepcopy(document())
    return schemathesis.openapi.from_dict(raw)


def send(scene: Scene, row: Operation, case: Any) -> Any:
    fields = dict(case.path_parameters or {})
    fields["AccountSid"] = scene.account
    path = row.path
    for name, value in fields.items():
        path = path.replace(f"{{{name}}}", quote(str(value), safe="") or "x")
    query = {name: _text(value) for name, value in dict(case.query or {}).items()}
    form = None
    if row.method == "POST":
        body = case.body if isinstance(case.body, dict) else {}
        form = {name: _text(value) for name, value in body.items()}
    return scene.send(row.method, f"/2010-04-01{path}", form, params=query)


def _text(value: Any) -> Any:
    if isinstance(value, list):
        return [str(one) for one in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_nothing_breaks_us(scene: Scene, row: Operation) -> None:
    described_row = described()["/2010-04-01" + row.path][row.method]

    @settings(
        max_examples=6 * EXAMPLES, deadline=None, database=None, derandomize=True,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=described_row.as_strategy())
    def ask(case: Any) -> None:
        answer = send(scene, row, case)
        if answer.status_code < 400:
            return
        body = answer.json()
        assert body.keys() == {"code", "message", "more_info", "status"}, body
        assert body["status"] == answer.status_code
        if answer.status_code >= 500:
            assert _DELIBERATE.get(answer.status_code) == body["code"], body

    ask()
