"""``/v1/notifications``."""

from collections.abc import Callable
from typing import Any

import pytest
from litestar.testing import TestClient

from ringfence.api import views_notifications as log_views

Headers = Callable[..., dict[str, str]]


def test_exchanges_are_listed_and_searched(
    client: TestClient[Any], office: Any, basic: Headers
) -> None:
    answer = client.get(
        "/v1/notifications?limit=5&status=404&since=10&until=20&call=CA1", headers=basic()
    )
    assert answer.json()["items"][0]["status"] == 200
    asked = office.asked[-1]
    assert asked[0] == "notification.list"
    assert asked[1] | {"before": None} == {
        "limit": 5, "before": None, "call": "CA1", "status": 404, "since": 10, "until": 20,
    }  # fmt: skip


@pytest.mark.parametrize("query", ["status=many", "since=-1", "until=1e9"])
def test_what_is_no_number_is_refused(client: TestClient[Any], basic: Headers, query: str) -> None:
    assert client.get(f"/v1/notifications?{query}", headers=basic()).status_code == 400


def test_one_exchange_is_shown(client: TestClient[Any], office: Any, basic: Headers) -> None:
    assert client.get("/v1/notifications/NO1", headers=basic()).json()["kind"] == "document"
    assert office.asked[-1][:2] == ("notification.show", {"sid": "NO1"})


def test_apps_are_listed_and_switched(client: TestClient[Any], office: Any, basic: Headers) -> None:
    assert client.get("/v1/notifications/logging", headers=basic()).json()["items"][0]["on"] is True
    body = {"on": False, "flow": "welcome"}
    answer = client.post("/v1/notifications/logging", json=body, headers=basic())
    assert answer.json()["on"] is False
    assert office.asked[-1][:2] == ("notification.logging", body)
    for bad in (b"", b"{}", b'{"on": 1}', b'{"on": true, "odd": 1}'):
        answer = client.post("/v1/notifications/logging", content=bad, headers=basic())
        assert answer.status_code == 400


@pytest.mark.promise("TEL-15")
@pytest.mark.parametrize("path", ["", "/NO1", "/logging"])
def test_a_stranger_sees_nothing(client: TestClient[Any], path: str) -> None:
    assert client.get(f"/v1/notifications{path}").status_code == 401


def test_exchanges_are_sent_again(client: TestClient[Any], office: Any, basic: Headers) -> None:
    waiting = log_views.Delivery(
        sid="DL1", call=None, subject="CA1", kind="status", event=None, source="replay",
        state="ready", attempts=0, error=None, created=1, due=1,
    )  # fmt: skip
    office.answers["notification.replay"] = log_views.Replayed(deliveries=[waiting], left_out={})
    answer = client.post("/v1/notifications/replay", json={"sids": ["NO1"]}, headers=basic())
    assert answer.json()["deliveries"][0]["sid"] == "DL1"
    assert office.asked[-1][:2] == ("notification.replay", {"sids": ["NO1"]})
    none = client.post("/v1/notifications/replay", json={"sids": []}, headers=basic())
    assert none.status_code == 400
    office.answers["delivery.list"] = log_views.DeliveryPage(deliveries=[waiting])
    listed = client.get("/v1/deliveries?state=ready", headers=basic())
    assert listed.json()["items"][0]["state"] == "ready"
    office.answers["delivery.retry"] = waiting
    assert client.post("/v1/deliveries/DL1/retry", headers=basic()).status_code == 200
    assert office.asked[-1][:2] == ("delivery.retry", {"sid": "DL1"})


def test_it_is_searched_by_failure_and_app(
    client: TestClient[Any], office: Any, basic: Headers
) -> None:
    query = "failed=true&kind=status&flow=welcome&code=11200&delivery=DL1"
    client.get(f"/v1/notifications?{query}", headers=basic())
    asked = office.asked[-1][1]
    assert (asked["failed"], asked["code"], asked["flow"]) == (True, 11200, "welcome")
    assert (asked["kind"], asked["delivery"]) == ("status", "DL1")
