"""Gather with speech in a real call, with a recogniser that a package offers."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from array import array
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from platform_run import Platform

from ringfence.testing.phone import Phone

CALLER = "+12025550123"
NUMBER = "+12025550100"
RECOGNISER = '''
from array import array
from ringfence.speech.providers import Heard

class Tones:
    """Understands a tone: how often it swings a second, once it has stopped."""

    async def listen(self, audio, wish):
        loud = swings = last = 0
        async for pcm in audio:
            samples = array("h", pcm)
            if max(map(abs, samples)) > 3000:
                loud += 1
                for x in samples:
                    swings += (x > 0) != (last > 0)
                    last = x
                yield Heard("a tone", 0.5)
            elif loud > 20:
                hertz = round(swings * 25 / loud / 100) * 100
                yield Heard(f"{hertz} hertz in {wish.language}", 0.9, True)
                loud = swings = 0
'''


@pytest.fixture(scope="module")
def asked() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A web application: its URL and the forms it was sent."""
    forms: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            forms.append(dict(parse_qsl(self.rfile.read(size).decode())))
            body = b"<Response><Hangup/></Response>"
            if self.path == "/voice":
                body = (
                    b"<Response><Gather input='speech' speechTimeout='auto' language='en-GB' "
                    b"action='/said' timeout='20'/></Response>"
                )
            self.send_response(200)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", forms
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("hearing")
    package = folder / "packages"
    info = package / "tones-1.0.dist-info"
    info.mkdir(parents=True)
    (package / "tones.py").write_text(RECOGNISER)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tones\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[ringfence.stt]\ntones = tones:Tones\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RINGFENCE_FETCH_PRIVATE", "127.0.0.0/8")
        patch.setenv("RINGFENCE_RECOGNISER", "tones")
        patch.setenv("PYTHONPATH", str(package))
        with Platform(Path(folder / "data")) as running:
            noticed(running)
            yield running


def noticed(platform: Platform) -> None:
    """Wait for the first notice: before it is in force nobody outside is told what is said."""
    deadline = time.monotonic() + 30
    while httpx.get(platform.ready["http"] + "/privacy").status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def tone(seconds: float, hertz: int) -> array[int]:
    samples = range(int(8000 * seconds))
    return array("h", (int(9000 * math.sin(2 * math.pi * hertz * n / 8000)) for n in samples))


def test_what_is_said_is_understood_and_told(platform: Platform, asked: Any) -> None:
    url, forms = asked
    platform.do("number.add", number=NUMBER, voice_url=f"{url}/voice")

    async def run() -> None:
        async with Phone(username=CALLER) as phone:
            talk = await phone.call(f"sip:{NUMBER}@{platform.sip}", wait=30)
            talk.audio.say(tone(1.5, 400))
            await talk.wait_over(60)

    asyncio.run(run())
    assert len(forms) == 2
    assert forms[1]["SpeechResult"] == "400 hertz in en-GB"
    assert forms[1]["Confidence"] == "0.90000000"
    assert "400 hertz" not in platform.log()
