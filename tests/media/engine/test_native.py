"""The native core by itself; its agreement with the twin is test_differential's business."""

from __future__ import annotations

import ctypes

from ringfence.kernel.clock import Ms
from ringfence.media.engine import protocol as p
from ringfence.media.engine.interface import Audio, Identity, RecordingEnded
from ringfence.media.engine.native import NativeCore
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
