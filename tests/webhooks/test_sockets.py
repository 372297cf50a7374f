"""WebSockets leave only through the guard."""

import asyncio

import pytest

from ringfence.kernel.errors import Refused
from ringfence.webhooks.guard import Guard
from ringfence.webhooks.sockets import SocketClient


def refused(url: str, *allowed: str) -> str:
    async def run() -> str:
        client = SocketClient(Guard(allowed))
        try:
            with pytest.raises(Refused) as caught:
                await client.connect(url)
            return caught.value.code
        finally:
            await client.close()

    return asyncio.run(run())


@pytest.mark.parametrize(
    "url", ["http://example.com/", "wss:example.com", "wss://", "", "ws://a b.example/", "flow:x"]
)
def test_only_a_whole_ws_or_wss_url_is_one(url: str) -> None:
    assert refused(url) == "bad_url"


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.1:8443", "[::1]", "169.254.169.254"])
def test_private_addresses_are_refused_before_anything_is_sent(host: str) -> None:
    assert refused(f"ws://{host}/media") == "private_address"
