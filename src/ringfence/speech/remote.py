"""A recogniser behind HTTP: each utterance is a request, its answer a text.

Most servers around a Whisper-like model take the same request, and the settings say the rest::

    POST recogniser_url                    Authorization: Bearer recogniser_token
    multipart/form-data: the fields of recogniser_form, with the audio (WAV, 8000 Hz, mono) in
    the one that is ``@``; or, where none is, the WAV alone (audio/wav)

    {"text": "...", "confidence": 0.9}     the text is at recogniser_answer, dots lead inwards

In a field ``{language}`` stands for the language of the call (``en-GB``), ``{lang}`` for its first
part (``en``), ``{hints}`` for likely words, ``{model}`` for the model a document names,
``{enhanced}`` for ``true`` where it asks for the better of two; a field that comes out empty is
left out. An answer that is not JSON is the text itself where no path is set.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from ringfence.kernel.errors import RemoteError
from ringfence.kernel.limits import RECOGNISED_CHARS
from ringfence.media import wav
from ringfence.speech.by_utterance import listen
from ringfence.speech.providers import Heard

Send = Callable[[bytes, str, Any], Awaitable[tuple[int, bytes]]]
"""A body, its media type and the wish → status and answer. Raises `OSError` without one."""

_RATE: Final = 8_000
_OK: Final = range(200, 300)
_AUDIO: Final = "@"
"""In a form: here goes the audio."""
_SURE: Final = 0.9
"""What is said of a text whose server does not say how sure it is."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a server wants it. ``file``: name of the file's field, "" for the WAV alone.

    ``fields``: others, with names in braces; ``answer``: where the text is, "" for all of it.
    """

    file: str = "file"
    fields: tuple[tuple[str, str], ...] = ()
    answer: str = "text"

    @classmethod
    def of(cls, *, form: str, answer: str) -> Form:
        """Read the settings; ``form``: ``file=@,a=b,c={language}``."""
        found = [item.partition("=")[::2] for item in form.split(",") if "=" in item]
        file = next((name for name, value in found if value == _AUDIO), "")
        return cls(file, tuple(pair for pair in found if pair[1] != _AUDIO), answer)


class Remote:
    """A recogniser; see the module."""

    def __init__(self, send: Send, form: Form) -> None:
        self._send = send
        self._form = form

    def listen(self, audio: AsyncIterator[bytes], wish: Any, /) -> AsyncIterator[Heard]:
        """Give what the server understands, utterance by utterance. Raises `RemoteError`."""
        return listen(audio, wish, self._understand)

    async def _understand(self, pcm: bytes, wish: Any) -> tuple[str, float]:
        body, media_type = request(pcm, wish, self._form)
        try:
            status, answer = await self._send(body, media_type, wish)
        except OSError:
            raise RemoteError("the recogniser does not answer", hint=503) from None
        if status not in _OK:
            raise RemoteError("the recogniser refuses", hint=status)
        return read(answer, self._form)


def request(pcm: bytes, wish: Any, form: Form) -> tuple[bytes, str]:
    """Return a request's body and its media type."""
    sound: array[int] = array("h", pcm)
    file = wav.write(sound, wav.Format(_RATE, 1))
    if not form.file:
        return file, "audio/wav"
    boundary = hashlib.sha256(file).hexdigest()[:40]  # cannot stand in what it is made of
    parts = [
        f'Content-Disposition: form-data; name="{form.file}"; filename="audio.wav"\r\n'
        "Content-Type: audio/wav\r\n\r\n".encode()
        + file
    ]
    words = _words(wish)
    for name, template in form.fields:
        value = template
        for word, said in words.items():
            value = value.replace(f"{{{word}}}", said)
        if value:
            head = f'Content-Disposition: form-data; name="{name}"\r\n\r\n'
            parts.append(head.encode() + value.encode())
    mark = f"--{boundary}\r\n".encode()
    whole = b"".join(mark + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode()
    return whole, f"multipart/form-data; boundary={boundary}"


def _words(wish: Any) -> Mapping[str, str]:
    return {
        "language": wish.language,
        "lang": wish.language.partition("-")[0],
        "hints": " ".join(wish.hints),
        "model": wish.model,
        "enhanced": "true" if wish.enhanced else "",
    }


def read(answer: bytes, form: Form) -> tuple[str, float]:
    """Return text and confidence. Raises `RemoteError` (502) for what is no answer."""
    if not form.answer:
        return _told(answer.decode("utf-8", "replace")), _SURE
    try:
        said: Any = msgspec.json.decode(answer)
    except msgspec.DecodeError:
        raise RemoteError("the recogniser's answer is no JSON", hint=502) from None
    found = said
    for step in form.answer.split("."):
        try:
            found = found[int(step)] if isinstance(found, list) else found[step]
        except (KeyError, IndexError, ValueError, TypeError):
            raise RemoteError("the recogniser's answer has no text", hint=502) from None
    if not isinstance(found, str):
        raise RemoteError("the recogniser's answer has no text", hint=502)
    sure = said.get("confidence") if isinstance(said, dict) else None
    if isinstance(sure, int | float) and 0 <= sure <= 1:
        return _told(found), float(sure)
    return _told(found), _SURE


def _told(text: str) -> str:
    return " ".join(text.split())[:RECOGNISED_CHARS]
