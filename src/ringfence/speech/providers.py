"""Who speaks: espeak-ng, or whatever package registers an entry point in ``ringfence.tts``."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Protocol

from ringfence.kernel.errors import Refused
from ringfence.speech.espeak import Espeak

GROUP = "ringfence.tts"


class Provider(Protocol):
    """Text into samples."""

    async def speak(self, text: str, *, voice: str, language: str, rate: int) -> bytes | None:
        """Return s16le mono PCM at ``rate`` Hz, None where it cannot be spoken."""
        ...

    async def close(self) -> None:
        """Let go of processes and connections."""
        ...


def provider(name: str, *, default_voice: str) -> Provider:
    """Return the provider of that name; ``espeak`` is built in. Raises `Refused`."""
    if name == "espeak":
        return Espeak(default=default_voice)
    for entry in entry_points(group=GROUP):
        if entry.name == name:
            made: Provider = entry.load()(default_voice=default_voice)
            return made
    raise Refused("unknown_speech", f"no package offers the speech provider {name!r}")
