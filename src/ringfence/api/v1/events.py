"""``/v1/events``: what happens, as a list, as Server-Sent Events and over a WebSocket.

::

    GET /v1/events              a page, oldest first
    GET /v1/events/stream       text/event-stream; Last-Event-ID goes on without a gap
    WS  /v1/events/ws           one JSON document per event; ?after=ID goes on

Both streams begin with a heartbeat that says where they stand. A reader who falls too far behind
gets the event ``behind`` and is expected to come back with its id.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any, cast
from urllib.parse import urlsplit

import msgspec
from litestar import WebSocket, get, websocket
from litestar.exceptions import WebSocketDisconnect
from litestar.response import Stream

from ringfence.api import views_events as views
from ringfence.api.common import (
    COOKIE,
    HEADERS,
    Asked,
    account_of,
    identify,
    page,
    require,
    use_cases,
)
from ringfence.api.resources import Body, given
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import EVENT_SEND

_encode = msgspec.json.Encoder().encode
_RETRY_MS = 2_000
_COME_BACK, _FORBIDDEN, _SIGN_IN = 1013, 4403, 4401
"""Why a WebSocket is closed: RFC 6455's "try again later", and our own."""


class Listed(Body, frozen=True, kw_only=True):
    """The query: names of events, separated by commas; without it all of them."""

    types: str | None = None


class Followed(Body, frozen=True, kw_only=True):
    """The query of a stream; ``after``: the id of the event that was seen last."""

    types: str | None = None
    after: str | None = None


@get(
    "/v1/events/stream",
    opt={"case": "event.follow", "query": Followed, "media": "text/event-stream"},
)
async def stream(request: Asked) -> Stream:
    """Follow events as Server-Sent Events; ``Last-Event-ID`` goes on after the one seen last."""
    actor = await require(request)
    args = _args(given(request))
    after = request.headers.get("Last-Event-ID")
    if after is not None:
        args["after"] = after
    account = account_of(request)
    items = use_cases(request).follow("event.follow", args, actor=actor, account=account)
    first: views.Event = await anext(items)
    return Stream(_lines(first, items), media_type="text/event-stream", headers=dict(HEADERS))


async def _lines(first: views.Event, items: AsyncIterator[views.Event]) -> AsyncIterator[bytes]:
    """Yield events as the text of an event stream (WHATWG HTML 9.2.5)."""
    yield b"retry: %d\n\n" % _RETRY_MS + _line(first)
    async with aclosing(cast("Any", items)) as found:
        try:
            async for event in found:
                yield _line(event)
        except Refused as refused:  # its key or grant has ended
            yield b"event: ended\ndata: " + _encode({"code": refused.code}) + b"\n\n"


def _line(event: views.Event) -> bytes:
    head = b"id: %d\nevent: %s\n" % (event.id, event.type.encode())
    return head + b"data: " + _encode(event) + b"\n\n"


@websocket("/v1/events/ws", opt={"case": "event.follow"})
async def socket(socket: WebSocket[Any, Any, Any]) -> None:
    """Follow events over a WebSocket; a page of another site cannot (RFC 6455 10.2)."""
    actor = await identify(cast("Asked", socket))
    origin = urlsplit(socket.headers.get("Origin", "")).netloc
    if actor is None:
        await socket.close(_SIGN_IN)
        return
    if origin and origin != socket.headers.get("Host", "") and COOKIE in socket.cookies:
        await socket.close(_FORBIDDEN)
        return
    query = {name: socket.query_params[name] for name in ("types", "after")
             if name in socket.query_params}  # fmt: skip
    account = account_of(cast("Asked", socket))
    items = use_cases(cast("Asked", socket)).follow(
        "event.follow", _args(query), actor=actor, account=account
    )
    try:
        first = await anext(items)
    except Refused as refused:
        await socket.close(_FORBIDDEN, reason=refused.code)
        return
    await socket.accept()
    reading = asyncio.create_task(_until_gone(socket))
    writing = asyncio.create_task(_send(socket, first, items))
    try:
        await asyncio.wait({reading, writing}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (reading, writing):
            task.cancel()
        await asyncio.gather(reading, writing, return_exceptions=True)


async def _until_gone(socket: WebSocket[Any, Any, Any]) -> None:
    """Read until the other side is gone; what it says is not listened to."""
    try:
        while True:
            await socket.receive_data(mode="text")
    except WebSocketDisconnect:
        return


async def _send(
    socket: WebSocket[Any, Any, Any], first: views.Event, items: AsyncIterator[views.Event]
) -> None:
    code = _COME_BACK
    async with aclosing(cast("Any", items)) as found:
        try:
            await socket.send_data(_encode(first).decode(), mode="text")
            async for event in found:
                async with asyncio.timeout(EVENT_SEND / 1000):
                    await socket.send_data(_encode(event).decode(), mode="text")
        except Refused:
            code = _SIGN_IN
        except TimeoutError:
            pass  # it does not read: it may come back
    async with asyncio.timeout(EVENT_SEND / 1000):
        await socket.close(code)


def _args(query: dict[str, Any]) -> dict[str, Any]:
    args = dict(query)
    if "types" in args:
        args["types"] = [name for name in args["types"].split(",") if name]
    return args


@get("/v1/events", opt={"case": "event.list", "query": Listed})
async def listed(request: Asked) -> views.EventPage:
    """Return events, oldest first."""
    actor = await require(request)
    args = page(request) | _args(given(request))
    found: views.EventPage = await use_cases(request).run(
        "event.list", args, actor=actor, account=account_of(request)
    )
    return found


HANDLERS = (listed, stream, socket)
