"""RFC 4733 events both ways, and the in-band detector against noise, twist, speech."""

from __future__ import annotations

import math
import random
from array import array
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import RemoteError
from ringfence.media import dtmf, g711, tones
from ringfence.media.dtmf import Digit, Event

VECTORS = Path(__file__).parents[1] / "vectors" / "media"
EVENTS = st.builds(
    Event, st.integers(0, 255), st.booleans(), st.integers(0, 63), st.integers(0, 0xFFFF)
)


# ------------------------------------------------------------------ the payload


@given(EVENTS)
def test_what_is_written_reads_back(event) -> None:
    assert dtmf.parse(event.to_bytes()) == event


@given(EVENTS, st.binary(max_size=20))
def test_only_four_bytes_count(event, rest) -> None:
    data = event.to_bytes()
    assert dtmf.parse(data + rest) == event
    for size in range(4):
        with pytest.raises(RemoteError):
            dtmf.parse(data[:size])


def test_the_layout_is_that_of_the_rfc() -> None:
    assert Event(11, True, 10, 0x1234).to_bytes() == bytes([11, 0x8A, 0x12, 0x34])
    # The reserved bit is ignored (2.3.3).
    assert dtmf.parse(bytes([1, 0x7F, 0, 1])) == Event(1, False, 63, 1)


# ------------------------------------------------------------------ receiving


class Feed:
    """A receiver and the packets of a press, at 20 ms each."""

    def __init__(self) -> None:
        self.receiver = dtmf.EventReceiver()
        self.now = Ms(1_000)

    def packet(self, code, duration, *, timestamp, end=False, ssrc=1) -> list[Digit]:
        self.now = Ms(self.now + 20)
        return self.receiver.receive(
            Event(code, end, 10, duration), timestamp=timestamp, ssrc=ssrc, now=self.now
        )

    def press(self, code, *, timestamp, drop=frozenset()) -> list[Digit]:
        found = []
        for i in range(1, 9):
            if i in drop:
                self.now = Ms(self.now + 20)
                continue
            duration = 160 * min(i, 6)
            found += self.packet(code, duration, timestamp=timestamp, end=i >= 6)
        return found


def test_every_digit_comes_once() -> None:
    feed = Feed()
    found = []
    for code in range(16):
        found += feed.press(code, timestamp=code * 3000)
    assert found == [Digit(digit, 120) for digit in "0123456789*#ABCD"]


@pytest.mark.parametrize("lost", [{1}, {1, 2, 3, 4, 5}, {6}, {6, 7}, {7, 8}, {1, 3, 5, 6, 7}])
def test_one_end_packet_is_enough(lost) -> None:
    assert Feed().press(5, timestamp=0, drop=lost) == [Digit("5", 120)]


def test_without_an_end_the_next_digit_or_time_ends_it() -> None:
    feed = Feed()
    assert feed.press(5, timestamp=0, drop={6, 7, 8}) == []
    assert feed.receiver.pressed
    assert feed.press(6, timestamp=3000, drop={6, 7, 8}) == [Digit("5", 100)]
    last = Ms(feed.now - 60)
    assert feed.receiver.overdue(Ms(last + 199)) == []
    assert feed.receiver.overdue(Ms(last + 200)) == [Digit("6", 100)]
    assert feed.receiver.overdue(Ms(last + 999)) == []
    assert not feed.receiver.pressed


def test_repeated_and_late_packets_are_not_digits() -> None:
    feed = Feed()
    assert feed.press(1, timestamp=8000) == [Digit("1", 120)]
    assert feed.packet(1, 960, timestamp=8000, end=True) == []
    assert feed.packet(9, 960, timestamp=7000, end=True) == []
    feed.now = Ms(feed.now + dtmf.REPEAT_MS)
    assert feed.packet(9, 960, timestamp=7000, end=True) == [Digit("9", 120)]


