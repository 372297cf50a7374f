"""Latching: a window, ranks, and no stranger later (RTP bleed)."""

from __future__ import annotations

import pytest

from ringfence.kernel.clock import Ms
from ringfence.media.engine.reference_latch import Latch

SDP = ("192.0.2.1", 4000)
OTHER_PORT = ("192.0.2.1", 4444)
STRANGER = ("203.0.113.9", 4000)


def _latch(window_ms=3000) -> Latch:
    latch = Latch()
    latch.point(SDP, window_ms=window_ms)
    return latch


def test_before_any_packet_audio_goes_where_the_sdp_says() -> None:
    assert _latch().aim == SDP
    assert not _latch().moved


def test_the_first_source_is_taken() -> None:
    latch = _latch()
    assert latch.admit(STRANGER, Ms(0))
    assert latch.aim == STRANGER
    assert latch.moved


def test_only_a_better_source_moves_it_and_only_in_the_window() -> None:
    latch = _latch()
    latch.admit(STRANGER, Ms(0))
    assert not latch.admit(("198.51.100.7", 4000), Ms(10))
    assert latch.admit(OTHER_PORT, Ms(20))
    assert not latch.admit(STRANGER, Ms(30))
    assert latch.admit(SDP, Ms(2999))
    assert latch.aim == SDP
    assert not latch.moved
    assert not latch.admit(OTHER_PORT, Ms(3000))


@pytest.mark.parametrize("late", [3000, 3001, 60_000])
def test_after_the_window_nothing_moves_it(late) -> None:
    latch = _latch()
    latch.admit(STRANGER, Ms(0))
    assert not latch.admit(SDP, Ms(late))
    assert latch.admit(STRANGER, Ms(late))
    assert latch.aim == STRANGER


def test_the_sdp_address_itself_ends_the_window() -> None:
    latch = _latch()
    latch.admit(SDP, Ms(0))
    assert not latch.admit(STRANGER, Ms(1))
    assert not latch.admit(OTHER_PORT, Ms(1))


def test_without_a_window_only_the_sdp_address_counts() -> None:
    latch = _latch(0)
    assert not latch.admit(OTHER_PORT, Ms(0))
    assert latch.admit(SDP, Ms(0))
    assert not latch.admit(STRANGER, Ms(0))


def test_the_same_address_again_keeps_the_latch() -> None:
    latch = _latch()
    latch.admit(STRANGER, Ms(0))
    latch.rtcp_aim = ("203.0.113.9", 4001)
    latch.point(SDP, window_ms=3000)
    assert latch.aim == STRANGER
    assert latch.rtcp_aim


def test_another_address_starts_afresh() -> None:
    latch = _latch()
    latch.admit(STRANGER, Ms(0))
    latch.rtcp_aim = ("203.0.113.9", 4001)
    latch.point(OTHER_PORT, window_ms=3000)
    assert latch.aim == OTHER_PORT
    assert latch.rtcp_aim is None
    assert not latch.moved
    assert latch.admit(SDP, Ms(90_000))


def test_a_moving_aim_takes_the_reports_along() -> None:
    latch = _latch()
    latch.admit(STRANGER, Ms(0))
    latch.rtcp_aim = ("203.0.113.9", 4001)
    latch.admit(SDP, Ms(5))
    assert latch.rtcp_aim is None
