"""``/v1/calls``."""

from collections.abc import Callable
from typing import Any

import pytest
from litestar.testing import TestClient

Headers = Callable[..., dict[str, str]]


def test_calls_are_listed(client: TestClient[Any], office: Any, basic: Headers) -> None:
    answer = client.get("/v1/calls?limit=5&status=ended", headers=basic())
    assert answer.json()["items"][0]["codec"] == "PCMU"
    assert office.asked[-1][:2] == (
        "call.list",
        {"limit": 5, "before": None, "status": "ended"},
    )


def test_a_page_is_asked_for_by_its_cursor_alone(client: TestClient[Any], basic: Headers) -> None:
    answer = client.get("/v1/calls?before=CA9", headers=basic())
    assert (answer.status_code, answer.json()["detail"]) == (
        400, "the query takes: cursor, limit, status",
    )  # fmt: skip


def test_an_unknown_status_is_refused(client: TestClient[Any], basic: Headers) -> None:
    assert client.get("/v1/calls?status=odd", headers=basic()).status_code == 400


def test_a_call_is_placed(client: TestClient[Any], office: Any, basic: Headers) -> None:
    body = {"to": "+12025550123", "flow": "welcome"}
    answer = client.post("/v1/calls", json=body, headers=basic())
    assert answer.status_code == 201
    assert office.asked[-1][:2] == ("call.place", body)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"to": 1}', b'{"to": "a", "odd": 1}', b"\xff"]
)
def test_a_bad_body_is_refused(client: TestClient[Any], basic: Headers, body: bytes) -> None:
    answer = client.post("/v1/calls", content=body, headers=basic())
    assert answer.status_code == 400
    assert answer.json()["code"] == "bad_argument"


def test_a_call_is_shown_with_its_timeline(client: TestClient[Any], basic: Headers) -> None:
    assert client.get("/v1/calls/CA1", headers=basic()).json()["mos"] == 4.4
    lines = client.get("/v1/calls/CA1/timeline", headers=basic()).json()["items"]
    assert lines[0]["name"] == "CallAnswered"


def test_a_call_is_ended(client: TestClient[Any], office: Any, basic: Headers) -> None:
    assert client.post("/v1/calls/CA1/hangup", headers=basic()).status_code == 200
    assert office.asked[-1][:2] == ("call.hangup", {"sid": "CA1"})
    client.post("/v1/calls/CA1/hangup?unanswered=true", headers=basic())
    assert office.asked[-1][:2] == ("call.hangup", {"sid": "CA1", "unanswered": True})
