"""The native engine's library as ctypes sees it: the structs and functions of engine.h.

`load` gives None where the library is missing, does not load, or was built for another interface;
the worker then uses the Python twin and says so.
"""

from __future__ import annotations

import ctypes
import socket
import struct
from ctypes import POINTER, Structure, c_char_p, c_int64, c_uint8, c_uint16
from ctypes import c_uint32 as u32
from ctypes import c_void_p as pointer
from pathlib import Path

from ringfence.media.engine import build
from ringfence.media.engine.interface import LATENESS_BINS

ABI = 4
"""RF_ABI of engine.h."""

CODECS = {"PCMU": 0, "PCMA": 1, "G722": 2}
CODEC_NAMES = tuple(CODECS)
DIRECTIONS = {"inactive": 0, "sendonly": 1, "recvonly": 2, "sendrecv": 3}
NO_TYPE = 255
WIRES = ("", "io_uring", "epoll")
"""How datagrams travel, by RF_WIRE_*."""
CODINGS = {"PCMU": 0, "PCMA": 1, "s16": 2, "": 2}
SILENCE = {"PCMU": b"\xff", "PCMA": b"\xd5", "s16": b"\0", "": b"\0"}
"""What fills a gap in a recording."""

# Commands and events of engine.h, in its order.
(OPEN, CONNECT, CLOSE, PLAY, STOP_PLAY, DETECT, DIGITS, BRIDGE, UNBRIDGE, JOIN, LEAVE, MUTE,
 RECORD, PAUSE, RESUME, STOP_RECORD, REDACT, READ, PING, DROP, WHISPER) = range(1, 22)  # fmt: skip
(CLOSED, STARTED, TIMED_OUT, PLAY_ENDED, DIGIT, DIGITS_SENT, RECORD_ENDED, REPORT, PONG, DROPPED,
 REFUSED) = range(1, 12)  # fmt: skip


class Address(Structure):
    """IPv4 mapped into IPv6, port in host order."""

    _fields_ = (("ip", c_uint8 * 16), ("port", c_uint16))


def _record(form: str, size: int) -> struct.Struct:
    """What is read or written at once; the rest of the C struct stays nought."""
    return struct.Struct(f"={form}{size - struct.calcsize('=' + form)}x")


_ORDER_SIZE = 144
ORDER = _record("6IQ", _ORDER_SIZE)
"""rf_command: kind, leg, other, number, number2, reserved, object."""
ORDER_TO_CONNECT = _record("6IQ 16sH 4BH2B2x 2I", _ORDER_SIZE)
"""The same with rf_settings: the peer's address and port; codec, payload_type, dtmf_type,
direction, ptime, event_type, reserved; latch_ms, timeout_ms."""
ORDER_OF_DIGITS = _record("6IQ 36x72s", _ORDER_SIZE)
"""The same with the text."""
EVENT = struct.Struct("=2I4iQ")
"""rf_event: kind, leg, a, b, c, d, object."""
STATS = struct.Struct("=2i20q")
"""rf_stats: codec, pad; the rest are the members of `protocol.Stats` without the score."""


CHUNK_BYTES = 16_000


class Chunk(Structure):
    """rf_chunk."""

    _fields_ = (
        ("recording", pointer),
        ("next", pointer),
        ("channel", u32),
        ("size", u32),
        ("zeros", u32),
        ("reserved", u32),
        ("data", c_uint8 * CHUNK_BYTES),
    )


CHUNK_HEAD = struct.Struct("=QQIIII")
"""What comes before a chunk's data: recording, next, channel, size, zeros, reserved."""


PIECE = struct.Struct("=QQQIIII")
"""rf_piece: chunk, recording, data, channel, size, zeros, reserved."""


class Packet(Structure):
    """rf_datagram."""

    _fields_ = (
        ("leg", u32),
        ("rtcp", u32),
        ("size", u32),
        ("to", Address),
        ("data", c_uint8 * 2048),
    )


class Counts(Structure):
    """rf_clockwork."""

    _fields_ = (
        ("ticks", c_int64),
        ("late_ticks", c_int64),
        ("skipped_ticks", c_int64),
        ("datagrams_in", c_int64),
        ("datagrams_out", c_int64),
        ("send_errors", c_int64),
        ("way", c_int64),
        ("lateness", c_int64 * LATENESS_BINS),
    )


