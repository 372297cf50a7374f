"""The web server of a made-up person: whatever the installation asks of it, it answers with them.

::

    anything.wav        a moment of silence in a file that names them, and may be kept
    anything.png        a picture that names them
    a WebSocket         takes sound, answers once with their name, closes
    anything else       a document that names them, and may be kept

It listens on this machine: an installation that may not ask servers here asks it nothing.
"""

from __future__ import annotations

import io
import json
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

from aiohttp import WSMsgType, web

from ringfence.cli.proof_ways import Tracer

KEPT = {"Cache-Control": "max-age=600"}
ANSWERED = "<Response><Say>{name}</Say><Play>{clip}</Play><!-- {secret} --></Response>"
RATE = 8_000
HEARD = 60
"""Frames of sound after which it closes the WebSocket."""


@dataclass(slots=True)
class Server:
    """``url``: where it is; ``asked``: paths and methods it was asked for."""

    who: Tracer
    url: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)

    def at(self, what: str) -> str:
        """Return an address of it that holds their secret, quoted for a document."""
        return quoteattr(f"{self.url}/{self.who.secret}{what}")

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer a request."""
        self.asked.append((request.method, request.path))
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._listen(request)
        if request.path.endswith(".wav"):
            return web.Response(body=clip(self.who), content_type="audio/wav", headers=KEPT)
        if request.path.endswith(".png"):
            return web.Response(body=picture(self.who), content_type="image/png", headers=KEPT)
        says = ANSWERED.format(
            name=self.who.name, secret=self.who.secret, clip=f"{self.url}/{self.who.secret}.wav"
        )
        return web.Response(
            text=says, content_type="text/xml", headers=KEPT | {"X-Who": self.who.name}
        )

    async def _listen(self, request: web.Request) -> web.WebSocketResponse:
        socket, frames = web.WebSocketResponse(), 0
        await socket.prepare(request)
        async for message in socket:
            said = json.loads(message.data) if message.type is WSMsgType.TEXT else {}
            if said.get("event") != "media":
                continue
            frames += 1
            if frames == 1:
                mark = {"name": f"{self.who.name} {self.who.secret}"}
                await socket.send_json(
                    {"event": "mark", "streamSid": said["streamSid"], "mark": mark}
                )
            elif frames > HEARD:
                break
        await socket.close()
        return socket


@asynccontextmanager
async def serving(who: Tracer) -> AsyncIterator[Server]:
    """Have such a server on this machine while this lasts."""
    server = Server(who)
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", server.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        server.url = f"http://{host}:{port}"
        yield server
    finally:
        await runner.cleanup()


def clip(who: Tracer) -> bytes:
    """Return a tenth of a second of silence as WAV, with a chunk that names the person."""
    file = io.BytesIO()
    with wave.open(file, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(RATE)
        made.writeframes(bytes(RATE // 10 * 2))
    note = f"{who.name} {who.secret} {who.number.e164}".encode()
    note += bytes(len(note) % 2)
    whole = file.getvalue() + b"note" + len(note).to_bytes(4, "little") + note
    return whole[:4] + (len(whole) - 8).to_bytes(4, "little") + whole[8:]


def picture(who: Tracer) -> bytes:
    """Return bytes that begin as a PNG and name the person."""
    return b"\x89PNG\r\n\x1a\n" + f"{who.name} {who.secret} {who.number.e164}".encode()
