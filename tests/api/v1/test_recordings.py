"""``/v1/recordings``."""

from collections.abc import Callable
from typing import Any

import pytest
from litestar.testing import TestClient

from ringfence.kernel.errors import Refused

Headers = Callable[..., dict[str, str]]


def test_recordings_are_listed(client: TestClient[Any], office: Any, basic: Headers) -> None:
    answer = client.get("/v1/recordings?call=CA1", headers=basic())
    assert answer.json()[0]["kind"] == "voicemail"
    assert office.asked[-1][1]["call"] == "CA1"


def test_audio_is_streamed(client: TestClient[Any], office: Any, basic: Headers) -> None:
    answer = client.get("/v1/recordings/RE1.wav?channel=in", headers=basic())
    assert answer.content == b"RIFFdata"
    assert answer.headers["content-type"] == "audio/wav"
    assert answer.headers["content-length"] == "8"
    assert office.asked[-1] == ("recording.export", {"sid": "RE1", "channel": "in"}, "api")
    assert office.closed == 1


def test_no_recording_no_audio(client: TestClient[Any], office: Any, basic: Headers) -> None:
    office.streams["recording.export"] = [Refused("not_found", "no such recording")]
    assert client.get("/v1/recordings/RE1.wav", headers=basic()).status_code == 404


@pytest.mark.parametrize("path", ["RE1", "RE1.mp3", "RE1.wav?channel=both"])
def test_other_forms_are_not_there(client: TestClient[Any], basic: Headers, path: str) -> None:
    assert client.get(f"/v1/recordings/{path}", headers=basic()).status_code == 404
