"""A sealed recording as a WAV file, piece by piece: clear audio exists in memory only."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import AsyncIterator, Sequence

from ringfence.api import views
from ringfence.kernel.errors import Refused, RemoteError
from ringfence.kernel.ids import RecordingId
from ringfence.kernel.limits import EXPORT_CHUNK_BYTES
from ringfence.media import wav
from ringfence.media.engine.sealing import ChannelAudio, read_channel
from ringfence.storage.recordings import StoredChannel


async def export(
    recording: RecordingId, channels: Sequence[StoredChannel], wanted: str | None
) -> AsyncIterator[views.ExportHead | views.Chunk]:
    """Yield the head, then the bytes of a WAV file.

    ``wanted``: ``in`` for the side of the caller, ``out`` for the other, None for all of them as
    channels of one file. Raises `Refused`: ``not_found`` where there is no such side, ``erased``
    where its person was erased, ``unreadable`` where the file is damaged.
    """
    chosen = list(channels)
    if wanted is not None:
        index = 0 if wanted == "in" else 1
        if index >= len(chosen):
            raise Refused("not_found", "this recording has one side only")
        chosen = [chosen[index]]
    if all(channel.key is None for channel in chosen):
        raise Refused("erased", "whoever was heard here was erased, and the sound with them")
    data = await asyncio.to_thread(_wav, chosen)
    yield views.ExportHead(filename=f"{recording}.wav", media_type="audio/wav", size=len(data))
    for at in range(0, len(data), EXPORT_CHUNK_BYTES):
        yield views.Chunk(data=data[at : at + EXPORT_CHUNK_BYTES])


def _wav(channels: Sequence[StoredChannel]) -> bytes:
    sides = [_read(channel) for channel in channels]
    rate = next((side.rate for side in sides if side is not None), 8_000)
    pcm = [array("h") if side is None else wav.from_little_endian(side.pcm) for side in sides]
    length = max(map(len, pcm))
    for side_pcm in pcm:
        # An erased side is silence; the other keeps its place in time.
        side_pcm.extend([0] * (length - len(side_pcm)))
    sound = pcm[0] if len(pcm) == 1 else wav.interleave(pcm[0], pcm[1])
    return wav.write(sound, wav.Format(rate, min(len(pcm), 2)))


def _read(channel: StoredChannel) -> ChannelAudio | None:
    if channel.key is None:
        return None
    try:
        return read_channel(str(channel.file), channel.key)
    except (RemoteError, FileNotFoundError):
        raise Refused("unreadable", "the file of this recording is missing or damaged") from None
