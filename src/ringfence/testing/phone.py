"""A softphone for tests and demonstrations: registers, calls, answers, talks, presses keys.

async with Phone(username="desk", password="secret") as phone:
    await phone.register("sip:127.0.0.1:5060")
    call = await phone.call("sip:welcome@127.0.0.1:5060")
    await call.press("1")
    await call.hang_up()
"""

from __future__ import annotations

import asyncio

from ringfence.kernel.clock import Clock, Ms
from ringfence.kernel.entropy import Entropy
from ringfence.sip import commands, events
from ringfence.sip.admission import Trusted, Verdict
from ringfence.sip.events import Peer, RegistrationKey
from ringfence.sip.headers import NameAddr
from ringfence.sip.message import Request
from ringfence.sip.offer_answer import Codec
from ringfence.sip.uri import Uri
from ringfence.testing.endpoint import Endpoint
from ringfence.testing.network import GOOD, Quality
from ringfence.testing.phone_call import CallFailed, PhoneCall
from ringfence.testing.place import Place, ThisMachine

__all__ = ["CallFailed", "Phone", "PhoneCall"]

_HOME = RegistrationKey("home")


class _Open:
    """A phone serves whoever calls it."""

    def admit(self, request: Request, peer: Peer, now: Ms, /) -> Verdict:  # noqa: ARG002
        return Trusted("network")

    def proved(self, peer: Peer, /) -> None:
        """Nobody is counted here."""

    def ha1(self, username: str, realm: str, algorithm: str, /) -> str | None:  # noqa: ARG002
        return None


class Phone(Endpoint):
    """A softphone, by default on the loopback address of this machine.

    ``place``: where else it lives; ``host``, ``clock`` and ``entropy`` are then the place's.
    """

    def __init__(
        self,
        *,
        username: str = "phone",
        password: str = "",
        host: str = "127.0.0.1",
        codecs: tuple[Codec, ...] = ("PCMU", "PCMA"),
        dtmf: bool = True,
        clock: Clock | None = None,
        entropy: Entropy | None = None,
        place: Place | None = None,
        quality: Quality = GOOD,
    ) -> None:
        super().__init__(
            place or ThisMachine(host, clock=clock, entropy=entropy),
            _Open(),
            user=username,
            realm="phone",
            product="Ringfence test phone",
            codecs=codecs,
            dtmf=dtmf,
            quality=quality,
        )
        self.username = username
        self._credentials = commands.Credentials(username, password)
        self._incoming: asyncio.Queue[PhoneCall] = asyncio.Queue()
        self._registered: asyncio.Queue[events.SipEvent] = asyncio.Queue()

    # -- what a person does -------------------------------------------------------------------

    async def register(self, registrar: str, *, wait: float = 30.0, expires: int = 300) -> None:
        """Register at ``sip:HOST:PORT``; raises `CallFailed` with the status of a refusal."""
        uri = Uri.parse(registrar)
        aor = Uri("sip", self.username, uri.host)
        self.do(
            commands.Register(
                registration=_HOME,
                targets=self.targets(uri),
                registrar=Uri("sip", None, uri.host, uri.port),
                aor=aor,
                contact_user=self.username,
                credentials=self._credentials,
                expires=expires,
            )
        )
        async with asyncio.timeout(wait):
            outcome = await self._registered.get()
        if isinstance(outcome, events.RegistrationFailed):
            raise CallFailed(outcome.status)

    async def unregister(self, *, wait: float = 30.0) -> None:
        """Remove the registration."""
        self.do(commands.Unregister(registration=_HOME))
        async with asyncio.timeout(wait):
            while not isinstance(await self._registered.get(), events.Unregistered):
                pass

    def dial(
        self, address: str, *, caller: str | None = None, headers: commands.Headers = ()
    ) -> PhoneCall:
        """Begin to call a SIP address and return at once; ``headers``: more of them."""
        return self.place_call(
            Uri.parse(address),
            from_=NameAddr("", Uri("sip", caller or self.username, self.host)),
            credentials=self._credentials,
            headers=headers,
        )

    async def call(
        self, address: str, *, caller: str | None = None, wait: float = 30.0
    ) -> PhoneCall:
        """Call and wait for the answer; raises `CallFailed`."""
        return await self.answered(self.dial(address, caller=caller), wait)

    async def next_call(self, wait: float = 30.0) -> PhoneCall:
        """Wait until somebody calls; it rings until it is answered or rejected."""
        async with asyncio.timeout(wait):
            return await self._incoming.get()

    # -- what the agent reports ---------------------------------------------------------------

    def on_call(self, call: PhoneCall) -> None:
        """Somebody calls: ring."""
        call.ring()
        self._incoming.put_nowait(call)

    def on_other(self, event: events.SipEvent) -> None:
        """Take what became of a registration."""
        if isinstance(event, events.Registered | events.RegistrationFailed | events.Unregistered):
            self._registered.put_nowait(event)
