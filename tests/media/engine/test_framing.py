"""Every message survives the trip, however it is cut."""

from __future__ import annotations

import msgspec
import pytest
from media_samples import COMMANDS, NOTICES

from ringfence.kernel.errors import RemoteError
from ringfence.kernel.limits import MEDIA_MESSAGE_BYTES
from ringfence.media.engine import protocol as p
from ringfence.media.engine.framing import CommandReader, NoticeReader, encode


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_round_trip_in_pieces(size: int) -> None:
    for messages, reader in ((COMMANDS, CommandReader()), (NOTICES, NoticeReader())):
        data = encode(*messages)
        found: list[object] = []
        for at in range(0, len(data), size):
            found += reader.feed(data[at : at + size])
        assert found == messages


def test_a_truncated_message_waits() -> None:
    for message in COMMANDS:
        data = encode(message)
        for cut in range(len(data)):
            assert CommandReader().feed(data[:cut]) == []


def test_a_message_too_long_is_refused_before_it_arrives() -> None:
    head = (MEDIA_MESSAGE_BYTES + 1).to_bytes(4, "big")
    with pytest.raises(RemoteError, match="too long"):
        CommandReader().feed(head)


@pytest.mark.parametrize(
    "body",
    [b"\xc1", *map(msgspec.msgpack.encode, ([99, "x"], [[99, "x"]], [[2, "LG1", "h"]]))],
)
def test_a_message_of_no_schema_is_refused(body: bytes) -> None:
    with pytest.raises(RemoteError, match="schema"):
        CommandReader().feed(len(body).to_bytes(4, "big") + body)
    reader, begun = CommandReader(), len(body).to_bytes(4, "big")
    assert reader.feed(begun) == []
    with pytest.raises(RemoteError, match="schema"):
        reader.feed(body)


def test_what_is_too_long_together_travels_alone() -> None:
    clips = [p.LoadClip(f"CL{k}", 8000, bytes(MEDIA_MESSAGE_BYTES * 2 // 3)) for k in range(2)]
    reader = CommandReader()
    data, found = encode(*clips), []
    for at in range(0, len(data), 65_536):  # as a socket gives them
        found += reader.feed(data[at : at + 65_536])
    assert found == clips
    assert reader.feed(encode(p.Ping(1))) == [p.Ping(1)]


def test_the_rest_of_a_message_is_not_one_though_it_looks_like_it() -> None:
    inner = encode(p.Ping(1))
    clip = p.LoadClip("CL1", 8000, inner)
    data, reader = encode(clip), CommandReader()
    assert data.endswith(inner)
    assert reader.feed(data[: -len(inner)]) == []
    assert reader.feed(inner) == [clip]


def test_a_notice_is_no_command() -> None:
    with pytest.raises(RemoteError):
        CommandReader().feed(encode(p.RtpStarted("LG1")) + encode(NOTICES[3]))
