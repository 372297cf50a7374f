"""``/v1/keys`` and ``/v1/privacy/staff-tickets``."""

from collections.abc import Callable
from typing import Any

import pytest
from litestar.testing import TestClient

from ringfence.api import views_choices as views

Headers = Callable[..., dict[str, str]]
KEY = views.Key(sid="SK1", name="bills", role="admin", purposes=["billing"], created=1, secret="s")
TICKET = views.Ticket(sid="TT1", matter="noise", opened=1, expires=2, open=True, secret="s")


def test_a_key_is_made_listed_and_revoked(
    client: TestClient[Any], office: Any, basic: Headers
) -> None:
    office.answers |= {"key.add": KEY, "key.list": [KEY], "key.revoke": KEY}
    body = {"name": "bills", "purposes": ["billing"]}
    made = client.post("/v1/keys", json=body, headers=basic())
    assert (made.status_code, made.json()["secret"]) == (201, "s")
    assert office.asked[-1][1] == body | {"role": "admin"}
    assert len(client.get("/v1/keys", headers=basic()).json()["items"]) == 1
    assert client.post("/v1/keys/SK1/revoke", headers=basic()).status_code == 200
    assert office.asked[-1][:2] == ("key.revoke", {"sid": "SK1"})


def test_a_ticket_is_opened_listed_and_closed(
    client: TestClient[Any], office: Any, basic: Headers
) -> None:
    office.answers |= {
        "privacy.ticket.open": TICKET, "privacy.ticket.list": [TICKET],
        "privacy.ticket.close": TICKET,
    }  # fmt: skip
    opened = client.post("/v1/privacy/staff-tickets", json={"matter": "noise"}, headers=basic())
    assert (opened.status_code, opened.json()["sid"]) == (201, "TT1")
    assert office.asked[-1][1] == {"matter": "noise", "minutes": 60}
    assert len(client.get("/v1/privacy/staff-tickets", headers=basic()).json()["items"]) == 1
    closed = client.post("/v1/privacy/staff-tickets/TT1/close", headers=basic())
    assert closed.status_code == 200


@pytest.mark.parametrize("path", ["keys", "privacy/staff-tickets"])
def test_another_body_and_a_stranger_are_refused(
    client: TestClient[Any], basic: Headers, path: str
) -> None:
    for body in ({}, [], {"name": 5}, {"matter": "x", "actor": "operator"}):
        answer = client.post(f"/v1/{path}", json=body, headers=basic())
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_argument")
    assert client.get(f"/v1/{path}").status_code == 401
