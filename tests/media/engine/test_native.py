"""The native core by itself; its agreement with the twin is test_differential's business."""

from __future__ import annotations

import ctypes
import select
import time
from collections.abc import Callable, Iterator

import pytest

from ringfence.kernel.clock import Ms
from ringfence.kernel.limits import MEDIA_PATIENCE_MS
from ringfence.media.engine import protocol as p
from ringfence.media.engine.interface import Audio, Identity, RecordingEnded
from ringfence.media.engine.native import NativeCore, NativeEngine
from ringfence.media.engine.ports import Ports
from ringfence.media.rtp import Packet, parse

NOW = 1_700_000_000_000
IDENTITY = Identity(0x1234, 10, 1000, b"0123456789abcdef")


def connected(library: ctypes.CDLL, leg: str = "LG1") -> NativeCore:
    core = NativeCore(library)
    assert core.open(leg, IDENTITY)
    core.do(p.ConnectLeg(leg, "192.0.2.1", 4000, "PCMU", 0), Ms(NOW))
    return core


def test_a_connected_leg_sends_every_twenty_milliseconds(library: ctypes.CDLL) -> None:
    core = connected(library)
    sent = []
    for tick in range(12):
        core.tick(Ms(NOW + 5 * tick))
        sent += [(tick, out) for out in core.take_output()]
    assert [tick for tick, _ in sent] == [0, 4, 8]
    packets = [parse(out.data) for _, out in sent]
    assert [packet.sequence for packet in packets] == [10, 11, 12]
    assert [packet.timestamp for packet in packets] == [1000, 1160, 1320]
    assert [packet.marker for packet in packets] == [True, False, False]
    assert {(out.leg, out.rtcp, out.host, out.port) for _, out in sent} == {
        ("LG1", False, "192.0.2.1", 4000)
    }
    core.close()


def test_recorded_audio_comes_before_the_end_of_the_recording(library: ctypes.CDLL) -> None:
    core = connected(library)
    channels = [p.Channel("LG1", "in", bytes(32), "/nowhere")]
    core.do(p.StartRecording("RE1", channels), Ms(NOW))
    for k in range(60):
        payload = bytes([0x80 + k]) * 160
        data = Packet(0, k, 160 * k, 7, payload).to_bytes()
        core.receive("LG1", data, "192.0.2.1", 4000, Ms(NOW + 20 * k))
        for tick in range(4):
            core.tick(Ms(NOW + 20 * k + 5 * tick))
    core.do(p.StopRecording("RE1"), Ms(NOW + 1200))
    chunks = core.take_audio()
    assert [(c.recording, c.channel, len(c.pcm)) for c in chunks] == [
        ("RE1", 0, 16_000),
        ("RE1", 0, 3_200),
    ]
    assert core.take_notices()[-1] == RecordingEnded("RE1", 1200, "stopped")
    core.close()


def test_a_goodbye_names_the_leg_that_is_gone(library: ctypes.CDLL) -> None:
    core = connected(library)
    core.do(p.CloseLeg("LG1"), Ms(NOW))
    goodbye = core.take_output()
    assert [(out.leg, out.rtcp, out.port) for out in goodbye] == [("LG1", True, 4001)]
    core.close()


def test_a_datagram_for_nobody_is_dropped(library: ctypes.CDLL) -> None:
    core = connected(library)
    core.receive("LG2", b"x", "192.0.2.1", 4000, Ms(NOW))
    core.receive("LG1", b"x", "no address", 4000, Ms(NOW))
    assert core.take_notices() == []
    core.close()


def test_what_is_left_when_a_core_is_closed_is_freed(library: ctypes.CDLL) -> None:
    core = connected(library)
    core.do(p.LoadClip("c", 8000, bytes(2000)), Ms(NOW))
    core.do(p.Play("LG1", "P", ["c"], 0), Ms(NOW))
    core.do(p.DropClip("c"), Ms(NOW))
    core.do(p.JoinConference("X", "LG1"), Ms(NOW))
    core.do(p.StartRecording("RE", [p.Channel("LG1", "out", bytes(32), "/x")]), Ms(NOW))
    core.tick(Ms(NOW))
    assert core.take_audio() == list[Audio]()
    core.close()


# --- the thread: what it rings for, and what waits ------------------------------------------------


@pytest.fixture
def engine(library: ctypes.CDLL) -> Iterator[NativeEngine]:
    engine = NativeEngine(library, bind="127.0.0.1", ports=Ports(23_000, 23_099))
    engine.do(p.LoadClip("CL", 8_000, bytes(16_000)))
    yield engine
    engine.close()


