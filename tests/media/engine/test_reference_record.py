"""Recordings: aligned channels, chunks, pauses, limits, silence, redaction."""

from __future__ import annotations

from array import array

import pytest
from media_twin import Exchange

from ringfence.media import g711, tones
from ringfence.media.engine import protocol as p
from ringfence.media.engine.interface import CHUNK_BYTES, RecordingEnded
from ringfence.media.wav import from_little_endian, to_little_endian

HUM = g711.encode_ulaw(array("h", [3000, -3000] * 80))
KEY = b"k" * 32


def _start(exchange, name="RE", *, channels=(("A", "in"),), **options) -> None:
    wanted = [p.Channel(leg, direction, KEY, "/x") for leg, direction in channels]
    exchange.do(p.StartRecording(name, wanted, **options))


def _ended(exchange) -> list[RecordingEnded]:
    return [notice for notice in exchange.take_notices() if isinstance(notice, RecordingEnded)]


def test_what_is_said_and_heard_lies_side_by_side() -> None:
    exchange = Exchange()
    exchange.leg("A", voice=HUM)
    tone = tones.Oscillator(tones.TONES["beep"], rate=8000).read(3200)
    exchange.do(p.LoadClip("c", 8000, to_little_endian(tone)))
    exchange.run(200)
    _start(exchange, channels=(("A", "in"), ("A", "out")))
    exchange.do(p.Play("A", "P", ["c"]))
    exchange.run(1000)
    exchange.do(p.StopRecording("RE"))
    assert _ended(exchange) == [RecordingEnded("RE", 1000, "stopped")]
    said, heard = (from_little_endian(exchange.pcm("RE", n)) for n in (0, 1))
    assert len(said) == len(heard) == 8000
    assert said[64:] == g711.decode_ulaw(HUM * 50)[64:]
    assert heard == tone + array("h", bytes(2 * 4800))


def test_chunks_are_even_but_for_the_last() -> None:
    exchange = Exchange()
    exchange.leg("A", voice=HUM)
    _start(exchange, rate=16_000)
    exchange.run(2_300)
    exchange.do(p.StopRecording("RE"))
    sizes = [len(chunk.pcm) for chunk in exchange.audio]
    assert sizes[:-1] == [CHUNK_BYTES] * (len(sizes) - 1)
    assert sum(sizes) == 2_300 * 32
    assert CHUNK_BYTES % 640 == 0


def test_the_line_holds_200_ms_back_until_the_end() -> None:
    exchange = Exchange()
    exchange.leg("A", voice=HUM)
    _start(exchange)
    exchange.run(1000)
    assert exchange.pcm("RE") == b""
    exchange.run(200)
    assert len(exchange.pcm("RE")) == CHUNK_BYTES


@pytest.mark.parametrize("keep_time", [False, True])
def test_a_pause_is_left_out_or_silent(keep_time) -> None:
    exchange = Exchange()
    exchange.leg("A", voice=HUM)
    exchange.run(100)
    _start(exchange)
    exchange.run(400)
    exchange.do(p.PauseRecording("RE", keep_time))
    exchange.run(600)
    exchange.do(p.ResumeRecording("RE"))
    exchange.run(400)
    exchange.do(p.StopRecording("RE"))
    duration = 1400 if keep_time else 800
    assert _ended(exchange) == [RecordingEnded("RE", duration, "stopped")]
    pcm = from_little_endian(exchange.pcm("RE"))
    assert len(pcm) == duration * 8
    if keep_time:
        assert not any(pcm[3200:8000])
        assert all(pcm[8000:])
    else:
        assert all(pcm[64:])


def test_the_longest_recording() -> None:
    exchange = Exchange()
    exchange.leg("A")
    _start(exchange, max_ms=500)
    exchange.run(480)
    assert _ended(exchange) == []
    exchange.run(20)
    assert _ended(exchange) == [RecordingEnded("RE", 500, "max")]
    assert len(exchange.pcm("RE")) == 8000
    exchange.do(p.StopRecording("RE"))
    assert exchange.take_notices() == [p.CommandRefused("StopRecording", "RE", "unknown")]


