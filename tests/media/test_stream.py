"""The messages of a media stream, both dialects, and what the far side may say."""

from __future__ import annotations

import base64
import json
from array import array
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.kernel.errors import RemoteError
from ringfence.kernel.limits import STREAM_FAULTS, STREAM_LEAD_MS, STREAM_OUT_FRAMES
from ringfence.media.g711 import decode_ulaw
from ringfence.media.stream import Dialect, Hush, MediaStream, Say
from ringfence.media.wav import to_little_endian

CUSHION = bytes(640)


def stream(dialect: Dialect = "twilio", *, two_way: bool = True, **more: Any) -> MediaStream:
    more.setdefault("tracks", ("inbound",))
    return MediaStream(
        "MZ1", call="CA1", account="AC1", two_way=two_way, dialect=dialect,
        caller="sip:a", called="sip:b", **more,
    )  # fmt: skip


def said(one: MediaStream) -> list[dict[str, Any]]:
    found = []
    while (text := one.take_text()) is not None:
        found.append(json.loads(text))
    return found


def media(data: bytes) -> str:
    return json.dumps({"event": "media", "media": {"payload": base64.b64encode(data).decode()}})


def mark(name: str) -> str:
    return json.dumps({"event": "mark", "streamSid": "MZ1", "mark": {"name": name}})


def pcm(*codes: bytes) -> bytes:
    return to_little_endian(decode_ulaw(b"".join(codes)))


def test_twilios_messages() -> None:
    one = stream(tracks=("inbound", "outbound"), parameters={"stream_sid": "their own"})
    one.open()
    one.heard(0, b"\xff" * 160)
    one.heard(1, b"\x00" * 160)
    one.heard(0, b"\xfe" * 160)
    one.pressed("5")
    one.close(call_over=True)
    one.close(call_over=True)
    one.heard(0, b"\xff" * 160)
    assert said(one) == [
        {"event": "connected", "protocol": "Call", "version": "1.0.0"},
        {
            "event": "start",
            "sequenceNumber": "1",
            "start": {
                "accountSid": "AC1", "streamSid": "MZ1", "callSid": "CA1",
                "tracks": ["inbound", "outbound"],
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
                "customParameters": {"stream_sid": "their own"},
            },
            "streamSid": "MZ1",
        },
        *[
            {
                "event": "media",
                "sequenceNumber": sequence,
                "media": {
                    "track": track, "chunk": chunk, "timestamp": timestamp,
                    "payload": base64.b64encode(byte * 160).decode(),
                },
                "streamSid": "MZ1",
            }
            for sequence, track, chunk, timestamp, byte in (
                ("2", "inbound", "1", "0", b"\xff"),
                ("3", "outbound", "1", "0", b"\x00"),
                ("4", "inbound", "2", "20", b"\xfe"),
            )
        ],
        {
            "event": "dtmf",
            "sequenceNumber": "5",
            "dtmf": {"track": "inbound_track", "digit": "5"},
            "streamSid": "MZ1",
        },
        {
            "event": "stop",
            "sequenceNumber": "6",
            "stop": {"accountSid": "AC1", "callSid": "CA1"},
            "streamSid": "MZ1",
        },
    ]  # fmt: skip


def test_exotels_messages() -> None:
    one = stream("exotel", parameters={"a": "b"})
    one.open()
    one.heard(0, b"\x01\x00" * 160)
    one.pressed("5", 100)
    one.close(call_over=False)
    connected, start, audio, digit, stop = said(one)
    assert connected == {"event": "connected"}
    assert start["stream_sid"] == "MZ1"
    assert start["start"]["custom_parameters"] == {"a": "b"}
    assert start["start"]["from"] == "sip:a"
    assert start["start"]["media_format"]["sample_rate"] == "8000"
    assert audio["media"] == {
        "chunk": "1", "timestamp": "0", "payload": base64.b64encode(b"\x01\x00" * 160).decode(),
    }  # fmt: skip
    assert digit["dtmf"] == {"digit": "5", "duration": "100"}
    assert stop["stop"] == {"account_sid": "AC1", "call_sid": "CA1", "reason": "stopped"}


