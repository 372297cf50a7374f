"""The world beyond the calls, as the switch's ports want it: the web, speech, clips, flows."""

from __future__ import annotations

import asyncio
import copy
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from ringfence.accounts.filling import Reply, Request
from ringfence.calls.events import CallFact
from ringfence.config import Settings
from ringfence.flows.library import Library
from ringfence.kernel import ids
from ringfence.kernel.clock import Clock, Ms
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import LocalError, Refused, RemoteError
from ringfence.kernel.ids import CallId, ClipId, MessageId
from ringfence.kernel.limits import CLIP_BYTES_MAX, PUSH_WAIT_MS
from ringfence.kernel.phone import Phone
from ringfence.markup.exchange import (
    Callback,
    ClipFailed,
    Fetch,
    Fetched,
    FetchFailed,
    LoadMedia,
)
from ringfence.observe.logs import get_logger
from ringfence.office import Office
from ringfence.office.deliveries import code_of
from ringfence.office.exchanges import Exchanges
from ringfence.privacy.processors import Terms, released
from ringfence.speech.clips import Decoder
from ringfence.speech.providers import provider
from ringfence.speech.shelf import Shelf
from ringfence.storage.deliveries import Message
from ringfence.storage.fetched import Answer, Kind
from ringfence.storage.notifications import Exchange
from ringfence.switch.ports import Clip
from ringfence.webhooks.client import (
    Document,
    Method,
    Param,
    WebhookClient,
    requested,
    signed_document,
)
from ringfence.webhooks.courier import Attempt
from ringfence.webhooks.freshness import lifetime
from ringfence.webhooks.guard import Guard, check_secure
from ringfence.webhooks.result import FetchResult
from ringfence.webhooks.sockets import SocketClient, WebSocket

log = get_logger(__name__)

P = TypeVar("P")

_INSTRUCTED = Terms.of("", (), ())
"""The account's own server is instructed by the account: no contract of ours stands behind it."""

RATE = 8_000
"""Clips are kept at telephone rate: the engine brings them to 16 kHz for a G.722 leg."""


class ClipShelf:
    """The clips calls play from."""

    def __init__(self) -> None:
        self._shelf: Shelf[ClipId, Clip] = Shelf()

    def get(self, clip: ClipId, /) -> Clip | None:
        """The clip, if it is there."""
        return self._shelf.get(clip)

    def keep(self, clip: Clip, /) -> None:
        """Have it at hand."""
        self._shelf.put(clip.id, clip)

    def drop(self, clip: ClipId, /) -> None:
        """Keep it no longer."""
        self._shelf.drop(clip)


class SpeechDesk:
    """Speaks, and remembers what it has spoken."""

    def __init__(self, settings: Settings, *, entropy: Entropy, clock: Clock) -> None:
        self._provider = provider("espeak", default_voice=settings.voice)
        self._voice = settings.voice
        self._entropy = entropy
        self._clock = clock
        self._spoken: Shelf[tuple[str, str, str], Clip] = Shelf()
        self._prompts: tuple[str, ...] = ()
        self._rehearsal: asyncio.Task[None] | None = None

    def ready(self, text: str, voice: str, language: str, /) -> Clip | None:
        """The clip, if it has been spoken before."""
        return self._spoken.get((text, voice, language))

    async def speak(self, text: str, voice: str, language: str, /) -> Clip | None:
        """The clip; None where the text cannot be spoken."""
        known = self.ready(text, voice, language)
        if known is not None:
            return known
        pcm = await self._provider.speak(text, voice=voice, language=language, rate=RATE)
        if pcm is None:
            return None
        clip = Clip(_clip_id(self._clock, self._entropy), RATE, pcm)
        self._spoken.put((text, voice, language), clip)
        return clip

    def forget(self) -> None:
        """Drop every clip: what was spoken may name somebody who was erased."""
        self._spoken.clear()

    def rehearse(self, prompts: tuple[tuple[str, str, str], ...]) -> None:
        """Speak these before a caller waits for them."""

        async def all_of_them() -> None:
            for text, voice, language in prompts:
                await self.speak(text, voice, language)

        self._rehearsal = asyncio.create_task(all_of_them())

    async def close(self) -> None:
        """End the helper process."""
        if self._rehearsal is not None:
            self._rehearsal.cancel()
        await self._provider.close()


