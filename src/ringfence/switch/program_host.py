"""Carries out what programs ask of the world beyond the call: documents, speech, clips.

What is at hand answers at once and costs no task; everything else is awaited in a task with a
time-out and answered through `CallRunner.answer`, which ignores a call that has ended meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from ringfence.calls import commands
from ringfence.calls.targets import Shown, ToApplication
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import LocalError, Refused
from ringfence.kernel.ids import CallId, ClipId, PartyId
from ringfence.kernel.limits import CLIP_LOAD_MS, FETCH_TOTAL_MS, SPEAK_MS
from ringfence.kernel.phone import Phone
from ringfence.markup.exchange import (
    Answer,
    AskRecording,
    AskRoom,
    Callback,
    ClipFailed,
    ClipReady,
    DropPayment,
    Fetch,
    FetchFailed,
    LoadMedia,
    LoadMusic,
    MakePayment,
    OpenPayment,
    PaymentOpened,
    RecordingMay,
    Request,
    RoomSays,
    SendOn,
    SendText,
    Speak,
    TextAsked,
    Transcribe,
)
from ringfence.observe.logs import get_logger
from ringfence.payments.charge import unreached
from ringfence.switch.house_music import house_music
from ringfence.switch.ports import Clip, Clips, Parties, PaymentDesk, Scribe, Speech, TextDesk, Web
from ringfence.switch.rulings import Rulings, Side
from ringfence.switch.showing import shown_by

if TYPE_CHECKING:
    from ringfence.switch.call_runner import CallRunner
    from ringfence.switch.directory import Directory
    from ringfence.switch.live import LiveCall
    from ringfence.switch.queues import QueueDesk
    from ringfence.switch.rooms import RoomDesk

log = get_logger(__name__)

_Told = Callable[[Answer], None]


class ProgramHost:
    """The world, as programs see it."""

    def __init__(
        self,
        *,
        web: Web,
        speech: Speech,
        clips: Clips,
        parties: Parties,
        rulings: Rulings,
        domain: str,
    ) -> None:
        self._rulings = rulings
        self._domain = domain
        self._web = web
        self._speech = speech
        self._clips = clips
        self._parties = parties
        self.rooms: RoomDesk | None = None
        self.texts: TextDesk | None = None
        self.payments: PaymentDesk | None = None
        self._lasting: set[asyncio.Task[None]] = set()
        """What goes on though its call has ended: a message, a payment."""
        self.scribe: Scribe | None = None
        self.send_on: Callable[[SendOn], None] | None = None
        """Lets a dialled leg go on alone."""
        self.queues: QueueDesk | None = None
        self._runner: CallRunner
        self._directory: Directory
        self._tasks: dict[CallId, set[asyncio.Task[None]]] = {}
        self._loaded: dict[CallId, list[ClipId]] = {}

    def attach(self, runner: CallRunner, directory: Directory) -> None:
        """The runner this host works for, and what its account reaches."""
        self._runner = runner
        self._directory = directory

    def perform(
        self, call: CallId, request: Request, then: Callable[[Answer], None] | None = None
    ) -> Answer | None:
        """Carry out a request of a call's program; the answer, where it is there at once.

        ``then``: who is told the answer otherwise, None for the call's own program.
        """
        told = then or partial(self._runner.answer, call)
        match request:
            case Speak():
                clip = self._speech.ready(request.text, request.voice, request.language)
                if clip is not None:
                    return self._clip(request.request, clip)
                self.start(call, self._speak(call, request, told))
            case Fetch():
                self.start(call, self._fetch(call, request, told))
            case LoadMedia():
                self.start(call, self._load(call, request, told))
            case LoadMusic():
                if self.rooms is None:
                    return ClipFailed(request=request.request)
                return self._clip(request.request, house_music())
            case Callback():
                self._web.callback(call, request)
            case SendText():
                self._last(self._text(call, request, told))
            case OpenPayment() | MakePayment() | DropPayment():
                self._last(self._pay(call, request, told))
            case Transcribe():
                if self.scribe is not None:
                    self.scribe.wanted(call, request)
            case SendOn():
                if self.send_on is not None:
                    # Once the turn at hand is done: it takes a leg away from the call.
                    asyncio.get_running_loop().call_soon(self.send_on, request)
            case AskRecording():
                return self.rule(request)
            case AskRoom():
                recorded = self.rooms is not None and self.rooms.recorded(request.room)
                return RoomSays(request=request.request, recorded=recorded)
        return None

    async def speak(self, text: str, language: str) -> Clip | None:
        """A sentence of ours as a clip that calls can play; None where it cannot be spoken."""
        clip = await self._speech.speak(text, "", language)
        if clip is not None:
            self._clips.keep(clip)
        return clip

    def rule(self, request: AskRecording) -> RecordingMay:
        """Answer at once: the law is a table, and what people said is in the storage beside us."""
        now = self._runner.clock.now()
        targets = tuple(
            replace(target, party=self._known(self._address(target), now))
            for target in request.targets
        )
        first = self._known(request.first, now)
        ruling = self._rulings.rule(
            request.source,
            [
                Side(request.first, first),
                *(Side(self._address(target), target.party) for target in targets),
                *(self._in_room(request, first, now)),
                *(self._across(request, now)),
            ],
            own=request.own,
            beep=request.beep,
            now=now,
        )
        return RecordingMay(request=request.request, ruling=ruling, targets=targets)

    @property
    def writes(self) -> bool:
        """Whether anything that is said is turned into text here."""
        return self._rulings.writes

    def may_be_written(self, party: PartyId | None) -> bool:
        """Whether what somebody says may be turned into text, by what they said until now."""
        return self._rulings.may_be_written(party)

    def _in_room(self, request: AskRecording, first: PartyId | None, now: Ms) -> list[Side]:
        """Who is in the room that somebody comes into, besides them."""
        if self.rooms is None or not request.room:
            return []
        sides = [
            Side(address, self._known(address, now))
            for address in self.rooms.addresses(request.room)
        ]
        return [side for side in sides if side.party != first]

    def _across(self, request: AskRecording, now: Ms) -> list[Side]:
        """Who is in the other calls that talk with this one; unknown where that is not known.

        Somebody unknown has a right to everything, so that nothing is recorded of them unasked.
        """
        sides: list[Side] = []
        for peer in request.peers:
            live = self._runner.calls.get(peer)
            if live is None or live.program is None:
                sides.append(Side("", None))
                continue
            context = live.program.context
            address = context.caller if context.direction == "inbound" else context.called
            sides.append(Side(address, self._known(address, now)))
        return sides

    def _known(self, address: Phone | str, now: Ms) -> PartyId | None:
        """The party of an address; None where there is none, and then nobody covers it.

        Who hides their number is another person each time, and has said nothing yet.
        """
        try:
            return self._parties.resolve(address, now) if address else None
        except Refused:
            return None

    def _address(self, target: commands.DialTarget) -> Phone | str:
        match target.endpoint:
            case commands.ToPhone(phone=phone):
                return phone
            case commands.ToSip(uri=uri):
                kind, _, name = uri.partition(":")
                return f"sip:{name}@{self._domain}" if kind == "client" else uri
            case commands.ToDevice(device=device):
                entry = self._directory.device(device)
                return f"sip:{entry.name}@{self._domain}" if entry is not None else ""
            case ToApplication(application=application):
                return f"sip:{application}@{self._domain}"

    def forget(self, call: CallId) -> list[ClipId]:
        """The call is over: nobody waits for its requests; what it fetched is nobody's to keep."""
        for task in self._tasks.pop(call, ()):
            task.cancel()
        return self._loaded.pop(call, [])

    def hand_over(self, clips: list[ClipId], call: CallId, to: CallId) -> None:
        """What was fetched for a call is another's from now on, and dropped with that one."""
        mine = self._loaded.get(call, [])
        for clip in clips:
            if clip in mine:
                mine.remove(clip)
                self._loaded.setdefault(to, []).append(clip)

    def prepared(self, live: LiveCall, command: commands.Command) -> commands.Command:
        """Fill in what a program cannot know: whose numbers it dials, and what they see."""
        if isinstance(command, commands.JoinConference) and self.rooms is not None:
            return replace(command, conference=self.rooms.named(command.name))
        if isinstance(command, commands.Enqueue) and self.queues is not None:
            return replace(command, queue=self.queues.named(command.name, make=True))
        if isinstance(command, commands.TakeFromQueue) and self.queues is not None:
            return replace(command, queue=self.queues.named(command.name, make=False))
        if not isinstance(command, commands.Dial):
            return command
        wanted = command.caller_id
        return replace(
            command,
            targets=tuple(self.with_party(live, target, wanted) for target in command.targets),
        )

    def with_party(
        self, live: LiveCall, target: commands.DialTarget, wanted: Phone | None = None
    ) -> commands.DialTarget:
        """The same target with its party, what it is shown, and the trunk a number is called by.

        ``wanted``: the number that the program wants to be shown.
        """
        endpoint = target.endpoint
        if isinstance(endpoint, commands.ToPhone) and endpoint.trunk is None:
            with suppress(Refused):  # no trunk: said when the leg is placed
                trunk = self._directory.trunk_for(None)
                target = replace(target, endpoint=replace(endpoint, trunk=trunk.id))
        now = self._runner.clock.now()
        phone = shown_by(live, endpoint, wanted, self._domain)
        if phone is not None:
            ours = self._directory.numbers.get(phone.e164)
            party = self._parties.resolve(phone, now)
            shown = Shown(phone=phone, party=party, number=None if ours is None else ours.id)
            target = replace(target, shown=shown)
        if target.party is not None:
            return target
        return replace(target, party=self._parties.resolve(self._address(target), now))

    # -- what takes time ----------------------------------------------------------------------

    def start(self, call: CallId, work: Coroutine[Any, Any, None]) -> None:
        """Do something for a call beside everything else; its end breaks it off."""
        task = asyncio.create_task(work)
        tasks = self._tasks.setdefault(call, set())
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    def _last(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._lasting.add(task)  # whoever hangs up meanwhile takes nothing back
        task.add_done_callback(self._lasting.discard)

    def _clip(self, request: int, clip: Clip) -> ClipReady:
        self._clips.keep(clip)
        return ClipReady(
            request=request,
            clip=clip.id,
            duration_ms=len(clip.pcm) // 2 * 1000 // clip.rate,
        )

    async def _speak(self, call: CallId, request: Speak, told: _Told) -> None:
        clip = None
        try:
            async with asyncio.timeout(SPEAK_MS / 1000):
                clip = await self._speech.speak(request.text, request.voice, request.language)
        except TimeoutError:
            log.warning("speech_slow", call=call)
        if clip is None:
            told(ClipFailed(request=request.request))
        else:
            told(self._clip(request.request, clip))

    async def _load(self, call: CallId, request: LoadMedia, told: _Told) -> None:
        found: Clip | ClipFailed
        try:
            async with asyncio.timeout(CLIP_LOAD_MS / 1000):
                found = await self._web.load(call, request)
        except TimeoutError:
            log.info("clip_slow", call=call)
            found = ClipFailed(request=request.request, code="fetch_timed_out")
        if isinstance(found, ClipFailed):
            told(found)
            return
        self._loaded.setdefault(call, []).append(found.id)
        told(self._clip(request.request, found))

    async def _text(self, call: CallId, request: SendText, told: _Told) -> None:
        answer = TextAsked(request=request.request, code="no_messages_here")
        if self.texts is not None:
            answer = await self.texts.send(call, request)
        told(answer)

    async def _pay(
        self, call: CallId, request: OpenPayment | MakePayment | DropPayment, told: _Told
    ) -> None:
        live, desk = self._runner.calls.get(call), self.payments
        answer: Answer
        match request:
            case OpenPayment():
                if desk is None:
                    outcome = unreached("no_connector", request.order)
                    answer = PaymentOpened(request=request.request, outcome=outcome)
                else:
                    answer = await desk.open(call, request)
            case DropPayment():
                if desk is not None:
                    await desk.drop(call, request)
                return
            case MakePayment():
                if desk is None:
                    raise LocalError("a payment that nobody opened")
                answer = await desk.make(call, request)
        of_program = isinstance(told, partial)
        if call in self._runner.calls or not of_program or live is None or live.program is None:
            told(answer)
            return
        # The call has been closed meanwhile; what its program still has to tell is told.
        live.program.receive(answer, self._runner.clock.now())
        for output in live.program.take_output():
            if isinstance(output, Callback):
                self._web.callback(call, output)

    async def _fetch(self, call: CallId, request: Fetch, told: _Told) -> None:
        answer: Answer
        try:
            async with asyncio.timeout(FETCH_TOTAL_MS / 1000):
                answer = await self._web.fetch(call, request)
        except TimeoutError:
            answer = FetchFailed(request=request.request, code="fetch_timed_out")
        told(answer)