def test_what_the_server_sends_is_said_and_its_marks_come_back_in_their_place() -> None:
    one = stream()
    one.receive(mark("nothing before it"))
    assert [m["mark"]["name"] for m in said(one)] == ["nothing before it"]
    one.receive(media(b"\x10" * 160))
    assert one.take_output() == [Say(1, CUSHION + pcm(b"\x10" * 160))]
    one.receive(mark("m"))
    one.receive(media(b"\x20" * 100))
    assert one.take_output() == [Say(2, pcm(b"\x20" * 100))]
    assert said(one) == []
    one.played(1)
    assert [m["mark"]["name"] for m in said(one)] == ["m"]


def test_exotels_audio_is_linear() -> None:
    one = stream("exotel")
    one.receive(media(b"\x01\x02\x03\x04"))
    assert one.take_output() == [Say(1, CUSHION + b"\x01\x02\x03\x04")]


def test_only_a_little_is_with_the_media_worker() -> None:
    one = stream()
    for _ in range(20):
        one.receive(media(b"\x10" * 800))
    given = one.take_output()
    lead = sum(len(item.pcm) for item in given if isinstance(item, Say)) // 16
    assert STREAM_LEAD_MS <= lead < STREAM_LEAD_MS + 200
    one.played(1)
    assert one.take_output()


def test_a_clear_hushes_and_its_marks_come_back_when_it_is_silent() -> None:
    one = stream()
    for name in "ab":
        one.receive(media(b"\x10" * 4000))
        one.receive(mark(name))
    given = one.take_output()
    one.receive('{"event": "clear", "streamSid": "MZ1"}')
    assert one.take_output() == [Hush()]
    for item in given:
        one.played(item.piece)  # type: ignore[union-attr]
    assert [m["mark"]["name"] for m in said(one)] == ["a", "b"]
    assert one.take_output() == []


def test_a_slow_server_loses_the_oldest_audio_and_nothing_else() -> None:
    one = stream()
    one.open()
    for number in range(STREAM_OUT_FRAMES + 10):
        one.heard(0, bytes((number & 255,)) * 160)
    one.close(call_over=True)
    events = [m["event"] for m in said(one)]
    assert events[:2] == ["connected", "start"]
    assert events[-1] == "stop"
    assert one.dropped == 12
    assert one.sent + one.dropped == STREAM_OUT_FRAMES + 10


def test_secrets_are_not_given_out_and_time_goes_on() -> None:
    one = stream()
    one.hold(on=True)
    one.heard(0, b"\x00" * 160)
    one.pressed("4")
    assert said(one) == []
    one.hold(on=False)
    one.heard(0, b"\x00" * 160)
    assert said(one)[0]["media"]["timestamp"] == "20"


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"event": 1}', '{"event": "media"}', '{"event": "start"}', media(b"")[:-3],
     '{"event": "media", "media": {"payload": "*"}}', '{"event": "mark", "mark": {}}'],
)  # fmt: skip
def test_nonsense_is_borne_up_to_a_bound(text: str) -> None:
    one = stream()
    for _ in range(STREAM_FAULTS):
        one.receive(text)
    with pytest.raises(RemoteError):
        one.receive(text)


def test_a_server_that_only_listens_may_not_speak() -> None:
    one = stream(two_way=False)
    one.receive(media(b"\x10" * 160))
    one.receive(mark("m"))
    assert one.take_output() == []
    assert said(one) == []


@given(st.lists(st.one_of(st.binary(max_size=3000), st.text(max_size=3), st.integers(0, 9))))
def test_every_sample_is_said_once_in_order_and_every_mark_comes_back(items: list[Any]) -> None:
    """Invariant: what was sent is what is said, however the engine takes its time."""
    one = stream("exotel")
    heard, pieces, wanted, marks = b"", [], b"", []
    for item in items:
        if isinstance(item, bytes):
            item = item[: len(item) & ~1]
            wanted += item
            one.receive(media(item))
        elif isinstance(item, str):
            marks.append(item)
            one.receive(mark(item))
        elif pieces:
            one.played(pieces.pop(0))
        for output in one.take_output():
            assert isinstance(output, Say)
            heard += output.pcm
            pieces.append(output.piece)
    while pieces:
        one.played(pieces.pop(0))
        for output in one.take_output():
            assert isinstance(output, Say)
            heard += output.pcm
            pieces.append(output.piece)
    kept = array("h", heard)
    assert [x for x in kept if x] == [x for x in array("h", wanted) if x]
    assert [m["mark"]["name"] for m in said(one)] == marks
