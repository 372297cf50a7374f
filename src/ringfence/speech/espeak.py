"""Speech by espeak-ng in its helper process."""

from __future__ import annotations

import re
from typing import Final

from ringfence.kernel.limits import (
    SPEECH_IDLE_MS,
    SPEECH_PCM_BYTES_MAX,
    SPEECH_SENTENCE_MS,
    SPEECH_TEXT_CHARS,
)
from ringfence.speech.framing import DONE
from ringfence.speech.helper import Helper

_SSML: Final = "<speak>"
"""Begins a text with markup (`ringfence.markup.spoken`)."""
_SPEED: Final = 165
"""Words a minute: calm enough for a telephone."""
_VARIANTS: Final = {"man": "+m3", "woman": "+f3", "alice": "+f4"}
"""Twilio's basic voices, by what they sound like."""
_FOREIGN: Final = re.compile(r"Google\.([a-z]{2,3}-[A-Za-z]{2})")
_VOICE: Final = re.compile(r"[a-z0-9-]{1,32}(?:\+[A-Za-z0-9_]{1,16})?\Z")


def voice_name(voice: str, language: str, default: str) -> str:
    """The espeak-ng voice for a document's ``voice`` and ``language`` (BCP 47).

    Of a voice of another company (``Polly.Brian``, ``Google.de-DE-Wavenet-A``) its language counts,
    where its name says one.
    """
    named = _FOREIGN.match(voice)
    said = language or (named[1] if named else "") or default or "en"
    return said.replace("_", "-").lower() + _VARIANTS.get(voice.lower(), "")


def voices_to_try(voice: str, language: str, default: str) -> list[str]:
    """The wanted voice, then its language without region, then the installation's voice.

    A document in a language nobody taught espeak-ng is read all the same.
    """
    wanted = voice_name(voice, language, default)
    variant = "+" + wanted.partition("+")[2] if "+" in wanted else ""
    family = wanted.partition("+")[0].partition("-")[0] + variant
    found = [wanted, family, default + variant, default]
    return [name for name in dict.fromkeys(found) if _VOICE.match(name)]


class Espeak:
    """A provider of speech. One sentence at a time: the helper speaks 100 times faster than people.

    ``default``: the voice that speaks where a document names no language, e.g. ``en-gb``.
    """

    def __init__(self, *, default: str = "en") -> None:
        self._default = default
        self._helper = Helper(
            "ringfence.speech.espeak_helper",
            wait_ms=SPEECH_SENTENCE_MS,
            idle_ms=SPEECH_IDLE_MS,
            answer_max=SPEECH_PCM_BYTES_MAX,
        )

    async def speak(self, text: str, *, voice: str, language: str, rate: int) -> bytes | None:
        """Return s16le mono PCM at ``rate`` Hz, None where it cannot be spoken."""
        if not text.strip() or len(text) > SPEECH_TEXT_CHARS:
            return None
        for name in voices_to_try(voice, language, self._default):
            found = await self._helper.ask(
                {
                    "text": text,
                    "ssml": text.startswith(_SSML),
                    "voice": name,
                    "speed": _SPEED,
                    "rate": rate,
                }
            )
            if found is None:
                return None
            status, pcm = found
            if status == DONE and pcm:
                return pcm
        return None

    async def close(self) -> None:
        """End the helper."""
        await self._helper.close()
