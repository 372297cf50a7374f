"""What a test phone and a test carrier have in common: a SIP agent, its sockets, its calls."""

from __future__ import annotations

import asyncio
import itertools
from types import TracebackType
from typing import Self

from ringfence.kernel.clock import Clock
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import RemoteError
from ringfence.sip import commands, events
from ringfence.sip.admission import Admission
from ringfence.sip.agent import Agent
from ringfence.sip.commands import Credentials
from ringfence.sip.config import AgentConfig
from ringfence.sip.events import LegKey, Peer
from ringfence.sip.headers import NameAddr
from ringfence.sip.locate import Locator
from ringfence.sip.offer_answer import Codec
from ringfence.sip.uri import Uri
from ringfence.testing.network import GOOD, BadLineAgent, Quality
from ringfence.testing.phone_call import CallFailed, PhoneCall
from ringfence.testing.place import Place, Signals

_LOOK_SECONDS = 0.01
_LEG_EVENTS = (
    events.Established
    | events.Progress
    | events.Answered
    | events.OfferReceived
    | events.OfferAnswered
    | events.ReferProgress
    | events.Ended
)


class Endpoint:
    """A SIP user agent on one address. Use it in an ``async with``.

    ``user``: of its Contact; ``realm``: of its challenges. ``quality``: of its line to the network,
    for SIP over UDP and for sound. ``port``: where it listens, UDP and TCP. ``calls``: those not
    yet over.
    """

    def __init__(
        self,
        place: Place,
        admission: Admission,
        *,
        user: str,
        realm: str,
        product: str,
        codecs: tuple[Codec, ...] = ("PCMU", "PCMA"),
        dtmf: bool = True,
        quality: Quality = GOOD,
    ) -> None:
        self.place = place
        self.user = user
        self.realm = realm
        self.codecs = codecs
        self.dtmf = dtmf
        self.quality = quality
        self.sessions = itertools.count(1)
        self.calls: dict[LegKey, PhoneCall] = {}
        self.port = 0
        self.agent: Agent
        self._admission = admission
        self._product = product
        self._names = itertools.count(1)
        self._signals: Signals | None = None

    @property
    def host(self) -> str:
        """The address it lives on."""
        return self.place.host

    @property
    def clock(self) -> Clock:
        """Its clock."""
        return self.place.clock

    @property
    def entropy(self) -> Entropy:
        """Its randomness."""
        return self.place.entropy

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def open(self) -> None:
        """Begin to listen."""
        addresses: dict[events.Transport, tuple[str, int]] = {}
        config = AgentConfig(
            addresses=addresses,
            realm=self.realm,
            secret=self.entropy.token(32),
            product=self._product,
            user=self.user,
        )
        self.agent = self.make_agent(config, self._admission)
        self._signals = self.place.signals(self.agent, self.on_event)
        self.port = await self._signals.listen(self.host, 0)
        for transport in ("udp", "tcp"):
            addresses[transport] = (self.host, self.port)

    def make_agent(self, config: AgentConfig, admission: Admission) -> Agent:
        """The SIP agent it speaks through."""
        if self.quality == GOOD:
            return Agent(config, self.entropy, admission)
        return BadLineAgent(config, self.entropy, admission, self.quality)

    async def close(self) -> None:
        """Let go of every call and socket."""
        for call in self.calls.values():
            call.audio.close()
        self.calls.clear()
        if self._signals is not None:
            await self._signals.close()

    def do(self, command: commands.Command) -> None:
        """Give the SIP agent a command."""
        assert self._signals is not None, "use it in an 'async with'"
        self._signals.do(command)

    def place_call(
        self,
        uri: Uri,
        *,
        from_: NameAddr,
        to: NameAddr | None = None,
        targets: tuple[Peer, ...] = (),
        credentials: Credentials | None = None,
        headers: commands.Headers = (),
    ) -> PhoneCall:
        """Begin to call ``uri`` and return at once; ``targets``: elsewhere than it says."""
        leg = LegKey(f"{self.user}-{next(self._names)}")
        call = PhoneCall(self, leg, ours=True)
        self.calls[leg] = call
        self.do(
            commands.Invite(
                leg=leg,
                targets=targets or self.targets(uri),
                uri=uri,
                from_=from_,
                to=to,
                offer=call.first_offer(),
                credentials=credentials,
                headers=headers,
            )
        )
        return call

    async def answered(self, call: PhoneCall, wait: float) -> PhoneCall:
        """Wait for the answer to a call of ours; raises `CallFailed`, 408 after ``wait`` s."""
        waiting = [
            asyncio.create_task(event.wait(wait + 1)) for event in (call.answered, call.over)
        ]
        try:
            await asyncio.wait(waiting, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
        if call.answered.is_set():
            return call
        if call.end is not None:
            raise CallFailed(call.end.status)
        self.do(commands.Cancel(leg=call.leg))
        raise CallFailed(408)

    async def understood(self, wait: float) -> None:
        """Wait until every request but a ringing INVITE has been answered, or given up."""
        async with asyncio.timeout(wait):
            while self.agent.unanswered():  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(_LOOK_SECONDS)

    def targets(self, uri: Uri) -> tuple[Peer, ...]:
        """Return where to send a request for ``uri``: an address, because a test has no DNS."""
        locator = Locator(uri, self.entropy)
        if not locator.targets:
            raise RemoteError("a test phone calls addresses, not names")
        return tuple(Peer(t.transport, t.host, t.port) for t in locator.targets)

    # -- what the agent reports ---------------------------------------------------------------

    def on_event(self, event: events.SipEvent) -> None:
        """Take a fact of the agent."""
        if isinstance(event, events.InviteReceived):
            call = PhoneCall(self, event.leg, ours=False)
            call.invite, call.offer = event.request, event.offer
            self.calls[event.leg] = call
            self.on_call(call)
        elif isinstance(event, _LEG_EVENTS):
            found = self.calls.get(event.leg)
            if isinstance(event, events.Ended):
                self.calls.pop(event.leg, None)
            if found is not None:
                found.report(event)
        else:
            self.on_other(event)

    def on_call(self, call: PhoneCall) -> None:
        """Somebody calls."""
        raise NotImplementedError

    def on_other(self, event: events.SipEvent) -> None:
        """Take a fact that is about no call."""
