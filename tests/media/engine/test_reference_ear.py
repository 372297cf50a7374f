"""The ear: decoding while somebody listens, throwing away while nobody does."""

from __future__ import annotations

from array import array

import pytest

from ringfence.media import g711, g722, tones
from ringfence.media.engine.reference_ear import Ear
from ringfence.media.rtp import Packet


def _packets(payload, size=160) -> list[Packet]:
    return [
        Packet(0, 10 + at // size, 5000 + at, 1, payload[at : at + size])
        for at in range(0, len(payload), size)
    ]


def _tone(codec, milliseconds=400) -> bytes:
    rate = 16_000 if codec == "G722" else 8_000
    pcm = tones.Oscillator(tones.dtmf("5", milliseconds), rate=rate).read(rate)
    if codec == "G722":
        return g722.Encoder().feed(pcm)
    return g711.encode_ulaw(pcm) if codec == "PCMU" else g711.encode_alaw(pcm)


def _decoded(codec, payload) -> array:
    if codec == "G722":
        return g722.Decoder().feed(payload)
    return g711.decode_ulaw(payload) if codec == "PCMU" else g711.decode_alaw(payload)


@pytest.mark.parametrize("codec", ["PCMU", "PCMA", "G722"])
def test_what_arrives_is_heard_after_the_depth(codec) -> None:
    ear = Ear()
    ear.change(codec)
    payload = _tone(codec)
    out = array("h")
    for packet in _packets(payload):
        ear.put(packet)
        ear.listen()
        out += ear.heard
    decoded = _decoded(codec, payload)
    delay = len(decoded) // len(payload) * 320
    assert not any(out[:delay])
    # The first 4 ms are blended with the silence before (media.plc).
    assert out[delay + 64 :] == decoded[64 : len(decoded) - delay]
    assert ear.concealed_ms == 40


def test_nobody_listening_time_passes_all_the_same() -> None:
    ear = Ear()
    packets = _packets(_tone("PCMU"))
    for packet in packets[:10]:
        ear.put(packet)
        ear.skip()
        assert not any(ear.heard)
    ear.put(packets[10])
    ear.listen()
    assert ear.listening
    assert ear.heard == g711.decode_ulaw(packets[8].payload)
    ear.skip()
    assert not ear.listening
    assert not any(ear.heard)


def test_digits_are_found_in_either_rate() -> None:
    for codec in ("PCMU", "G722"):
        ear = Ear()
        ear.change(codec)
        ear.detect(on=True)
        found = []
        for packet in _packets(_tone(codec, 100) + _tone(codec, 1)[:1] * 800):
            ear.put(packet)
            found += ear.listen()
        found += [digit for _ in range(6) for digit in ear.listen()]
        assert [digit for digit, _ in found] == ["5"]


def test_off_and_on_again_forgets_half_a_digit() -> None:
    ear = Ear()
    ear.detect(on=True)
    assert ear.detecting
    for packet in _packets(_tone("PCMU", 60) + b"\xff" * 800):
        ear.put(packet)
    for _ in range(4):
        assert ear.listen() == []
    ear.detect(on=False)
    assert not ear.detecting
    ear.detect(on=True)
    assert [digit for _ in range(5) for digit in ear.listen()] == []


def test_a_change_of_codec_forgets_the_audio_but_not_the_counts() -> None:
    ear = Ear()
    first = _packets(_tone("PCMU"))
    ear.put(first[0])
    for _ in range(4):
        ear.listen()
    ear.put(first[0])
    assert ear.late == 1
    ear.change("PCMA")
    assert ear.late == 1
    assert not any(ear.heard)
