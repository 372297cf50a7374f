"""The process that decodes audio files: WAV or MP3 in, PCM out.

    python -m ringfence.speech.decode_helper

The files come from strangers, so they are decoded where nothing can be hurt: a process of its own
with bounded memory and processor time. A file is decoded piece by piece, so that a small file
cannot unpack into a large memory. See `ringfence.speech.framing` for what is said.
"""

from __future__ import annotations

import resource
import sys
from typing import Any, BinaryIO, Final

import miniaudio

from ringfence.speech.framing import DONE, NOT_AUDIO, TOO_LONG, close_inherited, serve

_MEMORY: Final = 1 << 30
_CPU_SECONDS: Final = 20
_PIECE: Final = 16_384


def decode(data: bytes, rate: int, seconds: int) -> bytes:
    """Return s16le mono PCM. Raises ``miniaudio.DecodeError`` or `OverflowError`."""
    pcm = bytearray()
    most = rate * seconds * 2
    pieces = miniaudio.stream_memory(
        data,
        output_format=miniaudio.SampleFormat.SIGNED16,
        nchannels=1,
        sample_rate=rate,
        frames_to_read=_PIECE,
    )
    for piece in pieces:
        pcm += piece.tobytes()
        if len(pcm) > most:
            raise OverflowError
    return bytes(pcm)


def answer(head: dict[str, Any], body: bytes) -> tuple[int, bytes]:
    """Decode one file."""
    try:
        return DONE, decode(body, int(head["rate"]), int(head["seconds"]))
    except (miniaudio.DecodeError, MemoryError):
        return NOT_AUDIO, b""
    except OverflowError:
        return TOO_LONG, b""


def _bounded(head: dict[str, Any], body: bytes) -> tuple[int, bytes]:
    """Decode one file in its own processor time, whatever the ones before it took."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime) + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (spent + _CPU_SECONDS, hard))
    return answer(head, body)


def main(source: BinaryIO, sink: BinaryIO) -> int:
    """Answer until the input ends."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold what was decoded
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    serve(source, sink, _bounded)
    return 0


if __name__ == "__main__":
    close_inherited()
    sys.exit(main(sys.stdin.buffer, sys.stdout.buffer))
