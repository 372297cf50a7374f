"""Audio files of other people into samples, in helper processes."""

from __future__ import annotations

from ringfence.kernel.errors import RemoteError
from ringfence.kernel.limits import (
    CLIP_DECODE_MS,
    CLIP_DECODERS,
    CLIP_SECONDS_MAX,
    SPEECH_IDLE_MS,
    SPEECH_PCM_BYTES_MAX,
)
from ringfence.speech.framing import DONE, TOO_LONG
from ringfence.speech.helper import Helper


class Decoder:
    """Decodes WAV and MP3; `CLIP_DECODERS` processes at most."""

    def __init__(self) -> None:
        self._helpers = [
            Helper(
                "ringfence.speech.decode_helper",
                wait_ms=CLIP_DECODE_MS,
                idle_ms=SPEECH_IDLE_MS,
                answer_max=SPEECH_PCM_BYTES_MAX,
            )
            for _ in range(CLIP_DECODERS)
        ]

    async def decode(self, data: bytes, *, rate: int) -> bytes:
        """Decode a file to s16le mono PCM at ``rate`` Hz.

        Raises `RemoteError`: not audio (415), too long (413), or not decoded in time (422).
        """
        helper = min(self._helpers, key=lambda helper: helper.waiting)
        found = await helper.ask({"rate": rate, "seconds": int(CLIP_SECONDS_MAX)}, data)
        if found is None:
            raise RemoteError("the clip could not be decoded in time", hint=422)
        status, pcm = found
        if status == TOO_LONG:
            raise RemoteError("the clip is longer than allowed", hint=413)
        if status != DONE or not pcm:
            raise RemoteError("the clip is not WAV or MP3 audio", hint=415)
        return pcm

    async def close(self) -> None:
        """End the processes."""
        for helper in self._helpers:
            await helper.close()
