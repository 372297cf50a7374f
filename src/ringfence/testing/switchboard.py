"""The whole switch of a world: agent, calls, programs and media, with everything else in memory.

What `ringfence.exchange` is for real sockets and a real disk. The parts are the same objects;
only their ports differ.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ringfence.calls.room_events import RoomFact
from ringfence.flows.library import Library
from ringfence.kernel import ids
from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.ids import (
    AccountId,
    CallId,
    ConferenceId,
    FlowId,
    NumberId,
    PhoneDeviceId,
    QueueId,
    RecordingId,
    TrunkId,
)
from ringfence.kernel.phone import Phone
from ringfence.media.engine.ports import Ports
from ringfence.media.engine.protocol import AnyNotice
from ringfence.sip import commands as sip
from ringfence.sip import events as wire
from ringfence.sip.agent import Agent
from ringfence.sip.auth import make_ha1
from ringfence.sip.config import AgentConfig
from ringfence.sip.registrar import Binding
from ringfence.sip.uri import Uri
from ringfence.switch.arrivals import Arrivals
from ringfence.switch.audio import AudioDesk
from ringfence.switch.call_runner import CallRunner
from ringfence.switch.directory import (
    DeviceEntry,
    Directory,
    FlowRoute,
    NumberEntry,
    Route,
    TrunkEntry,
    TwimlRoute,
    UrlRoute,
)
from ringfence.switch.guard import Guard, Secret
from ringfence.switch.hearing import HearingDesk
from ringfence.switch.outgoing import Outgoing
from ringfence.switch.ports import Parties
from ringfence.switch.program_host import ProgramHost
from ringfence.switch.programs import Programs
from ringfence.switch.queues import QueueDesk
from ringfence.switch.rooms import RoomDesk
from ringfence.switch.routing import Router
from ringfence.switch.rulings import NobodySpoke, Rulings
from ringfence.switch.sessions import Sessions
from ringfence.switch.signalling import SignalDesk
from ringfence.switch.streams import StreamDesk
from ringfence.switch.tolls import Tolls
from ringfence.testing.ether import Ether, EtherSignals
from ringfence.testing.ladder import Ladder
from ringfence.testing.memory import (
    Addresses,
    ClipTable,
    FactBook,
    PartyRoom,
    RecordingShelf,
    Sockets,
    Speaker,
    Web,
)
from ringfence.testing.stored import Shelf, StoredRooms
from ringfence.testing.virtual_media import VirtualLink

SIP_PORT = 5060
PORTS_EACH = 10_000
"""Of each media process."""
ACCOUNT = AccountId("AC" + "0" * 32)


class Ladders:
    """Which write, fetch, SIP message or media command of a switchboard fails."""

    def __init__(self) -> None:
        self.writes = Ladder()
        """New parties, begun and finished recordings, pieces of recorded sound."""
        self.records = Ladder()
        """Facts of calls."""
        self.fetches = Ladder()
        """Documents, audio files, speech."""
        self.sends = Ladder()
        """SIP messages that are lost on their way out."""
        self.orders = Ladder()
        """Commands at which the media process is killed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flow:
    """A flow, as the directory knows it."""

    id: FlowId


class NoBook:
    """Rooms of which nothing is kept."""

    def opened(self, conference: ConferenceId, name: str, now: Ms, /) -> None:
        """A room is there."""

    def recorded(self, conference: ConferenceId, recording: RecordingId, /) -> None:
        """A voice of this room is recorded."""

    def dialled(self, conference: ConferenceId, call: CallId, /, **wishes: object) -> None:
        """A call is being placed to come in."""

    def record(self, facts: Sequence[RoomFact], labels: Mapping[CallId, str], now: Ms, /) -> None:
        """Something happened in rooms."""


class NoShelf:
    """Queues of which nothing is kept."""

    def opened(self, queue: QueueId, name: str, max_size: int, now: Ms, /) -> None:
        """A queue is there."""


