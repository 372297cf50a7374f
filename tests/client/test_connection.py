"""What is sent, what is sent again, and how answers are read; the wire is a list of answers."""

from __future__ import annotations

import http.client
import io
import json
from typing import Any

import msgspec
import pytest

from ringfence.client import ApiError, ConnectionFailed, Unexpected, connection
from ringfence.client.connection import Connection, Tries, piece


class Row(msgspec.Struct):
    sid: str


class Wire:
    """Stands for a connection: takes requests, hands out what the test prepared."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str, bytes | None, dict[str, str]]] = []

    def request(self, method: str, target: str, body: Any = None, headers: Any = None) -> None:
        self.asked.append((method, target, body, headers))
        if isinstance(self.answers[0], Exception):
            raise self.answers.pop(0)

    def getresponse(self) -> Any:
        status, data, headers = self.answers.pop(0)
        return Answer(status, data, headers)

    def close(self) -> None:
        pass


class Answer(io.BytesIO):
    def __init__(self, status: int, data: bytes, headers: dict[str, str]) -> None:
        super().__init__(data)
        self.status = status
        self.headers = headers

    def getheader(self, name: str, default: str = "") -> str:
        return self.headers.get(name, default)


def ok(data: Any) -> tuple[int, bytes, dict[str, str]]:
    return 200, json.dumps(data).encode(), {}


def problem(status: int, code: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    body = {"code": code, "detail": "d", "status": status, "title": "t", "type": "/x"}
    return status, json.dumps(body).encode(), headers


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    found: list[float] = []
    monkeypatch.setattr(connection.time, "sleep", found.append)
    return found


def wired(monkeypatch: pytest.MonkeyPatch, *answers: Any, **sign: str) -> tuple[Connection, Wire]:
    wire = Wire(*answers)
    made = Connection("http://127.0.0.1:1/base/", **(sign or {"user": "SK1", "secret": "s"}))  # type: ignore[arg-type]
    monkeypatch.setattr(made, "_connected", lambda _seconds: wire)
    return made, wire


def test_a_question_is_signed_and_its_answer_typed(monkeypatch: Any) -> None:
    made, wire = wired(monkeypatch, ok({"sid": "CA1", "new": 1}))
    found = made.ask("GET", "/v1/calls/CA1", Row, query={"a": True, "b": None, "c": 7})
    assert found == Row("CA1")
    ((method, target, body, headers),) = wire.asked
    assert (method, target, body) == ("GET", "/base/v1/calls/CA1?a=true&c=7", None)
    assert headers["Authorization"].startswith("Basic ")
    assert "Idempotency-Key" not in headers
    made, wire = wired(monkeypatch, ok(None), token="t")
    made.ask("POST", "/x", type(None), body={"a": 1, "b": None}, keyed=True)
    assert wire.asked[0][2] == b'{"a":1}'
    assert wire.asked[0][3]["Authorization"] == "Bearer t"


def test_a_post_is_sent_again_under_the_same_key(monkeypatch: Any, naps: list[float]) -> None:
    lost = ConnectionResetError()
    concurrent = problem(409, "idempotency_concurrent")
    made, wire = wired(monkeypatch, lost, concurrent, ok({"sid": "CA1"}))
    assert made.ask("POST", "/v1/calls", Row, body={}, keyed=True).sid == "CA1"
    keys = {headers["Idempotency-Key"] for *_, headers in wire.asked}
    assert (len(wire.asked), len(keys)) == (3, 1)
    assert naps == [connection.PAUSE, 2 * connection.PAUSE]


def test_a_key_of_ones_own_is_sent(monkeypatch: Any) -> None:
    made, wire = wired(monkeypatch, ok({"sid": "CA1"}))
    made.ask("POST", "/v1/calls", Row, body={}, key="mine", keyed=True)
    assert wire.asked[0][3]["Idempotency-Key"] == "mine"


def test_what_is_not_safe_is_sent_once(monkeypatch: Any, naps: list[float]) -> None:
    made, wire = wired(monkeypatch, http.client.RemoteDisconnected())
    with pytest.raises(ConnectionFailed):
        made.ask("POST", "/v1/privacy/requests", Row, body={})
    assert (len(wire.asked), naps) == (1, [])


def test_the_server_says_how_long_to_wait(monkeypatch: Any, naps: list[float]) -> None:
    busy = problem(429, "too_many_requests", **{"Retry-After": "7"})
    made, _ = wired(monkeypatch, busy, ok({"sid": "x"}))
    assert made.ask("GET", "/x", Row).sid == "x"
    assert naps == [7.0]
    made, _ = wired(monkeypatch, *[busy] * 4)
    with pytest.raises(ApiError) as refused:
        made.ask("GET", "/x", Row)
    assert refused.value.code == "too_many_requests"


def test_a_refusal_is_an_exception(monkeypatch: Any) -> None:
    made, _ = wired(monkeypatch, problem(422, "no_trunk"))
    with pytest.raises(ApiError, match="422 no_trunk: d") as refused:
        made.ask("GET", "/x", Row)
    assert (refused.value.status, refused.value.type, refused.value.clause) == (422, "/x", None)
    assert refused.value.pointer is None
    wrong = {"code": "bad_argument", "pointer": "/record/track"}
    made, _ = wired(monkeypatch, (400, json.dumps(wrong).encode(), {}))
    with pytest.raises(ApiError) as refused:
        made.ask("GET", "/x", Row)
    assert refused.value.pointer == "/record/track"
    made, _ = wired(monkeypatch, (502, b"<html>", {}))
    with pytest.raises(ApiError) as refused:
        made.ask("GET", "/x", Row)
    assert refused.value.code == "unknown"


def test_another_answer_than_described_is_said(monkeypatch: Any) -> None:
    made, _ = wired(monkeypatch, ok({"name": 1}))
    with pytest.raises(Unexpected):
        made.ask("GET", "/x", Row)


def test_a_file_comes_as_it_is(monkeypatch: Any) -> None:
    made, _ = wired(monkeypatch, (200, b"RIFF", {}))
    assert made.ask("GET", "/x", bytes) == b"RIFF"


def test_pages_are_asked_for_when_they_are_needed(monkeypatch: Any) -> None:
    made, wire = wired(
        monkeypatch,
        ok({"items": [{"sid": "a"}, {"sid": "b"}], "next": "w"}),
        ok({"items": [{"sid": "c"}], "next": None}),
    )
    rows = made.pages("GET", "/x", Row, query={"limit": 2})
    assert [next(rows).sid, next(rows).sid, len(wire.asked)] == ["a", "b", 1]
    assert [row.sid for row in rows] == ["c"]
    assert wire.asked[1][1] == "/base/x?limit=2&cursor=w"


def test_events_are_read_as_the_stream_says(monkeypatch: Any) -> None:
    text = b'retry: 2000\n\nid: 7\nevent: a\ndata: {"x":\ndata: 1}\n\n: beat\n\nid: 8\ndata: {}\n\n'
    made, wire = wired(monkeypatch, (200, text, {}))
    assert list(made.stream("/s", query=None, after=6)) == [
        (7, "a", b'{"x":1}'),
        (8, "message", b"{}"),
    ]
    assert wire.asked[0][3]["Last-Event-ID"] == "6"
    made, _ = wired(monkeypatch, problem(401, "not_authorized"))
    with pytest.raises(ApiError):
        list(made.stream("/s", query=None, after=None))


def test_a_piece_of_a_path_stays_one() -> None:
    assert piece("a/b?c") == "a%2Fb%3Fc"
    assert piece(7) == "7"


@pytest.mark.parametrize("address", ["", "127.0.0.1:8080", "ftp://x", "http://"])
def test_an_address_is_one_of_http(address: str) -> None:
    with pytest.raises(ValueError, match="http"):
        Connection(address)


def test_a_request_is_sent_four_times_and_each_pause_is_longer() -> None:
    tries = Tries(safe=True)
    assert [tries.failed(), tries.answered(503, b"", 7.0), tries.failed()] == [0.2, 7.0, 0.8]
    assert tries.failed() is None
    assert Tries(safe=True).answered(429, b"", 3600.0) == 30.0


def test_what_may_have_been_carried_out_is_not_sent_twice() -> None:
    assert Tries(safe=False).failed() is None
    assert Tries(safe=False).answered(503, b"", 0.0) is None
    assert Tries(safe=False).answered(409, b'{"code": "idempotency_concurrent"}', 0.0) == 0.2
    assert Tries(safe=True).answered(200, b"", 0.0) is None
