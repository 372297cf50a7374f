"""Where gateways with HTTP send receipts and messages."""

from typing import Any

import pytest
from litestar.testing import TestClient

from ringfence.api.views_carriers import Taken
from ringfence.kernel.errors import Refused, RemoteError

WHERE = "/carriers/gw/s3cret"


@pytest.fixture(autouse=True)
def answers(office: Any) -> None:
    office.answers["carrier.webhook"] = Taken(taken=True)


@pytest.mark.parametrize(
    ("method", "words", "document"),
    [
        ("GET", {"params": {"id": "1", "status": "ok"}}, {"id": "1", "status": "ok"}),
        ("POST", {"data": {"id": "1", "text": "a b"}}, {"id": "1", "text": "a b"}),
        ("POST", {"json": {"results": [{"id": 1}]}}, {"results": [{"id": 1}]}),
        ("POST", {"params": {"v": "2"}, "data": {"id": "1"}}, {"v": "2", "id": "1"}),
        ("POST", {"data": {"m": ["a", "b"]}}, {"m": "b", "m[]": ["a", "b"]}),
        ("GET", {"params": {"m[]": ["a", "b"]}}, {"m[]": ["a", "b"]}),
    ],
)
def test_every_form_is_taken(
    client: TestClient[Any], office: Any, method: str, words: Any, document: Any
) -> None:
    answer = client.request(method, WHERE, **words)
    assert (answer.status_code, answer.text) == (200, "ok")
    name, args, actor = office.asked[-1]
    assert name == "carrier.webhook"
    assert args == {"name": "gw", "secret": "s3cret", "document": document}
    assert actor == "public"


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Taken(taken=False), 200),
        (RemoteError("says nothing"), 400),
        (Refused("not_found", "there is nothing here"), 404),
        (Refused("storage_full", "no room"), 503),
    ],
)
def test_what_it_is_told(client: TestClient[Any], office: Any, outcome: Any, status: int) -> None:
    office.answers["carrier.webhook"] = outcome
    assert client.post(WHERE, json={"id": 1}).status_code == status


@pytest.mark.parametrize("body", [b"{", b"[1]", b"null", b"[" * 100_000])
def test_what_is_no_document(client: TestClient[Any], office: Any, body: bytes) -> None:
    answer = client.post(WHERE, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert office.asked == []


def test_whoever_guesses_is_counted_and_turned_away(client: TestClient[Any], office: Any) -> None:
    office.answers["carrier.webhook"] = Refused("not_found", "there is nothing here")
    statuses = [client.post("/carriers/gw/guess", json={}).status_code for _ in range(200)]
    assert set(statuses) == {404, 429}
