"""WebSockets to other people's servers: guarded like every request, bounded, signed.

The handshake passes the three locks of `ringfence.webhooks.client`: the URL's text, every address
its name resolves to, and the socket's own address. A redirect is not followed: a stream goes where
it was said to go, or nowhere.
"""

from __future__ import annotations

import ssl
from typing import Final

import aiohttp
from aiohttp import ClientHandlerType, ClientRequest, ClientResponse, WSMsgType
from yarl import URL

from ringfence import __version__
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import (
    STREAM_CLOSE_MS,
    STREAM_MESSAGE_BYTES,
    WEBHOOK_CONNECT_MS,
)
from ringfence.webhooks.client import GuardedResolver
from ringfence.webhooks.guard import Guard
from ringfence.webhooks.signatures import HEADER, sign

_HTTP: Final = {"ws": "http", "wss": "https"}
_TEXT: Final = frozenset({WSMsgType.TEXT, WSMsgType.BINARY})


class WebSocket:
    """One open socket; text either way."""

    __slots__ = ("_socket",)

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def send(self, text: str) -> None:
        """Write a message; waits while the far side does not read. Raises `OSError`."""
        try:
            await self._socket.send_str(text)
        except (aiohttp.ClientError, RuntimeError) as error:
            raise ConnectionError("the socket is closed") from error

    async def receive(self) -> str | bytes | None:
        """The next message, None when the far side has closed. Raises `OSError` when it broke."""
        while True:
            message = await self._socket.receive()
            if message.type in _TEXT:
                data: str | bytes = message.data
                return data
            if message.type is WSMsgType.ERROR:
                raise ConnectionError("the socket broke")
            if message.type in {WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED}:
                return None

    async def close(self) -> None:
        """Close, properly where the far side answers in time."""
        await self._socket.close()


class SocketClient:
    """One per process. ``guard`` decides where it may connect."""

    def __init__(self, guard: Guard, *, tls: ssl.SSLContext | None = None) -> None:
        self._guard = guard
        self._resolver = GuardedResolver(guard)
        self._tls = tls if tls is not None else ssl.create_default_context()
        self._session: aiohttp.ClientSession | None = None

    async def connect(self, url: str, *, token: str | None = None) -> WebSocket:
        """Open a socket; ``token``: the account's, for ``X-Twilio-Signature``.

        Raises `Refused`: ``bad_url``, ``private_address``, ``handshake_failed``.
        """
        scheme, colon, rest = url.strip().partition("://")
        http = _HTTP.get(scheme.lower())
        if http is None or not colon:
            raise Refused("bad_url", "write a ws or wss URL with a host")
        target = self._guard.target(f"{http}://{rest}")
        headers = {"User-Agent": f"Ringfence/{__version__}"}
        shown = target.url.replace(target.scheme, scheme.lower(), 1)
        if token is not None:
            headers[HEADER] = sign(shown, [], token)
        auth = None
        if target.credentials is not None:
            auth = aiohttp.BasicAuth(*target.credentials)
        try:
            socket = await self._open(target.host if target.literal else None).ws_connect(
                URL(target.url, encoded=True),
                headers=headers,
                auth=auth,
                heartbeat=20,
                max_msg_size=int(STREAM_MESSAGE_BYTES),
                compress=0,
                timeout=aiohttp.ClientWSTimeout(ws_close=STREAM_CLOSE_MS / 1000),
            )
        except (aiohttp.ClientError, OSError, ValueError, UnicodeError):
            raise Refused(
                "handshake_failed", "the server did not open a WebSocket; see its log"
            ) from None
        return WebSocket(socket)

    def _open(self, literal: str | None) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=self._resolver.connector(self._tls),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                middlewares=(_no_redirect,),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=WEBHOOK_CONNECT_MS / 1000),
            )
        if literal is not None:
            self._resolver.admit(literal)
        return self._session

    async def close(self) -> None:
        """Drop every connection."""
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()


async def _no_redirect(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    response = await handler(request)
    if 300 <= response.status < 400:
        response.close()
        raise aiohttp.ClientError("a redirect")
    return response
