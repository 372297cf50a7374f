"""The post and its carriers, put together on an office."""

from typing import Any

import pytest
from office_open import opened
from smpp_net import Desk

from ringfence.accounts.carriers import HttpGateway, TextCarrier
from ringfence.carriers.template import Request
from ringfence.config import load
from ringfence.kernel.clock import VirtualClock
from ringfence.kernel.phone import Phone
from ringfence.messaging.carrier import Link
from ringfence.postroom import Postroom
from ringfence.webhooks.client import Document
from ringfence.webhooks.result import FetchResult

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_carriers_of_the_office_are_put_to_work(tmp_path: Any) -> None:
    office = opened(tmp_path)
    try:
        await office.run("number.add", {"number": "+12025550100", "silent": True}, actor="operator")
        await office.run("carrier.add", {"name": "loop"}, actor="operator")
        asked: list[tuple[str, Document]] = []

        class Web:
            async def ask(
                self, url: str, document: Document, limit: int, total_ms: int
            ) -> FetchResult:
                del limit, total_ms
                asked.append((url, document))
                return FetchResult(status=202, body=b"ok", headers=(("retry-after", "7"),))

            async def picture(self, url: str, limit: int, /) -> FetchResult:
                del url, limit
                return FetchResult(status=404)

        settings = load(tmp_path, environment={})
        room = Postroom(settings, office, Desk(), clock=VirtualClock(), web=Web())
        await room.start()
        state = room.state("loop")
        assert state is not None
        assert state.link is Link.READY
        assert office.post.works
        await room.added(TextCarrier(name="gw", http=HttpGateway(url="https://example.com")))
        assert [carrier.name for carrier in room.roster.running()] == ["loop", "gw"]
        request = Request("GET", "https://example.com/?a=1", {"A": "b"}, b"", "")
        reply = await room._fetch(request, limit=10, total_ms=10)
        assert (reply.status, reply.body, reply.failure) == (202, b"ok", "")
        assert reply.retry_after == "7"
        assert asked[0][1].method == "GET"
        assert room._is_ours(Phone("+12025550100"))
        assert not room._is_ours(Phone("+12025550101"))
        await room.removed("loop")
        assert room.state("loop") is None
        await room.stop()
    finally:
        await office.close()
