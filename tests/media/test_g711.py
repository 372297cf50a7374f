"""G.711 against the decision values of ITU-T G.711 tables 1a and 2a, derived here on their own."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right

import pytest

from ringfence.media import g711

ALL_SAMPLES = array("h", range(-32768, 32768))
ALL_CODES = bytes(range(256))


def _ulaw_decisions() -> list[int]:
    """Decision values 1..127 of table 2a, on the 16-bit scale (the table's times four)."""
    values, x = [], 0
    for segment in range(8):
        for step in range(16):
            if segment == 0 and step == 0:
                x = 1
            else:
                x += 2 << segment
            values.append(4 * x)
    return values[:-1]


def _alaw_decisions() -> list[int]:
    """Decision values 1..127 of table 1a, on the 16-bit scale (the table's times eight)."""
    values, x = [], 0
    for segment in range(8):
        for _ in range(16):
            x += 2 << max(segment - 1, 0)
            values.append(8 * x)
    return values[:-1]


def test_the_decision_values_are_those_of_the_standard() -> None:
    ulaw = [value // 4 for value in _ulaw_decisions()]
    assert ulaw[:3] == [1, 3, 5]
    assert [ulaw[i] for i in (15, 31, 47, 63, 79, 95, 111)] == [31, 95, 223, 479, 991, 2015, 4063]
    alaw = [value // 8 for value in _alaw_decisions()]
    assert [alaw[i] for i in (31, 47, 63, 79, 95, 111)] == [64, 128, 256, 512, 1024, 2048]


@pytest.mark.parametrize(
    ("encode", "decisions", "toggle"),
    [
        (g711.encode_ulaw, _ulaw_decisions(), 0xFF),
        (g711.encode_alaw, _alaw_decisions(), 0xD5),
    ],
)
def test_every_sample_gets_the_code_of_its_interval(encode, decisions, toggle) -> None:
    """A value on a boundary goes up when positive and down when negative (see the module)."""
    codes = encode(ALL_SAMPLES)
    for sample, code in zip(ALL_SAMPLES, codes, strict=True):
        if sample >= 0:
            expected = bisect_right(decisions, sample)
        else:
            expected = 0x80 | bisect_left(decisions, -sample)
        assert code == expected ^ toggle, sample


@pytest.mark.parametrize(
    ("decode", "decisions", "toggle", "unit"),
    [
        (g711.decode_ulaw, _ulaw_decisions(), 0xFF, 4),
        (g711.decode_alaw, _alaw_decisions(), 0xD5, 8),
    ],
)
def test_every_code_is_the_middle_of_its_interval(decode, decisions, toggle, unit) -> None:
    values = decode(ALL_CODES)
    # Virtual decision value 128 of the tables: 8159 and 4096.
    edges = [0, *decisions, 8159 * 4 if unit == 4 else 4096 * 8]
    for code, value in enumerate(values):
        interval = (code ^ toggle) & 0x7F
        middle = (edges[interval] + edges[interval + 1]) // 2
        if unit == 4 and interval == 0:
            middle = 0  # table 2a: the first interval of the µ-law is quantised to zero
        assert value == (-middle if (code ^ toggle) & 0x80 else middle), code


def test_extremes_and_silence() -> None:
    assert max(g711.decode_ulaw(ALL_CODES)) == 32124
    assert max(g711.decode_alaw(ALL_CODES)) == 32256
    assert g711.encode_ulaw(array("h", [0])) == bytes([g711.ULAW_SILENCE])
    assert g711.encode_alaw(array("h", [0])) == bytes([g711.ALAW_SILENCE])


def test_coding_what_was_decoded_changes_nothing() -> None:
    assert g711.encode_alaw(g711.decode_alaw(ALL_CODES)) == ALL_CODES
    again = g711.encode_ulaw(g711.decode_ulaw(ALL_CODES))
    # Negative zero has no sample of its own: 0x7F comes back as 0xFF.
    assert again == ALL_CODES.replace(b"\x7f", b"\xff")


def test_the_laws_convert_by_way_of_samples() -> None:
    assert ALL_CODES.translate(g711.ULAW_TO_ALAW) == g711.encode_alaw(g711.decode_ulaw(ALL_CODES))
    assert ALL_CODES.translate(g711.ALAW_TO_ULAW) == g711.encode_ulaw(g711.decode_alaw(ALL_CODES))
