"""The notification log and the kept answers of a running platform, by real calls and fetches."""

from __future__ import annotations

import asyncio
import io
import threading
import time
import wave
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from platform_run import Platform

from ringfence.testing.phone import Phone

CALLER = "+12025550123"
SHOP = "+12025550100"
QUIET = "+12025550101"
CANARY = "canary-of-a-document-6180"
DEADLINE = 60


def sound() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8_000)
        out.writeframes(b"\x00\x20\x00\xe0" * 800)
    return file.getvalue()


class Shop:
    """The customer's web server: counts what it is asked for."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.do_GET()

            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                shop.asked[path] += 1
                status, kind, body, headers = shop.page(path)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def page(self, path: str) -> tuple[int, str, bytes, dict[str, str]]:
        if path == "/voice":
            plays = "".join(f"<Play>/{name}.wav</Play>" for name in ("kept", "passing", "gone"))
            body = f"<Response><!-- {CANARY} -->{plays}</Response>"
            return 200, "text/xml", body.encode(), {}
        if path == "/kept.wav":
            return 200, "audio/wav", sound(), {"Cache-Control": "public, max-age=600"}
        if path == "/passing.wav":
            return 200, "audio/wav", sound(), {"Cache-Control": "no-store"}
        return 404, "text/plain", b"gone", {}


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    made = Shop()
    yield made
    made.close()


@pytest.fixture(scope="module")
def platform(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    data = tmp_path_factory.mktemp("notifications") / "data"
    with Platform(data, "--fetch-private", "127.0.0.0/8") as running:
        for number in (SHOP, QUIET):
            running.cli("number", "add", number, "--voice-url", f"{shop.url}/voice")
        running.cli("notifications", "--off", QUIET)
        yield running


def call(platform: Platform, number: str) -> str:
    """Call a number, listen to the end; the call's SID."""
    before = len(platform.calls())

    async def listen() -> None:
        async with Phone(username="caller") as phone, asyncio.timeout(DEADLINE):
            made = await phone.call(f"sip:{number}@{platform.sip}", caller=CALLER)
            await made.over.wait()

    asyncio.run(listen())
    sid: str = platform.calls(ended=before + 1)[0]["sid"]
    return sid


def logged(platform: Platform, count: int, *words: str) -> list[dict[str, Any]]:
    """What the log of exchanges has, once it has so much: it is written a moment later."""
    deadline = time.monotonic() + DEADLINE
    while True:
        rows: list[dict[str, Any]] = platform.ask("notifications", *words)
        if len(rows) >= count:
            return rows
        assert time.monotonic() < deadline, rows


def files(folder: Path) -> Iterator[bytes]:
    for file in folder.rglob("*"):
        if file.is_file():
            yield file.read_bytes()


@pytest.mark.promise("TEL-15")
@pytest.mark.promise("TEL-17")
def test_exchanges_are_logged_and_only_permitted_answers_are_kept(
    platform: Platform, shop: Shop
) -> None:
    first, _ = call(platform, SHOP), call(platform, SHOP)
    rows = logged(platform, 7)
    found = Counter((row["kind"], row["status"]) for row in rows)
    assert found == {("document", 200): 2, ("media", 200): 3, ("media", 404): 2}
    assert shop.asked == {"/voice": 2, "/kept.wav": 1, "/passing.wav": 2, "/gone.wav": 2}
    (document,) = (row for row in rows if (row["kind"], row["call"]) == ("document", first))
    whole = platform.ask("notifications", document["sid"])
    assert CANARY in whole["body"]
    assert dict(whole["params"])["From"] == CALLER
    gone = platform.ask("notifications", "--status", "404")
    assert [row["response_size"] for row in gone] == [4, 4]
    texts = [line["text"] for line in platform.ask("call", "timeline", first)]
    (skipped,) = (text for text in texts if "an audio file was skipped" in text)
    assert "the server answered 404" in skipped
    for content in files(platform.data):
        assert CANARY.encode() not in content
        assert sound()[44:] not in content


@pytest.mark.promise("TEL-18")
def test_of_a_quiet_number_only_the_frame_is_logged(platform: Platform) -> None:
    # the document, and what is not kept of the three files it names
    rows = logged(platform, 3, "--call", call(platform, QUIET))
    assert {row["kept"] for row in rows} == {False}
    (document,) = (row for row in rows if row["kind"] == "document")
    assert document["response_size"] > len(CANARY)
    whole = platform.ask("notifications", document["sid"])
    assert (whole["url"], whole["body"]) == (None, None)
