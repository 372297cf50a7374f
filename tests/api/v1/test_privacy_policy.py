"""``/v1/privacy/policy`` and its neighbours: each route asks for its use case."""

from collections.abc import Callable
from typing import Any

import pytest
from litestar.testing import TestClient

from ringfence.api.v1.privacy_policy import HANDLERS

Headers = Callable[..., dict[str, str]]

ROUTES: list[tuple[str, str, Any, str, dict[str, Any]]] = [
    ("GET", "policy/packs", None, "policy.packs", {}),
    ("GET", "policy/versions", None, "policy.versions", {}),
    ("GET", "policy/current", None, "policy.current", {}),
    ("GET", "policy/source", None, "policy.source", {}),
    ("GET", "policy/versions/3", None, "policy.version", {"number": 3}),
    ("GET", "policy/versions/3/changes/1", None, "policy.diff", {"after": 3, "before": 1}),
    ("GET", "policy/draft/excitel", None, "policy.draft", {"name": "excitel"}),
    ("POST", "policy", {"name": "excitel"}, "policy.use",
     {"name": "excitel", }),
    ("POST", "policy/lint", {"name": "excitel"}, "policy.lint",
     {"name": "excitel"}),
    ("POST", "policy/refresh", None, "policy.refresh", {}),
    ("GET", "policy/pending", None, "policy.pending", {}),
    ("POST", "policy/versions/2/acknowledge", None, "policy.acknowledge", {"number": 2}),
    ("GET", "policy/told", None, "policy.told", {}),
    ("GET", "policy/acceptances", None, "policy.acceptances", {}),
    ("GET", "primary-admin", None, "primary_admin.show", {}),
    ("PUT", "primary-admin", {"email": "a@example.com"}, "primary_admin.set",
     {"email": "a@example.com"}),
    ("GET", "map?kind=cookie", None, "map", {"kind": "cookie"}),
    ("GET", "processing", None, "processing", {}),
    ("GET", "erasure-view", None, "erasure_view", {}),
    ("GET", "recipients", None, "recipient.list", {}),
    ("PUT", "recipients/mail_relay", {"country": "FR"}, "recipient.engage",
     {"processor": "mail_relay", "country": "FR", "mechanism": ""}),
    ("GET", "messages?limit=7", None, "message.list", {"limit": 1000}),
    ("POST", "messages",
     {"template": "missed_call", "to": "a@example.com", "fields": {}, "reason": "r"},
     "message.send",
     {"template": "missed_call", "to": "a@example.com", "fields": {}, "reason": "r",
      "product": ""}),
    ("POST", "messages/received", {"to": "a@example.com", "text": "STOP"}, "message.received",
     {"to": "a@example.com", "text": "STOP"}),
    ("POST", "subscriptions",
     {"to": "a@example.com", "name": "news", "ground": "consent", "evidence": "C1"},
     "message.subscribe",
     {"to": "a@example.com", "name": "news", "ground": "consent", "evidence": "C1",
      "product": ""}),
    ("POST", "subscriptions/of", {"to": "a@example.com"}, "message.lists",
     {"to": "a@example.com"}),
    ("DELETE", "subscriptions", {"to": "a@example.com"}, "message.suppress",
     {"to": "a@example.com"}),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body", "asked", "args"), ROUTES)
def test_a_route_asks_for_its_use_case(
    client: TestClient[Any],
    office: Any,
    basic: Headers,
    method: str,
    path: str,
    body: Any,
    asked: str,
    args: dict[str, Any],
) -> None:
    office.answers[f"privacy.{asked}"] = lambda **_: []
    answer = client.request(method, f"/v1/privacy/{path}", json=body, headers=basic())
    assert answer.status_code in {200, 201}
    assert office.asked[-1][:2] == (f"privacy.{asked}", args)
    assert client.request(method, f"/v1/privacy/{path}", json=body).status_code == 401


def test_every_handler_is_tried() -> None:
    assert len(ROUTES) == len(HANDLERS)


@pytest.mark.parametrize("body", ["{", "[]", '{"name": 3}', '{"more": 1}'])
def test_a_body_that_is_not_one_is_told_what_it_takes(
    client: TestClient[Any], basic: Headers, body: str
) -> None:
    answer = client.post("/v1/privacy/policy", content=body, headers=basic())
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_argument")
    assert "document" in answer.json()["detail"]
    assert client.get("/v1/privacy/messages?limit=x", headers=basic()).status_code == 400
