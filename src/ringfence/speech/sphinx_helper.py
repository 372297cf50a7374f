"""The process that understands speech: samples in, words out.

    python -m ringfence.speech.sphinx_helper

A request's head has ``hints``; its body is s16le mono at 8000 Hz. The answer is JSON: ``text`` and
``confidence`` (0 to 1). See `ringfence.speech.framing` for what is said.

The model wants 16000 Hz and is confused by digital silence: samples are doubled and a little noise
is added, always the same. Hints become a grammar (JSGF): those words and nothing else, in any
order; a hint with a word the dictionary does not have is left out.
"""

from __future__ import annotations

import json
import math
import re
import resource
import sys
from array import array
from typing import Any, BinaryIO, Final

from ringfence.media.resample import Upsampler
from ringfence.speech.framing import DONE, close_inherited, serve

_MEMORY: Final = 1 << 30
_RATE: Final = 16_000
_MARGIN: Final = 4_000
"""Samples of silence around an utterance: half a second."""
_NOISE: Final = 12
_DIGITS: Final = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "oh"),
)
_DIGIT_HINTS: Final = re.compile(r"\$(?:OOV_CLASS_)?(?:DIGIT|OPERAND|FULLPHONENUM|POSTALCODE)\w*")
_KEPT: Final = 16
"""Grammars that stay loaded."""


def noise(count: int) -> array[int]:
    """Return quiet noise (an LCG: Numerical Recipes, 7.1): the same every time."""
    state, out = 1, array("h", bytes(2 * count))
    for index in range(count):
        state = (1664525 * state + 1013904223) & 0xFFFFFFFF
        out[index] = (state >> 16) % (2 * _NOISE + 1) - _NOISE
    return out


def phrases(hints: list[str]) -> list[str]:
    """Return hints as words in small letters, without signs; Twilio's classes of digits as digits.

    The same phrase comes once.
    """
    found: dict[str, None] = {}
    for hint in hints:
        if _DIGIT_HINTS.fullmatch(hint.strip()):
            found |= dict.fromkeys(_DIGITS)
            continue
        words = re.findall(r"[a-z']+|[0-9]", hint.lower())
        spelled = [_DIGITS[int(word)] if word.isdigit() else word for word in words]
        if spelled:
            found[" ".join(spelled)] = None
    return list(found)


def grammar(known: list[str]) -> str:
    """Return a grammar (JSGF) of any of these, one after the other."""
    return f"#JSGF V1.0;\ngrammar hints;\npublic <said> = ( {' | '.join(known)} )+ ;\n"


class Ear:
    """The decoder, and the grammars it knows."""

    def __init__(self) -> None:
        from pocketsphinx import Decoder  # type: ignore[import-untyped]

        self._decoder = Decoder(samprate=_RATE, loglevel="FATAL")
        self._free = self._decoder.current_search()
        self._grammars: dict[tuple[str, ...], str] = {}

    def understand(self, pcm: bytes, hints: list[str]) -> tuple[str, float]:
        """Return what was said and how sure that is."""
        decoder = self._decoder
        decoder.activate_search(self._search(hints))
        decoder.start_utt()
        decoder.process_raw(prepared(pcm), False, True)
        decoder.end_utt()
        found = decoder.hyp()
        if found is None or not found.hypstr:
            return "", 0.0
        words = found.hypstr.split()
        # of the whole; what is asked for is how sure a word is
        sure = max(found.prob, 1e-30) ** (1 / len(words)) if found.prob else 0.5
        return " ".join(words), round(min(max(sure, 0.0), 1.0), 3)

    def _search(self, hints: list[str]) -> str:
        known = tuple(
            phrase
            for phrase in phrases(hints)
            if all(self._decoder.lookup_word(word) for word in phrase.split())
        )
        if not known:
            return str(self._free)
        name = self._grammars.get(known)
        if name is None:
            if len(self._grammars) >= _KEPT:
                self._decoder.activate_search(self._free)
                self._decoder.remove_search(self._grammars.pop(next(iter(self._grammars))))
            name = f"hints{hash(known) & 0xFFFFFFFF:08x}"
            self._decoder.add_jsgf_string(name, grammar(list(known)))
            self._grammars[known] = name
        return name


def prepared(pcm: bytes) -> bytes:
    """Return samples as the model wants them: 16000 Hz, silence around them, a little noise."""
    samples = array("h", pcm[: len(pcm) // 2 * 2])
    whole = noise(len(samples) + 2 * _MARGIN)
    for index, sample in enumerate(samples, _MARGIN):
        whole[index] = max(-32768, min(32767, whole[index] + sample))
    return Upsampler().feed(whole).tobytes()


def answer(ear: Ear, head: dict[str, Any], body: bytes) -> tuple[int, bytes]:
    """Carry out one request."""
    text, confidence = ear.understand(body, [str(hint) for hint in head.get("hints", ())])
    if math.isnan(confidence):
        confidence = 0.0
    return DONE, json.dumps({"text": text, "confidence": confidence}).encode()


def main(source: BinaryIO, sink: BinaryIO) -> int:
    """Answer until the input ends."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold what was said
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    ear = Ear()
    serve(source, sink, lambda head, body: answer(ear, head, body))
    return 0


if __name__ == "__main__":
    close_inherited()
    sys.exit(main(sys.stdin.buffer, sys.stdout.buffer))
