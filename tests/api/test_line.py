"""How long a request may take to arrive, and how much of it, over socket pairs; waits are short."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest
import uvicorn

from ringfence.api import line
from ringfence.api.line import Line

WAIT = 5.0
ASK = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
ONCE = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


class App:
    """Reads the whole body and answers ``size`` bytes, after ``seconds``."""

    def __init__(self) -> None:
        self.size = 2
        self.seconds = 0.0
        self.gone = 0
        self.sent = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        while (message := await receive())["type"] == "http.request":
            if not message.get("more_body"):
                break
        else:
            self.gone += 1
            return
        await asyncio.sleep(self.seconds)
        length = (b"content-length", str(self.size).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [length]})
        await send({"type": "http.response.body", "body": b"x" * self.size})
        self.sent.set()


class Server:
    """A server of `Line`, reached over socket pairs; ``lines``: its connections."""

    def __init__(self, app: App) -> None:
        self._config = uvicorn.Config(app, http=Line, log_config=None, lifespan="off")
        self._config.load()
        self._state = uvicorn.Server(self._config).server_state
        self.lines: set[Any] = self._state.connections

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        for one in list(self.lines):
            one.transport.abort()

    async def connect(
        self, *, buffer: int = 0
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open a connection; the client's end. ``buffer``: octets that the kernel keeps for us."""
        theirs, ours = socket.socketpair()
        if buffer:
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffer)
        await asyncio.get_running_loop().connect_accepted_socket(
            lambda: Line(config=self._config, server_state=self._state, app_state={}), ours
        )
        return await asyncio.open_connection(sock=theirs, limit=4_096)

    async def said(self, *parts: bytes, pause: float = 0.0) -> bytes:
        """Say this, one part after the other; all that is answered until the end."""
        reader, writer = await self.connect()
        try:
            for part in parts:
                writer.write(part)
                await asyncio.sleep(pause)
            async with asyncio.timeout(WAIT):
                return await reader.read()
        except ConnectionError:
            return b"cut off"
        finally:
            writer.close()


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "_WAITS", {"head": 200, "body": 200})
    monkeypatch.setattr(line, "HTTP_SEND_MS", 200)


pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("short")]


async def test_who_says_nothing_is_not_waited_for() -> None:
    with Server(App()) as server:
        assert await server.said() == b""
        await asyncio.sleep(0)
        assert not server.lines


@pytest.mark.parametrize(
    "parts",
    [
        (b"GET / HTTP/1.1\r\n", *(b"X-%d: 1\r\n" % n for n in range(8))),
        (b"\r\n",) * 9,
        (ASK, b"G", *(b"x",) * 8),
    ],
    ids=["a head letter by letter", "blank lines", "a second head"],
)
async def test_a_letter_a_minute_does_not_move_the_end(parts: tuple[bytes, ...]) -> None:
    with Server(App()) as server:
        answer = await server.said(*parts, pause=0.1)
    assert answer == b"cut off" or b"408 Request Timeout" in answer


async def test_a_body_has_a_time_of_its_own_and_the_application_hears_of_the_end() -> None:
    app = App()
    with Server(app) as server:
        head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n"
        answer = await server.said(head, b"a", b"b")
        assert answer.startswith(b"HTTP/1.1 408 Request Timeout")
        await asyncio.sleep(0.05)
    assert app.gone == 1


async def test_a_head_without_end_is_not_kept() -> None:
    with Server(App()) as server:
        parts = (
            b"GET / HTTP/1.1\r\n",
            *(b"X-%d: " % n + b"a" * 4_000 + b"\r\n" for n in range(40)),
        )
        answer = await server.said(*parts, pause=0.001)
    assert answer == b"cut off" or answer.startswith(b"HTTP/1.1 431")


