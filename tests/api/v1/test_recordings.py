"""``/v1/recordings``."""

from collections.abc import Callable
from typing import Any

import pytest
from litestar.testing import TestClient

from ringfence.kernel.errors import Refused

Headers = Callable[..., dict[str, str]]


def test_recordings_are_listed(client: TestClient[Any], office: Any, basic: Headers) -> None:
    answer = client.get("/v1/recordings?call=CA1", headers=basic())
    assert answer.json()["items"][0]["kind"] == "voicemail"
    assert office.asked[-1][1]["call"] == "CA1"


def test_audio_is_streamed(client: TestClient[Any], office: Any, basic: Headers) -> None:
    answer = client.get("/v1/recordings/RE1/audio?channel=in", headers=basic())
    assert answer.content == b"RIFFdata"
    assert answer.headers["content-type"] == "audio/wav"
    assert answer.headers["content-length"] == "8"
    assert office.asked[-1] == ("recording.export", {"sid": "RE1", "channel": "in"}, "api")
    assert office.closed == 1


def test_no_recording_no_audio(client: TestClient[Any], office: Any, basic: Headers) -> None:
    office.streams["recording.export"] = [Refused("not_found", "no such recording")]
    assert client.get("/v1/recordings/RE1/audio", headers=basic()).status_code == 404
    wrong = client.get("/v1/recordings/RE1/audio?channel=both", headers=basic())
    assert (wrong.status_code, wrong.json()["code"]) == (400, "bad_argument")


@pytest.mark.parametrize("path", ["RE1.wav", "RE1/video"])
def test_other_forms_are_not_there(
    client: TestClient[Any], office: Any, basic: Headers, path: str
) -> None:
    office.answers["recording.show"] = Refused("not_found", "no such recording")
    assert client.get(f"/v1/recordings/{path}", headers=basic()).status_code == 404


@pytest.mark.parametrize(
    ("asked", "first", "last", "data"),
    [
        ("bytes=0-3", 0, 3, b"RIFF"),
        ("bytes=2-5", 2, 5, b"FFda"),
        ("bytes=6-", 6, 7, b"ta"),
        ("bytes=-3", 5, 7, b"ata"),
        ("bytes=4-99", 4, 7, b"data"),
    ],
)
def test_a_part_of_the_audio(
    client: TestClient[Any], basic: Headers, asked: str, first: int, last: int, data: bytes
) -> None:
    answer = client.get("/v1/recordings/RE1/audio", headers=basic() | {"Range": asked})
    assert answer.status_code == 206
    assert answer.headers["content-range"] == f"bytes {first}-{last}/8"
    assert answer.headers["content-length"] == str(len(data))
    assert answer.content == data


@pytest.mark.parametrize("asked", ["bytes=8-", "bytes=5-4"])
def test_a_part_that_is_not_there(client: TestClient[Any], basic: Headers, asked: str) -> None:
    answer = client.get("/v1/recordings/RE1/audio", headers=basic() | {"Range": asked})
    assert (answer.status_code, answer.json()["code"]) == (416, "range_not_satisfiable")


@pytest.mark.parametrize("asked", ["pages=1-2", "bytes=0-1,4-5", "bytes=-"])
def test_a_range_that_is_not_understood_is_ignored(
    client: TestClient[Any], basic: Headers, asked: str
) -> None:
    answer = client.get("/v1/recordings/RE1/audio", headers=basic() | {"Range": asked})
    assert (answer.status_code, answer.content) == (200, b"RIFFdata")
