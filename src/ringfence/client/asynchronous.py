"""`AsyncClient`: the same operations for a program that runs an event loop.

::

    async with AsyncClient("http://127.0.0.1:8080", user="SK…", secret="…") as ringfence:
        call = await ringfence.call.place(to="+12025550123", flow="welcome")
        async for event in ringfence.events(types=["CallEnded"]):
            print(event.call, event.data["missed"])

One client serves any number of tasks.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from types import TracebackType

import msgspec

from ringfence.client.awaiting import AsyncConnection
from ringfence.client.connection import PAUSE, PAUSE_MOST, ApiError, ConnectionFailed, signed
from ringfence.client.generated.awaited import AsyncOperations
from ringfence.client.generated.models import Event
from ringfence.client.main import BEHIND, ENDED, QUIET, event_of


class AsyncClient(AsyncOperations):
    """Everything the platform has; arguments as of `ringfence.client.Client`."""

    def __init__(
        self,
        address: str,
        *,
        user: str = "",
        secret: str = "",
        token: str = "",
        account: str = "",
        seconds: float = 30.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        sign = signed(user=user, secret=secret, token=token, account=account)
        self._connection = AsyncConnection(address, sign=sign, seconds=seconds, tls=tls)
        super().__init__(self._connection)

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Hang up."""
        await self._connection.close()

    async def events(
        self, *, types: Sequence[str] = (), after: int | None = None, again: bool = True
    ) -> AsyncIterator[Event]:
        """Yield what happens, without end and without a gap; see `Client.events`."""
        query = {"types": ",".join(types) or None}
        pause = PAUSE
        while True:
            try:
                stream = self._connection.stream("/v1/events/stream", query=query, after=after)
                async for number, kind, data in stream:
                    if kind == ENDED:
                        raise ApiError(msgspec.json.decode(data), 401)
                    after, pause = number, PAUSE
                    if kind not in {QUIET, BEHIND}:
                        yield event_of(data)
            except ConnectionFailed:
                if not again:
                    raise
            if not again:
                return
            await asyncio.sleep(pause)
            pause = min(2 * pause, PAUSE_MOST)
