"""The stream a leg sends: packet sizes, numbers, markers, relayed runs."""

from __future__ import annotations

from array import array

import pytest

from ringfence.media import g711, g722, rtp
from ringfence.media.engine.interface import Identity
from ringfence.media.engine.protocol import ConnectLeg
from ringfence.media.engine.reference_play import SILENCE
from ringfence.media.engine.reference_stream import Stream

FIRST, CLOCK, SSRC = 65_530, 0xFFFF_FF00, 0xABCD


def _stream() -> tuple[Stream, list[rtp.Packet]]:
    sent: list[rtp.Packet] = []
    stream = Stream(
        Identity(SSRC, FIRST, CLOCK, b"c" * 16), lambda data: sent.append(rtp.parse(data))
    )
    return stream, sent


def _settings(codec="PCMU", ptime=20) -> ConnectLeg:
    return ConnectLeg("LG", "192.0.2.1", 4000, codec, 0, 101, ptime)


def _frame(number) -> array:
    return array("h", [(number * 160 + k) * 50 % 30_000 for k in range(160)])


def _say(stream, count, settings, first=0) -> None:
    for number in range(first, first + count):
        stream.audio(settings, _frame(number), None)
        stream.advance()


@pytest.mark.parametrize(("ptime", "packets"), [(10, 24), (20, 12), (30, 8), (40, 6), (60, 4)])
def test_every_packet_time_carries_the_same_audio(ptime, packets) -> None:
    stream, sent = _stream()
    _say(stream, 12, _settings(ptime=ptime))
    assert len(sent) == packets
    whole = b"".join(g711.encode_ulaw(_frame(k)) for k in range(12))
    assert b"".join(packet.payload for packet in sent) == whole
    for k, packet in enumerate(sent):
        assert packet.sequence == (FIRST + k) & 0xFFFF
        assert packet.timestamp == (CLOCK + k * ptime * 8) & 0xFFFF_FFFF
        assert packet.marker == (k == 0)
        assert packet.ssrc == SSRC
    assert (stream.packets, stream.octets) == (packets, 1920)


def test_g722_has_two_samples_a_tick() -> None:
    stream, sent = _stream()
    stream.audio(_settings("G722"), SILENCE[16_000], None)
    assert len(sent[0].payload) == 160
    assert sent[0].payload == g722.Encoder().feed(SILENCE[16_000])


def test_after_a_break_comes_a_marker_and_no_old_octets() -> None:
    stream, sent = _stream()
    settings = _settings(ptime=30)
    _say(stream, 2, settings)  # 40 ms: one packet and 10 ms gathered
    stream.interrupt()
    stream.advance()
    _say(stream, 3, settings, first=50)
    assert [packet.marker for packet in sent] == [True, True, False]
    assert sent[1].timestamp == (CLOCK + 3 * 160) & 0xFFFF_FFFF
    assert sent[1].payload[:160] == g711.encode_ulaw(_frame(50))


def test_a_break_makes_the_g722_encoder_fresh() -> None:
    stream, sent = _stream()
    loud = array("h", [20_000, -20_000] * 160)
    settings = _settings("G722")
    stream.audio(settings, loud, None)
    stream.audio(settings, loud, None)
    stream.interrupt()
    stream.audio(settings, loud, None)
    assert sent[0].payload == sent[2].payload != sent[1].payload


def _packet(number, *, ssrc=5, marker=False, size=160) -> rtp.Packet:
    return rtp.Packet(
        0, number & 0xFFFF, number * 160 & 0xFFFF_FFFF, ssrc, bytes([number & 255]) * size, marker
    )


def test_a_relayed_run_joins_the_numbers_before() -> None:
    stream, sent = _stream()
    _say(stream, 3, _settings())
    for number in (40_000, 40_001, 40_003):
        stream.relay(8, _packet(number), b"x" * 160)
        stream.advance()
    assert [packet.sequence for packet in sent[3:]] == [(FIRST + n) & 0xFFFF for n in (3, 4, 6)]
    assert [(packet.timestamp - CLOCK) & 0xFFFF_FFFF for packet in sent[3:]] == [480, 640, 960]
    assert [packet.marker for packet in sent[3:]] == [True, False, False]
    assert {packet.payload_type for packet in sent[3:]} == {8}
    assert {packet.ssrc for packet in sent} == {SSRC}


def test_after_a_relayed_run_our_own_numbers_go_on_ahead_of_it() -> None:
    stream, sent = _stream()
    stream.relay(0, _packet(7), b"x" * 160)
    stream.relay(0, _packet(9), b"x" * 160)
    stream.relay(0, _packet(8), b"x" * 160)
    _say(stream, 1, _settings())
    assert [packet.sequence for packet in sent] == [(FIRST + n) & 0xFFFF for n in (0, 2, 1, 3)]
    assert sent[-1].timestamp == (CLOCK + 480) & 0xFFFF_FFFF
    assert sent[-1].marker


def test_another_source_or_an_end_begins_a_new_run() -> None:
    stream, sent = _stream()
    stream.relay(0, _packet(7), b"x" * 160)
    stream.relay(0, _packet(50_000, ssrc=6), b"x" * 160)
    stream.end_relay()
    stream.relay(0, _packet(3, ssrc=6), b"x" * 160)
    assert [packet.sequence for packet in sent] == [(FIRST + n) & 0xFFFF for n in (0, 1, 2)]
    assert [packet.marker for packet in sent] == [True, True, True]


def test_the_markers_of_a_run_are_passed() -> None:
    stream, sent = _stream()
    for number, marker in ((1, False), (2, False), (3, True)):
        stream.relay(0, _packet(number, marker=marker), b"x")
    assert [packet.marker for packet in sent] == [True, False, True]


def _event(number, timestamp, *, marker=False) -> rtp.Packet:
    return rtp.Packet(101, number, timestamp, 5, b"\x05\x0a\x00\xa0rest", marker)


def test_an_event_within_a_run_shares_its_numbers() -> None:
    stream, sent = _stream()
    stream.relay(0, _packet(7), b"x" * 160)
    stream.relay_event(96, _event(8, 8 * 160, marker=True), fast=True)
    stream.relay_event(96, _event(9, 8 * 160), fast=True)
    stream.relay(0, _packet(10), b"x" * 160)
    assert [packet.sequence for packet in sent] == [(FIRST + n) & 0xFFFF for n in range(4)]
    assert [(packet.timestamp - CLOCK) & 0xFFFF_FFFF for packet in sent] == [0, 160, 160, 480]
    assert sent[1].payload == b"\x05\x0a\x00\xa0"
    assert sent[1].payload_type == 96


def test_an_event_among_our_own_frames_keeps_one_timestamp() -> None:
    stream, sent = _stream()
    settings = _settings()
    _say(stream, 1, settings)
    for k in range(3):
        stream.relay_event(101, _event(70 + k, 999, marker=k == 0), fast=False)
        _say(stream, 1, settings)
    stream.relay_event(101, _event(80, 5_000), fast=False)
    events = [packet for packet in sent if packet.payload_type == 101]
    assert len({packet.timestamp for packet in events[:3]}) == 1
    assert events[3].timestamp == (events[0].timestamp + 480) & 0xFFFF_FFFF
    assert [packet.sequence for packet in sent] == [(FIRST + n) & 0xFFFF for n in range(8)]
    assert [packet.marker for packet in events] == [True, False, False, False]
    audio = [packet for packet in sent if packet.payload_type == 0]
    assert [packet.marker for packet in audio] == [True, False, False, False]