def test_an_older_timestamp_of_another_source_is_a_new_digit() -> None:
    feed = Feed()
    assert feed.press(1, timestamp=8000)
    assert feed.packet(2, 400, timestamp=100, end=True, ssrc=2) == [Digit("2", 50)]


def test_the_same_digit_twice_is_two_digits() -> None:
    feed = Feed()
    assert feed.press(4, timestamp=0) + feed.press(4, timestamp=1600) == [Digit("4", 120)] * 2


def test_timestamps_wrap() -> None:
    feed = Feed()
    assert feed.press(1, timestamp=0xFFFF_FF00) == [Digit("1", 120)]
    assert feed.press(2, timestamp=0x0000_0100) == [Digit("2", 120)]
    assert feed.packet(1, 960, timestamp=0xFFFF_FF00, end=True) == []


@pytest.mark.parametrize("step", [0xFFFF, 65_440])
def test_a_press_of_ten_seconds_is_one_digit(step) -> None:
    """2.5.1.3: the duration runs out after 8.19 s, and a new segment carries on."""
    feed = Feed()
    found = []
    for duration in range(160, step + 1, 1600):
        found += feed.packet(7, duration, timestamp=500)
    found += feed.packet(7, step, timestamp=500)
    for duration in (160, 8_000, 16_000):
        found += feed.packet(7, duration, timestamp=500 + step)
    found += feed.packet(7, 16_000, timestamp=500 + step, end=True)
    found += feed.packet(7, 16_000, timestamp=500 + step, end=True)
    assert found == [Digit("7", (step + 16_000) // 8)]


def test_other_events_are_ignored() -> None:
    feed = Feed()
    assert feed.press(16, timestamp=0) == []  # flash
    assert feed.press(255, timestamp=9000) == []
    assert not feed.receiver.pressed


def test_a_code_that_changes_under_one_timestamp_is_ignored() -> None:
    feed = Feed()
    feed.packet(1, 160, timestamp=0)
    assert feed.packet(2, 320, timestamp=0, end=True) == []
    assert feed.packet(1, 320, timestamp=0, end=True) == [Digit("1", 40)]


@given(
    st.lists(
        st.tuples(EVENTS, st.integers(0, 0xFFFF_FFFF), st.integers(0, 2), st.integers(0, 300)),
        max_size=60,
    )
)
def test_any_packets_give_only_digits_that_were_sent(packets) -> None:
    """Every digit reported was named by a packet, and there are never more than packets."""
    receiver = dtmf.EventReceiver()
    now, found, sent = 0, [], set()
    for event, timestamp, ssrc, later in packets:
        now += later
        if event.code < 16:
            sent.add(dtmf.EVENTS[event.code])
        found += receiver.overdue(Ms(now))
        found += receiver.receive(event, timestamp=timestamp, ssrc=ssrc, now=Ms(now))
    found += receiver.close()
    assert len(found) <= len(packets)
    assert {digit for digit, _ in found} <= sent


# ------------------------------------------------------------------ sending


def _sent(digits, **times) -> list[dtmf.Outgoing | None]:
    sender = dtmf.EventSender(digits, **times)
    frames, clock = [], 1000
    while not sender.done:
        frames.append(sender.step(clock))
        clock += 160
    return frames


def test_a_digit_grows_and_ends_three_times() -> None:
    frames = _sent("5", tone_ms=100, gap_ms=60)
    assert [frame.event.duration for frame in frames[:8] if frame] == [
        160, 320, 480, 640, 800, 800, 800, 800,
    ]  # fmt: skip
    assert [frame.event.end for frame in frames[:8] if frame] == [False] * 5 + [True] * 3
    assert [frame.marker for frame in frames[:8] if frame] == [True] + [False] * 7
    assert {frame.timestamp for frame in frames[:8] if frame} == {1000}
    assert frames[8:] == [None] * 3


def test_no_packet_says_zero() -> None:
    """2.3.5 reserves a duration of zero for events that last until further notice."""
    assert all(frame.event.duration for frame in _sent("1w#", tone_ms=40, gap_ms=0) if frame)


def test_a_wait_is_half_a_second() -> None:
    assert _sent("w", tone_ms=100, gap_ms=60) == [None] * 25
    sender = dtmf.EventSender("1w2", tone_ms=40, gap_ms=0)
    assert sender.remaining == 3


@given(st.text("0123456789*#ABCD", min_size=1, max_size=20), st.integers(40, 400))
def test_what_is_sent_is_received(digits, tone_ms) -> None:
    receiver = dtmf.EventReceiver()
    found = []
    for at, frame in enumerate(_sent(digits, tone_ms=tone_ms, gap_ms=40)):
        if frame is not None:
            found += receiver.receive(
                dtmf.parse(frame.event.to_bytes()),
                timestamp=frame.timestamp,
                ssrc=1,
                now=Ms(20 * at),
            )
    assert [digit for digit, _ in found] == list(digits)
    assert {ms for _, ms in found} == {max(2, tone_ms // 20) * 20}


# ------------------------------------------------------------------ in-band


def _dial(digits, *, tone_ms=100, gap_ms=60, twist=(1, 1), shift=1.0, gain=1.0) -> array:
    """Digits as audio, begun at an odd place; twist scales the two sines as num/den of rows."""
    out = array("h", bytes(2 * 333))
    for digit in digits:
        index = tones.DIGITS.index(digit)
        rows = round(tones.DTMF_LEVEL * gain)
        columns = round(rows * twist[0] / twist[1])
        low = tones.Segment(tone_ms, round(tones.DTMF_ROWS[index // 4] * shift), 0, rows)
        high = tones.Segment(tone_ms, round(tones.DTMF_COLUMNS[index % 4] * shift), 0, columns)
        pair = [
            tones.Oscillator(tones.Tone((s, tones.Segment(gap_ms)), repeats=False), rate=8000)
            for s in (low, high)
        ]
        size = (tone_ms + gap_ms) * 8
        out += array(
            "h", [a + b for a, b in zip(pair[0].read(size), pair[1].read(size), strict=True)]
        )
    return out


def _noisy(pcm, decibels, seed) -> array:
    """Add white noise that far below the two sines."""
    rng = random.Random(seed)
    power = tones.DTMF_LEVEL**2
    sigma = (power / 10 ** (decibels / 10)) ** 0.5
    return array("h", [max(-32768, min(32767, round(x + rng.gauss(0, sigma)))) for x in pcm])


def _heard(pcm, step=160) -> str:
    detector = dtmf.ToneDetector()
    found = []
    for at in range(0, len(pcm), step):
        found += detector.feed(pcm[at : at + step])
    found += detector.feed(array("h", bytes(2 * 800)))
    return "".join(digit for digit, _ in found)


def test_all_sixteen_digits_at_the_shortest_legal_length() -> None:
    """ITU-T Q.24: 40 ms of tone and 40 ms of pause must be accepted."""
    assert _heard(_dial(tones.DIGITS, tone_ms=40, gap_ms=40)) == tones.DIGITS


def test_too_short_a_tone_is_none() -> None:
    """Q.24: a signal under 23 ms is to be rejected."""
    assert _heard(_dial(tones.DIGITS, tone_ms=20, gap_ms=60)) == ""


@pytest.mark.parametrize("decibels", [30, 20, 15, 10, 5])
def test_noise(decibels) -> None:
    pcm = _noisy(_dial(tones.DIGITS * 3), decibels, decibels)
    assert _heard(pcm) == tones.DIGITS * 3


@pytest.mark.parametrize("twist", [(18, 10), (1, 2), (10, 25)], ids=["+5dB", "-6dB", "-8dB"])
def test_twist(twist) -> None:
    assert _heard(_dial(tones.DIGITS, twist=twist)) == tones.DIGITS


def test_beyond_any_telephone_line_a_twist_is_no_digit() -> None:
    assert _heard(_dial(tones.DIGITS, twist=(25, 10))) == ""
    assert _heard(_dial(tones.DIGITS, twist=(10, 32))) == ""


@pytest.mark.parametrize("shift", [0.985, 1.015])
def test_frequencies_within_tolerance(shift) -> None:
    assert _heard(_dial(tones.DIGITS, shift=shift)) == tones.DIGITS


@pytest.mark.parametrize("gain", [0.1, 1.9], ids=["-28.7dBm0", "-3dBm0"])
def test_levels(gain) -> None:
    assert _heard(_dial(tones.DIGITS, gain=gain)) == tones.DIGITS


def test_too_faint_is_nothing() -> None:
    assert _heard(_dial(tones.DIGITS, gain=0.05)) == ""


def test_frame_size_does_not_matter() -> None:
    pcm = _dial("159D", tone_ms=60)
    assert len({_heard(pcm, step) for step in (1, 37, 80, 160, 320, 5000)}) == 1


def test_through_both_laws() -> None:
    pcm = _dial(tones.DIGITS)
    assert _heard(g711.decode_ulaw(g711.encode_ulaw(pcm))) == tones.DIGITS
    assert _heard(g711.decode_alaw(g711.encode_alaw(pcm))) == tones.DIGITS


def test_duration_is_about_right() -> None:
    detector = dtmf.ToneDetector()
    (heard,) = detector.feed(_dial("8", tone_ms=200, gap_ms=100))
    assert heard.digit == "8"
    assert 185 <= heard.duration_ms <= 215


@pytest.mark.parametrize("skip", [0, 17, 34], ids=["aligned", "third", "two-thirds"])
def test_speech_that_resembles_digits(skip) -> None:
    """Every passage of an hour of synthetic speech, in 20 voices, in which single blocks do hit.

    Two are left that are two sines for 30 ms as far as anybody can tell; how they fall on the
    blocks decides whether they are heard: none to two false digits in 62 minutes of speech.
    """
    data = (VECTORS / "speech_that_resembles_digits.ulaw").read_bytes()
    pcm = g711.decode_ulaw(data)[skip:]
    hits = sum(
        dtmf.judge([x >> 2 for x in pcm[at : at + dtmf.BLOCK]]) >= 0
        for at in range(0, len(pcm) - dtmf.BLOCK, dtmf.HOP)
    )
    assert hits > 10, "the vector is meant to be hard"
    assert len(_heard(pcm)) <= 2


def test_progress_tones_are_no_digits() -> None:
    for tone in tones.TONES.values():
        assert _heard(tones.Oscillator(tone, rate=8000).read(16_000)) == ""


def test_noise_alone_is_no_digit() -> None:
    silence = array("h", bytes(2 * 80_000))
    assert _heard(_noisy(silence, 0, 1)) == ""


def test_extreme_samples_stay_within_the_bounds_the_docstring_names() -> None:
    """The native engine computes in 32 and 64 bits: the sums must fit for the worst block."""
    for cosine, sine in zip(dtmf.COSINE, dtmf.SINE, strict=True):
        for table in (cosine, sine):
            worst = sum(8192 * abs(t) for t in table)
            assert worst < 2**31
    assert dtmf.BLOCK * 8192**2 < 2**33


def test_no_table_value_lies_near_a_tie() -> None:
    for f, cosine, sine in zip(
        tones.DTMF_ROWS + tones.DTMF_COLUMNS, dtmf.COSINE, dtmf.SINE, strict=True
    ):
        for n in range(dtmf.BLOCK):
            angle = 2 * math.pi * f * n / 8000
            for exact, value in ((math.cos(angle), cosine[n]), (math.sin(angle), sine[n])):
                assert abs(abs(2048 * exact - value) - 0.5) > 1e-7
