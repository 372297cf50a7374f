"""A carrier over HTTP: a gateway's form or JSON by a template, its webhooks by another.

A gateway knows nothing of links: it counts as ready, and each message says how it went. One that
asks for peace (``Retry-After``) is left in it, by all messages. A message
whose answer did not come may have left; it is handed over again under the same ``{id}``, by which
most gateways know it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

from ringfence.accounts.filling import Fetch, Reply
from ringfence.carriers import template as templates
from ringfence.carriers.again import Again, digest
from ringfence.carriers.template import Template
from ringfence.kernel.clock import Clock, Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import (
    GATEWAY_ANSWER_BYTES,
    GATEWAY_AT_ONCE,
    GATEWAY_MS,
    GATEWAY_WAIT_MS,
    SMPP_SAFE_MS,
)
from ringfence.kernel.phone import Phone
from ringfence.messaging.carrier import (
    Accepted,
    CarrierState,
    Cause,
    Inbound,
    Link,
    Outbound,
    Receipt,
    Receiver,
    Rejected,
)

_LINKS = 8
"""Addresses of media that a webhook may bring."""


class HttpCarrier:
    """A `Carrier`; see `ringfence.messaging.carrier`."""

    def __init__(
        self,
        name: str,
        template: Template,
        receiver: Receiver,
        *,
        clock: Clock,
        fetch: Fetch,
        region: str | None = None,
    ) -> None:
        self._name = name
        self._template = template
        self._receiver = receiver
        self._clock = clock
        self._fetch = fetch
        self._region = region
        self._link = Link.STOPPED
        self._since = clock.now()
        self._detail = ""
        self._peace: Ms | None = None
        self._busy = 0
        self._again = Again()
        self._gate = asyncio.Semaphore(GATEWAY_AT_ONCE)

    @property
    def name(self) -> str:
        """What the operator calls it."""
        return self._name

    async def start(self) -> None:
        """Be there: a gateway is asked when there is something to send."""
        self._link, self._since, self._peace = Link.READY, self._clock.now(), None

    async def stop(self) -> None:
        """Hand over no more; who waits for an answer gets it."""
        self._link, self._since = Link.STOPPED, self._clock.now()

    def state(self) -> CarrierState:
        """Return how it is; ``detail``: what went wrong with the last message."""
        if self._link is Link.WAITING and self._peace is not None:
            now = self._clock.now()
            if now >= self._peace:
                self._link, self._since, self._peace = Link.READY, now, None
        return CarrierState(
            link=self._link, since=self._since, unanswered=self._busy, detail=self._detail
        )

    async def send(self, message: Outbound, /) -> Accepted | Rejected:
        """Hand a message over and judge the answer."""
        try:
            request = templates.request(self._template, message)
        except Refused as refused:
            return Rejected(message.id, Cause.BAD_MESSAGE, refused.code, 0, temporary=False)
        self._busy += 1
        try:
            async with self._gate:
                reply = await self._fetch(request, limit=GATEWAY_ANSWER_BYTES, total_ms=GATEWAY_MS)
        finally:
            self._busy -= 1
        return self._judge(message, reply)

    def _judge(self, message: Outbound, reply: Reply) -> Accepted | Rejected:
        if 200 <= reply.status < 300:
            if templates.succeeded(self._template, reply.body):
                self._detail = ""
                own = templates.identify(self._template, reply.body)
                return Accepted(message.id, (own or message.id,))
            self._detail = "refused"
            return Rejected(
                message.id, Cause.UNKNOWN, f"HTTP {reply.status}", reply.status, temporary=False
            )
        if not reply.status:
            self._detail = reply.failure or "no_answer"
            return Rejected(message.id, Cause.UNAVAILABLE, self._detail, 0, temporary=True)
        cause, temporary = _meaning(reply.status)
        self._detail = f"HTTP {reply.status}"
        now = self._clock.now()
        wait = wait_ms(reply.retry_after, now) if temporary and reply.status >= 400 else 0
        if wait and self._link in {Link.READY, Link.WAITING}:
            self._peace = Ms(max(now + wait, self._peace or 0))
            self._link, self._since = Link.WAITING, now
        return Rejected(message.id, cause, self._detail, reply.status, temporary, wait_ms=wait)

    async def told(self, document: Mapping[str, Any]) -> bool:
        """Take a webhook of the gateway; True when it is durable, and only then say yes to it.

        Raises `RemoteError` for one that is neither a receipt nor a message.
        """
        receipt, message = templates.told(self._template, document)
        async with asyncio.timeout(SMPP_SAFE_MS / 1000):
            if receipt:
                state, cause = templates.state_of(self._template, receipt["state"])
                return await self._receiver.receipt(
                    Receipt(
                        carrier=self._name,
                        carrier_id=receipt["id"][:64],
                        state=state,
                        error=receipt.get("error", "")[:16],
                        cause=cause,
                        at=self._clock.now(),
                    )
                )
            await self._arrived(message)
        return True

    async def _arrived(self, message: Mapping[str, str]) -> None:
        """Hand a message on; one without an id may be the same again, or a repetition."""
        own = message.get("id", "")
        if own:
            await self._receiver.inbound(self._inbound(message, own))
            return
        name = digest(message["from"], message["to"], message.get("text", ""))
        reference = self._again.reference(name, self, self._clock.now())
        try:
            await self._receiver.inbound(self._inbound(message, reference))
        except BaseException:
            self._again.refused(name)
            raise
        self._again.answered(name, self._clock.now())

    def _inbound(self, message: Mapping[str, str], reference: str) -> Inbound:
        sender, to, text = message["from"], message["to"], message.get("text", "")
        links = message.get("media", "").split()[:_LINKS]
        return Inbound(
            carrier=self._name,
            sender=_who(sender, self._region),
            to=_who(to, self._region),
            text=text,
            media=tuple(link for link in links if link.startswith(("https://", "http://"))),
            carrier_ref=reference[:64],
            at=self._clock.now(),
        )


def wait_ms(text: str, now: Ms) -> int:
    """Return how long ``Retry-After`` asks to wait: seconds or a date (RFC 9110 10.2.3).

    At most `GATEWAY_WAIT_MS`; 0 for what is neither, is past, or is not there.
    """
    plain = text.strip()
    if plain.isascii() and plain.isdigit():
        # More digits than the bound has are the bound; int() would take its time over thousands.
        asked = int(plain[:12]) * 1000
    else:
        try:
            when = parsedate_to_datetime(plain[:64])
            # "-0000" leaves it without a zone; every date of HTTP is in UTC (RFC 9110 5.6.7)
            asked = int(when.replace(tzinfo=when.tzinfo or UTC).timestamp() * 1000) - now
        except (ValueError, OverflowError):
            return 0
    return min(max(asked, 0), int(GATEWAY_WAIT_MS))


def _meaning(status: int) -> tuple[Cause, bool]:
    if status == 429:
        return Cause.BUSY, True
    if status == 402:
        return Cause.NO_CREDIT, True
    if status < 400 or status in {401, 403, 404, 405, 408, 425} or status >= 500:
        return Cause.UNAVAILABLE, True  # not this message is wrong: the account, the URL, the hour
    return Cause.BAD_MESSAGE, False


def _who(text: str, region: str | None) -> Phone | str:
    plain = text.strip()
    if any(mark.isalpha() for mark in plain) or not plain.isascii():
        return plain
    bare = plain.removeprefix("+")
    try:
        international = bare.isdigit() and len(bare) >= 11 and not plain.startswith(("+", "0"))
        return Phone.parse("+" + bare if international else plain, region=region)
    except Refused:
        return plain
