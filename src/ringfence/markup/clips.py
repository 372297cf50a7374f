"""The clips of one call: asked for ahead of time, kept while the call lasts.

Speech is shared within the call: the same sentence in the same voice is one clip. Audio from a URL
is asked for anew by every document, because only its server knows whether it has changed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import ClipId
from ringfence.kernel.limits import (
    CLIP_BYTES_MAX,
    CLIP_SECONDS_MAX,
    MARKUP_CLIPS_KEPT,
    MARKUP_MEDIA_WAIT_MS,
    MARKUP_SPEECH_WAIT_MS,
)
from ringfence.markup.exchange import ClipFailed, ClipReady, LoadMedia, Speak
from ringfence.markup.urls import is_reference, resolve
from ringfence.markup.verbs import Play, Say

REASONS: Final[dict[str, str]] = {
    "fetch_failed": "the connection failed",
    "fetch_refused": "its address is private or not allowed",
    "fetch_host_unknown": "the host name is not known",
    "fetch_redirects": "too many redirects",
    "fetch_tls": "the certificate of its server is not valid",
    "fetch_too_large": f"it is larger than {CLIP_BYTES_MAX // 1024**2} MiB",
    "fetch_timed_out": "no complete answer came in time",
    "fetch_status": "the server answered {status}",
    "bad_url": "its address is not an http or https URL",
    "relative_url": "its address is relative and the document has no URL of its own",
    "clip_not_audio": "what came is neither MP3 nor WAV of a coding that is read (PCM, G.711)",
    "clip_too_long": f"it is longer than {CLIP_SECONDS_MAX} s",
    "clip_slow": "it could not be decoded in time",
    "": "it could not be had",
}
"""Why there is no clip of an audio file: the end of a sentence on the call's timeline."""


class Clip:
    """A clip on its way: ``clip`` once it is ready, ``failed`` where it never will be.

    ``code`` and ``status`` say why it failed (`ringfence.markup.exchange.ClipFailed`).
    """

    __slots__ = ("clip", "code", "due", "failed", "status")

    def __init__(self) -> None:
        self.clip: ClipId | None = None
        self.failed = False
        self.code = ""
        self.status = 0
        self.due = Ms(0)

    def fail(self, code: str, status: int = 0) -> None:
        """There will be no clip."""
        self.failed = True
        self.code = code
        self.status = status

    @property
    def reason(self) -> str:
        """Why it failed, as the end of a sentence."""
        return REASONS.get(self.code, REASONS[""]).format(status=self.status)

    @property
    def settled(self) -> bool:
        return self.failed or self.clip is not None


class ClipShelf:
    """Asks for clips and remembers them. ``ask`` sends a request to the world."""

    __slots__ = ("_ask", "_fetched", "_language", "_pending", "_spoken", "_voice", "next_request")

    def __init__(
        self,
        ask: Callable[[Speak | LoadMedia], None],
        next_request: Callable[[], int],
        *,
        voice: str = "",
        language: str = "",
    ) -> None:
        self._ask = ask
        self.next_request = next_request
        self._voice = voice
        self._language = language
        self._spoken: dict[tuple[str, str, str], Clip] = {}
        self._fetched: dict[str, Clip] = {}
        self._pending: dict[int, Clip] = {}

    def want(self, prompt: Say | Play, base: str, now: Ms) -> Clip:
        """Return the clip of a prompt, asking for it the first time."""
        if isinstance(prompt, Say):
            return self._speech(prompt, now)
        return self._media(prompt, base, now)

    def new_document(self) -> None:
        """Forget fetched audio: the next document may mean something new by the same URL."""
        self._fetched.clear()

    def receive(self, answer: ClipReady | ClipFailed) -> None:
        """Settle a request; an answer that came too late is ignored."""
        clip = self._pending.pop(answer.request, None)
        if clip is None:
            return
        if isinstance(answer, ClipReady):
            clip.clip = answer.clip
        else:
            clip.fail(answer.code, answer.status)

    def deadline(self) -> Ms | None:
        """When the first unanswered request counts as failed."""
        return min((clip.due for clip in self._pending.values()), default=None)

    def fire(self, now: Ms) -> bool:
        """Fail what is overdue; whether anything was."""
        late = [request for request, clip in self._pending.items() if clip.due <= now]
        for request in late:
            self._pending.pop(request).fail("fetch_timed_out")
        return bool(late)

    def _speech(self, prompt: Say, now: Ms) -> Clip:
        voice = prompt.voice if prompt.voice != "default" else self._voice
        language = prompt.language or self._language
        key = (prompt.text, voice, language)
        clip = self._spoken.get(key)
        if clip is not None and not clip.failed:
            return clip
        if len(self._spoken) >= MARKUP_CLIPS_KEPT:
            del self._spoken[next(iter(self._spoken))]
        clip = self._spoken[key] = Clip()
        request = self.next_request()
        self._wait(request, clip, now + MARKUP_SPEECH_WAIT_MS)
        self._ask(Speak(request=request, text=prompt.text, voice=voice, language=language))
        return clip

    def _media(self, prompt: Play, base: str, now: Ms) -> Clip:
        clip = self._fetched.get(prompt.url)
        if clip is not None:
            return clip
        clip = self._fetched[prompt.url] = Clip()
        url = resolve(prompt.url, base)
        if url is None or url.startswith("flow:"):
            relative = is_reference(prompt.url) and url is None
            clip.fail("relative_url" if relative else "bad_url")
            return clip
        request = self.next_request()
        self._wait(request, clip, now + MARKUP_MEDIA_WAIT_MS)
        self._ask(LoadMedia(request=request, url=url))
        return clip

    def _wait(self, request: int, clip: Clip, due: int) -> None:
        clip.due = Ms(due)
        self._pending[request] = clip
