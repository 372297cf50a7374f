"""RTP packets three ways, and the verdict on hostile ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.kernel.errors import RemoteError
from ringfence.kernel.limits import RTP_PACKET_MAX
from ringfence.media import rtp

WORDS = st.integers(0, 0xFFFF_FFFF)
PACKETS = st.builds(
    rtp.Packet,
    payload_type=st.integers(0, 127),
    sequence=st.integers(0, 0xFFFF),
    timestamp=WORDS,
    ssrc=WORDS,
    payload=st.binary(max_size=400),
    marker=st.booleans(),
    csrcs=st.lists(WORDS, max_size=15).map(tuple),
    extension=st.none()
    | st.tuples(st.integers(0, 0xFFFF), st.binary(max_size=40).map(lambda b: b[: len(b) // 4 * 4])),
)


@given(PACKETS)
def test_what_is_written_reads_back(packet) -> None:
    assert rtp.parse(packet.to_bytes()) == packet


@given(PACKETS, st.integers(1, 255))
def test_padding_is_taken_off(packet, padding) -> None:
    data = bytearray(packet.to_bytes() + bytes(padding - 1) + bytes([padding]))
    data[0] |= 0x20
    assert rtp.parse(bytes(data)) == packet


@given(PACKETS)
def test_cut_anywhere_it_is_read_or_refused(packet) -> None:
    """Whatever length of a packet arrives, parse returns a shorter payload or RemoteError."""
    data = packet.to_bytes()
    head = len(data) - len(packet.payload)
    for size in range(len(data)):
        if size < head:
            with pytest.raises(RemoteError):
                rtp.parse(data[:size])
        else:
            assert rtp.parse(data[:size]).payload == packet.payload[: size - head]


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(data) -> None:
    """No input makes parse raise anything but RemoteError."""
    try:
        packet = rtp.parse(data)
    except RemoteError:
        return
    assert rtp.parse(packet.to_bytes()) == packet


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "shorter"),
        (bytes(11), "shorter"),
        (b"\x40" + bytes(11), "version"),
        (b"\x80" + bytes(int(RTP_PACKET_MAX)), "longer"),
        (b"\x82" + bytes(11 + 7), "sources"),
        (b"\x90" + bytes(11 + 3), "extension header"),
        (b"\x90" + bytes(11 + 3) + b"\x01", "extension reaches"),
        (b"\xa0" + bytes(11), "padding"),
        (b"\xa0" + bytes(11) + b"\x00", "padding"),
        (b"\xa0" + bytes(11) + b"\x02", "padding"),
        (b"\xa1" + bytes(11) + bytes([0, 0, 0, 4]), "padding"),
    ],
)
def test_each_flaw_is_named(data, reason) -> None:
    with pytest.raises(RemoteError, match=reason):
        rtp.parse(data)


def test_serial_arithmetic_crosses_the_wrap() -> None:
    assert rtp.newer16(2, 0xFFFE) == 4
    assert rtp.newer16(0xFFFE, 2) == -4
    assert rtp.newer16(0x8000, 0) == -0x8000
    assert rtp.newer32(80, 0xFFFF_FFB0) == 160
    assert rtp.newer32(0xFFFF_FFB0, 80) == -160


def test_rtcp_on_a_shared_port_is_told_apart() -> None:
    assert rtp.is_rtcp(b"\x80\xc8")
    assert not rtp.is_rtcp(rtp.Packet(8, 1, 1, 1, b"").to_bytes())
    # RFC 5761 4: RTP types 64 to 95 with the marker look like RTCP and are not used.
    assert not rtp.is_rtcp(rtp.Packet(101, 1, 1, 1, b"", marker=True).to_bytes())
    assert not rtp.is_rtcp(b"\x80")
