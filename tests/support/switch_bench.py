"""A call runner between a SIP agent and a media worker that are played by the test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ringfence.calls.effects import Channel
from ringfence.calls.events import CallFact
from ringfence.calls.room_events import RoomFact
from ringfence.kernel.clock import Ms, VirtualClock
from ringfence.kernel.entropy import SeededEntropy
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import (
    AccountId,
    CallId,
    ClipId,
    ConferenceId,
    NumberId,
    PartyId,
    PhoneDeviceId,
    QueueId,
    RecordingId,
    TrunkId,
)
from ringfence.kernel.phone import Phone
from ringfence.markup.exchange import (
    Callback,
    ClipFailed,
    Fetch,
    Fetched,
    FetchFailed,
    LoadMedia,
)
from ringfence.media.engine import protocol as media
from ringfence.privacy.gate import Consent
from ringfence.sip import commands as sip
from ringfence.sip import events as wire
from ringfence.sip.parser import parse
from ringfence.sip.registrar import Binding
from ringfence.sip.uri import Uri
from ringfence.storage.recordings import ChannelFile
from ringfence.switch.arrivals import Arrivals
from ringfence.switch.audio import AudioDesk
from ringfence.switch.call_runner import CallRunner
from ringfence.switch.directory import (
    DeviceEntry,
    Directory,
    NumberEntry,
    TrunkEntry,
    TwimlRoute,
)
from ringfence.switch.hearing import HearingDesk
from ringfence.switch.media_link import MediaLink
from ringfence.switch.ports import Clip
from ringfence.switch.program_host import ProgramHost
from ringfence.switch.programs import Programs
from ringfence.switch.queues import QueueDesk
from ringfence.switch.rooms import RoomDesk
from ringfence.switch.routing import Router
from ringfence.switch.rulings import Rulings
from ringfence.switch.sessions import Sessions
from ringfence.switch.signalling import SignalDesk
from ringfence.switch.streams import StreamDesk
from ringfence.switch.tolls import Tolls
from ringfence.testing.memory import Sockets

PEER = wire.Peer("udp", "192.0.2.50", 5060, 1)


class Wire:
    """The SIP agent and the worker's socket, played by the test: what was sent is kept."""

    def __init__(self) -> None:
        self.sip: list[sip.Command] = []
        self.media: list[media.Command] = []

    def sent(self, kind: type) -> list[Any]:
        return [command for command in (*self.sip, *self.media) if isinstance(command, kind)]

    def last(self, kind: type) -> Any:
        return self.sent(kind)[-1]


class QuietLink(MediaLink):
    """A media link whose socket is the test's list."""

    def __init__(self, played: Wire, **callbacks: Any) -> None:
        super().__init__("nowhere", **callbacks)
        self._played = played
        self.hello = media.Hello(engine="reference", abi=0, pid=1)

    def send(self, command: media.Command) -> None:
        self._played.media.append(command)

    def send_patiently(self, command: media.Command) -> None:
        self.send(command)


class Book:
    """What happened in rooms."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.facts: list[RoomFact] = []
        self.labels: dict[CallId, str] = {}
        self.recordings: list[tuple[ConferenceId, RecordingId]] = []
        self.expected: dict[CallId, dict[str, Any]] = {}

    def opened(self, conference: ConferenceId, name: str, now: Ms, /) -> None:
        del conference, now
        self.names.append(name)

    def recorded(self, conference: ConferenceId, recording: RecordingId, /) -> None:
        self.recordings.append((conference, recording))

    def dialled(self, conference: ConferenceId, call: CallId, /, **wishes: Any) -> None:
        del conference
        self.expected[call] = wishes

    def record(self, facts: Sequence[RoomFact], labels: Mapping[CallId, str], now: Ms, /) -> None:
        del now
        self.facts += facts
        self.labels |= labels


class QueueShelf:
    """Which queues there are."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def opened(self, queue: QueueId, name: str, max_size: int, now: Ms, /) -> None:
        del queue, max_size, now
        self.names.append(name)


