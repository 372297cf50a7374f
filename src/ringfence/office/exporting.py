"""A sealed recording as a WAV or MP3 file, piece by piece: clear audio exists in memory only."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import AsyncIterator, Sequence
from operator import add
from typing import Literal

from ringfence.api import views
from ringfence.kernel.errors import Refused, RemoteError
from ringfence.kernel.limits import EXPORT_CHUNK_BYTES
from ringfence.media import wav
from ringfence.media.engine.sealing import ChannelAudio, read_channel
from ringfence.media.fir import clipped
from ringfence.office.voices import Part, cut, span_of
from ringfence.storage.recordings import Recording, StoredChannel

Form = Literal["wav", "mp3"]

_MEDIA_TYPES: dict[Form, str] = {"wav": "audio/wav", "mp3": "audio/mpeg"}
_MP3_KBIT_PER_CHANNEL = 32
_MP3_QUALITY = 5
"""Of LAME's 0 (best) to 9; telephone speech sounds alike from 5 on, at half the work of 2."""


async def export(
    recording: Recording,
    channels: Sequence[StoredChannel],
    wanted: str | None,
    *,
    form: Form = "wav",
    mixed: bool = False,
) -> AsyncIterator[views.ExportHead | views.Chunk]:
    """Yield the head, then the bytes of a file.

    ``wanted``: ``in`` for the side of the caller, ``out`` for the other, None for all of them: as
    channels of one file, or ``mixed`` into one. Silence that was trimmed is left out. Raises
    `Refused`: ``not_found`` where there is no such side, ``erased`` where its person was erased,
    ``unreadable`` where the file is damaged, or the recording failed and there is none.
    """
    if recording.state == "failed":
        why = (recording.reason or "unknown").replace("_", " ")
        raise Refused("unreadable", f"there is no sound: the recording failed ({why})")
    chosen = list(channels)
    if wanted is not None:
        index = 0 if wanted == "in" else 1
        if index >= len(chosen):
            raise Refused("not_found", "this recording has one side only")
        chosen = [chosen[index]]
    if not chosen or all(channel.key is None for channel in chosen):
        raise Refused("erased", "whoever was heard here was erased, and the sound with them")
    span = span_of(recording)
    data = await asyncio.to_thread(_file, chosen, span, form, mixed)
    name = f"{recording.id}.{form}"
    yield views.ExportHead(filename=name, media_type=_MEDIA_TYPES[form], size=len(data))
    for at in range(0, len(data), EXPORT_CHUNK_BYTES):
        yield views.Chunk(data=data[at : at + EXPORT_CHUNK_BYTES])


async def export_mix(
    recording: Recording, voices: Sequence[Part], *, form: Form = "wav"
) -> AsyncIterator[views.ExportHead | views.Chunk]:
    """Yield a file of several voices at once, each from its own moment on (ms).

    Whoever was erased is not heard. Raises `Refused`: as `export`.
    """
    if not voices or all(voice.channel.key is None for voice in voices):
        raise Refused("erased", "nobody who was heard here is kept any more")
    data = await asyncio.to_thread(_mix, voices, form)
    name = f"{recording.id}.{form}"
    yield views.ExportHead(filename=name, media_type=_MEDIA_TYPES[form], size=len(data))
    for at in range(0, len(data), EXPORT_CHUNK_BYTES):
        yield views.Chunk(data=data[at : at + EXPORT_CHUNK_BYTES])


def _mix(voices: Sequence[Part], form: Form) -> bytes:
    read = [(voice, _read(voice.channel)) for voice in voices]
    heard = [(voice, audio) for voice, audio in read if audio is not None]
    rate = heard[0][1].rate
    sums: list[int] = []
    for voice, audio in heard:
        pcm = voice.cut(wav.from_little_endian(audio.pcm), rate)
        first = voice.at * rate // 1000
        missing = first + len(pcm) - len(sums)
        sums.extend([0] * missing)
        sums[first : first + len(pcm)] = map(add, sums[first : first + len(pcm)], pcm)
    sound = clipped(sums)
    if form == "mp3":
        return _mp3(sound, rate, 1)
    return wav.write(sound, wav.Format(rate, 1))


def _file(
    channels: Sequence[StoredChannel], span: tuple[int, int], form: Form, mixed: bool
) -> bytes:
    sides = [_read(channel) for channel in channels]
    rate = next((side.rate for side in sides if side is not None), 8_000)
    pcm = [array("h") if side is None else wav.from_little_endian(side.pcm) for side in sides]
    pcm = [cut(side, span, rate) for side in pcm]
    length = max(map(len, pcm))
    for side_pcm in pcm:
        # An erased side is silence; the other keeps its place in time.
        side_pcm.extend([0] * (length - len(side_pcm)))
    count = min(len(pcm), 2)
    sound = pcm[0] if count == 1 else wav.interleave(pcm[0], pcm[1])
    if mixed and count == 2:
        sound, count = wav.mono(sound, 2), 1
    if form == "mp3":
        return _mp3(sound, rate, count)
    return wav.write(sound, wav.Format(rate, count))


def _mp3(sound: array[int], rate: int, channels: int) -> bytes:
    import lameenc  # only here: most recordings are never asked for as MP3

    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_bit_rate(_MP3_KBIT_PER_CHANNEL * channels)
    encoder.set_in_sample_rate(rate)
    encoder.set_channels(channels)
    encoder.set_quality(_MP3_QUALITY)
    return bytes(encoder.encode(wav.to_little_endian(sound)) + encoder.flush())


def _read(channel: StoredChannel) -> ChannelAudio | None:
    if channel.key is None:
        return None
    try:
        return read_channel(str(channel.file), channel.key)
    except (RemoteError, FileNotFoundError):
        raise Refused("unreadable", "the file of this recording is missing or damaged") from None
