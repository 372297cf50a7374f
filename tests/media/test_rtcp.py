"""RTCP compound packets three ways, hostile ones, and the round trip time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import RemoteError
from ringfence.kernel.limits import RTP_PACKET_MAX
from ringfence.media import rtcp
from ringfence.media.rtcp import (
    Block,
    Chunk,
    Description,
    Goodbye,
    Other,
    ReceiverReport,
    SenderReport,
)

WORD = st.integers(0, 0xFFFF_FFFF)
BLOCKS = st.lists(
    st.builds(
        Block, WORD, st.integers(0, 255), st.integers(-(2**23), 2**23 - 1), WORD, WORD, WORD, WORD
    ),
    max_size=4,
).map(tuple)
REPORTS = st.one_of(
    st.builds(SenderReport, WORD, st.integers(0, 2**64 - 1), WORD, WORD, WORD, BLOCKS),
    st.builds(ReceiverReport, WORD, BLOCKS),
)
ITEMS = st.lists(st.tuples(st.integers(1, 255), st.binary(max_size=40)), max_size=4).map(tuple)
OTHERS = st.one_of(
    st.builds(Description, st.lists(st.builds(Chunk, WORD, ITEMS), max_size=4).map(tuple)),
    st.builds(Goodbye, st.lists(WORD, max_size=5).map(tuple), st.binary(max_size=60)),
    st.builds(
        Other,
        st.integers(204, 223),
        st.integers(0, 31),
        st.binary(max_size=40).map(lambda b: b[: len(b) // 4 * 4]),
    ),
)
COMPOUNDS = st.tuples(REPORTS, st.lists(st.one_of(REPORTS, OTHERS), max_size=3)).map(
    lambda pair: [pair[0], *pair[1]]
)


def _bytes(packets) -> bytes:
    return b"".join(packet.to_bytes() for packet in packets)


@given(COMPOUNDS)
def test_what_is_written_reads_back(packets) -> None:
    assert rtcp.parse(_bytes(packets)) == packets


@given(COMPOUNDS)
def test_cut_anywhere_it_is_refused_or_ends_between_packets(packets) -> None:
    """A datagram cut short is refused unless the cut falls exactly between two packets."""
    data = _bytes(packets)
    whole, at = {0: 0}, 0
    for number, packet in enumerate(packets, 1):
        at += len(packet.to_bytes())
        whole[at] = number
    for size in range(len(data)):
        if size in whole and size:
            assert rtcp.parse(data[:size]) == packets[: whole[size]]
        else:
            with pytest.raises(RemoteError):
                rtcp.parse(data[:size])


@given(COMPOUNDS, st.integers(1, 40), st.data())
def test_padding_is_taken_off_the_last(packets, words, data) -> None:
    whole = bytearray(_bytes(packets[:-1]))
    last = bytearray(packets[-1].to_bytes() + bytes(4 * words - 1) + bytes([4 * words]))
    last[0] |= 0x20
    last[2:4] = (len(last) // 4 - 1).to_bytes(2, "big")
    assert rtcp.parse(bytes(whole + last)) == packets


@given(st.binary(max_size=120), st.sampled_from([b"", b"\x80\xc9\x00\x01abcd", b"\x81\xca"]))
def test_any_bytes_are_read_or_refused(data, head) -> None:
    """No input makes parse raise anything but RemoteError."""
    try:
        packets = rtcp.parse(head + data)
    except RemoteError:
        return
    assert packets


RR = ReceiverReport(7).to_bytes()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "shorter than its header"),
        (b"\x80\xc9\x00", "shorter than its header"),
        (b"\x40\xc9\x00\x01abcd", "version"),
        (b"\x80\xc9\x00\x02abcd", "longer than its datagram"),
        (Goodbye((1,)).to_bytes(), "begin with a report"),
        (b"\x81\xc9\x00\x01abcd", "blocks"),
        (b"\x80\xc8\x00\x01abcd", "blocks"),
        (RR + b"\x81\xca\x00\x00", "inside a chunk"),
        (RR + b"\x81\xca\x00\x01abcd", "without end"),
        (RR + b"\x81\xca\x00\x02abcd\x01\x03xy", "past its packet"),
        (RR + b"\x82\xcb\x00\x01abcd", "sources"),
        (RR + b"\x81\xcb\x00\x02abcd\x04xyz", "reason"),
        (b"\xa0\xc9\x00\x01abc\x00", "padding"),
        (b"\xa0\xc9\x00\x01abc\x03", "padding"),
        (b"\xa0\xc9\x00\x01abc\x08", "padding"),
        (b"\xa0\xc9\x00\x02abcdxxx\x04" + RR, "padding"),
        (RR + bytes(int(RTP_PACKET_MAX)), "longer than any report"),
    ],
)
def test_each_flaw_is_named(data, reason) -> None:
    with pytest.raises(RemoteError, match=reason):
        rtcp.parse(data)


def test_layout_of_a_sender_report() -> None:
    """RFC 3550 6.4.1, written out by hand."""
    block = Block(0x0A0B0C0D, 0x40, -2, 0x00010002, 3, 4, 5)
    report = SenderReport(0x01020304, 0x1122334455667788, 0x9ABCDEF0, 10, 1600, (block,))
    assert report.to_bytes() == bytes.fromhex(
        "81c8000c 01020304 1122334455667788 9abcdef0 0000000a 00000640"
        "0a0b0c0d 40fffffe 00010002 00000003 00000004 00000005"
    )


def test_a_description_ends_on_a_word() -> None:
    for size in range(9):
        data = Description((Chunk(1, ((rtcp.CNAME, b"x" * size),)),)).to_bytes()
        assert len(data) % 4 == 0
        assert data.endswith(b"\0")


def test_ntp_time() -> None:
    assert rtcp.ntp_time(Ms(0)) >> 32 == 2_208_988_800
    assert rtcp.ntp_time(Ms(500)) & 0xFFFF_FFFF == 0x8000_0000
    # RFC 3550 figure 2: 0xb44db705 20000000 is 10 Nov 1995 11:33:25.125 UTC.
    assert rtcp.ntp_time(Ms(816_003_205_125)) == 0xB44DB705_20000000
    # In 2036 the seconds wrap.
    assert rtcp.ntp_time(Ms((2**32 - 2_208_988_800) * 1000)) == 0


def _block(last_report, delay) -> Block:
    return Block(1, 0, 0, 0, 0, last_report, delay)


def test_the_round_trip_of_the_rfc() -> None:
    """RFC 3550 figure 2: A = 0xb710:8000, DLSR 5.25 s, LSR 0xb705:2000 makes 6.125 s."""
    now = Ms(816_003_205_125 + 11_375)
    assert rtcp.middle(rtcp.ntp_time(now)) == 0xB710_8000
    assert rtcp.round_trip(_block(0xB705_2000, 0x0005_4000), now) == 6125


@pytest.mark.parametrize("rtt", [0, 1, 150, 9_999])
def test_a_round_trip_comes_out_as_it_went_in(rtt) -> None:
    sent = Ms(1_700_000_123_456)
    block = _block(rtcp.middle(rtcp.ntp_time(sent)), 65536 * 2)
    found = rtcp.round_trip(block, Ms(sent + 2000 + rtt))
    assert found is not None
    assert abs(found - rtt) <= 1


def test_what_proves_no_round_trip() -> None:
    now = Ms(1_700_000_123_456)
    here = rtcp.middle(rtcp.ntp_time(now))
    assert rtcp.round_trip(_block(0, 0), now) is None
    assert rtcp.round_trip(_block(here + 65536, 0), now) is None
    assert rtcp.round_trip(_block((here - 11 * 65536) & 0xFFFF_FFFF, 0), now) is None
