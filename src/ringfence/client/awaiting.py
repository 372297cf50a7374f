"""One connection to a server, for a program that runs an event loop.

What is sent, what is sent again and how answers are read is the other connection's
(`ringfence.client.connection`); the wire is aiohttp.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp
import msgspec

from ringfence.client.connection import (
    LINE_BYTES,
    ApiError,
    ConnectionFailed,
    EventReader,
    Page,
    Tries,
    answered,
    located,
    prepared,
    problem_of,
    target,
)


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
        headers, content = prepared(self._sign, body, key=key, keyed=keyed)
        tries = Tries(safe=keyed or method != "POST")
        status, data = await self._persist(method, target(path, query), content, headers, tries)
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
        self, method: str, where: str, content: bytes | None, headers: dict[str, str], tries: Tries
    ) -> tuple[int, bytes]:
        while True:
            try:
                status, data, after = await self._once(method, where, content, headers)
            except (OSError, aiohttp.ClientError) as error:
                wait = tries.failed()
                if wait is None:
                    raise ConnectionFailed("no answer came") from error
            else:
                wait = tries.answered(status, data, after)
                if wait is None:
                    return status, data
            await asyncio.sleep(wait)

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


class AsyncGroup:
    """Use cases whose names begin with the same word, to be awaited."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
