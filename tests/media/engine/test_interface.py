"""Constants and small values of the engine's interface."""

from __future__ import annotations

from ringfence.media import dtmf, redaction
from ringfence.media.engine import interface
from ringfence.media.engine.interface import LATENESS_BIN_US, LATENESS_BINS, Clockwork


def test_the_constants_fit_one_another() -> None:
    assert interface.PHASES * interface.TICK_MS == interface.FRAME_MS
    assert interface.FRAME_TICKS == dtmf.FRAME
    assert interface.LOOK_AHEAD_FRAMES == redaction.LINE
    for frame in (interface.FRAME_TICKS * 2, interface.FRAME_TICKS * 4):
        assert interface.CHUNK_BYTES % frame == 0
    assert interface.CODED_CHUNK_BYTES % interface.FRAME_TICKS == 0
    # A chunk outlasts the look-ahead, or frames could leave before they may.
    assert interface.CHUNK_BYTES // (4 * interface.FRAME_TICKS) > interface.LOOK_AHEAD_FRAMES


def lateness(**counts: int) -> tuple[int, ...]:
    bins = [0] * LATENESS_BINS
    for name, count in counts.items():
        bins[int(name[1:])] = count
    return tuple(bins)


def test_percentiles_of_lateness() -> None:
    clockwork = Clockwork(lateness=lateness(b0=98, b3=1, b63=1))
    assert clockwork.percentile(50) == LATENESS_BIN_US
    assert clockwork.percentile(98) == LATENESS_BIN_US
    assert clockwork.percentile(99) == 4 * LATENESS_BIN_US
    assert clockwork.percentile(100) == 64 * LATENESS_BIN_US


def test_nothing_sent_is_not_late() -> None:
    assert Clockwork().percentile(99) == 0
    assert Clockwork(lateness=lateness()).percentile(99) == 0