class World:
    """Ports for the switch, in memory."""

    def __init__(self, tmp_path: Path) -> None:
        self.facts: list[CallFact] = []
        self.book = Book()
        self.queue_book = QueueShelf()
        self.clips: dict[ClipId, Clip] = {}
        self.callbacks: list[Callback] = []
        self.pledges: list[Callback] = []
        self.spoken: list[str] = []
        self.documents: dict[str, bytes] = {}
        self.disk_full = False
        self.no_writes = False
        self.kept: list[tuple[RecordingId, bool]] = []
        self.consents: dict[PartyId, Consent] = {}
        self.written: dict[PartyId, Consent] = {}
        self.left_alone: set[PartyId] = set()
        self._tmp = tmp_path

    def resolve(self, address: Phone | str, now: Ms, /) -> PartyId:
        del now
        self._written()
        key = address.e164 if isinstance(address, Phone) else address
        return PartyId(f"PA{abs(hash(key)):032x}"[:34])

    def recording_consent(self, party: PartyId, /) -> Consent:
        return self.consents.get(party, "unknown")

    def transcription_consent(self, party: PartyId, /) -> Consent:
        return self.written.get(party, "unknown")

    def restricted(self, party: PartyId, /) -> bool:
        return party in self.left_alone

    def record(self, facts: Sequence[CallFact], now: Ms, /) -> None:
        del now
        self._written()
        self.facts.extend(facts)

    def _written(self) -> None:
        if self.no_writes:
            raise Refused("storage_unavailable", "the queue of the writer is full")

    def begin(
        self,
        recording: RecordingId,
        call: CallId,
        source: str,
        channels: Sequence[Channel],
        now: Ms,
        /,
    ) -> Sequence[ChannelFile]:
        del call, source, now
        if self.disk_full:
            raise Refused("disk_full", "the disk is full")
        return [
            ChannelFile(key=bytes(32), path=str(self._tmp / f"{recording}.{index}"))
            for index, _ in enumerate(channels)
        ]

    async def finish(self, recording: RecordingId, *, keep: bool) -> int:
        self.kept.append((recording, keep))
        return 4242

    def discard(self, recording: RecordingId, /) -> None:
        self.kept.append((recording, False))

    def get(self, clip: ClipId, /) -> Clip | None:
        return self.clips.get(clip)

    def keep(self, clip: Clip, /) -> None:
        self.clips[clip.id] = clip

    def drop(self, clip: ClipId, /) -> None:
        self.clips.pop(clip, None)

    def ready(self, text: str, voice: str, language: str, /) -> Clip | None:
        del voice, language
        self.spoken.append(text)
        return Clip(ClipId(f"CL{len(self.spoken):032x}"), 8000, bytes(1600))

    async def speak(self, text: str, voice: str, language: str, /) -> Clip | None:
        return self.ready(text, voice, language)

    async def fetch(self, call: CallId, request: Fetch, /) -> Fetched | FetchFailed:
        body = self.documents.get(request.url)
        if body is None:
            return FetchFailed(request=request.request, code="fetch_status", status=404)
        return Fetched(request=request.request, body=body, url=request.url)

    async def load(self, call: CallId, request: LoadMedia, /) -> Clip | ClipFailed:
        return ClipFailed(request=request.request, code="fetch_status", status=404)

    def callback(self, call: CallId, request: Callback, /) -> None:
        del call
        (self.pledges if request.pledged else self.callbacks).append(request)

    def locate(self, uri: Uri, done: Any, /) -> None:
        done((wire.Peer("udp", "192.0.2.99", 5060),) if uri.host else ())


