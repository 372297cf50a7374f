"""Text messages at work: the post of the office, and the carriers it hands them to.

A part of the composition root, beside the exchange's calls.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from ringfence.accounts.carriers import TextCarrier
from ringfence.accounts.filling import Reply, Request
from ringfence.carriers.roster import Around, Roster
from ringfence.config import Settings
from ringfence.kernel.clock import Clock
from ringfence.kernel.ids import PartyId
from ringfence.kernel.phone import Phone
from ringfence.messaging.carrier import CarrierState, Receiver
from ringfence.office import Office
from ringfence.office.messaging.pieces import PieceShelf
from ringfence.privacy.purposes import exchange_itself
from ringfence.webhooks.client import Document
from ringfence.webhooks.result import FetchResult


class Web(Protocol):
    """The web behind the guard for URLs (`ringfence.outside.Outside`)."""

    async def ask(self, url: str, document: Document, limit: int, total_ms: int) -> FetchResult:
        """Send a document to a gateway; at most so many bytes of its answer."""
        ...

    async def picture(self, url: str, limit: int, /) -> FetchResult:
        """Get a picture of at most so many bytes."""
        ...


class Postroom:
    """The carriers of one office."""

    def __init__(
        self, settings: Settings, office: Office, receiver: Receiver, *, clock: Clock, web: Web
    ) -> None:
        self._office = office
        self._web = web
        office.pictures.start(web.picture)
        self._parts = PieceShelf(office)
        self.roster = Roster(
            Around(
                receiver=receiver,
                keeper=self._parts,
                clock=clock,
                fetch=self._fetch,
                ours=self._is_ours,
                region=office.region,
                listen=settings.sip.host,
            )
        )

    async def start(self) -> None:
        """Connect the carriers and let the post hand messages over."""
        with exchange_itself():
            await self.roster.start([kept.body for kept in self._office.shelf.all(TextCarrier)])
        await self._office.post.start(self.roster)

    async def stop(self) -> None:
        """Hand over no more, let what was handed over be answered, and disconnect."""
        await self._office.post.stop()
        await self.roster.stop()

    async def added(self, setup: TextCarrier, /) -> None:
        """A carrier is put to work."""
        with exchange_itself():
            await self.roster.add(setup)
        self._office.post.wake()

    async def removed(self, name: str, /) -> None:
        """A carrier is taken away."""
        await self.roster.remove(name)

    def forget_person(self, party: PartyId) -> None:
        """Somebody was erased: what came of their messages goes no further."""
        for carrier, key in self._parts.erased(party):
            self.roster.forget(carrier, key)

    def state(self, name: str, /) -> CarrierState | None:
        """How a carrier is."""
        return self.roster.state(name)

    async def told(self, name: str, secret: str, document: Mapping[str, Any], /) -> bool:
        """Take a webhook of a gateway; True when it is durable."""
        with exchange_itself():
            return await self.roster.told(name, secret, document)

    def _is_ours(self, phone: Phone) -> bool:
        return self._office.directory.roll.owner(phone) is not None

    async def _fetch(self, request: Request, *, limit: int, total_ms: int) -> Reply:
        document = Document(request.body, request.media_type, request.headers, request.method)
        result = await self._web.ask(request.url, document, limit, total_ms)
        asked = next((value for name, value in result.headers if name.lower() == "retry-after"), "")
        return Reply(result.status, result.body, result.failure or "", asked)
