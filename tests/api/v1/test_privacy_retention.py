"""``/v1/privacy/retention``."""

from collections.abc import Callable
from typing import Any

import pytest
from litestar.testing import TestClient

from ringfence.api import views

Headers = Callable[..., dict[str, str]]
TERM = views.RetentionTerm(
    rule="content", trigger="call_ended", at_least_days=0, at_most_days=365, floor_by="content",
    source="recordings are for the weeks after a call", setting="keep_recordings_days",
)  # fmt: skip
DUE = views.SweepDue(kind="calls", count=2, oldest=5, rule="call_log", at_most_days=730)


def test_the_rules_are_told(client: TestClient[Any], office: Any, basic: Headers) -> None:
    office.answers["privacy.retention.rules"] = [TERM]
    found = client.get("/v1/privacy/retention", headers=basic()).json()
    assert found["items"][0]["at_most_days"] == 365


@pytest.mark.parametrize(
    ("method", "path", "asked"),
    [
        ("GET", "/v1/privacy/retention/preview", "privacy.retention.preview"),
        ("POST", "/v1/privacy/retention/sweep", "privacy.retention.sweep"),
    ],
)
def test_preview_and_sweep(
    client: TestClient[Any], office: Any, basic: Headers, method: str, path: str, asked: str
) -> None:
    office.answers[asked] = [DUE]
    answer = client.request(method, path, headers=basic())
    assert (answer.status_code, answer.json()["items"][0]["count"]) == (200, 2)
    assert office.asked[-1][0] == asked


def test_the_word_about_the_clock_is_handed_on(
    client: TestClient[Any], office: Any, basic: Headers
) -> None:
    office.answers["privacy.retention.sweep"] = []
    path = "/v1/privacy/retention/sweep?clock_is_right=true"
    assert client.post(path, headers=basic()).status_code == 200
    assert office.asked[-1][1] == {"clock_is_right": True}


def test_a_stranger_is_turned_away(client: TestClient[Any]) -> None:
    assert client.get("/v1/privacy/retention").status_code == 401
    assert client.post("/v1/privacy/retention/sweep").status_code == 401
