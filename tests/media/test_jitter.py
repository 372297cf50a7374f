"""The jitter buffer: packet sizes, order, loss, drift, bursts, restarts."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfence.media import jitter
from ringfence.media.jitter import JitterBuffer, Run
from ringfence.media.rtp import Packet


def audio(at: int, size: int) -> bytes:
    """Bytes that say where in the stream they belong."""
    return bytes((at + i) % 251 for i in range(size))


class Sender:
    """A source of packets of one size, its clock beginning anywhere."""

    def __init__(self, *, size=160, start=0, sequence=0, ssrc=1) -> None:
        self.size, self.start, self.sequence, self.ssrc = size, start, sequence, ssrc
        self.at = 0

    def next(self, *, marker=False) -> Packet:
        packet = Packet(
            0,
            self.sequence & 0xFFFF,
            (self.start + self.at) & 0xFFFF_FFFF,
            self.ssrc,
            audio(self.at, self.size),
            marker,
        )
        self.sequence += 1
        self.at += self.size
        return packet

    def silence(self, ticks) -> None:
        self.at += ticks


def played(buffer, pulls, count=160) -> list[Run]:
    return [run for _ in range(pulls) for run in buffer.pull(count)]


def heard(runs) -> bytes:
    return b"".join(run.payload for run in runs if run.payload is not None)


def missing(runs) -> int:
    return sum(run.ticks for run in runs if run.payload is None)


def test_before_the_first_packet_nothing_has_arrived() -> None:
    buffer = JitterBuffer(target=320, most=1600)
    assert buffer.pull(160) == [Run(160, None)]
    assert not buffer.started
    assert buffer.depth == 0


@pytest.mark.parametrize("size", [80, 160, 240, 320, 480, 37])
@pytest.mark.parametrize("start", [0, 0xFFFF_FF00, 12345])
def test_any_packet_size_comes_out_whole_after_the_target(size, start) -> None:
    buffer, sender = JitterBuffer(target=320, most=1600), Sender(size=size, start=start)
    runs = []
    sent = 0
    for frame in range(100):
        while sent < (frame + 1) * 160:
            buffer.put(sender.next())
            sent += size
        runs += buffer.pull(160)
    assert missing(runs) == 320, "the delay, once"
    assert heard(runs) == audio(0, 100 * 160 - 320)
    assert (buffer.late, buffer.resyncs, buffer.stretched, buffer.skipped) == (0, 0, 0, 0)


def test_order_does_not_matter_within_the_depth() -> None:
    buffer, sender = JitterBuffer(target=480, most=1600), Sender()
    packets = [sender.next() for _ in range(60)]
    for i in range(0, 60, 3):
        packets[i : i + 3] = [packets[i], packets[i + 2], packets[i + 1]]
    runs = []
    for packet in packets:
        buffer.put(packet)
        runs += buffer.pull(160)
    assert heard(runs) == audio(0, 57 * 160)
    assert missing(runs) == 480


def test_a_lost_packet_is_a_gap_of_its_size() -> None:
    buffer, sender = JitterBuffer(target=320, most=1600), Sender()
    runs = []
    for number in range(50):
        packet = sender.next()
        if number != 20:
            buffer.put(packet)
        runs += buffer.pull(160)
    assert missing(runs) == 320 + 160
    gap = [i for i, run in enumerate(runs) if run.payload is None]
    assert gap == [0, 1, 22]
    assert (buffer.resyncs, buffer.stretched) == (0, 0)


def test_a_packet_half_lost_leaves_two_runs() -> None:
    buffer, sender = JitterBuffer(target=0, most=1600), Sender(size=80)
    first, second, third = sender.next(), sender.next(), sender.next()
    buffer.put(first)
    buffer.put(third)
    assert buffer.pull(240) == [Run(80, first.payload), Run(80, None), Run(80, third.payload)]
    assert second.payload


def test_doubled_packets_change_nothing() -> None:
    buffer, sender = JitterBuffer(target=320, most=1600), Sender()
    runs, old = [], None
    for _ in range(30):
        packet = sender.next()
        buffer.put(packet)
        buffer.put(packet)
        runs += buffer.pull(160)
        if old is not None:
            buffer.put(old)
        old = packet
    assert heard(runs) == audio(0, 28 * 160)
    assert buffer.stretched == 0


def test_a_double_of_what_was_played_is_not_played_again() -> None:
    buffer, sender = JitterBuffer(target=0, most=1600), Sender()
    packet = sender.next()
    buffer.put(packet)
    assert heard(buffer.pull(160)) == packet.payload
    buffer.put(packet)
    assert heard(buffer.pull(160)) == b""
    assert buffer.late == 1


def test_a_slower_network_stretches_the_delay_and_loses_nothing() -> None:
    """Rule 3: from packet 20 on all packets come 60 ms later."""
    buffer, sender = JitterBuffer(target=320, most=1600), Sender()
    packets = [sender.next() for _ in range(60)]
    runs = []
    for frame in range(63):
        arrived = frame if frame < 20 else frame - 3
        if frame < 20 or frame >= 23:
            buffer.put(packets[arrived])
        runs += buffer.pull(160)
    assert buffer.stretched == 160, "the delay of 40 ms covers 40 of the 60"
    assert heard(runs) == audio(0, len(heard(runs)))
    assert buffer.late == 0


def test_beyond_the_most_late_packets_are_dropped_until_the_run_is_long() -> None:
    """Rule 4. A stray packet ahead keeps the buffer from being empty, so rules 2 and 3 wait."""
    buffer, sender = JitterBuffer(target=160, most=320), Sender()
    for _ in range(10):
        buffer.put(sender.next())
        buffer.pull(160)
    late = [sender.next() for _ in range(15)]
    sender.silence(100)
    buffer.put(sender.next())
    for _ in range(4):
        buffer.pull(160)
    pulls = 0
    for number, packet in enumerate(late):
        # The sequence numbers behind the stray's are not newer; a restarted sender's are.
        buffer.put(packet._replace(sequence=20_000 + number))
        buffer.pull(160)
        pulls += 1
        if buffer.resyncs:
            break
    assert pulls == jitter.LATE_RUN + 1
    assert buffer.late == jitter.LATE_RUN
    assert buffer.stretched == 0


@pytest.mark.parametrize("marker", [True, False])
def test_a_talk_spurt_after_silence_begins_with_the_target_again(marker) -> None:
    buffer, sender = JitterBuffer(target=320, most=1600), Sender()
    for _ in range(20):
        buffer.put(sender.next())
        buffer.pull(160)
    sender.silence(160 * 48)  # two frames less than were pulled: the sender's clock runs slow
    for _ in range(50):
        buffer.pull(160)
    begin = sender.at
    buffer.put(sender.next(marker=marker))
    runs = []
    for _ in range(10):
        runs += buffer.pull(160)
        buffer.put(sender.next())
    assert missing(runs) == 320
    assert heard(runs) == audio(begin, 8 * 160)
    assert (buffer.late, buffer.resyncs) == (0, 1)


def test_a_marker_amid_audio_moves_nothing() -> None:
    buffer, sender = JitterBuffer(target=320, most=1600), Sender()
    runs = []
    for number in range(30):
        buffer.put(sender.next(marker=number % 3 == 0))
        runs += buffer.pull(160)
    assert heard(runs) == audio(0, 28 * 160)
    assert buffer.resyncs == 0


def test_another_source_is_another_time_line() -> None:
    buffer = JitterBuffer(target=320, most=1600)
    first, second = Sender(), Sender(start=777_777, sequence=9, ssrc=2)
    for _ in range(10):
        buffer.put(first.next())
        buffer.pull(160)
    runs = []
    for _ in range(10):
        buffer.put(second.next())
        runs += buffer.pull(160)
    assert heard(runs) == audio(0, 8 * 160)
    assert buffer.resyncs == 1
    assert buffer.discarded == 320


@pytest.mark.parametrize("jump", [4000, 8_000_000, -8_400, 0x8000_0000])
def test_a_clock_that_jumps_is_followed_at_once(jump) -> None:
    buffer, sender = JitterBuffer(target=320, most=1600), Sender(start=0x7000_0000)
    for _ in range(10):
        buffer.put(sender.next())
        buffer.pull(160)
    sender.start += jump
    begin = sender.at
    runs = []
    for _ in range(10):
        buffer.put(sender.next())
        runs += buffer.pull(160)
    assert heard(runs) == audio(begin, 8 * 160)


def test_a_restarted_sequence_still_counts_as_newer() -> None:
    buffer, sender = JitterBuffer(target=0, most=1600), Sender(sequence=5000)
    buffer.put(sender.next())
    buffer.pull(160)
    buffer.pull(160)
    sender.sequence = 3
    buffer.put(sender.next())  # 20 ms late, but new
    assert buffer.stretched == 160


@pytest.mark.parametrize("ppm", [-300, 300])
def test_ten_minutes_of_clock_drift(ppm) -> None:
    """The sender's clock is off by 300 ppm: 180 ms in ten minutes, either way."""
    buffer, sender = JitterBuffer(target=320, most=1600), Sender()
    gone = depth = 0
    for frame in range(1, 30_000):
        while sender.at * 1_000_000 < frame * 160 * (1_000_000 + ppm):
            buffer.put(sender.next())
        for run in buffer.pull(160):
            if run.payload is None:
                gone += run.ticks
        depth = max(depth, buffer.depth)
    drift = 30_000 * 160 * abs(ppm) // 1_000_000
    assert depth < 1600
    assert gone <= drift + 2000
    assert buffer.late <= 3 * (drift // 160)
    if ppm > 0:
        assert drift - 800 <= buffer.skipped <= drift + 800


def test_after_a_spike_the_delay_comes_back() -> None:
    """60 ms more delay is learned at once and forgotten 10 ms per window."""
    buffer, sender = JitterBuffer(target=320, most=1600), Sender()
    packets = [sender.next() for _ in range(2000)]
    depths = []
    for frame in range(2000):
        if not 100 <= frame < 106:
            if frame == 106:
                for late in range(100, 106):
                    buffer.put(packets[late])
            buffer.put(packets[frame])
        buffer.pull(160)
        depths.append(buffer.depth)
    assert max(depths) >= 160 * 3
    assert depths[-1] <= 320 + jitter.SKIP
    assert buffer.skipped % jitter.SKIP == 0


def test_a_fixed_depth_never_stretches_or_squeezes() -> None:
    rng = random.Random(4)
    buffer, sender = JitterBuffer(target=480, most=480), Sender()
    packets = [sender.next() for _ in range(3000)]
    due = sorted((i * 160 + rng.randrange(480), i) for i in range(3000))
    for frame in range(3000):
        while due and due[0][0] < frame * 160:
            buffer.put(packets[due.pop(0)[1]])
        assert sum(run.ticks for run in buffer.pull(160)) == 160
    assert (buffer.stretched, buffer.skipped) == (0, 0)
    assert buffer.late == 0


def test_depths_are_cut_to_what_the_ring_holds() -> None:
    buffer, sender = JitterBuffer(target=100_000, most=200_000), Sender(size=1280)
    runs = []
    for _ in range(40):
        buffer.put(sender.next())
        runs += played(buffer, 8)
    assert missing(runs) == jitter.DEEPEST
    assert heard(runs) == audio(0, 40 * 1280 - jitter.DEEPEST)


def test_an_empty_payload_is_nothing() -> None:
    buffer = JitterBuffer(target=320, most=1600)
    buffer.put(Packet(0, 1, 1, 1, b""))
    assert not buffer.started


def test_silence_of_days_does_not_confuse_the_wrap() -> None:
    buffer, sender = JitterBuffer(target=320, most=1600), Sender()
    buffer.put(sender.next())
    for _ in range(5):
        buffer.pull(0x3FFF_FFFF)
    assert buffer.depth == 0
    sender.silence(5 * 0x3FFF_FFFF)
    begin = sender.at
    buffer.put(sender.next(marker=True))
    assert heard(played(buffer, 3)) == audio(begin, 160)


ACTIONS = st.lists(
    st.one_of(
        st.tuples(
            st.just("put"),
            st.integers(0, 0xFFFF),
            st.one_of(st.integers(0, 0xFFFF_FFFF), st.integers(0, 9000)),
            st.integers(0, 2),
            st.integers(0, 1280),
            st.booleans(),
        ),
        st.tuples(st.just("pull"), st.sampled_from([40, 80, 160, 240])),
    ),
    max_size=120,
)


@settings(max_examples=200)
@given(ACTIONS, st.integers(0, 2000), st.integers(0, 2000))
def test_whatever_arrives_every_pull_is_filled(actions, target, most) -> None:
    """A pull returns its ticks (or SKIP more in one run), and only bytes that arrived."""
    buffer = JitterBuffer(target=target, most=most)
    for action in actions:
        if action[0] == "put":
            _, sequence, timestamp, ssrc, size, marker = action
            buffer.put(Packet(0, sequence, timestamp, ssrc, b"\xaa" * size, marker))
            assert 0 <= buffer.depth <= jitter.RING
        else:
            runs = buffer.pull(action[1])
            total = sum(run.ticks for run in runs)
            assert total == action[1] or (
                total == action[1] + jitter.SKIP and len(runs) == 1 and runs[0].payload
            )
            for run in runs:
                assert run.payload is None or run.payload == b"\xaa" * run.ticks
            for one, two in pairwise(runs):
                assert (one.payload is None) != (two.payload is None)


def _detours(share, ticks, *, most=1600, frames=1500, seed=5) -> tuple[JitterBuffer, list[int]]:
    """A stream of which some packets come ``ticks`` later; how many too late, second by second."""
    dice = random.Random(seed)
    buffer, sender = JitterBuffer(target=320, most=most), Sender()
    under_way: list[tuple[int, Packet]] = []
    late = []
    for frame in range(frames):
        longer = ticks if dice.random() < share else 0
        under_way.append((frame * 160 + longer, sender.next()))
        for due, packet in [one for one in under_way if one[0] <= frame * 160]:
            buffer.put(packet)
            under_way.remove((due, packet))
        buffer.pull(160)
        if frame % 50 == 49:
            late.append(buffer.late - sum(late))
    return buffer, late


@pytest.mark.parametrize("ticks", [480, 640, 960])
def test_where_some_take_a_longer_way_the_delay_grows_until_they_are_in_time(ticks) -> None:
    buffer, late = _detours(0.1, ticks)
    assert sum(late[:3]) > 5
    assert sum(late[5:]) == 0
    assert ticks - 320 <= buffer.stretched <= ticks - 320 + 160
    assert buffer.resyncs == 0


def test_it_grows_no_further_than_it_may() -> None:
    buffer, late = _detours(0.1, 960, most=640)
    assert buffer.stretched <= 480  # one pull more than was wanted
    assert late[-1] > 0


def test_for_one_in_a_hundred_nobody_waits() -> None:
    buffer, _ = _detours(0.01, 640)
    assert buffer.stretched == 0


def test_when_the_ways_are_alike_again_the_delay_comes_back() -> None:
    buffer, sender = _detours(0.1, 960)[0], Sender()
    sender.at, sender.sequence = 1500 * 160, 1500
    for _ in range(64 * 16):
        buffer.put(sender.next())
        buffer.pull(160)
    assert buffer.skipped >= 480
    assert buffer.depth <= 320 + 160 + 80


def test_packets_that_come_twice_the_second_time_late_stretch_nothing() -> None:
    buffer, sender = JitterBuffer(target=320, most=1600), Sender()
    sent = []
    for _ in range(500):
        sent.append(sender.next())
        buffer.put(sent[-1])
        if len(sent) > 5:
            buffer.put(sent[-5])
        buffer.pull(160)
    assert buffer.late > 400
    assert buffer.stretched == 0
