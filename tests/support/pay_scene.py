"""A shop that takes cards on the phone: its web application, its stream server, its processor."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
import time
from array import array
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from websockets.asyncio.server import ServerConnection, serve

from ringfence.media.dtmf import ToneDetector
from ringfence.media.g711 import decode_ulaw
from ringfence.media.tones import Oscillator, dtmf

WAIT = 30
CARD = "4242424242424242"
CODE = "737"


class Shop:
    """Answers the documents it was given, and keeps every form it gets, by path."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.told: dict[str, list[dict[str, str]]] = {}
        self.bodies: list[bytes] = []
        """Everything that came, as it came."""
        self.charged: list[dict[str, Any]] = []
        self.keys: list[str] = []
        self.answer: Any = {"charge_id": "ch_1", "error_code": None}
        self.delay_s = 0.0
        self.asked = threading.Event()
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                path = self.path.partition("?")[0]
                if path == "/charge":
                    shop.charged.append(json.loads(body))
                    shop.keys.append(self.headers.get("Idempotency-Key", ""))
                    shop.asked.set()
                    time.sleep(shop.delay_s)
                    self.reply("application/json", json.dumps(shop.answer).encode())
                    return
                shop.bodies.append(body + self.path.encode() + str(self.headers).encode())
                form = dict(parse_qsl(body.decode(), keep_blank_values=True))
                shop.told.setdefault(path, []).append(form)
                self.reply("text/xml", shop.pages.get(path, "<Response/>").encode())

            def reply(self, kind: str, body: bytes) -> None:
                try:
                    self.send_response(200)
                    self.send_header("Content-Type", kind)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass  # whoever asked is dead

            def log_message(self, *_: Any) -> None:
                """Nothing is printed."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    async def heard(self, path: str, count: int = 1) -> dict[str, str]:
        """What a path was told last, once it was told so often."""
        async with asyncio.timeout(WAIT):
            while len(self.told.get(path, ())) < count:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        return self.told[path][-1]


class Ear:
    """A server of media streams that keeps what it hears."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self._thread.start()
        assert self._ready.wait(WAIT)

    async def _run(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with serve(self._serve, "127.0.0.1", 0) as server:
            self.url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            self._ready.set()
            await self._stop.wait()

    async def _serve(self, socket: ServerConnection) -> None:
        async for text in socket:
            self.messages.append(json.loads(text))

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(WAIT)

    def audio(self) -> array[int]:
        """What was heard, at 8000 Hz."""
        pcm = array("h")
        for message in self.messages:
            if message["event"] == "media":
                pcm.extend(decode_ulaw(base64.b64decode(message["media"]["payload"])))
        return pcm


def keyed(digits: str) -> array[int]:
    """The sound of keys, at 8000 Hz."""
    pcm = array("h")
    for digit in digits:
        pcm.extend(Oscillator(dtmf(digit, 100, 60), rate=8000).read(8000))
    return pcm


def digits_in(pcm: array[int]) -> str:
    """The keys that a receiver of in-band digits reads from audio."""
    found = ToneDetector()
    return "".join(digit.digit for digit in found.feed(pcm))


def spellings(digits: str) -> dict[str, bytes]:
    """Digits as they are usually written down."""
    spaced = " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))
    return {
        "plain": digits.encode(),
        "spaced": spaced.encode(),
        "dashed": spaced.replace(" ", "-").encode(),
        "utf-16": digits.encode("utf-16-le"),
        "base64": base64.b64encode(digits.encode())[:-2],
        "hex": digits.encode().hex().encode(),
        "backwards": digits[::-1].encode(),
        "commas": ",".join(digits).encode(),
        "quoted": json.dumps(list(digits)).encode(),
        "bcd": bytes.fromhex(digits if len(digits) % 2 == 0 else digits + "0")[: len(digits) // 2],
        "number": int(digits).to_bytes(8, "big").lstrip(b"\0"),
        "number, little-endian": int(digits).to_bytes(8, "little").rstrip(b"\0"),
    }


def hits(folder: Path, digits: str) -> list[str]:
    """Where below a folder the digits are written down, and how."""
    wanted = {how: what for how, what in spellings(digits).items() if len(what) >= 6}
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_socket():
            data = path.read_bytes()
            found += [f"{path.name}: {how}" for how, what in wanted.items() if what in data]
    return found
