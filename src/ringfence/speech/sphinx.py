"""Speech understood on this machine, by pocketsphinx in its helper process: English, modestly.

Installed with ``ringfence[stt]``. Where hints are given, nothing but them is understood, in any
order, and so a menu's words and digits mostly are; free speech over a telephone mostly is not (the
model was made of wide-band read speech). It tells nobody anything.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from importlib.util import find_spec
from typing import Any, Final

import msgspec

from ringfence.kernel.errors import Refused, RemoteError
from ringfence.kernel.limits import (
    RECOGNISED_CHARS,
    RECOGNISER_ANSWER_BYTES,
    RECOGNISER_UTTERANCE_MS,
    SPEECH_IDLE_MS,
)
from ringfence.speech.by_utterance import listen
from ringfence.speech.framing import DONE
from ringfence.speech.helper import Helper
from ringfence.speech.providers import Heard

_MODULE: Final = "ringfence.speech.sphinx_helper"
_MOST: Final = 4


class Sphinx:
    """A recogniser; half of the machine's processors at the most."""

    def __init__(self) -> None:
        if find_spec("pocketsphinx") is None:
            raise Refused(
                "unknown_recogniser", "pocketsphinx is not installed: pip install 'ringfence[stt]'"
            )
        count = max(1, min((os.cpu_count() or 1) // 2, _MOST))
        self._helpers = [
            Helper(
                _MODULE,
                wait_ms=RECOGNISER_UTTERANCE_MS,
                idle_ms=SPEECH_IDLE_MS,
                answer_max=RECOGNISER_ANSWER_BYTES,
            )
            for _ in range(count)
        ]

    def listen(self, audio: AsyncIterator[bytes], wish: Any, /) -> AsyncIterator[Heard]:
        """Give what is understood, utterance by utterance.

        Raises `Refused` (``language_not_understood``) for another language than English.
        """
        if wish.language and wish.language.partition("-")[0].lower() != "en":
            raise Refused("language_not_understood", "pocketsphinx understands English alone")
        return listen(audio, wish, self._understand)

    async def _understand(self, pcm: bytes, wish: Any) -> tuple[str, float]:
        helper = min(self._helpers, key=lambda helper: helper.waiting)
        found = await helper.ask({"hints": list(wish.hints)}, pcm)
        if found is None or found[0] != DONE:
            raise RemoteError("the recogniser did not answer in time", hint=503)
        said = msgspec.json.decode(found[1], type=dict[str, Any])
        return str(said["text"])[:RECOGNISED_CHARS], float(said["confidence"])

    async def close(self) -> None:
        """End the helpers."""
        for helper in self._helpers:
            await helper.close()
