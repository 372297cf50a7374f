"""``/v1/events``: the page, the stream and the socket."""

import json
from typing import Any

import pytest
from litestar.exceptions import WebSocketDisconnect

from ringfence.api import views_events as views
from ringfence.kernel.errors import Refused

BEAT = views.Event(id=7, type="heartbeat", at=1)
ENDED = views.Event(id=8, type="CallEnded", at=2, call="CA1", data={"missed": True})


@pytest.fixture(autouse=True)
def _streams(office: Any) -> None:
    office.streams["event.follow"] = [BEAT, ENDED]
    office.answers["event.list"] = views.EventPage(events=[ENDED], next="8")


def test_events_are_listed(client: Any, office: Any, basic: Any) -> None:
    page = client.get("/v1/events?types=CallEnded,CallOffered&limit=1", headers=basic()).json()
    assert page["items"][0]["data"] == {"missed": True}
    assert office.asked[-1][1] == {
        "limit": 1, "before": None, "types": ["CallEnded", "CallOffered"],
    }  # fmt: skip
    client.get(f"/v1/events?types=CallEnded,CallOffered&cursor={page['next']}", headers=basic())
    assert office.asked[-1][1]["before"] == "8"


def test_a_stream_is_server_sent_events(client: Any, office: Any, basic: Any) -> None:
    answer = client.get(
        "/v1/events/stream?types=CallEnded", headers=basic() | {"Last-Event-ID": "5"}
    )
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert office.asked[-1][1] == {"types": ["CallEnded"], "after": "5"}
    head, beat, ended, _ = answer.text.split("\n\n")
    assert head == "retry: 2000"
    assert beat.startswith("id: 7\nevent: heartbeat\ndata: ")
    assert json.loads(ended.partition("data: ")[2])["call"] == "CA1"


def test_a_stream_whose_key_has_ended_says_so(client: Any, office: Any, basic: Any) -> None:
    office.streams["event.follow"] = [BEAT, Refused("key_expired", "no")]
    answer = client.get("/v1/events/stream", headers=basic())
    assert answer.text.endswith('event: ended\ndata: {"code":"key_expired"}\n\n')


def test_who_may_not_follow_is_refused_before_anything_is_sent(
    client: Any, office: Any, basic: Any
) -> None:
    office.streams["event.follow"] = [Refused("too_many_requests", "no")]
    assert client.get("/v1/events/stream", headers=basic()).status_code == 429
    assert client.get("/v1/events/stream").status_code == 401


def test_a_socket_tells_the_same(client: Any, office: Any, basic: Any) -> None:
    with client.websocket_connect("/v1/events/ws?after=5", headers=basic()) as socket:
        assert json.loads(socket.receive_text())["type"] == "heartbeat"
        assert json.loads(socket.receive_text())["call"] == "CA1"
    assert office.asked[-1][1] == {"after": "5"}


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic x"}])
def test_a_socket_wants_credentials(client: Any, headers: dict[str, str]) -> None:
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect("/v1/events/ws", headers=headers) as socket,
    ):
        socket.receive_text()


def test_a_page_of_another_site_cannot_listen_with_a_cookie(client: Any) -> None:
    headers = {"Origin": "https://evil.example.com", "Cookie": "ringfence_session=s3cret"}
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect("/v1/events/ws", headers=headers) as socket,
    ):
        socket.receive_text()
