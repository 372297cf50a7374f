"""WAV files three ways, careless ones, and hostile ones."""

from __future__ import annotations

import io
import struct
import wave
from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfence.kernel.errors import RemoteError
from ringfence.media import g711, wav
from ringfence.media.wav import Format, Reader

PCM = st.lists(st.integers(-32768, 32767), max_size=60).map(lambda x: array("h", x))
FORMATS = st.builds(
    Format,
    st.sampled_from([8000, 16000, 44100]),
    st.integers(1, 3),
    st.sampled_from(["s16", "u8", "alaw", "ulaw"]),
)


def _frames(pcm, form) -> array:
    return pcm[: len(pcm) // form.channels * form.channels]


def _as_kept(pcm, coding) -> array:
    """What a coding keeps of the samples."""
    if coding == "ulaw":
        return g711.decode_ulaw(g711.encode_ulaw(pcm))
    if coding == "alaw":
        return g711.decode_alaw(g711.encode_alaw(pcm))
    return array("h", [x >> 8 << 8 for x in pcm]) if coding == "u8" else pcm


@given(PCM, FORMATS)
def test_what_is_written_reads_back(pcm, form) -> None:
    pcm = _frames(pcm, form)
    assert wav.read(wav.write(pcm, form)) == (form, _as_kept(pcm, form.coding))


@given(PCM, FORMATS)
def test_one_byte_at_a_time(pcm, form) -> None:
    pcm = _frames(pcm, form)
    reader, found = Reader(), array("h")
    for byte in wav.write(pcm, form):
        found += reader.feed(bytes([byte]))
    assert reader.close() == form
    assert found == _as_kept(pcm, form.coding)


@given(PCM, FORMATS)
def test_cut_anywhere(pcm, form) -> None:
    """Cut in the header it is refused at the end; cut in the audio, what is there is read."""
    pcm = _frames(pcm, form)
    data = wav.write(pcm, form)
    for size in range(len(data)):
        reader = Reader()
        found = reader.feed(data[:size])
        if size < wav.HEADER_SIZE:
            with pytest.raises(RemoteError):
                reader.close()
        else:
            assert reader.close() == form
            whole = (size - wav.HEADER_SIZE) // form.frame_bytes * form.channels
            assert found == _as_kept(pcm, form.coding)[:whole]


@settings(max_examples=300)
@given(st.binary(max_size=60), PCM, FORMATS, st.integers(0, 60))
def test_any_bytes_are_read_or_refused(junk, pcm, form, at) -> None:
    """No input makes the reader raise anything but RemoteError."""
    data = wav.write(_frames(pcm, form), form)
    for hostile in (junk, data[:at] + junk + data[at:], data[:at] + junk + data[at + len(junk) :]):
        try:
            wav.read(hostile)
        except RemoteError:
            pass


def test_another_library_reads_what_is_written() -> None:
    pcm = array("h", [0, 1, -1, 32767, -32768, 5])
    with wave.open(io.BytesIO(wav.write(pcm, Format(8000, 2)))) as other:
        assert other.getparams()[:4] == (2, 2, 8000, 3)
        assert other.readframes(9) == wav.to_little_endian(pcm)


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_what_another_library_writes_is_read(width) -> None:
    target = io.BytesIO()
    with wave.open(target, "wb") as other:
        other.setnchannels(1)
        other.setsampwidth(width)
        other.setframerate(22050)
        samples = [0, 100 << 8 * (width - 1), -(100 << 8 * (width - 1))]
        if width == 1:
            other.writeframes(bytes(x + 128 for x in samples))
        else:
            other.writeframes(b"".join(x.to_bytes(width, "little", signed=True) for x in samples))
    form, pcm = wav.read(target.getvalue())
    assert (form.rate, form.channels) == (22050, 1)
    assert list(pcm) == [0, 100 << 8, -100 << 8]


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + bytes(len(body) & 1)


def _fmt(tag=1, channels=1, rate=8000, bits=16, extra=b"") -> bytes:
    block = channels * bits // 8
    return _chunk(b"fmt ", struct.pack("<HHIIHH", tag, channels, rate, rate, block, bits) + extra)


def _riff(*chunks: bytes) -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


AUDIO = _chunk(b"data", b"\x01\x00\x02\x00")


@pytest.mark.parametrize(
    "data",
    [
        _riff(_chunk(b"LIST", b"odd"), _fmt(), _chunk(b"fact", bytes(4)), AUDIO),
        _riff(_fmt(), AUDIO, _chunk(b"LIST", b"after")),
        _riff(_fmt(tag=0xFFFE, extra=struct.pack("<HHIH14s", 22, 16, 4, 1, bytes(14))), AUDIO),
        b"RIFF\0\0\0\0WAVE" + _fmt() + AUDIO,
        b"RIFF\xff\xff\xff\xffWAVE" + _fmt() + b"data\xff\xff\xff\xff\x01\0\x02\0",
        b"RIFF\xff\xff\xff\xffWAVE" + _fmt() + b"data\0\0\0\0\x01\0\x02\0",
        _riff(_fmt(), b"data" + struct.pack("<I", 5000) + b"\x01\0\x02\0\x03"),
        _riff(_fmt(extra=b"\0\0"), AUDIO),
    ],
    ids=["chunks", "after", "extensible", "size-0", "streamed", "data-0", "cut", "fmt-18"],
)
def test_careless_files_are_read(data) -> None:
    assert wav.read(data) == (Format(8000, 1), array("h", [1, 2]))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"ID3\x04 this is an mp3, not what it says it is", "not a WAV"),
        (b"RIFF\0\0\0\0AVI rest", "not a WAV"),
        (_riff(AUDIO), "before its format"),
        (_riff(_fmt(tag=0x55), AUDIO), "coding"),
        (_riff(_fmt(tag=3, bits=32), AUDIO), "coding"),
        (_riff(_fmt(bits=12), AUDIO), "coding"),
        (_riff(_fmt(channels=0), AUDIO), "channels"),
        (_riff(_fmt(channels=9), AUDIO), "channels"),
        (_riff(_fmt(rate=0), AUDIO), "rate"),
        (_riff(_fmt(rate=4_000_000_000), AUDIO), "rate"),
        (_riff(_chunk(b"fmt ", bytes(15)), AUDIO), "impossible size"),
        (_riff(_chunk(b"fmt ", bytes(2000)), AUDIO), "impossible size"),
        (_riff(b"junk" + struct.pack("<I", 0xFFFF_FFF0)), "too much"),
        (_riff(_fmt()), "ends before"),
        (b"", "ends before"),
    ],
)
def test_each_flaw_is_named(data, reason) -> None:
    with pytest.raises(RemoteError, match=reason) as caught:
        wav.read(data)
    assert caught.value.hint == 415