class Outside:
    """Documents, clips and callbacks over HTTP, and the flows of this installation."""

    def __init__(
        self, settings: Settings, office: Office, *, entropy: Entropy, clock: Clock
    ) -> None:
        self._voice = settings.voice
        self.applets = Library(voice=settings.voice)
        self.fetched: Counter[str] = Counter()
        guard = Guard(map(str, settings.fetch_private))
        self._guard = guard
        self._client = WebhookClient(guard)
        self._sockets = SocketClient(guard)
        self._directory = office.directory
        self._exchanges = Exchanges(office)
        self._entropy = entropy
        self._clock = clock
        self._decoder = Decoder()
        self.tell: Callable[[CallId | None, Callback], None] = _untold
        """Who keeps callbacks; the exchange sets it."""

    def of(self, office: Office) -> Outside:
        """The same world as the servers of another account see it: its token, its log, its flows.

        Who keeps its callbacks has to be said anew.
        """
        made = copy.copy(self)
        made.applets = Library(voice=self._voice)
        made._directory = office.directory
        made._exchanges = Exchanges(office)
        made.tell = _untold
        return made

    async def fetch(self, call: CallId, request: Fetch, /) -> Fetched | FetchFailed:
        """Get a document, signed with the account's token."""
        params = self._released(request.params, "connect_call")
        url = requested(request.url, request.method, params)
        kept = self._exchanges.find("document", url) if request.method == "GET" else None
        if kept is not None:
            self.fetched["kept"] += 1
            return Fetched(
                request=request.request, body=kept.body, url=url, content_type=kept.content_type
            )
        result = await self._client.fetch(
            request.url, method=request.method, params=params, token=self._directory.auth_token
        )
        self._note(call, "document", request.method, request.url, params, result)
        self._keep(call, "document", request.method, url, result)
        if result.failure is not None:
            self.fetched[result.failure] += 1
            log.info("document_failed", call=call, code=result.failure, status=result.status)
            return FetchFailed(request=request.request, code=result.failure, status=result.status)
        self.fetched["ok"] += 1
        return Fetched(
            request=request.request,
            body=result.body,
            url=result.url,
            content_type=result.content_type,
            elapsed_ms=result.elapsed_ms,
        )

    async def fetch_about(self, message: MessageId, request: Fetch, /) -> Fetched | FetchFailed:
        """Get a document about a text message, signed with the account's token; it is not kept."""
        params = self._released(request.params, "carry_message")
        result = await self._client.fetch(
            request.url, method=request.method, params=params, token=self._directory.auth_token
        )
        self._note(None, "document", request.method, request.url, params, result, subject=message)
        self.fetched[result.failure or "ok"] += 1
        if result.failure is not None:
            return FetchFailed(request=request.request, code=result.failure, status=result.status)
        return Fetched(
            request=request.request,
            body=result.body,
            url=result.url,
            content_type=result.content_type,
            elapsed_ms=result.elapsed_ms,
        )

    async def load(self, call: CallId, request: LoadMedia, /) -> Clip | ClipFailed:
        """Get an audio file and decode it; without its server's word it streams through."""
        kept = self._exchanges.find("media", request.url)
        if kept is not None:
            self.fetched["kept"] += 1
            return await self._decoded(request, kept.body)
        result = await self._client.fetch(
            request.url, method="GET", token=self._directory.auth_token, limit=int(CLIP_BYTES_MAX)
        )
        self._note(call, "media", "GET", request.url, (), result)
        if result.failure is not None:
            self.fetched[result.failure] += 1
            log.info("clip_failed", call=call, code=result.failure, status=result.status)
            return ClipFailed(request=request.request, code=result.failure, status=result.status)
        self.fetched["ok"] += 1
        found = await self._decoded(request, result.body)
        if isinstance(found, Clip):
            self._keep(call, "media", "GET", request.url, result)
        return found

    async def _decoded(self, request: LoadMedia, audio: bytes) -> Clip | ClipFailed:
        try:
            pcm = await self._decoder.decode(audio, rate=RATE)
        except RemoteError as error:
            log.info("clip_not_audio", hint=error.hint)
            return ClipFailed(request=request.request, code=_UNDECODED[error.hint])
        return Clip(_clip_id(self._clock, self._entropy), RATE, pcm)

    async def connect(self, url: str, /) -> WebSocket:
        """Open a WebSocket: a call's audio goes to the account's own server."""
        if not self._released([("audio", "")], "connect_call"):
            raise Refused("not_released", "audio may not go there")
        return await self._sockets.connect(url, token=self._directory.auth_token)

    def callback(self, call: CallId, request: Callback, /) -> None:
        """Have it delivered: kept before its first try, tried until it is taken."""
        self.tell(call, request)

    async def deliver(
        self, message: Message, *, once: str, spare: bool = False, token: str
    ) -> list[Attempt]:
        """Send a callback, signed; to its second URL where the first fails, or is not asked.

        ``token``: of the account whose callback it is. ``once``: the same for every try. Returns
        the requests made; the last one counts.
        """
        params = self._released(message.params, "deliver_content")
        made: list[Attempt] = []
        code = "11200"
        told, body = partial(self._told, once=once, token=token), message.body
        if not spare:
            made.append(await told(message.url, message.method, params, body))
            result = made[0].result
            if result.failure is None or not message.spare_url:
                return made
            code = str(code_of(result.failure, "callback") or code)
        params = [*params, ("ErrorCode", code), ("ErrorUrl", message.url)]
        made.append(await told(message.spare_url, message.spare_method, params, body))
        return made

    async def _told(
        self,
        url: str,
        method: str,
        params: list[tuple[str, str]],
        body: bytes,
        *,
        once: str,
        token: str,
    ) -> Attempt:
        verb: Method = "GET" if method == "GET" else "POST"
        if body:
            target, document = signed_document(url, body, token)
            result = await self._client.fetch(target, document=document, once=once)
            verb, params = "POST", []
        else:
            result = await self._client.fetch(
                url, method=verb, params=params, token=token, once=once
            )
        self.fetched[result.failure or "ok"] += 1
        at = Ms(self._clock.now() - result.elapsed_ms)
        return Attempt(url, verb, params, body, result, at)

    def _released(self, params: Sequence[tuple[str, P]], why: str) -> list[tuple[str, P]]:
        """Return what the account's own server may have; the rest does not leave."""
        return released(
            "account_server", params, purpose=why, terms=_INSTRUCTED, now=self._clock.now()
        )

    async def post(
        self, url: str, body: bytes, media_type: str, headers: Mapping[str, str], /
    ) -> tuple[int, bytes]:
        """Post a document; status and answer. Raises `OSError` where no answer came."""
        result = await self._client.fetch(
            url,
            total_ms=int(PUSH_WAIT_MS),
            document=Document(body, media_type, headers),
        )
        self.fetched[result.failure or "ok"] += 1
        if not result.status:
            raise OSError(result.failure)
        return result.status, result.body

    def watch(self, facts: Sequence[CallFact]) -> None:
        """Have what was wrong with documents written into the account's log."""
        self._exchanges.watch(facts)

    async def ask(self, url: str, document: Document, limit: int, total_ms: int) -> FetchResult:
        """Send a document to a gateway of the account's; what came of it."""
        result = await self._client.fetch(url, document=document, limit=limit, total_ms=total_ms)
        self.fetched[result.failure or "ok"] += 1
        return result

    async def ask_processor(self, request: Request, *, limit: int, total_ms: int) -> Reply:
        """Have a payment processor asked, over TLS; the exchange is in no log but as a count."""
        try:
            check_secure(self._guard, request.url)
        except Refused:
            return Reply(failure="fetch_refused")
        document = Document(request.body, request.media_type, request.headers, request.method)
        result = await self.ask(request.url, document, limit, total_ms)
        return Reply(result.status, result.body, result.failure or "")

    async def picture(self, url: str, limit: int, /) -> FetchResult:
        """Get a picture of a message, of at most so many bytes."""
        result = await self._client.fetch(url, method="GET", limit=limit)
        self.fetched[result.failure or "ok"] += 1
        return result

    def _note(
        self,
        call: CallId | None,
        kind: str,
        method: Method,
        url: str,
        params: Iterable[Param],
        result: FetchResult,
        *,
        subject: str | None = None,
    ) -> None:
        """Have the exchange written into the account's log; audio is only counted there."""
        self._exchanges.note(
            Exchange(
                call=call,
                subject=subject,
                kind=kind,
                at=Ms(self._clock.now() - result.elapsed_ms),
                elapsed_ms=result.elapsed_ms,
                method=method,
                url=url,
                params=[(n, v.e164 if isinstance(v, Phone) else v) for n, v in params],
                status=result.status,
                failure=result.failure,
                content_type=result.content_type,
                body=b"" if kind == "media" else result.body,
                response_size=len(result.body),
                code=code_of(result.failure, kind),
                headers=result.headers,
            )
        )

    def _keep(
        self, call: CallId, kind: Kind, method: Method, url: str, result: FetchResult
    ) -> None:
        """Keep the answer where its server says so, and only from where it was asked for."""
        if result.failure is not None or result.redirects:
            return
        seconds = lifetime(
            result.headers,
            status=result.status,
            method=method,
            authorized=result.authorized,
            now=self._clock.now(),
            most_s=self._exchanges.most_s,
        )
        answer = Answer(result.content_type, result.body)
        self._exchanges.keep(call, kind, url, answer, seconds=seconds)

    async def close(self) -> None:
        """Drop connections."""
        await self._client.close()
        await self._sockets.close()
        await self._decoder.close()


_UNDECODED = {413: "clip_too_long", 415: "clip_not_audio", 422: "clip_slow"}
"""What the decoder's hints mean to whoever wrote the document."""


def _untold(call: CallId | None, request: Callback) -> None:  # noqa: ARG001 - stands for nobody
    raise LocalError("nobody keeps callbacks")


def _clip_id(clock: Clock, entropy: Entropy) -> ClipId:
    return ClipId(ids.make("clip", clock.now(), entropy))
