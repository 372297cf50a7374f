"""Where something is heard: silence at the ends is found, inside it stays."""

import math
from array import array

from ringfence.media.trimming import MARGIN_MS, heard_span


def sound(*parts: tuple[int, int]) -> array:
    """Milliseconds and amplitude of 300 Hz, one after the other, at 8 kHz."""
    pcm = array("h")
    for milliseconds, amplitude in parts:
        pcm.extend(
            int(amplitude * math.sin(2 * math.pi * 300 * n / 8000)) for n in range(milliseconds * 8)
        )
    return pcm


def test_silence_at_both_ends_is_left_out_but_for_a_margin() -> None:
    spoken = sound((2_000, 20), (500, 5_000), (1_000, 0), (500, 5_000), (3_000, 20))
    assert heard_span([(spoken, 8_000)]) == (2_000 - MARGIN_MS, 4_000 + MARGIN_MS)


def test_whoever_speaks_first_and_last_counts() -> None:
    one = sound((1_000, 0), (500, 3_000), (2_000, 0))
    other = sound((2_000, 0), (500, 3_000), (1_000, 0))
    assert heard_span([(one, 8_000), (other, 8_000)]) == (1_000 - MARGIN_MS, 2_500 + MARGIN_MS)


def test_a_margin_ends_where_the_recording_does() -> None:
    assert heard_span([(sound((500, 5_000)), 8_000)]) == (0, 500)


def test_nothing_is_heard_in_silence_and_comfort_noise() -> None:
    assert heard_span([(sound((1_000, 0)), 8_000), (sound((1_000, 90)), 8_000)]) is None
    assert heard_span([(array("h"), 8_000)]) is None