class Switchboard:
    """A server at ``host``, with numbers, phones and trunks as a test sets them up.

    ``rooms``: a data folder to keep everything in, instead of memory. ``workers``: media processes.
    """

    def __init__(
        self,
        ether: Ether,
        host: str,
        *,
        entropy: Entropy,
        folder: Path,
        ladders: Ladders,
        rooms: StoredRooms | None = None,
        workers: int = 1,
    ) -> None:
        self.host = host
        self._ether = ether
        self.clock = ether.clock
        self.entropy = entropy
        self.ladders = ladders
        self.directory = Directory(ACCOUNT, "token")
        self.guard = Guard()
        self.agent = Agent(
            AgentConfig(
                addresses={"udp": (host, SIP_PORT)},
                realm=host,
                secret=entropy.token(32),
                may_register=self.directory.may_register,
            ),
            entropy,
            self.guard,
        )
        self.signals = _LossySignals(ether, self.agent, self._sip_event, ladders.sends)
        self.links = [
            _MortalLink(
                ether,
                host,
                Ports(first, first + PORTS_EACH - 1),
                entropy=entropy,
                on_notice=self._media_notice,
                on_lost=self._media_lost,
                fails=ladders.writes.disk,
            )
            for first in range(20_000, 20_000 + workers * PORTS_EACH, PORTS_EACH)
        ]
        self.link = self.links[0]
        self.link.orders = ladders.orders
        self.facts = FactBook(ladders.records, None if rooms is None else rooms.facts)
        self.parties: Parties = PartyRoom(self.clock, entropy, ladders.writes)
        self.recordings: Shelf = RecordingShelf(folder, entropy, ladders.writes)
        if rooms is not None:
            self.parties, self.recordings = rooms.parties, rooms.shelf
        self.web = Web(self.clock, entropy, ladders.fetches)
        self.speech = Speaker(self.clock, entropy, ladders.fetches)
        self.flows = Library(voice="en")
        clips = ClipTable()
        self.sockets = Sockets()
        self.streams = StreamDesk(self.sockets)
        self.hearing = HearingDesk(None)
        audio = AudioDesk(self.links, clips, self.recordings, self.streams, self.hearing)
        sessions = Sessions(host)
        tolls = Tolls(self.clock)
        router = Router(
            directory=self.directory,
            clock=self.clock,
            domain=host,
            bindings=self._bindings,
            locator=Addresses(entropy),
        )
        programs_host = ProgramHost(
            web=self.web,
            speech=self.speech,
            clips=clips,
            parties=self.parties,
            rulings=Rulings(choices=NobodySpoke(), directory=self.directory, domain=host),
            domain=host,
        )
        self.rooms = RoomDesk(
            account=ACCOUNT,
            clock=self.clock,
            entropy=entropy,
            audio=audio,
            host=programs_host,
            book=NoBook(),
        )
        self.queues = QueueDesk(
            clock=self.clock, entropy=entropy, host=programs_host, book=NoShelf()
        )
        self.runner = CallRunner(
            clock=self.clock,
            entropy=entropy,
            directory=self.directory,
            parties=self.parties,
            facts=self.facts,
            signals=SignalDesk(send=self.signals.do, audio=audio, sessions=sessions, router=router),
            audio=audio,
            host=programs_host,
            rooms=self.rooms,
            queues=self.queues,
        )
        programs = Programs(
            directory=self.directory, applets=self.flows, tolls=tolls, domain=host, region="US"
        )
        self.arrivals = Arrivals(self.runner, audio=audio, sessions=sessions, programs=programs)
        self.outgoing = Outgoing(self.runner, programs=programs, tolls=tolls, region="US")

    async def open(self) -> None:
        """Start the media process and listen."""
        for link in self.links:
            await link.start()
        await self.signals.listen(self.host, SIP_PORT)

    async def close(self) -> None:
        """Stop at once."""
        await self.signals.close()
        for link in self.links:
            await link.close()

    # -- what an operator sets up -------------------------------------------------------------

    def number(self, e164: str, *, twiml: str = "", url: str = "", flow: str = "") -> None:
        """Let a number be answered by a document, a URL or a flow."""
        route: Route = TwimlRoute(document=twiml)
        if url:
            route = UrlRoute(url=url)
        elif flow:
            route = FlowRoute(flow=flow)
        identifier = NumberId(ids.make("number", self.clock.now(), self.entropy))
        self.directory.add_number(NumberEntry(id=identifier, phone=Phone(e164), route=route))

    def flow(self, name: str, document: bytes) -> None:
        """Install a flow."""
        self.flows.learn(name, document)
        identifier = FlowId(ids.make("flow", self.clock.now(), self.entropy))
        self.directory.flows[name] = _Flow(id=identifier)

    def phone(self, name: str, password: str) -> None:
        """Let a phone register."""
        identifier = PhoneDeviceId(ids.make("phone_device", self.clock.now(), self.entropy))
        self.directory.add_phone(DeviceEntry(id=identifier, name=name))
        self.guard.add_phone(
            name,
            Secret(
                realm=self.host,
                md5=make_ha1(name, self.host, password, "MD5"),
                sha256=make_ha1(name, self.host, password, "SHA-256"),
            ),
        )

    def trust(self, name: str, host: str) -> None:
        """Trust whoever calls from an address, and send outgoing calls there."""
        identifier = TrunkId(ids.make("trunk", self.clock.now(), self.entropy))
        self.directory.trunks[identifier] = TrunkEntry(id=identifier, name=name, host=host)
        self.guard.trust(str(identifier), host)

    def register_at(self, host: str, port: int, *, username: str, password: str) -> TrunkId:
        """Register at a carrier; its calls are trusted and outgoing calls go there."""
        identifier = TrunkId(ids.make("trunk", self.clock.now(), self.entropy))
        self.directory.trunks[identifier] = TrunkEntry(
            id=identifier,
            name=username,
            host=host,
            port=port,
            username=username,
            password=password,
            register=True,
        )
        self.guard.trust(str(identifier), host)
        self.signals.do(
            sip.Register(
                registration=wire.RegistrationKey(str(identifier)),
                targets=(wire.Peer("udp", host, port),),
                registrar=Uri("sip", None, host, port),
                aor=Uri("sip", username, host),
                contact_user=username,
                credentials=sip.Credentials(username, password),
            )
        )
        return identifier

    def leave(self, trunk: TrunkId) -> None:
        """Unregister from a carrier."""
        self.directory.trunks.pop(trunk, None)
        self.signals.do(sip.Unregister(registration=wire.RegistrationKey(str(trunk))))

    # -- what happens -------------------------------------------------------------------------

    def _sip_event(self, event: wire.SipEvent) -> None:
        match event:
            case wire.InviteReceived():
                self.arrivals.invite(event)
            case wire.AuthenticationFailed():
                self.guard.failed(event.peer, self.clock.now())
            case wire.MalformedReceived():
                self.guard.malformed(event.peer, self.clock.now())
            case _:
                self.runner.sip_event(event)

    def _media_notice(self, notice: AnyNotice) -> None:
        self.runner.media_notice(notice)

    def _media_lost(self, legs: list[str]) -> None:
        self.runner.media_lost(legs)

    def _bindings(self, username: str) -> tuple[Binding, ...]:
        return self.agent.bindings(username, self.clock.now())

    def leftovers(self) -> list[str]:
        """Return what is still held although every call should be over."""
        found = [
            *(f"call {call}" for call in self.runner.calls),
            *(f"leg {leg}" for leg in self.runner.legs),
            *(f"SIP key {key}" for key in self.runner.by_key),
            *(f"media leg {leg}" for link in self.links for leg in sorted(link.legs)),
            *(f"file {name}" for name in self.recordings.strays),
            *(f"recording {name}" for name in self.recordings.begun),
        ]
        found += [
            f"port {port}"
            for host, port in self._ether.bound
            if host == self.host and port != SIP_PORT
        ]
        for link in self.links:
            held = [] if link.worker is None else link.worker.files.held
            found += [f"open files of {recording}" for recording in held]
        census = self.agent.census()
        for what in ("legs", "dialogs", "client_transactions", "server_transactions"):
            if census[what]:
                found.append(f"{census[what]} {what}")
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        found += [f"task {task.get_coro()}" for task in tasks]
        return found


class _LossySignals(EtherSignals):
    """A SIP port whose messages are lost where the ladder says so."""

    def __init__(
        self,
        ether: Ether,
        agent: Agent,
        on_event: Callable[[wire.SipEvent], None],
        sends: Ladder,
    ) -> None:
        super().__init__(ether, agent, on_event)
        self._sends = sends

    def _send(self, data: bytes, peer: wire.Peer) -> None:
        if not self._sends.fails():
            super()._send(data, peer)


class _MortalLink(VirtualLink):
    """A link whose media process is killed where the ladder says so."""

    orders = Ladder()

    def send(self, command: object) -> None:
        """Write a command, unless this is the one at which the process dies."""
        if self.orders.fails():
            self._loop.call_soon(self.kill)
        super().send(command)  # type: ignore[arg-type]
