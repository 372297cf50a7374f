"""`AsyncClient`: the same operations for a program that runs an event loop.

::

    async with AsyncClient("http://127.0.0.1:8080", user="SK…", secret="…") as ringfence:
        call = await ringfence.call.place(to="+12025550123", flow="welcome")
        async for event in ringfence.events(types=["CallEnded"]):
            print(event.call, event.data["missed"])

What is sent, what is sent again and how answers are read is the other client's
(`ringfence.client.connection`); the wire is aiohttp. One client serves any number of tasks.
"""

from __future__ import annotations

import asyncio
import ssl
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from types import TracebackType
from typing import Any

import aiohttp
import msgspec

from ringfence.client.connection import (
    LINE_BYTES,
    PAUSE,
    PAUSE_MOST,
    TRIES,
    ApiError,
    ConnectionFailed,
    EventReader,
    Page,
    answered,
    located,
    packed,
    passes,
    problem_of,
    signed,
    target,
)
from ringfence.client.generated.async_operations import AsyncOperations
from ringfence.client.generated.models import Event
from ringfence.client.main import BEHIND, ENDED, QUIET, event_of


class AsyncConnection:
    """Speaks HTTP/1.1 to one server."""

    def __init__(
        self, address: str, *, sign: Mapping[str, str], seconds: float, tls: ssl.SSLContext | None
    ) -> None:
        parts = located(address)
        self._base = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
        self._sign = dict(sign)
        self._seconds = seconds
        self._tls = tls
        self._open: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Hang up."""
        if self._open is not None:
            await self._open.close()
            self._open = None

    async def ask(
        self,
        method: str,
        path: str,
        answer: Any,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        key: str | None = None,
        keyed: bool = False,
    ) -> Any:
        """Send a request and return its answer; see `Connection.ask`."""
        headers, content = dict(self._sign), packed(body)
        if content is not None:
            headers["Content-Type"] = "application/json"
        if keyed:
            headers["Idempotency-Key"] = key or str(uuid.uuid4())
        safe = keyed or method != "POST"
        status, data = await self._persist(method, target(path, query), content, headers, safe)
        return answered(f"{method} {path}", status, data, answer)

    async def pages(
        self,
        method: str,
        path: str,
        item: Any,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        keyed: bool = False,
    ) -> AsyncIterator[Any]:
        """Yield every row of a list, asking for the next page when it is needed."""
        wanted = dict(query or {})
        while True:
            page = await self.ask(method, path, Page, query=wanted, body=body, keyed=keyed)
            for row in msgspec.convert(page.items, list[item]):
                yield row
            if page.next is None:
                return
            wanted["cursor"] = page.next

    async def _persist(
        self, method: str, where: str, content: bytes | None, headers: dict[str, str], safe: bool
    ) -> tuple[int, bytes]:
        pause = PAUSE
        for left in reversed(range(TRIES)):
            wait = pause
            try:
                status, data, after = await self._once(method, where, content, headers)
            except (OSError, aiohttp.ClientError) as error:
                if not safe or not left:
                    raise ConnectionFailed("no answer came") from error
            else:
                if not left or not passes(status, data, safe=safe):
                    return status, data
                wait = max(pause, after)
            await asyncio.sleep(min(wait, PAUSE_MOST))
            pause *= 2
        raise ConnectionFailed("no answer came")

    async def _once(
        self, method: str, where: str, content: bytes | None, headers: dict[str, str]
    ) -> tuple[int, bytes, float]:
        async with self._session().request(
            method, self._url(where), data=content, headers=headers, allow_redirects=False
        ) as answer:
            after = answer.headers.get("Retry-After", "")
            return answer.status, await answer.read(), float(after) if after.isdigit() else 0.0

    async def stream(
        self, path: str, *, query: Mapping[str, Any] | None, after: int | None
    ) -> AsyncIterator[tuple[int, str, bytes]]:
        """Yield ``(id, type, data)`` of one event stream, until it is cut off."""
        headers = self._sign | {"Accept": "text/event-stream"}
        if after is not None:
            headers["Last-Event-ID"] = str(after)
        # A heartbeat comes every 15 seconds.
        quiet = aiohttp.ClientTimeout(total=None, sock_read=max(self._seconds, 60.0))
        reader = EventReader()
        try:
            async with self._session().get(
                self._url(target(path, query)), headers=headers, timeout=quiet
            ) as answer:
                if answer.status != 200:
                    raise ApiError(problem_of(await answer.read()), answer.status)
                while line := await answer.content.readline():
                    event = reader.take(line)
                    if event is not None:
                        yield event
        except (OSError, ValueError, aiohttp.ClientError) as error:
            raise ConnectionFailed("the stream was cut off") from error

    def _session(self) -> aiohttp.ClientSession:
        if self._open is None:
            self._open = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=self._seconds),
                connector=aiohttp.TCPConnector(ssl=self._tls or True),
                read_bufsize=LINE_BYTES,
            )
        return self._open

    def _url(self, where: str) -> Any:
        from yarl import URL

        return URL(self._base + where, encoded=True)


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