def test_endless_small_chunks_are_refused() -> None:
    """In time that does not grow with the square of their number."""
    reader = Reader()
    reader.feed(b"RIFF\0\0\0\0WAVE")
    with pytest.raises(RemoteError, match="too much"):
        reader.feed(b"junk\0\0\0\0" * 200_000 + bytes(20_000_000))


def test_a_stream_needs_no_length() -> None:
    form = Format(8000, 2)
    data = wav.header(form) + wav.encode(array("h", [1, 2, 3, 4]))
    assert wav.read(data) == (form, array("h", [1, 2, 3, 4]))


def test_the_end_of_the_audio_is_seen() -> None:
    reader = Reader()
    reader.feed(wav.write(array("h", [1, 2]), Format(8000, 1)))
    assert reader.ended
    assert reader.feed(b"more") == array("h")


def test_interleave_fills_the_shorter() -> None:
    assert list(wav.interleave(array("h", [1, 2, 3]), array("h", [9]))) == [1, 9, 2, 0, 3, 0]
    assert list(wav.interleave(array("h"), array("h", [9]))) == [0, 9]


def test_mono_is_the_mean() -> None:
    assert list(wav.mono(array("h", [10, 20, -32768, -32768, 3, -4]), 2)) == [15, -32768, -1]
    assert list(wav.mono(array("h", [1, 2]), 1)) == [1, 2]


def test_wide_samples_are_not_written() -> None:
    with pytest.raises(ValueError):
        wav.encode(array("h", [1]), "s24")
