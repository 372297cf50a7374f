"""A carrier over HTTP: a gateway's form or JSON by a template, its webhooks by another.

A gateway knows nothing of links: it counts as ready, and each message says how it went. A message
whose answer did not come may have left; it is handed over again under the same ``{id}``, by which
most gateways know it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from ringfence.accounts.filling import Fetch, Reply
from ringfence.carriers import template as templates
from ringfence.carriers.template import Template
from ringfence.kernel.clock import Clock
from ringfence.kernel.errors import Refused
from ringfence.kernel.limits import GATEWAY_ANSWER_BYTES, GATEWAY_AT_ONCE, GATEWAY_MS, SMPP_SAFE_MS
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
        self._busy = 0
        self._gate = asyncio.Semaphore(GATEWAY_AT_ONCE)

    @property
    def name(self) -> str:
        """What the operator calls it."""
        return self._name

    async def start(self) -> None:
        """Be there: a gateway is asked when there is something to send."""
        self._link, self._since = Link.READY, self._clock.now()

    async def stop(self) -> None:
        """Hand over no more; who waits for an answer gets it."""
        self._link, self._since = Link.STOPPED, self._clock.now()

    def state(self) -> CarrierState:
        """Return how it is; ``detail``: what went wrong with the last message."""
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
        return Rejected(message.id, cause, self._detail, reply.status, temporary)

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
            await self._receiver.inbound(self._inbound(message))
        return True

    def _inbound(self, message: Mapping[str, str]) -> Inbound:
        sender, to, text = message["from"], message["to"], message.get("text", "")
        own = message.get("id", "")
        reference = own or sha256(f"{sender}\0{to}\0{text}".encode()).hexdigest()[:32]
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


def _meaning(status: int) -> tuple[Cause, bool]:
    if status == 429:
        return Cause.BUSY, True
    if status == 402:
        return Cause.NO_CREDIT, True
    if status in {401, 403, 404, 405, 408, 425} or status >= 500:
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
