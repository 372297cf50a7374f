"""The process that speaks: espeak-ng, kept apart because it is GPL and because C code can crash.

    python -m ringfence.speech.espeak_helper

A request is ``{"text", "voice", "speed", "rate"}``, its answer s16le mono PCM at ``rate`` Hz, empty
where the voice does not exist. See `ringfence.speech.framing` for what is said.
"""

from __future__ import annotations

import ctypes
import resource
import sys
from typing import Any, BinaryIO

import espeakng_loader
import miniaudio

from ringfence.speech.framing import DONE, close_inherited, serve

_SYNCHRONOUS = 2
_CHARS_UTF8 = 1
_SSML = 0x10
_POS_CHARACTER = 1
_RATE = 1
_SEED = 1
_OK = 0
_MEMORY = 1 << 30
_TEXT_MAX = 65_536

_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


class _VoiceRecord(ctypes.Structure):
    """``espeak_VOICE`` of speak_lib.h."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_void_p),  # (priority byte, text, NUL) ..., NUL
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("reserved", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


class Voice:
    """The loaded library."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        path = espeakng_loader.get_data_path().encode()
        self.rate = self._library.espeak_Initialize(_SYNCHRONOUS, 0, path, 0)
        if self.rate <= 0:
            raise OSError("espeak-ng did not start")
        self._heard = bytearray()
        self._callback = _Callback(self._take)
        self._library.espeak_SetSynthCallback(self._callback)
        self._files = self._languages()

    def _languages(self) -> dict[str, str]:
        """Which voice file speaks which language: ``en-gb`` is spoken by the file ``en``."""
        list_voices = self._library.espeak_ListVoices
        list_voices.restype = ctypes.POINTER(ctypes.POINTER(_VoiceRecord))
        found: dict[str, tuple[int, str]] = {}
        for record in list_voices(None):
            if not record:
                break
            file = record.contents.identifier.decode().rpartition("/")[2]
            at = record.contents.languages
            while at and (entry := ctypes.string_at(at)):
                language = entry[1:].decode().lower()
                if language not in found or entry[0] < found[language][0]:
                    found[language] = (entry[0], file)
                at += len(entry) + 1
        return {language: file for language, (_, file) in found.items()}

    def _take(self, samples: Any, count: int, _events: Any) -> int:
        if samples and count > 0:
            self._heard += ctypes.string_at(samples, count * 2)
        return 0

    def speak(self, text: str, voice: str, speed: int, *, ssml: bool = False) -> bytes:
        """Return PCM at `rate`, empty where the voice does not exist."""
        self._heard.clear()
        language, plus, variant = voice.partition("+")
        name = self._files.get(language.lower(), language) + plus + variant
        if self._library.espeak_SetVoiceByName(name.encode()) != _OK:
            return b""
        self._library.espeak_SetParameter(_RATE, speed, 0)
        # Breath is drawn by chance: alike in every process.
        self._library.espeak_ng_SetRandSeed(ctypes.c_long(_SEED))
        data = text.encode()
        flags = _CHARS_UTF8 | _SSML if ssml else _CHARS_UTF8
        self._library.espeak_Synth(data, len(data) + 1, 0, _POS_CHARACTER, 0, flags, None, None)
        self._library.espeak_Synchronize()
        return bytes(self._heard)


def answer(voice: Voice, request: dict[str, Any]) -> bytes:
    """Carry out one request."""
    text = str(request["text"])[:_TEXT_MAX]
    ssml = bool(request.get("ssml"))
    spoken = voice.speak(text, str(request["voice"]), int(request["speed"]), ssml=ssml)
    if not spoken:
        return b""
    mono = miniaudio.SampleFormat.SIGNED16
    converted: bytearray = miniaudio.convert_frames(
        mono, 1, voice.rate, spoken, mono, 1, int(request["rate"])
    )
    return bytes(converted)


def main(source: BinaryIO, sink: BinaryIO) -> int:
    """Answer until the input ends."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold what was spoken
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    voice = Voice()
    serve(source, sink, lambda head, _body: (DONE, answer(voice, head)))
    return 0


if __name__ == "__main__":
    close_inherited()
    sys.exit(main(sys.stdin.buffer, sys.stdout.buffer))
