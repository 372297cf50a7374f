"""The controlling side of the native engine: refusals, ownership, names."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator

import pytest

from ringfence.kernel.clock import Ms
from ringfence.kernel.limits import (
    MEDIA_CHANNELS_MAX,
    MEDIA_CLIPS_MAX,
    MEDIA_LEGS_MAX,
    MEDIA_ROOM_MEMBERS,
)
from ringfence.media.engine import protocol as p
from ringfence.media.engine.interface import Identity, RecordingEnded
from ringfence.media.engine.ledger import stats_of
from ringfence.media.engine.library import STATS
from ringfence.media.engine.native import NativeCore

NOW = Ms(1_700_000_000_000)


@pytest.fixture
def core(library: ctypes.CDLL) -> Iterator[NativeCore]:
    core = NativeCore(library)
    yield core
    core.close()


def opened(core: NativeCore, *legs: str) -> None:
    for leg in legs:
        assert core.open(leg, Identity(7, 1, 2, b"0123456789abcdef"))


def answer(core: NativeCore, *commands: p.AnyCommand) -> list[object]:
    for command in commands:
        core.do(command, NOW)
    return list(core.take_notices())


def connect(leg: str, **changes: object) -> p.ConnectLeg:
    values = {"host": "192.0.2.1", "port": 4000, "codec": "PCMU", "payload_type": 0} | changes
    return p.ConnectLeg(leg, **values)  # type: ignore[arg-type]


def channel(leg: str) -> p.Channel:
    return p.Channel(leg, "in", bytes(32), "/nowhere")


@pytest.mark.parametrize(
    "changes",
    [
        {"host": "example.com"}, {"port": 0}, {"port": 65_536}, {"payload_type": 128},
        {"payload_type": -1}, {"dtmf_payload_type": 0}, {"dtmf_payload_type": 200},
        {"event_payload_type": 0}, {"event_payload_type": 200},
        {"ptime": 25}, {"latch_ms": -1}, {"timeout_ms": -1}, {"latch_ms": 1 << 40},
    ],
)  # fmt: skip
def test_a_connection_that_cannot_be(core: NativeCore, changes: dict[str, object]) -> None:
    opened(core, "LG1")
    assert answer(core, connect("LG1", **changes)) == [p.LegFailed("LG1", "invalid")]
    assert answer(core, connect("LG1")) == []


def test_unknown_legs(core: NativeCore) -> None:
    opened(core, "LG1")
    for command in (connect("LG9"), p.CloseLeg("LG9")):
        assert answer(core, command) == [p.LegFailed("LG9", "unknown")]
    for command in (
        p.StopPlay("LG9"), p.DetectTones("LG9", True), p.SendDtmf("LG9", "1"),
        p.Bridge("LG1", "LG9"), p.Unbridge("LG9", "LG1"), p.JoinConference("CF", "LG9"),
        p.LeaveConference("CF", "LG9"), p.SetMute("LG9", True), p.ReadLeg("LG9"),
    ):  # fmt: skip
        refusal = p.CommandRefused(type(command).__name__, "LG9", "unknown")
        assert answer(core, command) == [refusal]


def test_a_leg_opens_once(core: NativeCore) -> None:
    opened(core, "LG1")
    assert not core.open("LG1", Identity(7, 1, 2, b"x"))


def test_legs_are_limited_and_come_back(core: NativeCore) -> None:
    opened(core, *[f"LG{k}" for k in range(MEDIA_LEGS_MAX)])
    assert not core.open("one too many", Identity(7, 1, 2, b"x"))
    assert isinstance(answer(core, p.CloseLeg("LG5"))[0], p.LegClosed)
    opened(core, "LG5")


def test_clips(core: NativeCore) -> None:
    refused = lambda reason: [p.CommandRefused("LoadClip", "c", reason)]  # noqa: E731
    assert answer(core, p.LoadClip("c", 11_025, b"")) == refused("invalid")
    assert answer(core, p.LoadClip("c", 8000, b"x")) == refused("invalid")
    assert answer(core, p.DropClip("c")) == [p.CommandRefused("DropClip", "c", "unknown")]
    assert answer(core, *[p.LoadClip(f"{k}", 8000, b"") for k in range(MEDIA_CLIPS_MAX)]) == []
    assert answer(core, p.LoadClip("c", 8000, b"")) == refused("limit")
    assert answer(core, p.LoadClip("0", 8000, b"ab"), p.DropClip("1")) == []
    assert answer(core, p.LoadClip("c", 8000, b"")) == []


def test_plays_that_cannot_be(core: NativeCore) -> None:
    opened(core, "LG1")
    answer(core, p.LoadClip("c", 8000, b"abcd"))
    for command in (
        p.Play("LG9", "P", ["c"]), p.Play("LG1", "P", []), p.Play("LG1", "P", ["c", "?"]),
        p.Play("LG1", "P", ["c"], loop=-1), p.Play("LG1", "P", ["c"] * 257),
    ):  # fmt: skip
        assert answer(core, command) == [p.PlayFinished(command.leg, "P", "failed", 0)]


def test_a_clip_outlives_its_name_while_it_plays(core: NativeCore) -> None:
    opened(core, "LG1")
    answer(
        core, connect("LG1"), p.LoadClip("c", 8000, b"\x01\x02" * 400), p.Play("LG1", "P", ["c"])
    )
    answer(core, p.DropClip("c"), p.LoadClip("c", 8000, b""))
    for k in range(12):
        core.tick(Ms(NOW + 5 * k))
    assert core.take_notices() == [p.PlayFinished("LG1", "P", "done", 50)]
    assert core.take_output()[0].data[12:] != b"\xff" * 160


def test_digits_that_cannot_be(core: NativeCore) -> None:
    opened(core, "LG1", "LG2")
    answer(core, connect("LG1"), connect("LG2", dtmf_payload_type=None))
    for command in (
        p.SendDtmf("LG1", ""), p.SendDtmf("LG1", "E"), p.SendDtmf("LG1", "1", tone_ms=39),
        p.SendDtmf("LG1", "1", tone_ms=6001), p.SendDtmf("LG1", "1", gap_ms=-1),
        p.SendDtmf("LG2", "1"),
    ):  # fmt: skip
        assert answer(core, command) == [p.CommandRefused("SendDtmf", command.leg, "invalid")]
    limit = [p.CommandRefused("SendDtmf", "LG1", "limit")]
    assert answer(core, p.SendDtmf("LG1", "1" * 65)) == limit
    assert answer(core, p.SendDtmf("LG1", "1" * 60)) == []
    assert answer(core, p.SendDtmf("LG1", "1" * 5)) == limit
    assert answer(core, p.SendDtmf("LG1", "1" * 4)) == []


def test_company(core: NativeCore) -> None:
    opened(core, "a", "b", "c")
    assert answer(core, p.Bridge("a", "b")) == []
    assert answer(core, p.Bridge("c", "b")) == [p.CommandRefused("Bridge", "b", "busy")]
    assert answer(core, p.JoinConference("X", "a")) == [
        p.CommandRefused("JoinConference", "a", "busy")
    ]
    assert answer(core, p.Unbridge("a", "c")) == [p.CommandRefused("Unbridge", "a", "unknown")]
    assert answer(core, p.Unbridge("b", "a"), p.JoinConference("X", "a")) == []
    assert answer(core, p.JoinConference("Y", "a")) == [
        p.CommandRefused("JoinConference", "a", "busy")
    ]
    assert answer(core, p.Bridge("a", "b")) == [p.CommandRefused("Bridge", "a", "busy")]
    assert answer(core, p.LeaveConference("Y", "a")) == [
        p.CommandRefused("LeaveConference", "a", "unknown")
    ]
    for whisper in (p.Whisper("a", "b"), p.Whisper("c", "c"), p.Whisper("c", None)):
        assert answer(core, whisper) == [p.CommandRefused("Whisper", whisper.leg, "invalid")]
    assert answer(core, p.Whisper("a", "a"), p.Whisper("a", None)) == []
    assert answer(core, p.LeaveConference("X", "a"), p.Bridge("a", "b")) == []
    assert [type(n) for n in answer(core, p.CloseLeg("a"))] == [p.LegClosed]
    assert answer(core, p.Bridge("c", "b")) == []


def test_a_room_is_limited(core: NativeCore) -> None:
    legs = [f"LG{k}" for k in range(MEDIA_ROOM_MEMBERS + 1)]
    opened(core, *legs)
    assert answer(core, *[p.JoinConference("X", leg) for leg in legs[:-1]]) == []
    assert answer(core, p.JoinConference("X", legs[-1])) == [
        p.CommandRefused("JoinConference", legs[-1], "limit")
    ]
    assert answer(core, p.JoinConference("X", legs[0], muted=True)) == []


def test_recordings_that_cannot_be(core: NativeCore) -> None:
    opened(core, "a")
    record = p.StartRecording
    failed = lambda reason: [p.RecordingFailed("RE", reason)]  # noqa: E731
    assert answer(core, record("RE", [])) == failed("invalid")
    assert answer(core, record("RE", [channel("a")], rate=1)) == failed("invalid")
    assert answer(core, record("RE", [channel("a")], max_ms=-1)) == failed("invalid")
    assert answer(core, record("RE", [channel("a")], rate=16_000, coding="PCMU")) == failed(
        "invalid"
    )
    assert answer(core, record("RE", [channel("a"), channel("?")])) == failed("unknown")
    many = [channel("a")] * (MEDIA_CHANNELS_MAX + 1)
    assert answer(core, record("RE", many)) == failed("limit")
    assert answer(core, record("RE", [channel("a")])) == [p.RecordingStarted("RE")]
    assert answer(core, record("RE", [channel("a")])) == failed("exists")
    for command in (p.StopRecording("?"), p.PauseRecording("?"), p.RedactDigits("?", True)):
        assert answer(core, command) == [p.CommandRefused(type(command).__name__, "?", "unknown")]
    assert answer(core, p.StopRecording("RE")) == [RecordingEnded("RE", 0, "stopped")]
    assert answer(core, record("RE", [channel("a")])) == [p.RecordingStarted("RE")]


def test_a_closing_leg_gives_everything_back(core: NativeCore) -> None:
    opened(core, "a", "b")
    answer(core, p.LoadClip("c", 8000, bytes(9000)), connect("a"), connect("b"))
    answer(core, p.Play("a", "P", ["c"], loop=0), p.Bridge("a", "b"))
    answer(core, p.StartRecording("RE", [channel("a"), channel("b")]))
    kinds = [type(notice) for notice in answer(core, p.CloseLeg("a"))]
    assert kinds == [p.PlayFinished, RecordingEnded, p.LegClosed]
    assert answer(core, p.JoinConference("X", "b")) == []


def test_statistics_of_a_leg_never_connected() -> None:
    counters = STATS.pack(-1, 0, *[0] * 9, -1, *[0] * 6, 3, 0, -1, 0)
    stats = stats_of(counters)
    assert (stats.codec, stats.rtt_ms, stats.dtmf_in, stats.mos) == ("", -1, 3, 0)
    assert stats.foreign_type == -1


def test_statistics_in_their_order_and_scored() -> None:
    counts = [100, 2, 3, 4, 0, 0, 7, 2, 9, 20, 11, 12, 1, 0, 15, 16, 17, 18, 19, 20]
    stats = stats_of(STATS.pack(0, 0, *counts))
    in_order = [getattr(stats, name) for name in p.Stats.__struct_fields__ if name != "mos"]
    assert in_order == ["PCMU", *counts]
    assert (stats.latched, stats.rtp_from_peer) == (True, False)
    assert 400 < stats.mos <= 450


def test_a_ping_is_answered(core: NativeCore) -> None:
    assert answer(core, p.Ping(41)) == [p.Pong(41)]