async def test_a_request_in_time_is_answered_however_long_the_answer_takes() -> None:
    app = App()
    app.seconds = 0.4
    with Server(app) as server:
        answer = await server.said(ONCE)
        assert answer.startswith(b"HTTP/1.1 200")
        # the beginning of the next one does not cut the answer to this one off
        answer = await server.said(ASK, b"GET /")
        assert answer.startswith(b"HTTP/1.1 200")


async def test_who_takes_nothing_of_an_answer_is_cut_off_and_who_takes_it_slowly_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = App()
    app.size = 2_000_000
    with Server(app) as server:
        reader, writer = await server.connect()
        writer.write(ASK)
        assert len(server.lines) == 1
        async with asyncio.timeout(WAIT):
            while server.lines:  # noqa: ASYNC110 - a line is cut off
                await asyncio.sleep(0.01)
        writer.close()

        # Some of it is taken every 20 ms, all of it in longer than this, which a machine that is
        # busy elsewhere for a moment does not use up.
        monkeypatch.setattr(line, "HTTP_SEND_MS", 1_000)
        began = asyncio.get_running_loop().time()
        reader, writer = await server.connect()
        writer.write(ASK)
        taken = 0
        async with asyncio.timeout(4 * WAIT):
            while taken < app.size:
                taken += len(await reader.read(20_000))
                await asyncio.sleep(0.02)
        assert asyncio.get_running_loop().time() - began > 1
        assert len(server.lines) == 1
        writer.close()


async def test_the_longest_idle_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "HTTP_LINES_MAX", 3)
    monkeypatch.setattr(line, "_WAITS", {"head": 60_000, "body": 60_000})
    with Server(App()) as server:
        opened = []
        for _ in range(6):
            opened.append(await server.connect())
            await asyncio.sleep(0.02)
        assert len(server.lines) == 3
        for reader, _ in opened[:3]:
            assert await asyncio.wait_for(reader.read(), WAIT) == b""
        opened[5][1].write(ASK)
        assert (await asyncio.wait_for(opened[5][0].readline(), WAIT)).startswith(b"HTTP/1.1 200")
        for _, writer in opened:
            writer.close()


async def test_where_nobody_is_idle_the_newest_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "HTTP_LINES_MAX", 1)
    app = App()
    app.seconds = 0.5
    with Server(app) as server:
        first = asyncio.create_task(server.said(ONCE))
        await asyncio.sleep(0.1)
        assert await server.said() in {b"", b"cut off"}
        assert (await first).startswith(b"HTTP/1.1 200")


async def test_a_websocket_is_no_longer_timed_as_a_request() -> None:
    class Talk(App):
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            await receive()
            await send({"type": "websocket.accept"})
            await asyncio.sleep(0.5)  # longer than a head may take
            await send({"type": "websocket.send", "text": "still here"})
            await send({"type": "websocket.close"})

    with Server(Talk()) as server:
        reader, writer = await server.connect()
        writer.write(
            b"GET / HTTP/1.1\r\nHost: example.com\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        async with asyncio.timeout(WAIT):
            answer = await reader.readuntil(b"still here")
        assert answer.startswith(b"HTTP/1.1 101")
        assert b"408" not in answer
        writer.close()


@pytest.mark.parametrize("ending", [b"", b"Connection: close\r\n"], ids=["kept", "closed"])
async def test_the_rest_of_an_answer_that_nobody_takes_holds_no_line(ending: bytes) -> None:
    """However little it is: a line that is closing, and never closed, would count for ever."""
    app = App()
    app.size = 40_000  # less than the line holds before the application has to wait
    with Server(app) as server:
        _, writer = await server.connect(buffer=4_096)
        writer.write(b"GET / HTTP/1.1\r\nHost: example.com\r\n" + ending + b"\r\n")
        await asyncio.wait_for(app.sent.wait(), WAIT)
        (one,) = server.lines
        assert one.transport.get_write_buffer_size() > 0
        async with asyncio.timeout(WAIT):
            while server.lines:  # noqa: ASYNC110 - a line is cut off
                await asyncio.sleep(0.01)
        writer.close()