def _rings(engine: NativeEngine, *commands: p.AnyCommand) -> tuple[float, list[object]]:
    """How many milliseconds after these commands the thread rings, and what it tells."""
    assert engine.wake is not None
    bell = select.poll()
    bell.register(engine.wake, select.POLLIN)
    for command in commands:
        engine.do(command)
    before = time.monotonic()
    assert engine.take() == ([], [])
    assert bell.poll(5_000)
    waited = (time.monotonic() - before) * 1_000
    engine.awake()
    return waited, list(engine.take()[1])


def _soonest(act: Callable[[], float]) -> float:
    """Of several tries: the machine may have had something else to do."""
    return min(act() for _ in range(3))


def _plays(*, more: bool) -> list[p.AnyCommand]:
    one = p.Play("LG1", "-1", ["CL"], 0)
    return [one, p.Play("LG1", "stream.1", ["CL"], queue=True)] if more else [one]


@pytest.mark.parametrize(
    ("patient", "more", "waits"),
    [(True, False, True), (False, False, False), (True, True, False)],
    ids=["nobody waits", "somebody waits", "somebody waits for what came behind it"],
)
def test_the_end_of_a_stopped_play_waits_where_nobody_waits_for_it(
    engine: NativeEngine, *, patient: bool, more: bool, waits: bool
) -> None:
    assert isinstance(engine.open("LG1", IDENTITY), int)
    told: list[object] = []

    def stop() -> float:
        waited, found = _rings(engine, *_plays(more=more), p.StopPlay("LG1", patient))
        told.append([(end.play, end.reason) for end in found])  # type: ignore[attr-defined]
        return waited

    waited = _soonest(stop)
    assert told[0] == [("-1", "stopped"), ("stream.1", "stopped")][: 1 + more]
    assert (waited >= MEDIA_PATIENCE_MS) is waits


def test_that_a_leg_is_gone_is_told_with_other_news(engine: NativeEngine) -> None:
    """And what it was playing; but nothing waits for a round that does not come."""

    def close(*others: str) -> tuple[float, list[str]]:
        for leg in ("LG1", *others):
            assert isinstance(engine.open(leg, IDENTITY), int)
        play = p.Play("LG1", "-1", ["CL"], 0)
        waited, told = _rings(engine, play, p.CloseLeg("LG1"))
        return waited, [type(notice).__name__ for notice in told]

    both = ["PlayFinished", "LegClosed"]
    assert min(close() for _ in range(3)) < (MEDIA_PATIENCE_MS, both)
    waited, told = close("LG2")
    assert waited >= MEDIA_PATIENCE_MS
    assert told == both


def test_what_waits_is_told_with_what_does_not(engine: NativeEngine) -> None:
    assert isinstance(engine.open("LG1", IDENTITY), int)
    assert isinstance(engine.open("LG2", IDENTITY), int)
    kinds = []

    def close() -> float:
        assert isinstance(engine.open("LG3", IDENTITY), int)
        waited, told = _rings(engine, p.CloseLeg("LG3"), p.Ping(7))
        kinds.append([type(notice).__name__ for notice in told])
        return waited

    assert _soonest(close) < MEDIA_PATIENCE_MS
    assert kinds == [["LegClosed", "Pong"]] * 3


def test_the_end_of_a_recording_is_told_at_once_whatever_ended_it(engine: NativeEngine) -> None:
    assert isinstance(engine.open("LG2", IDENTITY), int)

    def close() -> float:
        assert isinstance(engine.open("LG1", IDENTITY), int)
        engine.do(p.StartRecording("RE1", [p.Channel("LG1", "in", bytes(32), "/nowhere")]))
        assert engine.take()[1] == [p.RecordingStarted("RE1")]
        waited, told = _rings(engine, p.CloseLeg("LG1"))
        assert told[0] == RecordingEnded("RE1", 0, "leg_closed")
        _rings(engine, p.Ping(7))  # what there is to say of its memory comes before
        return waited

    assert _soonest(close) < MEDIA_PATIENCE_MS


def test_orders_that_find_no_room_are_handed_over_later(
    engine: NativeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    nap = select.poll()  # the thread has to have its turn
    monkeypatch.setattr(time, "sleep", lambda _: waits.append(1) or nap.poll(1))
    assert isinstance(engine.open("LG1", IDENTITY), int)
    count, told = 3_000, []
    for token in range(count):
        engine.do(p.Ping(token))
    until = time.monotonic() + 10
    while len(told) < count and time.monotonic() < until:
        told += engine.take()[1]
        engine.awake()
    assert told == [p.Pong(token) for token in range(count)]
    assert waits
