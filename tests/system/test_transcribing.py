"""Recordings read on a running platform: by pocketsphinx, by a server, and across a kill -9."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from listening_web import CALLER, NUMBER, Web, leave_a_message, wait_for
from platform_run import Platform
from twilio_here import client_of


@pytest.fixture
def web() -> Iterator[Web]:
    made = Web()
    yield made
    made.close()


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


@pytest.mark.timeout(400)
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
