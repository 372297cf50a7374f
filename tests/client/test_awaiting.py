"""The awaited connection: what is sent, what is sent again; the wire is a list of answers."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from ringfence.client import ApiError, ConnectionFailed, models
from ringfence.client import awaiting as tested
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


class Wire:
    """Hands out prepared answers, remembers what was sent."""

    def __init__(self, client: AsyncClient, *answers: Any) -> None:
        self.sent: list[tuple[str, str, bytes | None, dict[str, str]]] = []
        self._answers = list(answers)
        client._connection._once = self._once  # type: ignore[method-assign]

    async def _once(self, *sent: Any) -> tuple[int, bytes, float]:
        self.sent.append(sent)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        status, body, *after = answer
        return status, msgspec.json.encode(body), after[0] if after else 0.0


CALL = {"sid": "CA1", "direction": "outbound", "status": "offered", "offered": 1}


@pytest.fixture
def client() -> AsyncClient:
    return AsyncClient("http://127.0.0.1:1/below", user="SK1", secret="s", account="AC1")


async def test_a_call_is_placed_under_a_key(client: AsyncClient) -> None:
    wire = Wire(client, (201, CALL))
    call = await client.call.place(to="+12025550123", flow="welcome")
    assert isinstance(call, models.Call)
    ((method, where, content, headers),) = wire.sent
    assert (method, where) == ("POST", "/v1/calls")
    assert msgspec.json.decode(content or b"") == {"to": "+12025550123", "flow": "welcome"}
    assert headers["Idempotency-Key"]
    assert headers["Ringfence-Account"] == "AC1"
    assert headers["Authorization"].startswith("Basic ")


async def test_it_is_sent_again_under_the_same_key(client: AsyncClient, naps: list[float]) -> None:
    wire = Wire(client, OSError("lost"), (503, {}, 2.0), (201, CALL))
    await client.call.place(to="+12025550123", flow="welcome")
    assert len({headers["Idempotency-Key"] for *_, headers in wire.sent}) == 1
    assert naps == [0.2, 2.0]


async def test_a_refusal_is_an_error_and_no_answer_another(
    client: AsyncClient, naps: list[float]
) -> None:
    Wire(client, (404, {"code": "not_found", "detail": "no"}))
    with pytest.raises(ApiError, match="not_found"):
        await client.call.show("CA1")
    Wire(client, *[OSError("lost")] * 4)
    with pytest.raises(ConnectionFailed):
        await client.call.show("CA1")
    assert len(naps) == 3


async def test_a_list_is_all_of_its_pages(client: AsyncClient) -> None:
    wire = Wire(
        client,
        (200, {"items": [CALL, CALL | {"sid": "CA2"}], "next": "word"}),
        (200, {"items": [CALL | {"sid": "CA3"}], "next": None}),
    )
    assert [call.sid async for call in client.call.list(limit=2)] == ["CA1", "CA2", "CA3"]
    assert [where for _, where, *_ in wire.sent] == [
        "/v1/calls?limit=2", "/v1/calls?limit=2&cursor=word",
    ]  # fmt: skip


async def test_an_address_is_http() -> None:
    with pytest.raises(ValueError, match="http"):
        AsyncClient("ftp://example.com")
