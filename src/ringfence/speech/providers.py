"""Who speaks and who listens: espeak-ng, or whatever package registers an entry point.

    ringfence.tts   a factory of a `Provider`, called with ``default_voice``
    ringfence.stt   a factory of a `Recogniser`, called without arguments

Of those that listen, ``sphinx`` is ours and comes with ``ringfence[stt]``; ``http`` asks a server
(`ringfence.speech.remote`). None is chosen unless the operator does so.
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
    """What was understood so far; ``final``: this utterance is over. ``confidence``: 0 to 1.

    ``at_ms``: when it began, from the beginning of the audio. An empty text that is not final:
    somebody speaks, and no more is known.
    """

    text: str = field(repr=False)
    confidence: float = 0.0
    final: bool = False
    at_ms: int = 0


class Recogniser(Protocol):
    """Samples into text."""

    def listen(self, audio: AsyncIterator[bytes], wish: Any, /) -> AsyncIterator[Heard]:
        """Give what is understood of s16le mono at 8000 Hz while it comes, until it ends.

        ``wish`` has ``language`` (BCP 47 or empty), ``hints``, ``profanity_filter``, ``model``,
        ``enhanced``, and ``partial``: whether results before the end of an utterance are of use.
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