class Bench:
    """Everything a test of the switch needs."""

    def __init__(self, tmp_path: Path) -> None:
        self.clock = VirtualClock()
        self.wire = Wire()
        self.world = World(tmp_path)
        self.directory = Directory(AccountId("AC" + "0" * 32), "token")
        self.directory.devices["desk"] = DeviceEntry(id=PhoneDeviceId("PD1"), name="desk")
        trunk = TrunkEntry(id=TrunkId("TK1"), name="carrier", host="192.0.2.99")
        self.directory.trunks[trunk.id] = trunk
        sessions = Sessions("192.0.2.1")
        link = QuietLink(
            self.wire,
            on_notice=lambda notice: self.runner.media_notice(notice),
            on_lost=lambda legs: self.runner.media_lost(legs),
        )
        self.link = link
        self.sockets = Sockets()
        streams = self.streams = StreamDesk(self.sockets)
        self.hearing = HearingDesk(None)
        audio = AudioDesk([link], self.world, self.world, streams, self.hearing)
        self.registered: list[Binding] = []
        router = Router(
            directory=self.directory,
            clock=self.clock,
            domain="pbx.example.com",
            bindings=lambda _: self.registered,
            locator=self.world,
        )
        signals = SignalDesk(
            send=self.wire.sip.append, audio=audio, sessions=sessions, router=router
        )
        host = ProgramHost(
            web=self.world,
            speech=self.world,
            clips=self.world,
            parties=self.world,
            rulings=Rulings(choices=self.world, directory=self.directory, domain="pbx.example.com"),
            domain="pbx.example.com",
        )
        self.rooms = RoomDesk(
            account=self.directory.account,
            clock=self.clock,
            entropy=SeededEntropy(2),
            audio=audio,
            host=host,
            book=self.world.book,
        )
        self.queues = QueueDesk(
            clock=self.clock, entropy=SeededEntropy(3), host=host, book=self.world.queue_book
        )
        self.runner = CallRunner(
            clock=self.clock,
            entropy=SeededEntropy(1),
            directory=self.directory,
            parties=self.world,
            facts=self.world,
            signals=signals,
            audio=audio,
            host=host,
            rooms=self.rooms,
            queues=self.queues,
        )

        class NoFlows:
            def open(self, url: str, params: Any, now: Ms) -> None:
                del url, params, now

        programs = Programs(
            directory=self.directory,
            applets=NoFlows(),
            tolls=Tolls(self.clock),
            domain="pbx.example.com",
        )
        self.programs = self.runner.tenant.programs = programs
        self.arrivals = Arrivals(self.runner, audio=audio, sessions=sessions, programs=programs)

    def register(self, contact: str, **details: Any) -> None:
        """Let the phone be found at a contact."""
        binding = Binding(Uri.parse(contact), PEER, (), 1000, Ms(0), "c", 1, None)
        self.registered.append(replace(binding, **details))

    def number(self, e164: str, document: str) -> None:
        self.directory.add_number(
            NumberEntry(id=NumberId("PN1"), phone=Phone(e164), route=TwimlRoute(document=document))
        )

    def invite(
        self,
        user: str,
        *,
        formats: str = "0 101",
        username: str = "",
        offer: bytes | None = None,
        to: str = "",
        extra: str = "",
        key: str = "in-1",
        host: str = "192.0.2.1",
        source: str = "TK1",
        replaces: str | None = None,
        hops: int | None = 70,
    ) -> None:
        forwards = "" if hops is None else f"Max-Forwards: {hops}\r\n"
        body = offer
        if body is None:
            body = (
                "v=0\r\no=- 1 1 IN IP4 192.0.2.50\r\ns=-\r\nc=IN IP4 192.0.2.50\r\nt=0 0\r\n"
                f"m=audio 30000 RTP/AVP {formats}\r\na=rtpmap:101 telephone-event/8000\r\n"
            ).encode()
        head = (
            f"INVITE sip:{user}@{host} SIP/2.0\r\n"
            "Via: SIP/2.0/UDP 192.0.2.50;branch=z9hG4bKx\r\n"
            "From: <sip:+12025550123@192.0.2.50>;tag=a\r\n"
            f"To: <sip:{to or user}@192.0.2.1>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n{extra}"
            f"{forwards}Content-Length: {len(body)}\r\n\r\n"
        ).encode()
        request = parse(head + body)
        self.arrivals.invite(
            wire.InviteReceived(
                leg=wire.LegKey(key),
                peer=PEER,
                source="" if username else source,
                username=username,
                request=request,  # type: ignore[arg-type]
                offer=body,
                replaces=None if replaces is None else wire.LegKey(replaces),
            )
        )

    def open_ports(self) -> None:
        """Answer every OpenLeg that is still waiting."""
        for number, command in enumerate(self.wire.sent(media.OpenLeg)):
            self.link.heard(media.LegOpened(leg=command.leg, port=20_000 + 2 * number))

    def close_legs(self) -> None:
        """Answer every CloseLeg."""
        for command in self.wire.sent(media.CloseLeg):
            self.link.heard(media.LegClosed(leg=command.leg, stats=STATS))

    def names(self) -> list[str]:
        return [fact.name() for fact in self.world.facts]


STATS = media.Stats(
    codec="PCMU", packets_in=500, octets_in=80_000, packets_out=500, octets_out=80_000, lost=0,
    late=0, concealed_ms=0, jitter_ms=1, jitter_max_ms=2, rtt_ms=3, remote_lost=0,
    remote_jitter_ms=0, mos=440, latched=False, rtp_from_peer=True, malformed=0, strangers=0,
    dtmf_in=1,
)  # fmt: skip
