"""Pictures of messages: fetched once behind the guard, kept sealed, given out by a link of ours.

::

    MediaUrl ──fetch, once──► objects/media (sealed) ──► PUBLIC/m/WORD ──► the carrier, the person
    carrier's link ──job───►                         └─► FetchMedia, as bytes

Without ``public_url`` nobody could follow a link of ours, and a carrier gets the address it was
asked with. A link dies with its picture: deleted, redacted, too old, of somebody who was erased.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from ringfence.api import views_messages as views
from ringfence.jobs.queue import Job
from ringfence.kernel.clock import SECOND, Ms
from ringfence.kernel.errors import Refused, RemoteError
from ringfence.kernel.ids import MediaId, MessageId
from ringfence.kernel.limits import TEXT_LINK_S, TEXT_PICTURE_BYTES, TEXT_PICTURE_WAIT_MS
from ringfence.messaging import pictures
from ringfence.observe.logs import get_logger
from ringfence.office.messaging.showing import WHAT, WHY, message_id
from ringfence.office.table import EVERYBODY, KNOWN, TABLE
from ringfence.privacy.purposes import exchange_itself, purpose
from ringfence.storage.texts import Medium
from ringfence.webhooks.result import FetchResult

if TYPE_CHECKING:
    from ringfence.office import Office

log = get_logger(__name__)

Get = Callable[[str, int], Awaitable[FetchResult]]
"""Gets a URL behind the guard: at most so many bytes."""

_HOPELESS = frozenset({"bad_url", "fetch_refused", "fetch_too_large", "fetch_redirects"})
_CONTENT = "user.content.private"


class Pictures:
    """The pictures of one office. Without `start`, nothing is fetched."""

    def __init__(self, office: Office, *, over: Pictures | None = None) -> None:
        """``over``: those of the installation, by whose way all are fetched."""
        self._office = office
        self._over = over
        self._getter: Get | None = None
        self._turns: dict[MediaId, asyncio.Lock] = {}

    def start(self, get: Get) -> None:
        """From now on pictures can be fetched."""
        self._getter = get

    @property
    def _get(self) -> Get | None:
        return self._getter if self._over is None else self._over._get

    async def links(self, message: MessageId) -> tuple[str, ...]:
        """Return what a carrier is given of a message's pictures, fetching those not here yet.

        Raises `Refused` for one that cannot be had, `RemoteError` for one that may be had later.
        """
        office = self._office
        texts, reading = office.store.rooms.texts, office.store.db.reading
        found = []
        for medium in texts.media(reading, message):
            if not office.settings.public_url or self._get is None:
                with purpose(WHY):
                    found.append(texts.link(medium))
                continue
            await self.fetch(medium)
            found.append(self.link(medium.id))
        return tuple(link for link in found if link is not None)

    def link(self, medium: MediaId) -> str:
        """Return a link to a picture, good for some days."""
        until = Ms(self._office.clock.now() + TEXT_LINK_S * SECOND)
        word = pictures.word(self._office.store.store.secret("picture"), medium, until)
        return f"{self._office.settings.public_url}/m/{word}"

    async def fetch(self, medium: Medium) -> Medium:
        """Return a picture that is here, fetching it if it is not. Raises as `links` does."""
        lock = self._turns.setdefault(medium.id, asyncio.Lock())
        try:
            async with lock:
                now = self._office.store.rooms.pictures.get(
                    self._office.store.db.reading, medium.id
                )
                return now if now.media_type is not None else await self._fetch(now)
        finally:
            if not lock.locked():
                self._turns.pop(medium.id, None)

    async def _fetch(self, medium: Medium) -> Medium:
        office, files = self._office, self._office.store.rooms.pictures
        with exchange_itself(), purpose(WHY):
            url = office.store.rooms.texts.link(medium)
        if url is None or self._get is None:
            raise Refused("not_found", "that picture is not here")
        result = await self._get(url, int(TEXT_PICTURE_BYTES))
        if result.failure is not None:
            log.info("picture_failed", message=medium.text, code=result.failure)
            if result.failure in _HOPELESS or 400 <= result.status < 500:
                raise Refused("bad_media_url", "a picture could not be had from its URL")
            raise RemoteError("a picture could not be had", hint=result.status or 502)
        kind, body = pictures.type_of(result.content_type), result.body
        await asyncio.to_thread(files.write, medium, body)
        kept = await office.write(
            lambda tx: files.keep(tx, medium.id, media_type=kind, size=len(body))
        )
        if not kept:
            files.drop(medium.id)
            raise Refused("not_found", "the message of that picture is gone")
        return files.get(office.store.db.reading, medium.id)

    async def __call__(self, job: Job, now: Ms, /) -> None:
        """Fetch the pictures of a message that came in (`jobs.handlers.texts.FetchPictures`)."""
        theirs = self._office.of(job.account).pictures
        if theirs is not self:
            await theirs(job, now)  # another account's message
            return
        texts, reading = self._office.store.rooms.texts, self._office.store.db.reading
        for medium in texts.media(reading, MessageId(str(job.body["message"]))):
            try:
                with exchange_itself():
                    await self.fetch(medium)
            except Refused as refused:
                log.info("picture_failed", message=medium.text, code=refused.code)

    async def known(self, message: MessageId) -> None:
        """Fetch the pictures of a message that came, as far as a moment allows: their kind is told.

        Where one cannot be had in `TEXT_PICTURE_WAIT_MS` the message is told without its kind.
        """
        reading = self._office.store.db.reading
        with suppress(TimeoutError):
            async with asyncio.timeout(TEXT_PICTURE_WAIT_MS / 1000):
                for medium in self._office.store.rooms.texts.media(reading, message):
                    if self._get is not None:
                        with suppress(Refused, RemoteError):
                            await self.fetch(medium)

    def read(self, medium: Medium) -> views.PictureBytes:
        """Return a picture in clear. Purpose: carry_message."""
        body = self._office.store.rooms.pictures.read(medium)
        return views.PictureBytes(media_type=medium.media_type or "", body=body)


@TABLE.use_case("message.media.bytes", actors=KNOWN, purpose=WHY, category=_CONTENT, live=True)
async def media_bytes(office: Office, *, sid: str, medium: str) -> views.PictureBytes:
    """One picture of a message, itself."""
    texts = office.store.rooms.texts
    found = texts.medium(office.store.db.reading, message_id(sid), medium)
    try:
        return office.pictures.read(await office.pictures.fetch(found))
    except RemoteError:
        raise Refused("too_slow", "where that picture lies does not answer at present") from None


@TABLE.use_case(
    "message.media.follow",
    actors=EVERYBODY,
    purpose="authenticate",
    category="user.authorization.credentials",
    also=("carry_message",),
)
async def follow_link(office: Office, *, word: str) -> views.PictureBytes:
    """The picture a link of ours leads to; the word in it is the proof."""
    medium = pictures.read(office.store.store.secret("picture"), word, office.clock.now())
    try:
        with exchange_itself(), purpose(WHY):
            found = office.store.rooms.pictures.get(office.store.db.reading, medium)
            return office.pictures.read(found)
    except Refused:
        raise Refused("not_found", "there is nothing here") from None


__all__ = ["WHAT", "Pictures"]
