"""Whoever understands speech here: chosen by the settings, behind the door for recipients.

``sphinx`` is this machine itself. A server (``http``), and a package of somebody else's, which may
ask one, are recipients: nothing is said to them without a contract in force, and what the wish
does not want read is taken out of whatever they say.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from ringfence.kernel.errors import Refused, RemoteError
from ringfence.kernel.limits import RECOGNISER_ANSWER_BYTES, RECOGNISER_UTTERANCE_MS
from ringfence.office.privacy.notice import terms
from ringfence.privacy.processors import PROCESSORS, check_terms, release
from ringfence.privacy.purposes import current
from ringfence.speech.decency import decent
from ringfence.speech.providers import Heard, Recogniser, recogniser
from ringfence.speech.remote import Form, Remote
from ringfence.webhooks.client import Document
from ringfence.webhooks.result import FetchResult

if TYPE_CHECKING:
    from ringfence.office import Office

PROCESSOR = "recogniser"
HERE = "sphinx"
"""The one that tells nobody anything."""
SERVER = "http"


class Ask(Protocol):
    """Sends a document to a server: `ringfence.outside.Outside.ask`."""

    def __call__(
        self, url: str, document: Document, limit: int, total_ms: int, /
    ) -> Awaitable[FetchResult]: ...


class Ears:
    """The recogniser of an installation, as everybody but its maker sees it."""

    def __init__(self, office: Office, name: str, found: Recogniser) -> None:
        self.name = name
        self._office = office
        self._found = found

    async def listen(self, audio: AsyncIterator[bytes], wish: Any, /) -> AsyncIterator[Heard]:
        """As `Recogniser.listen`. Raises `Refused` where nobody may be told what is said."""
        if self.name != HERE:
            self._check()
        async for heard in self._found.listen(audio, wish):
            clean = wish.profanity_filter and heard.text
            yield replace(heard, text=decent(heard.text)) if clean else heard

    def _check(self) -> None:
        office, now = self._office, self._office.clock.now()
        reading = office.store.db.reading
        if office.store.rooms.policies.at(reading, now) is None:
            # the first seconds of an installation: where data may go is not written down yet
            raise RemoteError("no version of the notice is in force yet", hint=503)
        check_terms(PROCESSORS[PROCESSOR], terms(office, reading, now), now)

    async def close(self) -> None:
        """Let go of processes, where it has some."""
        close: Callable[[], Awaitable[None]] | None = getattr(self._found, "close", None)
        if close is not None:
            await close()


def ears(office: Office, ask: Ask) -> Ears | None:
    """Return whoever the settings name, None for nobody. Raises `Refused`."""
    name = office.settings.recogniser
    if name != SERVER:
        found = recogniser(name)
        return None if found is None else Ears(office, name, found)
    settings = office.settings
    if not settings.recogniser_url:
        raise Refused("no_recogniser_url", "set recogniser_url: the server that understands speech")
    form = Form.of(form=settings.recogniser_form, answer=settings.recogniser_answer)

    async def send(body: bytes, media_type: str, wish: Any) -> tuple[int, bytes]:
        return await _send(office, ask, body, media_type, wish)

    return Ears(office, name, Remote(send, form))


async def _send(
    office: Office, ask: Ask, body: bytes, media_type: str, wish: Any
) -> tuple[int, bytes]:
    now, why = office.clock.now(), current()
    sent = release(
        PROCESSOR,
        {"audio": body, "language": wish.language.encode(), "hints": b""},
        purpose=why if why in PROCESSORS[PROCESSOR].purposes and why else "connect_call",
        terms=terms(office, office.store.db.reading, now),
        now=now,
    )
    token = office.settings.recogniser_token
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    result = await ask(
        office.settings.recogniser_url,
        Document(sent["audio"], media_type, headers),
        int(RECOGNISER_ANSWER_BYTES),
        int(RECOGNISER_UTTERANCE_MS),
    )
    if not result.status:
        raise OSError(result.failure)
    return result.status, result.body
