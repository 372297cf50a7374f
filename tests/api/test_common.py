"""Who is asking, and how refusals look."""

from collections.abc import Callable
from typing import Any

import pytest
from litestar.testing import TestClient

from ringfence.kernel.errors import Refused

Headers = Callable[..., dict[str, str]]


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic !!!",
        "Basic bm9jb2xvbg==",
        "Basic /////w==",
        "Bearer abc",
        "Basic QUM6d3Jvbmc=",
    ],
)
def test_bad_credentials_are_401(client: TestClient[Any], header: str) -> None:
    answer = client.get("/v1/calls", headers={"Authorization": header} if header else {})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic")
    assert answer.json()["code"] == "not_authorized"


def test_good_credentials_are_let_in(client: TestClient[Any], office: Any, basic: Headers) -> None:
    assert client.get("/v1/calls", headers=basic()).status_code == 200
    assert office.asked[-1][2] == "api"


def test_a_wrong_token_is_not(client: TestClient[Any], basic: Headers) -> None:
    assert client.get("/v1/calls", headers=basic(token="x")).status_code == 401


def test_a_refusal_of_the_domain_has_its_status(
    client: TestClient[Any], office: Any, basic: Headers
) -> None:
    office.answers["call.show"] = Refused("not_found", "no such call", clause="C1")
    answer = client.get("/v1/calls/CA1", headers=basic())
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "/v1/problems/not_found",
        "title": "There is no such thing here",
        "status": 404,
        "detail": "no such call",
        "code": "not_found",
        "clause": "C1",
    }
    office.answers["call.show"] = Refused("spend_limit", "no")
    assert client.get("/v1/calls/CA1", headers=basic()).status_code == 422


def test_trouble_while_checking_is_not_taken_for_a_stranger(
    client: TestClient[Any], office: Any, basic: Headers
) -> None:
    office.answers["account.authenticate"] = Refused("not_running", "starting")
    assert client.get("/v1/calls", headers=basic()).status_code == 503


def test_a_bug_shows_nothing_of_itself(
    client: TestClient[Any], office: Any, basic: Headers
) -> None:
    office.answers["call.show"] = RuntimeError("secret +12025550123")
    answer = client.get("/v1/calls/CA1", headers=basic())
    assert answer.status_code == 500
    assert answer.json()["code"] == "internal"
    assert "2025550123" not in answer.text
    assert "Traceback" not in answer.text


def test_unknown_paths_and_methods(client: TestClient[Any]) -> None:
    assert client.get("/nothing").json()["code"] == "not_found"
    assert client.delete("/v1/calls").json()["code"] == "method_not_allowed"


@pytest.mark.parametrize("path", ["/", "/health", "/v1/calls", "/nothing"])
def test_every_answer_forbids_caching_and_framing(client: TestClient[Any], path: str) -> None:
    headers = client.get(path).headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("limit", ["0", "-1", "1001", "x", "", "٣"])
def test_a_bad_limit_is_refused(client: TestClient[Any], basic: Headers, limit: str) -> None:
    answer = client.get("/v1/calls", params={"limit": limit}, headers=basic())
    assert answer.status_code == 400
    assert answer.json()["code"] == "bad_argument"