def test_silence_ends_it_and_only_unbroken_silence() -> None:
    exchange = Exchange()
    phone = exchange.leg("A", voice=HUM)
    exchange.run(100)
    exchange.take_notices()
    _start(exchange, silence_ms=1000)
    exchange.run(1200)
    phone.voice = b"\xff"
    exchange.run(800)
    phone.voice = HUM
    exchange.run(200)
    phone.voice = b"\xff"
    assert _ended(exchange) == []
    exchange.run(1060)
    (ended,) = _ended(exchange)
    assert ended.reason == "silence"
    assert 3200 <= ended.duration_ms <= 3260


def test_a_closing_leg_ends_all_its_recordings() -> None:
    exchange = Exchange()
    exchange.leg("A", voice=HUM)
    exchange.leg("B", voice=HUM)
    _start(exchange, "R1", channels=(("A", "in"), ("B", "in")))
    _start(exchange, "R2", channels=(("A", "out"),))
    _start(exchange, "R3", channels=(("B", "in"),))
    exchange.run(100)
    exchange.do(p.CloseLeg("A"))
    ended = _ended(exchange)
    assert ended == [RecordingEnded(name, 100, "leg_closed") for name in ("R1", "R2")]
    assert len(exchange.pcm("R1", 1)) == 1600
    exchange.run(100)
    exchange.do(p.StopRecording("R3"))
    assert _ended(exchange) == [RecordingEnded("R3", 200, "stopped")]


def test_recordings_that_end_in_one_frame_do_not_disturb_each_other() -> None:
    exchange = Exchange()
    exchange.leg("A", voice=HUM)
    _start(exchange, "R1", channels=(("A", "in"), ("A", "out")), max_ms=100)
    _start(exchange, "R2", channels=(("A", "in"),), max_ms=100)
    exchange.run(100)
    assert _ended(exchange) == [RecordingEnded(name, 100, "max") for name in ("R1", "R2")]
    assert len(exchange.pcm("R2")) == 1600


def test_a_digit_pressed_is_gone_from_both_sides() -> None:
    exchange = Exchange()
    exchange.leg("A", voice=HUM)
    exchange.leg("B", voice=HUM)
    exchange.do(p.Bridge("A", "B"))
    exchange.run(200)
    _start(exchange, channels=(("A", "in"), ("B", "out")), redact=True)
    exchange.run(500)
    phone = exchange.phones["A"]
    for k in range(1, 8):
        event = bytes([5, 0x8A if k > 4 else 0x0A]) + (160 * min(k, 5)).to_bytes(2, "big")
        packet = phone.packet(event)._replace(payload_type=101, timestamp=99_000)
        exchange.receive("A", packet)
        exchange.run(20)
    exchange.run(700)
    exchange.do(p.StopRecording("RE"))
    for channel in (0, 1):
        pcm = from_little_endian(exchange.pcm("RE", channel))
        noise = [at for at in range(0, len(pcm), 160) if max(map(abs, pcm[at : at + 160])) <= 256]
        assert noise[0] <= 8 * (500 - 180)
        assert noise[-1] >= 8 * (500 + 250)
        assert len(noise) < 30


def test_redaction_can_come_and_go() -> None:
    exchange = Exchange()
    exchange.leg("A")
    _start(exchange)
    digits = g711.encode_ulaw(tones.Oscillator(tones.dtmf("7", 100, 100), rate=8000).read(1600))
    exchange.phones["A"].voice = digits
    exchange.run(1000)
    exchange.do(p.RedactDigits("RE", True))
    exchange.run(1000)
    exchange.do(p.RedactDigits("RE", False))
    exchange.run(1000)
    exchange.do(p.StopRecording("RE"))
    pcm = from_little_endian(exchange.pcm("RE"))
    assert max(map(abs, pcm[:6000])) > 10_000
    assert max(map(abs, pcm[8000:16_000])) <= 256
    assert max(map(abs, pcm[19_000:])) > 10_000


def test_a_live_recording_gives_every_frame_at_once_and_digits_with_it() -> None:
    exchange = Exchange()
    exchange.leg("A", voice=HUM)
    _start(exchange, coding="PCMU", live=True, redact=True)
    exchange.run(100)
    assert [len(chunk.pcm) for chunk in exchange.audio] == [160] * 5
    exchange.do(p.PauseRecording("RE", keep_time=True))
    exchange.run(20)
    assert exchange.audio[-1].pcm == b"\xff" * 160
