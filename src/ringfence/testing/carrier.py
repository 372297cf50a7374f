"""A telephone company for tests: takes registrations and calls, and calls in.

async with Carrier(username="ringfence", password="secret") as carrier:
    carrier.subscribers["+12025550150"] = Subscriber(status=486)
    # ringfence trunk add carrier --register ringfence@127.0.0.1:PORT
    await carrier.registered()
    call = await carrier.call("+12025550100", caller="+12025550123")

Calls to it have to prove the account's password, as registrations do. Calls from it go where the
account registered.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Literal

from ringfence.kernel.clock import Ms
from ringfence.sip import events
from ringfence.sip.admission import Admission, Challenge, Drop, Verdict
from ringfence.sip.agent import Agent
from ringfence.sip.auth import Algorithm, make_ha1
from ringfence.sip.config import AgentConfig
from ringfence.sip.events import Peer, Transmit
from ringfence.sip.headers import NameAddr
from ringfence.sip.message import Request
from ringfence.sip.offer_answer import Codec
from ringfence.sip.uri import Uri
from ringfence.testing.endpoint import Endpoint
from ringfence.testing.network import GOOD, BadLineAgent, Quality
from ringfence.testing.phone_call import CallFailed, PhoneCall
from ringfence.testing.place import Place, ThisMachine

_OF_REGISTER = re.compile(rb"^CSeq: \d+ REGISTER\r$", re.MULTILINE)
_EXPIRES = re.compile(rb"(;expires=)[1-9]\d*")

CallStyle = Literal["number", "contact"]
"""What the Request-URI of a call names: the number dialled, or the registered contact (RFC 3261
16.5), where the number is in To and P-Called-Party-ID (RFC 7315 4.2) alone. Both are common."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """Who is behind a number of the carrier.

    It rings at once and decides ``after_ms``: 200 answers, another ``status`` refuses (with
    ``q850`` as a Reason), 0 lets it ring for ever. ``rings`` False sends nothing before that.
    """

    status: int = 200
    after_ms: int = 200
    q850: int | None = None
    rings: bool = True


BUSY = Subscriber(status=486)
SLOW = Subscriber(status=0)
"""Rings and never answers."""
UNKNOWN = Subscriber(status=404, rings=False, after_ms=0)
"""A number that nobody has."""


class _Account:
    """One customer, known by digest. ``down``: the carrier answers nothing at all."""

    def __init__(self, username: str, password: str) -> None:
        self.username = username
        self.down = False
        self._password = password

    def admit(self, request: Request, peer: Peer, now: Ms, /) -> Verdict:  # noqa: ARG002
        return Drop() if self.down else Challenge()

    def proved(self, peer: Peer, /) -> None:
        """Nobody is counted here."""

    def ha1(self, username: str, realm: str, algorithm: str, /) -> str | None:
        if username != self.username:
            return None
        known: Algorithm = "SHA-256" if algorithm.upper() == "SHA-256" else "MD5"
        return make_ha1(username, realm, self._password, known)


class _Granting(Agent):
    """An agent whose answers to REGISTER the carrier has a say in (RFC 3261 10.3 step 7)."""

    def __init__(self, config: AgentConfig, admission: Admission, carrier: Carrier) -> None:
        super().__init__(config, carrier.entropy, admission)
        self._carrier = carrier

    def take_output(self) -> list[Transmit]:
        """Return what leaves now."""
        return [self._granted(transmit) for transmit in super().take_output()]

    def _granted(self, transmit: Transmit) -> Transmit:
        data, carrier = transmit.data, self._carrier
        if not data.startswith(b"SIP/2.0 200 ") or not _OF_REGISTER.search(data):
            return transmit
        carrier.grants += 1
        if not carrier.expires:
            return transmit
        return transmit._replace(data=_EXPIRES.sub(rb"\g<1>%d" % carrier.expires, data))


class Carrier(Endpoint):
    """A carrier with one account, by default on the loopback address of this machine.

    ``subscribers``: by number; ``others``: whoever is behind every other number. ``taken``: every
    call that came, the newest last. ``style``: of its calls. ``expires``: the seconds it grants a
    registration, 0 for what was asked; ``grants``: how often it did.
    """

    def __init__(
        self,
        *,
        username: str = "ringfence",
        password: str = "secret",  # noqa: S107 - a test's
        host: str = "127.0.0.1",
        realm: str = "carrier.example.com",
        codecs: tuple[Codec, ...] = ("PCMU", "PCMA"),
        style: CallStyle = "number",
        expires: int = 0,
        place: Place | None = None,
        quality: Quality = GOOD,
    ) -> None:
        self.expires = expires
        self.grants = 0
        self._account = _Account(username, password)
        super().__init__(
            place or ThisMachine(host),
            self._account,
            user="carrier",
            realm=realm,
            product="Ringfence test carrier",
            codecs=codecs,
            quality=quality,
        )
        self.subscribers: dict[str, Subscriber] = {}
        self.others = UNKNOWN
        self.taken: list[PhoneCall] = []
        self.style = style
        self._bound = asyncio.Event()
        self._unbound = asyncio.Event()
        self._unbound.set()
        self._incoming: asyncio.Queue[PhoneCall] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()

    def make_agent(self, config: AgentConfig, admission: Admission) -> Agent:
        """An agent that grants as many seconds as this carrier does."""
        agent = super().make_agent(config, admission)
        return agent if isinstance(agent, BadLineAgent) else _Granting(config, admission, self)

    @property
    def down(self) -> bool:
        """Whether it answers nothing at all, as after a power cut."""
        return self._account.down

    @down.setter
    def down(self, value: bool) -> None:
        self._account.down = value

    async def registered(self, wait: float = 30.0) -> None:
        """Wait until the account is registered."""
        async with asyncio.timeout(wait):
            await self._bound.wait()

    async def unregistered(self, wait: float = 30.0) -> None:
        """Wait until the account is not registered."""
        async with asyncio.timeout(wait):
            await self._unbound.wait()

    def dial(
        self, number: str, *, caller: str, identity: str | None = None, withheld: bool = False
    ) -> PhoneCall:
        """Begin to call a number of the account and return at once.

        ``identity``: another number as P-Asserted-Identity (RFC 3325) than From shows; with
        ``withheld`` From shows none. Raises `CallFailed` (480) where nobody is registered.
        """
        bindings = self.agent.bindings(self._account.username, self.clock.now())
        if not bindings:
            raise CallFailed(480)
        contact = bindings[0].uri
        called = Uri("sip", number, self.host)
        shown = Uri("sip", "anonymous", "anonymous.invalid") if withheld else None
        asserted = Uri("sip", identity or caller, self.host)
        return self.place_call(
            contact if self.style == "contact" else Uri("sip", number, contact.host, contact.port),
            from_=NameAddr("", shown or Uri("sip", caller, self.host)),
            to=NameAddr("", called),
            targets=(bindings[0].peer,),
            headers=(
                ("P-Asserted-Identity", f"<{asserted}>"),
                ("P-Called-Party-ID", f"<{called}>"),
            ),
        )

    async def call(
        self,
        number: str,
        *,
        caller: str,
        identity: str | None = None,
        withheld: bool = False,
        wait: float = 30.0,
    ) -> PhoneCall:
        """Call a number of the account and wait for the answer; raises `CallFailed`."""
        placed = self.dial(number, caller=caller, identity=identity, withheld=withheld)
        return await self.answered(placed, wait)

    async def next_call(self, wait: float = 30.0) -> PhoneCall:
        """Wait until a call comes; its subscriber decides what becomes of it."""
        async with asyncio.timeout(wait):
            return await self._incoming.get()

    async def close(self) -> None:
        """Let go of everything."""
        for task in list(self._tasks):
            task.cancel()
        await super().close()

    # -- what the agent reports ---------------------------------------------------------------

    def on_call(self, call: PhoneCall) -> None:
        """A call comes for a subscriber."""
        assert call.invite is not None
        self.taken.append(call)
        self._incoming.put_nowait(call)
        subscriber = self.subscribers.get(call.invite.uri.subscriber, self.others)
        task = asyncio.create_task(self._serve(call, subscriber))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def on_other(self, event: events.SipEvent) -> None:
        """Take note of a registration."""
        if isinstance(event, events.BindingsChanged):
            here, gone = (self._bound, self._unbound)
            if not event.count:
                here, gone = gone, here
            here.set()
            gone.clear()

    async def _serve(self, call: PhoneCall, subscriber: Subscriber) -> None:
        if subscriber.rings:
            call.ring()
        if not subscriber.status:
            return
        await asyncio.sleep(subscriber.after_ms / 1000)
        if call.over.is_set():
            return
        if subscriber.status == 200:
            await call.answer()
        else:
            call.reject(subscriber.status, q850=subscriber.q850)