class Constants(Structure):
    """rf_constants."""

    _fields_ = tuple((name, u32) for name in (
        "abi", "legs_max", "leg_burst", "payload_max", "packet_max", "digits_max", "room_members",
        "channels_max", "jitter_ring", "look_ahead_frames", "chunk_bytes", "leg_bytes",
        "patience_ms",
    ))  # fmt: skip


_SIGNATURES: dict[str, tuple[object, ...]] = {
    "rf_constants_get": (POINTER(Constants),),
    "rf_leg_new": (pointer, u32, u32, u32, u32, c_char_p),
    "rf_leg_free": (None, pointer),
    "rf_leg_end": (None, pointer, c_char_p),
    "rf_clip_new": (pointer, u32, c_char_p, u32),
    "rf_clip_prepare": (ctypes.c_int, pointer, u32),
    "rf_clip_free": (None, pointer),
    "rf_play_new": (pointer, c_char_p, u32, u32),
    "rf_play_free": (None, pointer),
    "rf_room_new": (pointer, u32),
    "rf_room_free": (None, pointer),
    "rf_recording_new": (pointer, u32, u32, u32, u32, u32, u32),
    "rf_recording_set": (None, pointer, u32, u32, u32),
    "rf_recording_channels": (u32, pointer),
    "rf_recording_free": (None, pointer),
    "rf_core_new": (pointer,),
    "rf_core_free": (None, pointer),
    "rf_core_do": (None, pointer, c_char_p, c_int64),
    "rf_core_receive": (None, pointer, u32, u32, POINTER(Address), c_char_p, u32, c_int64),
    "rf_core_tick": (None, pointer, c_int64),
    "rf_core_take_events": (u32, pointer, c_char_p, u32),
    "rf_core_take_datagrams": (u32, pointer, POINTER(Packet), u32),
    "rf_core_take_chunk": (pointer, pointer),
    "rf_core_return_chunk": (None, pointer, pointer),
    "rf_redact": (c_int64, u32, c_char_p, c_char_p, u32, pointer),
    "rf_g711_encode": (None, ctypes.c_int, pointer, pointer, u32),
    "rf_g711_decode": (None, ctypes.c_int, c_char_p, pointer, u32),
    "rf_engine_new": (pointer, ctypes.c_int, u32),
    "rf_engine_bind": (ctypes.c_int, pointer, pointer, POINTER(Address), u32),
    "rf_engine_do": (u32, pointer, c_char_p, u32),
    "rf_engine_take_events": (u32, pointer, c_char_p, u32),
    "rf_engine_take_chunks": (u32, pointer, c_char_p, u32),
    "rf_engine_return_chunks": (None, pointer, c_char_p, u32),
    "rf_engine_provide_chunks": (ctypes.c_int, pointer, u32),
    "rf_engine_clockwork": (None, pointer, POINTER(Counts)),
    "rf_engine_free": (None, pointer),
}
"""Result, then arguments, of every function engine.h exports."""


def load(path: Path | None = None) -> ctypes.CDLL | None:
    """Return the library (the one beside the sources if no path is given), or None."""
    try:
        # None of its functions waits for long: the interpreter is not let go of for them.
        library = ctypes.PyDLL(str(path or build.HERE / build.LIBRARY))
        for name, (result, *arguments) in _SIGNATURES.items():
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
    except (OSError, AttributeError):
        return None
    return library if library.rf_constants_get().contents.abi == ABI else None


_MAPPED = bytes(10) + b"\xff\xff"


def pack_ip(host: str) -> bytes | None:
    """Return a literal address as 16 bytes, or None where it is none."""
    try:
        return _MAPPED + socket.inet_pton(socket.AF_INET, host)
    except (OSError, ValueError):
        pass
    try:
        return socket.inet_pton(socket.AF_INET6, host)
    except (OSError, ValueError):
        return None


def unpack_ip(ip: bytes) -> str:
    """Return the literal of 16 bytes."""
    if ip.startswith(_MAPPED):
        return socket.inet_ntop(socket.AF_INET, ip[12:])
    return socket.inet_ntop(socket.AF_INET6, ip)
