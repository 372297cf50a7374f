"""Reports of a leg: when, which kind, what they say and what is learned from others'."""

from __future__ import annotations

from ringfence.kernel.clock import Ms
from ringfence.media import rtcp
from ringfence.media.engine.reference_rtcp import Reporter
from ringfence.media.rtp import Packet

NOW = Ms(1_700_000_000_000)


def _reporter(ssrc=9) -> Reporter:
    return Reporter(ssrc=ssrc, cname=b"abcdefghijklmnop")


def _report(reporter, packets, *, bye=False, now=NOW):
    return rtcp.parse(
        reporter.report(packets=packets, octets=160 * packets, clock=77, bye=bye, now=now)
    )


def test_times_are_spread_and_differ_between_legs() -> None:
    firsts, gaps = set(), set()
    for ssrc in range(1, 200):
        reporter = _reporter(ssrc * 0x9E3779B1 & 0xFFFF_FFFF)
        reporter.begin(NOW)
        assert 1000 <= reporter.due - NOW < 2000
        firsts.add(reporter.due)
        before = reporter.due
        reporter.schedule(before)
        assert 2500 <= reporter.due - before < 7500
        gaps.add(reporter.due - before)
    assert len(firsts) > 150
    assert len(gaps) > 150


def test_the_generator_is_xorshift32() -> None:
    """By hand from 1: 1 -> 270369 -> 67634689."""
    reporter = _reporter(1)
    reporter.begin(NOW)
    assert reporter.due == NOW + 1000 + 270_369 % 1000
    reporter.schedule(NOW)
    assert reporter.due == NOW + 2500 + 67_634_689 % 5000
    zero = _reporter(0)
    zero.begin(NOW)
    assert zero.due == NOW + 1000 + 270_369 % 1000


def test_a_sender_stays_one_until_a_whole_interval_has_passed() -> None:
    reporter = _reporter()
    kinds = [type(_report(reporter, sent)[0]) for sent in (0, 5, 5, 5, 6)]
    sender, receiver = rtcp.SenderReport, rtcp.ReceiverReport
    assert kinds == [receiver, sender, sender, receiver, sender]


def test_what_a_report_says() -> None:
    reporter = _reporter()
    for number in (1, 2, 4):
        packet = Packet(0, number, number * 160, 55, b"x")
        reporter.reception.receive(packet, audio=True, now=NOW)
    head, description, goodbye = _report(reporter, 3, bye=True)
    assert isinstance(head, rtcp.SenderReport)
    assert (head.ssrc, head.packets, head.octets, head.timestamp) == (9, 3, 480, 77)
    assert head.ntp == rtcp.ntp_time(NOW)
    (block,) = head.blocks
    assert (block.ssrc, block.lost, block.highest) == (55, 1, 4)
    assert description == rtcp.Description((rtcp.Chunk(9, ((1, b"abcdefghijklmnop"),)),))
    assert goodbye == rtcp.Goodbye((9,))


def _block(ssrc, *, lost=0, jitter=0, last=0, delay=0) -> rtcp.Block:
    return rtcp.Block(ssrc, 0, lost, 0, jitter, last, delay)


def test_the_other_side_tells_loss_jitter_and_round_trip() -> None:
    reporter = _reporter()
    last = rtcp.middle(rtcp.ntp_time(Ms(NOW - 1100)))
    blocks = (_block(8, lost=99), _block(9, lost=-3, jitter=165, last=last, delay=65_536))
    assert reporter.receive(rtcp.ReceiverReport(1, blocks).to_bytes(), NOW)
    assert (reporter.remote_lost, reporter.remote_jitter_ms) == (-3, 20)
    assert abs(reporter.rtt_ms - 100) <= 1


def test_a_lie_about_the_round_trip_changes_nothing() -> None:
    reporter = _reporter()
    future = rtcp.middle(rtcp.ntp_time(Ms(NOW + 5000)))
    reporter.receive(rtcp.ReceiverReport(1, (_block(9, last=future),)).to_bytes(), NOW)
    assert reporter.rtt_ms == -1


def test_the_time_of_their_report_comes_back_in_ours() -> None:
    reporter = _reporter()
    theirs = rtcp.SenderReport(55, rtcp.ntp_time(NOW), 0, 0, 0)
    assert reporter.receive(theirs.to_bytes(), NOW)  # not heard yet: not kept
    reporter.reception.receive(Packet(0, 1, 0, 55, b"x"), audio=True, now=NOW)
    reporter.receive(rtcp.SenderReport(56, 1 << 40, 0, 0, 0).to_bytes(), NOW)
    assert _report(reporter, 0)[0].blocks[0].last_report == 0
    reporter.receive(theirs.to_bytes(), NOW)
    block = _report(reporter, 0, now=Ms(NOW + 250))[0].blocks[0]
    assert block.last_report == rtcp.middle(rtcp.ntp_time(NOW))
    assert block.delay == 65_536 // 4


def test_garbage_is_said_to_be_garbage() -> None:
    assert not _reporter().receive(b"\x80\xc9\x00\x09", NOW)
    assert not _reporter().receive(b"", NOW)
