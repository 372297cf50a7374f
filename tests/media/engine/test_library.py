"""The native library as ctypes sees it: same layout, same bounds, same tables as Python's."""

from __future__ import annotations

import ctypes
from array import array
from pathlib import Path

import pytest

from ringfence.kernel import limits
from ringfence.media import g711
from ringfence.media.engine import build, interface
from ringfence.media.engine import library as lib


def test_bounds_of_both_languages_agree(library: ctypes.CDLL) -> None:
    constants = library.rf_constants_get().contents
    assert constants.abi == lib.ABI
    assert constants.legs_max == limits.MEDIA_LEGS_MAX
    assert constants.leg_burst == limits.MEDIA_LEG_BURST
    assert constants.payload_max == limits.MEDIA_PAYLOAD_MAX
    assert constants.packet_max == limits.RTP_PACKET_MAX
    assert constants.digits_max == limits.MEDIA_DIGITS_MAX
    assert constants.room_members == limits.MEDIA_ROOM_MEMBERS
    assert constants.channels_max == limits.MEDIA_CHANNELS_MAX
    assert constants.jitter_ring == limits.JITTER_RING
    assert constants.look_ahead_frames == interface.LOOK_AHEAD_FRAMES
    assert constants.patience_ms == limits.MEDIA_PATIENCE_MS
    assert constants.chunk_bytes == interface.CHUNK_BYTES == lib.CHUNK_BYTES


def test_struct_sizes_agree(library: ctypes.CDLL, tmp_path: Path) -> None:
    names = {
        "rf_addr": lib.Address, "rf_chunk": lib.Chunk,
        "rf_datagram": lib.Packet, "rf_clockwork": lib.Counts, "rf_constants": lib.Constants,
    }  # fmt: skip
    records = {
        "rf_command": (lib.ORDER, lib.ORDER_TO_CONNECT, lib.ORDER_OF_DIGITS),
        "rf_event": (lib.EVENT,), "rf_stats": (lib.STATS,), "rf_piece": (lib.PIECE,),
    }  # fmt: skip
    every = (*names, *records)
    lines = [f"const unsigned long size_{name} = sizeof({name});" for name in every]
    source = tmp_path / "sizes.c"
    source.write_text('#include "engine.h"\n' + "\n".join(lines) + "\n")
    flags = ("-shared", "-fvisibility=default")
    built = build.compile_program(tmp_path / "sizes.so", [source], flags)
    assert built is not None
    sizes = ctypes.CDLL(str(built))
    for name, struct in names.items():
        in_c = ctypes.c_ulong.in_dll(sizes, f"size_{name}").value
        assert ctypes.sizeof(struct) == in_c, name
    for name, forms in records.items():
        in_c = ctypes.c_ulong.in_dll(sizes, f"size_{name}").value
        assert {form.size for form in forms} == {in_c}, name


def test_orders_and_events_lie_as_in_c(tmp_path: Path) -> None:
    source = tmp_path / "samples.c"
    source.write_text(_SAMPLES)
    flags = ("-shared", "-fvisibility=default")
    built = build.compile_program(tmp_path / "samples.so", [source], flags)
    assert built is not None
    samples = ctypes.CDLL(str(built))

    def read(name: str, size: int) -> bytes:
        return bytes((ctypes.c_uint8 * size).in_dll(samples, name))

    ip = bytes(range(1, 17))
    connect = (1, 2, 3, 4, 5, 6, 7, ip, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17)
    assert lib.ORDER_TO_CONNECT.pack(*connect) == read("connect_order", lib.ORDER.size)
    assert lib.ORDER.pack(*connect[:7]) == read("plain_order", lib.ORDER.size)
    digits = lib.ORDER_OF_DIGITS.pack(*connect[:7], b"12#")
    assert digits == read("digits_order", lib.ORDER.size)
    assert lib.EVENT.unpack(read("event", lib.EVENT.size)) == (1, 2, -3, -4, -5, -6, 7)
    stats = lib.STATS.unpack(read("stats", lib.STATS.size))
    assert stats == tuple(range(22))


_SAMPLES = """
#include "engine.h"
const rf_command plain_order = {1, 2, 3, 4, 5, 6, (void *)7};
const rf_command digits_order = {1, 2, 3, 4, 5, 6, (void *)7, .text = "12#"};
const rf_command connect_order = {1, 2, 3, 4, 5, 6, (void *)7, .settings = {
  .peer = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, 8}, .codec = 9,
  .payload_type = 10, .dtmf_type = 11, .direction = 12, .ptime = 13, .event_type = 14,
  .reserved = 15, .latch_ms = 16, .timeout_ms = 17}};
const rf_event event = {1, 2, -3, -4, -5, -6, (void *)7};
const rf_stats stats = {.codec = 0, .pad = 1, .packets_in = 2, .octets_in = 3, .packets_out = 4,
  .octets_out = 5, .lost = 6, .late = 7, .concealed_ms = 8, .jitter_ms = 9, .jitter_max_ms = 10,
  .rtt_ms = 11, .remote_lost = 12, .remote_jitter_ms = 13, .latched = 14, .rtp_from_peer = 15,
  .malformed = 16, .strangers = 17, .dtmf_in = 18, .foreign = 19, .foreign_type = 20,
  .silent = 21};
"""


def test_the_head_of_a_chunk_is_read_as_it_lies() -> None:
    assert lib.CHUNK_HEAD.size == lib.Chunk.data.offset
    chunk = lib.Chunk(recording=1, next=2, channel=3, size=4, zeros=5, reserved=6)
    assert lib.CHUNK_HEAD.unpack(bytes(chunk)[: lib.CHUNK_HEAD.size]) == (1, 2, 3, 4, 5, 6)


@pytest.mark.parametrize("codec", ["PCMU", "PCMA"])
def test_g711_of_every_sample_and_every_byte(library: ctypes.CDLL, codec: str) -> None:
    every = array("h", range(-32768, 32768))
    encode = {"PCMU": g711.encode_ulaw, "PCMA": g711.encode_alaw}[codec]
    decode = {"PCMU": g711.decode_ulaw, "PCMA": g711.decode_alaw}[codec]
    coded = ctypes.create_string_buffer(len(every))
    address, _ = every.buffer_info()
    library.rf_g711_encode(lib.CODECS[codec], address, coded, len(every))
    assert coded.raw == encode(every)
    linear = array("h", bytes(512))
    library.rf_g711_decode(lib.CODECS[codec], bytes(range(256)), linear.buffer_info()[0], 256)
    assert linear == decode(bytes(range(256)))


def test_a_missing_or_strange_library_is_none(tmp_path: Path) -> None:
    assert lib.load(tmp_path / "none.so") is None
    strange = tmp_path / "strange.so"
    strange.write_bytes(b"not a library")
    assert lib.load(strange) is None


def test_a_library_of_another_interface_is_none(
    library: ctypes.CDLL, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lib.load(Path(library._name)) is not None
    monkeypatch.setattr(lib, "ABI", 0)
    assert lib.load(Path(library._name)) is None


@pytest.mark.parametrize(
    ("host", "same"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("::", "::"),
    ],
)
def test_addresses_survive(host: str, same: str) -> None:
    packed = lib.pack_ip(host)
    assert packed is not None
    assert lib.unpack_ip(packed) == same


@pytest.mark.parametrize(
    "host", ["", "example.com", "192.0.2", "192.0.2.256", "1.2.3.4\0", "fe80::1%eth0", "192.0.2.1 "]
)
def test_no_address(host: str) -> None:
    assert lib.pack_ip(host) is None
