"""Reads that are asked for all day, answered beneath the framework.

What the framework does for every request (a route in a tree, dependencies, an answer object and
its copy) costs as much as reading a page of calls does. A read whose path is fixed, and every read
of Twilio's interface, needs none of it: `Application` asks the handler itself. Nothing else is
left out. The handler signs the request in, counts it, checks its query and asks the use case as
ever; refusals are told by the functions that tell them everywhere; and every answer passes the
hooks that every answer passes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from litestar import Litestar, Request
from litestar.exceptions import HTTPException
from litestar.types import HTTPScope, Message, Receive, Scope, Send

from ringfence.api import common
from ringfence.api.common import HEADERS, Asked
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import HTTP_BODY_MAX, HTTP_DRAIN_MAX, HTTP_DRAIN_MS


@dataclass(frozen=True, slots=True)
class Told:
    """An answer of bytes; ``headers`` besides those that every answer has."""

    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()


Read = Callable[[Asked], Awaitable[Told]]
Below = Callable[[Asked, str], Awaitable[Told]]
"""Answers a path below a prefix."""

_ALWAYS = tuple((name.lower().encode(), value.encode()) for name, value in HEADERS.items())
_JSON = (b"content-type", b"application/json")


class Application(Litestar):
    """The application; see above. ``reads``: handlers by path, ``below``: of a prefix."""

    reads: dict[str, Read]
    below: tuple[str, Below]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request, or hand it to the framework."""
        if scope["type"] == "http" and scope["method"] == "HEAD" and _has_head(scope["path"]):
            await self({**scope, "method": "GET"}, receive, send)  # the server sends no body
            return
        if scope["type"] == "http" and scope["method"] == "GET" and not scope.get("root_path"):
            read = self._read(scope["path"])
            if read is not None:
                await self._answer(read, scope, receive, send)
                return
        if scope["type"] == "http" and HTTP_BODY_MAX < _announced(scope) <= HTTP_DRAIN_MAX:
            await _drain(receive)
        await super().__call__(scope, receive, send)

    def _read(self, path: str) -> Read | None:
        read = self.reads.get(path)
        if read is not None:
            return read
        prefix, below = self.below
        if path.startswith(prefix) and path.endswith(".json") and "//" not in path:
            return partial(_below, below, path[len(prefix) - 1 :])
        return None

    async def _answer(self, read: Read, scope: HTTPScope, receive: Receive, send: Send) -> None:
        scope["app"] = scope["litestar_app"] = self
        scope.setdefault("state", {})
        request: Asked = Request(scope, receive, send)
        try:
            told = await read(request)
        except Exception as error:  # noqa: BLE001 - told like everywhere, by kind
            answer = _refusal(request, error)
            hooked = self._wrap_send(send, scope)
            await answer.to_asgi_response(None, request)(scope, receive, hooked)
            return
        await self._send(told, scope, send)

    async def _send(self, told: Told, scope: Scope, send: Send) -> None:
        length = str(len(told.body)).encode()
        start: Message = {
            "type": "http.response.start",
            "status": told.status,
            "headers": [*_ALWAYS, _JSON, (b"content-length", length), *told.headers],
        }
        for hook in self.before_send:
            await hook(start, scope)
        await send(start)
        body: Message = {"type": "http.response.body", "body": told.body, "more_body": False}
        for hook in self.before_send:
            await hook(body, scope)
        await send(body)


def _has_head(path: str) -> bool:
    """Whether HEAD answers as GET does (RFC 9110 9.3.2): all of /v1 but the stream without an end.

    Not the pages that a link opens once: whoever looks at it beforehand must not use it up.
    """
    return (path.startswith("/v1/") and path != "/v1/events/stream") or path == "/health"


def _announced(scope: HTTPScope) -> int:
    """Return how long a body is to be (RFC 9110 8.6)."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and len(value) < 20:
            return int(value)
    return 0


async def _drain(receive: Receive) -> None:
    """Take a body that is too large off the line and drop it.

    Whoever is still sending when the connection is closed is told that it was cut off, not why:
    the refusal would never be read.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(HTTP_DRAIN_MS / 1000):
            while (message := await receive())["type"] == "http.request":
                if not message.get("more_body", False):
                    return


async def _below(below: Below, path: str, request: Asked) -> Told:
    return await below(request, path)


def _refusal(request: Asked, error: Exception) -> Any:
    if isinstance(error, Refused):
        return common.refused(request, error)
    if isinstance(error, HTTPException):
        return common.rejected(request, error)
    return common.broke(request, error)
