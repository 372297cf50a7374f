"""The client: typed operations, and events without a gap over cut connections."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import msgspec
import pytest

from ringfence.client import ApiError, Client, ConnectionFailed, main, models


def event(number: int, kind: str = "CallEnded") -> tuple[int, str, bytes]:
    return number, kind, msgspec.json.encode({"id": number, "type": kind, "at": 1})


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(main.time, "sleep", lambda _: None)
    return Client("http://127.0.0.1:1", user="SK1", secret="s")


def test_operations_are_named_after_use_cases(client: Client, monkeypatch: Any) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(client._connection, "ask", lambda *args, **more: asked.append((args, more)))
    client.call.place(to="+12025550123", flow="welcome", idempotency_key="k")
    (method, path, answer), more = asked[-1]
    assert (method, path, answer, more["key"]) == ("POST", "/v1/calls", models.Call, "k")
    client.number.remove("PN1/x")
    assert asked[-1][0][1] == "/v1/numbers/PN1%2Fx"
    with client:
        pass


def test_events_go_on_where_they_were_cut_off(client: Client, monkeypatch: Any) -> None:
    seen: list[int | None] = []
    streams: list[list[Any]] = [
        [event(5, "heartbeat"), event(6), ConnectionFailed("cut")],
        [ConnectionFailed("refused")],
        [event(7, "behind")],
        [event(8)],
    ]

    def stream(_path: str, *, query: Any, after: int | None) -> Any:
        assert query == {"types": "CallEnded"}
        seen.append(after)
        for item in streams[len(seen) - 1]:
            if isinstance(item, Exception):
                raise item
            yield item

    monkeypatch.setattr(client._connection, "stream", stream)
    found = client.events(types=["CallEnded"])
    assert [next(found).id, next(found).id] == [6, 8]
    assert seen == [None, 6, 6, 7]


def test_who_may_not_follow_any_more_is_told(client: Client, monkeypatch: Any) -> None:
    ended = (0, "ended", b'{"code":"key_expired"}')
    monkeypatch.setattr(client._connection, "stream", lambda *_, **__: iter([ended]))
    with pytest.raises(ApiError, match="key_expired"):
        next(client.events())


def test_somebody_may_come_back_by_hand(client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(client._connection, "stream", lambda *_, **__: iter([event(1)]))
    assert [found.id for found in client.events(again=False)] == [1]


def test_a_group_is_loaded_when_it_is_asked_for() -> None:
    program = (
        "import sys; from ringfence.client import Client, models\n"
        "named = lambda: {m.split('.')[-1] for m in sys.modules if '.generated.' in m}\n"
        "before = named(); models.Call; Client('http://127.0.0.1:1').work\n"
        "print(sorted(before & {'call', 'work', 'privacy'}), sorted(named() - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout.strip() == "[] ['call', 'shared', 'work']"


def test_every_model_is_named_and_no_other() -> None:
    assert models.__all__ == sorted(models.__all__)
    for name in models.__all__:
        assert getattr(models, name).__name__ == name
    with pytest.raises(AttributeError):
        models.Nothing  # noqa: B018
