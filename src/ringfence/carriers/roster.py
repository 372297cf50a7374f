"""The carriers of this installation at work: made from what the operator set up, kept by name."""

from __future__ import annotations

import asyncio
import hmac
import ssl
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ringfence.accounts.carriers import HttpGateway, SmppAccess, TextCarrier, ways
from ringfence.accounts.filling import Fetch
from ringfence.carriers.http import HttpCarrier
from ringfence.carriers.loopback import LoopbackCarrier
from ringfence.carriers.ports import Keeper
from ringfence.carriers.smpp.carrier import Account, SmppCarrier
from ringfence.carriers.smpp.dialect import Dialect
from ringfence.carriers.smpp.link import Endpoint
from ringfence.carriers.template import Template
from ringfence.kernel.clock import Clock
from ringfence.kernel.errors import Refused
from ringfence.kernel.phone import Phone
from ringfence.messaging.carrier import Carrier, CarrierState, Receiver
from ringfence.messaging.concatenation import Key
from ringfence.messaging.gsm7_tables import LANGUAGES
from ringfence.observe.logs import get_logger

log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What every carrier needs."""

    receiver: Receiver
    keeper: Keeper
    clock: Clock
    fetch: Fetch
    ours: Callable[[Phone], bool]
    region: str | None = None
    listen: str = "0.0.0.0"  # noqa: S104 - where a carrier calls us; it is asked who it is
    trust: Callable[[], ssl.SSLContext] = ssl.create_default_context


class Roster:
    """Carriers by name, in the order they were set up."""

    def __init__(self, around: Around) -> None:
        self._around = around
        self._setups: dict[str, TextCarrier] = {}
        self._carriers: dict[str, Carrier] = {}

    async def start(self, setups: Iterable[TextCarrier]) -> None:
        """Put them all to work; one that cannot be is logged and left out."""
        for setup in setups:
            try:
                await self.add(setup)
            except Exception as error:  # noqa: BLE001 - the others must come up
                log.warning("carrier_unusable", carrier=setup.name, error=error)

    async def stop(self) -> None:
        """Let what was sent be answered, for a few seconds, and disconnect."""
        await asyncio.gather(
            *(carrier.stop() for carrier in self._carriers.values()), return_exceptions=True
        )

    async def add(self, setup: TextCarrier) -> None:
        """Put one to work, in the place of another of that name."""
        await self.remove(setup.name)
        carrier = made(setup, self._around)
        self._setups[setup.name] = setup
        self._carriers[setup.name] = carrier
        await carrier.start()

    async def remove(self, name: str) -> None:
        """Take one away; what it has not sent is handed back to whoever sends."""
        self._setups.pop(name, None)
        carrier = self._carriers.pop(name, None)
        if carrier is not None:
            await carrier.stop()

    def running(self) -> Sequence[Carrier]:
        """Return all of them."""
        return list(self._carriers.values())

    def serving(self, sender: str) -> Sequence[Carrier]:
        """Return those that a number or word of ours may go by, the first choice first."""
        return [self._carriers[name] for name in ways(self._setups.values(), sender)]

    def forget(self, name: str, key: Key, /) -> None:
        """Drop what came of a message by a carrier: whoever sent it was erased."""
        carrier = self._carriers.get(name)
        if isinstance(carrier, SmppCarrier):
            carrier.forget(key)

    def state(self, name: str) -> CarrierState | None:
        """Return how one is; None where there is none of that name."""
        carrier = self._carriers.get(name)
        return None if carrier is None else carrier.state()

    async def told(self, name: str, secret: str, document: Mapping[str, Any]) -> bool:
        """Take a webhook of a gateway; True when it is durable.

        Raises `Refused` (``not_found``) for a wrong name as for a wrong secret, `RemoteError` for
        a document that says nothing.
        """
        carrier, setup = self._carriers.get(name), self._setups.get(name)
        hook = setup.http.hook if setup is not None and setup.http is not None else ""
        proved = hmac.compare_digest(hook.encode(), secret.encode("utf-8", "replace"))
        if not isinstance(carrier, HttpCarrier) or not hook or not proved:
            raise Refused("not_found", "there is nothing here")
        return await carrier.told(document)


def made(setup: TextCarrier, around: Around) -> Carrier:
    """Return the carrier that ``setup`` describes, not yet at work."""
    if setup.smpp is not None:
        return _smpp(setup.name, setup.smpp, around)
    if setup.http is not None:
        return HttpCarrier(
            setup.name,
            template(setup.http),
            around.receiver,
            clock=around.clock,
            fetch=around.fetch,
            region=around.region,
        )
    return LoopbackCarrier(setup.name, around.receiver, clock=around.clock, ours=around.ours)


def template(gateway: HttpGateway) -> Template:
    """Return a gateway as it is spoken to."""
    return Template(
        url=gateway.url, method=gateway.method, body=gateway.body, headers=gateway.headers,
        fields=gateway.fields, success=gateway.success, message_id=gateway.message_id,
        secret=gateway.secret, receipt=gateway.receipt, inbound=gateway.inbound,
        states=gateway.states,
    )  # fmt: skip


def dialect(access: SmppAccess, region: str | None) -> Dialect:
    """Return a carrier's ways."""
    return Dialect(
        alphabet=access.alphabet, parts=access.parts, smart=access.smart,
        languages=tuple(LANGUAGES[word] for word in access.languages if word in LANGUAGES),
        receipt_ids=access.receipt_ids, service_type=access.service_type,
        source_ton=access.source_ton, source_npi=access.source_npi,
        dest_ton=access.dest_ton, dest_npi=access.dest_npi, region=region,
    )  # fmt: skip


def _smpp(name: str, access: SmppAccess, around: Around) -> SmppCarrier:
    return SmppCarrier(
        name,
        Endpoint(
            host=access.host,
            port=access.port,
            tls=around.trust() if access.tls else None,
            listen=(around.listen, access.outbind) if access.outbind else None,
            window=access.window,
        ),
        Account(
            system_id=access.system_id,
            password=access.password,
            system_type=access.system_type,
            sessions=access.sessions,
            per_second=access.per_second,
        ),
        around.receiver,
        clock=around.clock,
        dialect=dialect(access, around.region),
        keeper=around.keeper,
    )
