"""Reception statistics: loss, fraction, jitter, restarts, and what a block says."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from ringfence.kernel.clock import Ms
from ringfence.media import rtcp
from ringfence.media.reception import Reception
from ringfence.media.rtp import Packet

START = 1_700_000_000_000


def _packet(number, *, ssrc=1, timestamp=None) -> Packet:
    at = 160 * number if timestamp is None else timestamp
    return Packet(0, number & 0xFFFF, at & 0xFFFF_FFFF, ssrc, bytes(160))


def _run(numbers, *, reception=None, ssrc=1) -> Reception:
    reception = reception or Reception()
    for number in numbers:
        reception.receive(_packet(number, ssrc=ssrc), audio=True, now=Ms(START + 20 * number))
    return reception


def test_nothing_heard_nothing_lost() -> None:
    assert Reception().lost == 0
    assert not Reception().heard


def test_a_perfect_stream() -> None:
    reception = _run(range(65_000, 67_000))
    assert reception.lost == 0
    assert reception.jitter_ms == reception.jitter_most_ms == 0
    block = reception.block(Ms(START))
    assert (block.fraction, block.lost) == (0, 0)
    assert block.highest == 0x1_0000 + 66_999 - 65_536


def test_losses_are_counted_over_all_and_since_the_last_report() -> None:
    reception = _run(n for n in range(100) if n % 4)
    first = reception.block(Ms(START))
    # Packet 0 is lost before anything was heard: nobody expects it.
    assert (first.lost, first.fraction) == (24, 24 * 256 // 99)
    _run(range(100, 200), reception=reception)
    second = reception.block(Ms(START))
    assert (second.lost, second.fraction) == (24, 0)
    assert reception.lost == 24


def test_doubles_can_make_the_loss_negative_but_never_the_total() -> None:
    reception = _run([1, 2, 2, 2, 3])
    assert reception.block(Ms(START)).lost == -2
    assert reception.lost == 0


def test_late_packets_make_up_for_their_loss() -> None:
    assert _run([1, 2, 5, 4, 3, 6]).lost == 0


def test_a_jump_restarts_at_the_second_packet() -> None:
    """A.1: one packet far away may be an error; two in a row are a restarted sender."""
    reception = _run([1, 2, 4])
    _run([30_000], reception=reception)
    assert reception.block(Ms(START)).highest == 4
    _run([30_001, 30_002], reception=reception)
    block = reception.block(Ms(START))
    assert (block.highest, block.lost, block.fraction) == (30_002, 0, 0)
    assert reception.lost == 1, "what was lost before stays lost"


def test_another_source_starts_afresh() -> None:
    reception = _run([1, 3])
    reception.report(rtcp.ntp_time(Ms(START)), Ms(START))
    assert reception.block(Ms(START)).last_report
    _run([100, 103], reception=reception, ssrc=2)
    block = reception.block(Ms(START))
    assert (block.ssrc, block.lost, block.last_report, block.delay) == (2, 2, 0, 0)
    assert reception.lost == 3


def test_jitter_is_that_of_the_rfc() -> None:
    """A.8 with floats, as the RFC's own formula has it, differs by rounding alone."""
    rng = random.Random(2)
    reception, jitter, last, most = Reception(), 0.0, None, 0.0
    for number in range(3000):
        arrival = START + 20 * number + rng.randrange(30)
        reception.receive(_packet(number), audio=True, now=Ms(arrival))
        transit = arrival * 8 - 160 * number
        if last is not None:
            jitter += (abs(transit - last) - jitter) / 16
        last = transit
        most = max(most, jitter)
    assert abs(reception.jitter_ms - jitter / 8) <= 1
    assert abs(reception.jitter_most_ms - most / 8) <= 1
    assert abs(reception.block(Ms(START)).jitter - jitter) <= 2


def test_events_and_new_time_lines_are_no_jitter() -> None:
    reception = Reception()
    for number in range(50):
        now = Ms(START + 20 * number)
        reception.receive(_packet(number, timestamp=5), audio=False, now=now)
    for number in range(50, 100):
        at = 160 * number + (1_000_000 if number >= 75 else 0)
        reception.receive(_packet(number, timestamp=at), audio=True, now=Ms(START + 20 * number))
    assert reception.jitter_most_ms == 0


def test_the_delay_since_a_sender_report() -> None:
    reception = _run([1])
    ntp = rtcp.ntp_time(Ms(START))
    reception.report(ntp, Ms(START))
    block = reception.block(Ms(START + 1500))
    assert block.last_report == rtcp.middle(ntp)
    assert block.delay == 65536 * 3 // 2


@given(st.lists(st.tuples(st.integers(0, 0xFFFF), st.integers(0, 2), st.booleans()), max_size=60))
def test_whatever_arrives_a_block_fits(packets) -> None:
    """Any sequence numbers give a block that can be written and a total of at least zero."""
    reception = Reception()
    for at, (sequence, ssrc, audio) in enumerate(packets):
        packet = Packet(0, sequence, sequence * 77, ssrc, b"x")
        reception.receive(packet, audio=audio, now=Ms(START + at))
        assert reception.lost >= 0
        if at % 7 == 6:
            assert len(reception.block(Ms(START + at)).to_bytes()) == 24
    assert reception.heard is bool(packets)


def test_the_bounds_of_a_jump() -> None:
    """A.1: MAX_DROPOUT 3000 and MAX_MISORDER 100, to the packet."""
    assert _run([1, 1 + 2999]).block(Ms(START)).highest == 3000
    assert _run([1, 1 + 3000]).block(Ms(START)).highest == 1
    for back, counted in ((99, 3), (100, 2), (101, 2)):
        block = _run([5000, 5001, 5001 - back]).block(Ms(START))
        assert block.lost == 2 - counted


def test_the_bound_of_another_time_line() -> None:
    for late, jitter in ((8000, 8000 // 16 // 8), (8001, 0)):
        reception = _run([1])
        packet = _packet(2, timestamp=320 - late)
        reception.receive(packet, audio=True, now=Ms(START + 40))
        assert reception.jitter_ms == jitter


def test_the_cumulative_loss_stops_at_its_24_bits() -> None:
    reception = _run([0])
    for number in range(1, 4000):
        _run([2998 * number], reception=reception)
    assert reception.lost == 2997 * 3999
    assert reception.block(Ms(START)).lost == 0x7F_FFFF
