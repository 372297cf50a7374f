"""Recordings read on a running platform: by pocketsphinx, by a server, and across a kill -9."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from array import array
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from platform_run import Platform
from twilio_here import client_of

from ringfence.speech.espeak import Espeak
from ringfence.testing.phone import Phone

CALLER, NUMBER = "+12025550123", "+12025550100"
SECONDS = 60


class Web:
    """Takes callbacks at /told, and understands speech at /read: how long it was."""

    def __init__(self) -> None:
        self.told: list[dict[str, str]] = []
        self.read: list[tuple[str, bytes]] = []
        self.down = False
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
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def web() -> Iterator[Web]:
    made = Web()
    yield made
    made.close()


def wait_for(what: Any) -> Any:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        found = what()
        if found:
            return found
        time.sleep(0.1)
    raise TimeoutError("it did not come")


async def leave_a_message(platform: Platform, words: str) -> None:
    espeak = Espeak()
    pcm = await espeak.speak(words, voice="", language="en-US", rate=8000)
    await espeak.close()
    assert pcm is not None
    async with Phone(username=CALLER) as phone:
        talk = await phone.call(f"sip:{NUMBER}@{platform.sip}", wait=30)
        await asyncio.sleep(1)
        talk.audio.say(array("h", pcm))
        await talk.audio.said()
        await talk.hang_up()


def record(web: Web) -> str:
    return (
        "<Response><Record maxLength='20' timeout='4' playBeep='true' "
        f"transcribeCallback='{web.url}/told'/></Response>"
    )


@pytest.mark.skipif(find_spec("pocketsphinx") is None, reason="pocketsphinx is not installed")
def test_a_message_is_understood_on_this_machine(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RINGFENCE_FETCH_PRIVATE", "127.0.0.0/8")
    monkeypatch.setenv("RINGFENCE_RECOGNISER", "sphinx")
    with Platform(tmp_path / "data") as platform:
        platform.number(NUMBER, record(web))
        asyncio.run(leave_a_message(platform, "please call me back tomorrow morning"))
        (told,) = wait_for(lambda: web.told)
        assert told["TranscriptionStatus"] == "completed"
        # the model is small and the line narrow: not every word, but the sense of it
        assert "tomorrow morning" in told["TranscriptionText"]
        assert (told["From"], told["To"]) == (CALLER, NUMBER)
        client = client_of(platform)
        (found,) = client.transcriptions.list()
        assert (found.sid, found.transcription_text) == (
            told["TranscriptionSid"], told["TranscriptionText"],
        )  # fmt: skip
        below = client.recordings(told["RecordingSid"]).transcriptions
        assert below(found.sid).fetch().status == "completed"
        assert "tomorrow" not in platform.log()
        assert below(found.sid).delete()
        assert client.transcriptions.list() == []


def test_a_server_that_is_down_is_asked_again_even_after_a_kill(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RINGFENCE_FETCH_PRIVATE", "127.0.0.0/8")
    monkeypatch.setenv("RINGFENCE_RECOGNISER", "http")
    monkeypatch.setenv("RINGFENCE_RECOGNISER_URL", f"{web.url}/read")
    monkeypatch.setenv("RINGFENCE_RECOGNISER_TOKEN", "t0ken")
    monkeypatch.setenv("RINGFENCE_RECOGNISER_ANSWER", "result.said")
    web.down = True
    with Platform(tmp_path / "data") as platform:
        platform.number(NUMBER, record(web))
        asyncio.run(leave_a_message(platform, "please call me back tomorrow morning"))
        wait_for(lambda: web.read)
        platform.kill("ringfence.app")
        web.down = False
        (told,) = wait_for(lambda: web.told)
    assert told["TranscriptionText"] == "somebody spoke"
    token, body = web.read[0]
    assert token == "Bearer t0ken"
    assert b"RIFF" in body
