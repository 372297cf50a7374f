"""The client for event loops: the same requests, the same answers, awaited."""

from __future__ import annotations

import inspect
from functools import cached_property
from typing import Any

import msgspec
import pytest

from ringfence.client import ApiError, Client, ConnectionFailed
from ringfence.client import asynchronous as tested
from ringfence.client.asynchronous import AsyncClient

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    found: list[float] = []

    async def sleep(seconds: float) -> None:
        found.append(seconds)

    monkeypatch.setattr(tested.asyncio, "sleep", sleep)
    return found


@pytest.fixture
def client() -> AsyncClient:
    return AsyncClient("http://127.0.0.1:1/below", user="SK1", secret="s", account="AC1")


async def test_it_has_every_operation_of_the_other_one(client: AsyncClient) -> None:
    other = Client("http://127.0.0.1:1")
    groups = grouped(other)
    assert groups == grouped(client)
    assert len(groups) > 30
    for group in groups:
        ours, theirs = getattr(client, group), getattr(other, group)
        for name, method in inspect.getmembers(theirs, inspect.ismethod):
            if not name.startswith("_"):
                twin = inspect.signature(getattr(ours, name))
                assert twin.parameters == inspect.signature(method).parameters, (group, name)


def grouped(client: Any) -> set[str]:
    """What is loaded when it is asked for."""
    found = inspect.getmembers_static(type(client), lambda one: isinstance(one, cached_property))
    return {name for name, _ in found}


async def test_events_go_on_where_they_were_cut_off(
    client: AsyncClient, naps: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int | None] = []

    def event(number: int, kind: str = "CallEnded") -> tuple[int, str, bytes]:
        return number, kind, msgspec.json.encode({"id": number, "type": kind, "at": 1})

    streams: list[list[Any]] = [
        [event(5, "heartbeat"), event(6), ConnectionFailed("cut")],
        [ConnectionFailed("refused")],
        [event(7, "behind"), event(8)],
        [(0, "ended", b'{"code": "token_expired"}')],
    ]

    async def stream(_path: str, *, query: Any, after: int | None) -> Any:
        assert query == {"types": "CallEnded"}
        seen.append(after)
        for item in streams[len(seen) - 1]:
            if isinstance(item, Exception):
                raise item
            yield item

    monkeypatch.setattr(client._connection, "stream", stream)
    found = client.events(types=["CallEnded"])
    assert [(await anext(found)).id, (await anext(found)).id] == [6, 8]
    with pytest.raises(ApiError, match="token_expired"):
        await anext(found)
    assert seen == [None, 6, 6, 8]
    assert naps == [0.2, 0.4, 0.2]


async def test_it_is_closed_once_it_is_left(client: AsyncClient) -> None:
    async with client as same:
        assert same is client
    await client.close()
