"""A phone's sound without sockets: what one says, another hears, whatever the order of arrival."""

from __future__ import annotations

import math
from array import array

import pytest
from tones import level, tone

from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import SeededEntropy
from ringfence.media import g722, rtp
from ringfence.testing.sound import FRAME, RATE, Sound

NOW = Ms(1_700_000_000_000)
RAMP = array("h", range(-8000, 8000, 10))
"""Ten frames, each sample another one."""


def sound(seed: int = 1, codec: str = "PCMU", direction: str = "sendrecv") -> Sound:
    made = Sound(SeededEntropy(seed))
    made.connect(
        codec=codec,
        payload_type={"PCMU": 0, "PCMA": 8, "G722": 9}[codec],
        dtmf_type=101,
        direction=direction,  # type: ignore[arg-type]
    )
    return made


def frames(speaker: Sound, count: int) -> list[bytes]:
    return [packet for _ in range(count) if (packet := speaker.frame()) is not None]


def close(heard: array[int], said: array[int]) -> bool:
    """Whether two sounds are the same but for the coarseness of G.711."""
    return len(heard) == len(said) and all(
        abs(a - b) <= 40 + abs(b) // 16 for a, b in zip(heard, said, strict=True)
    )


@pytest.mark.parametrize("codec", ["PCMU", "PCMA"])
def test_what_is_said_is_heard(codec: str) -> None:
    speaker, listener = sound(1, codec), sound(2, codec)
    speaker.say(RAMP)
    for packet in frames(speaker, 10):
        listener.receive(packet, NOW)
    assert close(listener.heard, RAMP)
    assert (speaker.sent, listener.received, listener.missing) == (10, 10, 0)
    assert speaker.silent
    assert listener.audible


def test_what_is_said_in_wideband_is_heard() -> None:
    """A phone that agrees on G.722 speaks it, and not another codec under its number."""
    speaker, listener = sound(1, "G722"), sound(2, "G722")
    said = tone(1, 440)
    speaker.say(said)
    packets = frames(speaker, 50)
    for packet in packets:
        listener.receive(packet, NOW)
    payloads = [rtp.parse(packet).payload for packet in packets]
    assert {len(payload) for payload in payloads} == {FRAME}
    wide = g722.Decoder().feed(b"".join(payloads))  # what somebody else would hear, at 16000 Hz
    assert level(wide[RATE::2], 440) == pytest.approx(level(said, 440), rel=0.1)
    assert len(listener.heard) == len(said)
    assert level(listener.heard[RATE // 2 :], 440) > 0.9 * level(said, 440)
    noise = sum(sample * sample for sample in residue(listener.heard[RATE // 2 :], 440))
    assert noise * 1_000 < sum(sample * sample for sample in said[RATE // 2 :])  # 30 dB


def residue(heard: array[int], hertz: int) -> list[float]:
    """What is left of a sound without its one tone."""
    turns = [math.tau * hertz * n / RATE for n in range(len(heard))]
    sine = 2 * sum(x * math.sin(t) for x, t in zip(heard, turns, strict=True)) / len(heard)
    cosine = 2 * sum(x * math.cos(t) for x, t in zip(heard, turns, strict=True)) / len(heard)
    return [
        x - sine * math.sin(t) - cosine * math.cos(t) for x, t in zip(heard, turns, strict=True)
    ]


def test_a_hold_does_not_forget_what_a_wideband_codec_remembers() -> None:
    speaker = sound(1, "G722")
    codec = speaker._codec
    speaker.connect(codec="G722", payload_type=9, dtmf_type=101, direction="sendonly")
    assert speaker._codec is codec


def test_silence_is_sent_and_is_not_audible() -> None:
    speaker, listener = sound(1), sound(2)
    for packet in frames(speaker, 5):
        listener.receive(packet, NOW)
    assert len(listener.heard) == 5 * FRAME
    assert not listener.audible
    assert listener.loudness() < 10


def test_a_missing_packet_is_a_silence_of_its_length() -> None:
    speaker, listener = sound(1), sound(2)
    speaker.say(array("h", [8000] * 5 * FRAME))
    for index, packet in enumerate(frames(speaker, 5)):
        if index != 2:
            listener.receive(packet, NOW)
    assert len(listener.heard) == 5 * FRAME
    assert listener.missing == 1
    assert listener.loudness(40, 60) == 0
    assert listener.loudness(60, 80) > 7000
    assert listener.loudness() == sum(listener.heard) // len(listener.heard)


def test_a_late_packet_goes_where_it_belongs_and_a_copy_changes_nothing() -> None:
    speaker, listener = sound(1), sound(2)
    speaker.say(RAMP)
    packets = frames(speaker, 10)
    for index in (0, 1, 3, 4, 2, 2, 5, 6, 8, 7, 9):
        listener.receive(packets[index], NOW)
    assert close(listener.heard, RAMP)
    assert listener.missing == 0


def test_another_clock_goes_on_where_the_sound_was() -> None:
    listener = sound(3)
    for seed in (1, 2):
        speaker = sound(seed)
        speaker.say(array("h", [8000] * FRAME))
        listener.receive(frames(speaker, 1)[0], NOW)
    assert len(listener.heard) == 2 * FRAME


def test_keys_are_heard_once_each_in_order() -> None:
    speaker, listener = sound(1), sound(2)
    speaker.press("42#", tone_ms=80, gap_ms=60)
    assert speaker.pressing
    for packet in frames(speaker, 40):
        listener.receive(packet, NOW)
        listener.receive(packet, NOW)
    assert listener.digits == "42#"
    assert not speaker.pressing


def test_without_telephone_event_no_key_is_sent() -> None:
    speaker = Sound(SeededEntropy(1))
    speaker.connect(codec="PCMU", payload_type=0, dtmf_type=None)
    speaker.press("1", tone_ms=80, gap_ms=40)
    assert speaker.frame() is None
    frames(speaker, 20)
    assert not speaker.pressing


@pytest.mark.parametrize(
    ("direction", "speaks"),
    [("sendrecv", True), ("sendonly", True), ("recvonly", False), ("inactive", False)],
)
def test_it_speaks_only_when_it_may(direction: str, speaks: bool) -> None:
    assert bool(frames(sound(direction=direction), 1)) is speaks


def test_the_timestamps_go_on_while_nothing_is_sent() -> None:
    speaker = sound()
    (first,) = frames(speaker, 1)
    speaker.connect(codec="PCMU", payload_type=0, dtmf_type=101, direction="inactive")
    frames(speaker, 5)
    speaker.connect(codec="PCMU", payload_type=0, dtmf_type=101)
    (second,) = frames(speaker, 1)
    one, other = rtp.parse(first), rtp.parse(second)
    assert rtp.newer32(other.timestamp, one.timestamp) == 6 * FRAME
    assert rtp.newer16(other.sequence, one.sequence) == 1


@pytest.mark.parametrize("junk", [b"", b"\0" * 20, b"\x80" * 11, bytes(range(100))])
def test_what_is_no_rtp_is_not_heard(junk: bytes) -> None:
    listener = sound()
    listener.receive(junk, NOW)
    assert (listener.received, len(listener.heard)) == (0, 0)


def test_sequence_numbers_are_counted_past_the_wrap() -> None:
    listener = sound()
    for sequence in (65_534, 65_535, 1):
        packet = rtp.Packet(0, sequence, sequence * FRAME, 7, bytes(FRAME))
        listener.receive(packet.to_bytes(), NOW)
    assert listener.missing == 1
