"""A web server that is told things and understands speech, and a caller who says something."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from array import array
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from platform_run import Platform

from ringfence.speech.espeak import Espeak
from ringfence.testing.phone import Phone

CALLER, NUMBER = "+12025550123", "+12025550100"
SECONDS = 150


class Web:
    """Takes callbacks, understands speech at /read, and has documents at ``pages``."""

    def __init__(self) -> None:
        self.told: list[dict[str, str]] = []
        self.read: list[tuple[str, bytes]] = []
        self.down = False
        self.pages = {"/voice": b"<Response><Pause length='60'/></Response>"}
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                answer, status = b"", 200
                if self.path == "/read":
                    web.read.append((self.headers["Authorization"], body))
                    answer = json.dumps({"result": {"said": "somebody spoke"}}).encode()
                    status = 503 if web.down else 200
                else:
                    web.told.append(dict(parse_qsl(body.decode())))
                answer = web.pages.get(self.path, answer)
                self.send_response(status)
                if self.path in web.pages:
                    self.send_header("Content-Type", "text/xml")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Serve no more."""
        self._server.shutdown()
        self._server.server_close()


def wait_for(what: Any) -> Any:
    """Return what ``what`` returns once it is something."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        found = what()
        if found:
            return found
        time.sleep(0.1)
    raise TimeoutError("it did not come")


async def spoken(words: str) -> array[int]:
    """What somebody sounds like who says this, at 8000 Hz."""
    espeak = Espeak()
    pcm = await espeak.speak(words, voice="", language="en-US", rate=8000)
    await espeak.close()
    assert pcm is not None
    return array("h", pcm)


async def leave_a_message(platform: Platform, words: str) -> None:
    """Call, say it twice after the beep, hang up: a busy machine loses frames of what is said."""
    pcm = await spoken(words)
    async with Phone(username=CALLER) as phone:
        talk = await phone.call(f"sip:{NUMBER}@{platform.sip}", wait=30)
        await asyncio.wait_for(talk.audio.talking.wait(), 30)
        await asyncio.sleep(1)
        for _ in range(2):
            talk.audio.say(pcm)
            await talk.audio.said()
            await asyncio.sleep(0.5)
        await talk.hang_up()
