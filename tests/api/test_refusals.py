"""Refused requests are lines of the log: one of those alike, and nothing of what was asked."""

from __future__ import annotations

from typing import Any

import pytest

from ringfence.api import refusals
from ringfence.api.refusals import Refusals
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import API_REFUSALS_MS

ACCOUNT = "AC" + "a" * 32
HERE = f"/2010-04-01/Accounts/{ACCOUNT}"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    monkeypatch.setattr(refusals, "_SEEN", Refusals())
    monkeypatch.setattr(refusals.log, "warning", lambda event, **more: found.append(more))
    return found


def test_of_refusals_alike_the_first_is_a_line_and_says_how_many_followed() -> None:
    seen, kind = Refusals(), ("GET", "not_found", 404, None)
    assert [seen.take(kind, now) for now in (0.0, 1.0, 2.0)] == [1, 0, 0]
    assert seen.take(("POST", "not_found", 404, None), 2.0) == 1
    assert seen.take(kind, API_REFUSALS_MS / 1000) == 3
    assert seen.take(kind, API_REFUSALS_MS / 1000 + 1) == 0


def test_what_is_counted_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusals, "API_REFUSALS_KINDS", 3)
    seen = Refusals()
    for n in range(10):
        assert seen.take(("GET", None, n, None), 0.0) == 1
        assert len(seen._kinds) <= 3


@pytest.mark.parametrize(
    ("ask", "expected"),
    [
        (("GET", "/v1/calls?limit=s3cret"), ("GET", "bad_argument", 400, None)),
        (("GET", "/v1/s3cret"), ("GET", "not_found", 404, None)),
        (("GET", f"{HERE}/s3cret.json"), ("GET", None, 404, 20404)),
        (("POST", f"{HERE}/Calls.json"), ("POST", None, 400, 21201)),
        (("GET", "/v2/PhoneNumbers/x?Fields=s3cret"), ("GET", None, 400, 20001)),
        (("GET", f"{HERE}/Recordings/s3cret"), ("GET", "not_found", 404, 20404)),
    ],
)
def test_a_refusal_is_a_line_without_what_was_asked(
    client: Any, basic: Any, office: Any, lines: Any, ask: tuple[str, str], expected: Any
) -> None:
    office.answers["recording.show"] = Refused("not_found", "no recording of that SID")
    client.request(*ask, headers=basic())
    assert [(r["method"], r["code"], r["status"], r["error_code"]) for r in lines] == [expected]
    assert "s3cret" not in repr(lines)


def test_wrong_credentials_are_a_line(client: Any, basic: Any, lines: Any) -> None:
    for path in ("/v1/calls", f"{HERE}/Calls.json"):
        client.get(path, headers=basic(token="s3cret"))
    assert [(r["code"], r["status"], r["error_code"]) for r in lines] == [
        ("not_authorized", 401, None), (None, 401, 20003),
    ]  # fmt: skip
    assert "s3cret" not in repr(lines)
