"""Who speaks and who listens: espeak-ng, or whatever package registers an entry point.

    ringfence.tts   a factory of a `Provider`, called with ``default_voice``
    ringfence.stt   a factory of a `Recogniser`, called without arguments

None that listens is built in: the ones that understand anything come with large models, or send
what is said elsewhere. Whoever installs one decides that.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from typing import Any, Protocol

from ringfence.kernel.errors import Refused
from ringfence.speech.espeak import Espeak

GROUP = "ringfence.tts"
EARS = "ringfence.stt"


@dataclass(frozen=True, slots=True)
class Heard:
    """What was understood so far; ``final``: this utterance is over. ``confidence``: 0 to 1."""

    text: str = field(repr=False)
    confidence: float = 0.0
    final: bool = False


class Recogniser(Protocol):
    """Samples into text."""

    def listen(self, audio: AsyncIterator[bytes], wish: Any, /) -> AsyncIterator[Heard]:
        """Give what is understood of s16le mono at 8000 Hz while it comes, until it ends.

        ``wish`` has ``language`` (BCP 47 or empty), ``hints``, ``profanity_filter``, ``model``.
        """
        ...


def recogniser(name: str) -> Recogniser | None:
    """Return the recogniser of that name, None for the empty one. Raises `Refused`."""
    if not name:
        return None
    for entry in entry_points(group=EARS):
        if entry.name == name:
            made: Recogniser = entry.load()()
            return made
    raise Refused("unknown_recogniser", f"no package offers the recogniser of speech {name!r}")


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
