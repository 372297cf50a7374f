"""The rooms of all calls: who is in, mixed by the media worker, told of each other.

One `Room` machine per open room (`ringfence.calls.conference`); this desk carries out what it
wants done, lets those who wait or are on hold hear something, writes down what happened and tells
whoever asked for the news (`ringfence.switch.room_news`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from ringfence.calls import conference, effects, inputs, room_events
from ringfence.calls.commands import Hangup, Heard, JoinConference
from ringfence.calls.conference import Room
from ringfence.calls.core import HOUSE_MUSIC
from ringfence.calls.events import (
    CallEnded,
    CallFact,
    RecordingFailed,
    RecordingRequested,
    RecordingSaved,
    RecordingStarted,
)
from ringfence.kernel import ids
from ringfence.kernel.clock import Clock
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import AccountId, CallId, ConferenceId, LegId, is_id
from ringfence.kernel.limits import ROOM_EMPTY_MS, ROOM_NAME_CHARS, ROOMS_MAX
from ringfence.kernel.phone import Phone
from ringfence.markup.context import Source
from ringfence.markup.exchange import Callback
from ringfence.markup.verbs import Conference
from ringfence.media.engine import protocol as media
from ringfence.observe.logs import get_logger
from ringfence.switch import call_recording, room_voices
from ringfence.switch.audio import AudioDesk
from ringfence.switch.call_recording import Stranger
from ringfence.switch.live import LiveCall
from ringfence.switch.narrator import Narrator
from ringfence.switch.ports import RoomBook
from ringfence.switch.program_host import ProgramHost
from ringfence.switch.room_announcements import Announcements
from ringfence.switch.room_news import RoomNews
from ringfence.switch.room_recording import RoomRecording, RoomRecordingState
from ringfence.switch.seats import Expected, Seat, address_of, rate_of
from ringfence.switch.seats import OpenRoom as OpenRoom

if TYPE_CHECKING:
    from ringfence.switch.call_runner import CallRunner

log = get_logger(__name__)

_NOWHERE = ConferenceId("")
_GIVEN_UP = frozenset({"api", "exit_left", "exit_removed"})
"""Why a room ended, where somebody wanted it to."""
_OF_RECORDINGS = (RecordingRequested, RecordingStarted, RecordingSaved, RecordingFailed)


class RoomDesk:
    """Every open room of this process."""

    def __init__(
        self,
        *,
        account: AccountId,
        clock: Clock,
        entropy: Entropy,
        audio: AudioDesk,
        host: ProgramHost,
        book: RoomBook,
    ) -> None:
        self._account = account
        self._clock = clock
        self._entropy = entropy
        self._audio = audio
        self._host = host
        self._book = book
        self._runner: CallRunner
        self._rooms: dict[ConferenceId, OpenRoom] = {}
        self._names: dict[str, ConferenceId] = {}
        self._recordings: list[RoomRecording] = []
        self.announcements = Announcements(host, clock, audio, self._hush, self._resume)
        host.rooms = self
        audio.ties.on_room_lost = self._out_of_reach
        audio.speech.told = self._spoke

    def attach(self, runner: CallRunner) -> None:
        """The runner this desk works for."""
        self._runner = runner

    def handlers(self) -> dict[type, Callable[[LiveCall, Any], None]]:
        """Which method carries out which effect."""
        return {effects.EnterRoom: self._enter, effects.LeaveRoom: self._leave}

    # -- rooms --------------------------------------------------------------------------------

    def named(self, name: str) -> ConferenceId:
        """The open room of that name; it is opened where there is none."""
        name = name[:ROOM_NAME_CHARS]
        known = self._names.get(name)
        if known is not None:
            return known
        if len(self._rooms) >= ROOMS_MAX:
            raise Refused("too_many_rooms", "every room is in use; try again in a moment")
        now = self._clock.now()
        identifier = ConferenceId(ids.make("conference", now, self._entropy))
        self._rooms[identifier] = OpenRoom(
            identifier,
            name,
            Room(identifier, account=self._account),
            RoomNews(identifier, name, self._account, self._host),
            opened=now,
            touched=now,
        )
        self._names[name] = identifier
        self._book.opened(identifier, name, now)
        loop = asyncio.get_running_loop()
        loop.call_later(ROOM_EMPTY_MS / 1000, self._tidy, identifier)
        return identifier

    def _tidy(self, identifier: ConferenceId) -> None:
        """Nobody came and nobody is on the way: the room is over."""
        opened = self._rooms.get(identifier)
        if opened is not None and not opened.seats and not opened.dialled:
            self.do(opened, conference.End())

    def expect(self, opened: OpenRoom, call: CallId, place: Conference) -> None:
        """A call is being placed to come in."""
        opened.dialled[call] = Expected(
            muted=place.muted,
            end_on_exit=place.end_conference_on_exit,
            label=place.participant_label,
            coaching=CallId(place.coach) if is_id(place.coach, "call") else None,
        )
        self._book.dialled(
            opened.id,
            call,
            label=place.participant_label,
            muted=place.muted,
            start_on_enter=place.start_conference_on_enter,
            end_on_exit=place.end_conference_on_exit,
            coaching=opened.dialled[call].coaching,
            now=self._clock.now(),
        )

    watched: ClassVar[tuple[type[CallFact], ...]] = (*_OF_RECORDINGS, CallEnded)

    def watch(self, facts: Sequence[CallFact]) -> None:
        """Calls that were to come in may have ended before they did; voices are recorded."""
        for fact in facts:
            if isinstance(fact, _OF_RECORDINGS):
                self._recording_fact(fact)
            if isinstance(fact, CallEnded):
                for opened in list(self._rooms.values()):
                    if fact.call in opened.dialled:
                        self.announcements.never_came(opened, opened.dialled.pop(fact.call))
                        self._tidy(opened.id)

    def find(self, conference_id: ConferenceId) -> OpenRoom | None:
        """An open room."""
        return self._rooms.get(conference_id)

    def open_rooms(self) -> Iterable[OpenRoom]:
        """Every open room, oldest first."""
        return self._rooms.values()

    def do(self, opened: OpenRoom, command: conference.Command) -> None:
        """Give a room a command."""
        opened.room.do(command, self._clock.now())
        self._settle(opened)

    # -- coming and going ---------------------------------------------------------------------

    def _enter(self, live: LiveCall, effect: effects.EnterRoom) -> None:
        opened = self._rooms.get(effect.join.conference)
        if opened is None:
            # It ended between the wish and the door: the next one of that name.
            opened = self._rooms[self.named(effect.join.name)]
        join = effect.join
        if opened.labelled(join.label, but=live.id):
            live.inbox.append(inputs.RoomLeft(leg=effect.leg, reason="label_taken"))
            return
        if opened.link is None:
            opened.link = self._audio.link_of(live)  # it mixes; others come by tie lines
        expected = opened.dialled.pop(live.id, Expected())
        wait = join.wait if expected.wait is None else expected.wait[0]
        seat = Seat(live, effect.leg, join, self._clock.now(), hold=expected.hold, wait=wait)
        opened.seats[effect.leg] = seat
        opened.news.listen(join.news)
        if join.recorded:
            self._to_be_recorded(opened, live, join)
        room_voices.came_in(self._runner, self._host, opened, seat)
        if opened.recording is not None and opened.recording.state != "in-progress":
            # Before the room lets it in, and after the runner is done with what brought it here.
            asyncio.get_running_loop().call_soon(
                room_voices.as_wished, self._runner, seat, opened.recording
            )
        self._heard_by_recordings(opened, seat)
        self.do(
            opened,
            conference.Join(
                leg=effect.leg,
                call=live.id,
                party=effect.party,
                person=effect.person,
                muted=join.muted,
                start_on_enter=join.start_on_enter,
                end_on_exit=join.end_on_exit,
                moderator=join.moderator,
                max_members=join.max_members,
                beep=join.beep,
                coach=join.coach,
            ),
        )
        if opened.room.member(effect.leg) is None:
            opened.seats.pop(effect.leg, None)
            return
        for wished in expected.commands:
            self.do(opened, wished(effect.leg))
        self.announcements.came_in(opened, expected, seat)

    def change_expected(self, opened: OpenRoom, call: CallId, expected: Expected) -> None:
        """Somebody who is being called in is to be something else: so they are shown from now."""
        opened.dialled[call] = expected
        changed = room_events.RoomChanged(
            at=self._clock.now(),
            conference=opened.id,
            account=self._account,
            call=call,
            what="changed",
            muted=expected.muted,
            held=expected.held,
            coaching=expected.coaching,
            end_on_exit=expected.end_on_exit,
        )
        self._book.record([changed], {}, self._clock.now())

    def _leave(self, live: LiveCall, effect: effects.LeaveRoom) -> None:
        opened = self._room_with(effect.leg)
        if opened is not None:
            self.do(opened, conference.Leave(leg=effect.leg, hung_up=effect.hung_up))
        elif not effect.hung_up:
            live.inbox.append(inputs.RoomLeft(leg=effect.leg, reason="left"))

    def _room_with(self, leg: LegId) -> OpenRoom | None:
        return next((one for one in self._rooms.values() if leg in one.seats), None)

    # -- what a room wants done ---------------------------------------------------------------

    def _settle(self, opened: OpenRoom) -> None:
        """Carry out what the room wants, write down what happened, and tell of it."""
        facts = opened.room.take_events()
        tells: list[conference.Tell] = []
        for output in opened.room.take_output():
            if isinstance(output, conference.Tell):
                tells.append(output)
            else:
                self._carry_out(opened, output)
        if opened.room.state == "ended":  # the end of the room is the last that is told of it
            self.announcements.ended(opened)
        if facts:
            opened.touched = facts[-1].at
            self._write(opened, facts)
        for fact in facts:
            if isinstance(fact, room_events.RoomParted):
                self._parted(opened, fact.call)
            if isinstance(fact, room_events.ConferenceEnded) and fact.reason in _GIVEN_UP:
                self._give_up(opened)
        if opened.room.state == "ended":
            self._forget(opened)
        # Last, and each on its own: what a call does next may lead back into this room.
        loop = asyncio.get_running_loop()
        for tell in tells:
            live = self._runner.calls.get(tell.call)
            if live is not None:
                loop.call_soon(self._runner.feed, live, tell.what)

    def _give_up(self, opened: OpenRoom) -> None:
        """Somebody ended the room: whoever is still being rung would find nobody there."""
        loop = asyncio.get_running_loop()
        for call in opened.dialled:
            live = self._runner.calls.get(call)
            if live is not None and not live.call.ending:
                loop.call_soon(self._runner.command, live, Hangup())

    def _write(self, opened: OpenRoom, facts: list[room_events.RoomFact]) -> None:
        labels = {seat.live.id: seat.join.label for seat in opened.seats.values()}
        try:
            self._book.record(facts, labels, self._clock.now())
        except Refused as refused:
            log.warning("facts_not_taken", code=refused.code)
        seats = {seat.live.id: seat for seat in opened.seats.values()}
        for fact in facts:
            opened.news.tell(fact, seats, opened.room)

    def _carry_out(self, opened: OpenRoom, output: conference.Output) -> None:
        match output:
            case conference.Beep(legs=legs):
                told = self.announcements.hearing(opened)
                for leg in legs:
                    self._audio.beep_aside(opened.seats[leg].live, leg, after=leg in told)
                return
            case _:
                pass
        if isinstance(output, conference.Tell):
            return
        seat = opened.seats[output.leg]
        link = opened.link
        if link is None:
            return
        match output:
            case conference.Mix():
                name = self._mixed(opened, output.leg)
                link.send(
                    media.JoinConference(
                        room=opened.id,
                        leg=name,
                        muted=self._joins_muted(name, output),
                        rate=rate_of(seat),
                    )
                )
                if opened.news.wants("speaker"):
                    for each in opened.seats.values():
                        self._audio.speech.watch(each.leg, self._audio.link_of(each.live))
            case conference.Unmix():
                name = self._mixed(opened, output.leg)
                link.send(media.LeaveConference(room=opened.id, leg=name))
            case conference.SetMute():
                self._mute(opened, output)
            case conference.Whisper():
                to = None if output.to is None else self._mixed(opened, output.to)
                link.send(media.Whisper(leg=self._mixed(opened, output.leg), to=to))
            case conference.Music():
                self._let_hear(seat, seat.wait if output.what == "wait" else seat.hold)
            case conference.StopMusic():
                self._hush(seat)
                self._audio.stop_aside(seat.live, seat.leg)

    def _joins_muted(self, name: LegId, output: conference.Mix) -> bool:
        """Whether a member joins unheard; a tie line's end knows nothing of secret digits."""
        if name != output.leg:
            return output.muted
        return self._audio.muting.joins(output.leg, muted=output.muted)

    def _mute(self, opened: OpenRoom, output: conference.SetMute) -> None:
        name = self._mixed(opened, output.leg)
        if name == output.leg:
            self._audio.muting.mute(output.leg, on=output.on)
        elif opened.link is not None:
            opened.link.send(media.SetMute(leg=name, on=output.on))

    def _mixed(self, opened: OpenRoom, leg: LegId) -> LegId:
        """The name of a member in the mix: a tie line's end where another worker carries it."""
        seat, link = opened.seats.get(leg), opened.link
        there = None if seat is None else seat.live.legs.get(leg)
        if there is None or there.released or link is None:
            return leg
        return self._audio.ties.lead(there, link)

    def _spoke(self, leg: LegId, on: bool) -> None:
        """A member began to speak, or is silent; of one whom nobody hears it is no news."""
        opened = self._room_with(leg)
        member = None if opened is None else opened.room.member(leg)
        if opened is None or member is None or member.state != "talking":
            return
        if not (on and member.muted):
            seats = {seat.live.id: seat for seat in opened.seats.values()}
            call = opened.seats[leg].live.id
            opened.news.speech(call, seats, opened.room, self._clock.now(), on=on)

    def _out_of_reach(self, leg: LegId) -> None:
        """The way from a member's worker to the room's is gone: their call goes on without it."""
        opened = self._room_with(leg)
        if opened is not None:
            live = opened.seats[leg].live
            self.do(opened, conference.Leave(leg=leg, hung_up=True))
            self._runner.feed(live, inputs.RoomLeft(leg=leg, reason="failed"))

    def _parted(self, opened: OpenRoom, call: CallId) -> None:
        gone = [seat for seat in opened.seats.values() if seat.live.id == call]
        for seat in gone:
            self._hush(seat)
            self._audio.ties.drop(seat.leg)
            self._audio.speech.forget(seat.leg)
            del opened.seats[seat.leg]
        self.announcements.parted(opened, call, [seat.leg for seat in gone])

    # -- what is recorded ---------------------------------------------------------------------

    def recorded(self, name: str) -> bool:
        """Whether what is said in the open room of that name is recorded."""
        opened = self._rooms.get(self._names.get(name[:ROOM_NAME_CHARS], _NOWHERE))
        return opened is not None and opened.recording is not None

    def addresses(self, name: str) -> list[Phone | str]:
        """Who is in the open room of that name."""
        opened = self._rooms.get(self._names.get(name[:ROOM_NAME_CHARS], _NOWHERE))
        seats = () if opened is None else opened.seats.values()
        return [address_of(seat) for seat in seats if seat.live.program is not None]

    def _to_be_recorded(self, opened: OpenRoom, live: LiveCall, join: JoinConference) -> None:
        if opened.recording is None:
            context = None if live.program is None else live.program.context
            opened.recording = RoomRecording(
                opened.id,
                self._account,
                "" if context is None else context.public_url,
                self._tell_of_recording,
            )
            self._recordings.append(opened.recording)
        if opened.recording.told is None:
            opened.recording.told = join.recording_news

    def _tell_of_recording(self, call: CallId, request: Callback) -> None:
        self._host.perform(call, request)

    def others(self, leg: LegId) -> list[Stranger]:
        """Who is in a room with a leg, by their legs and calls."""
        opened = self._room_with(leg)
        seats = () if opened is None else opened.seats.values()
        return [(seat.leg, seat.live.id) for seat in seats if seat.leg != leg]

    def _heard_by_recordings(self, opened: OpenRoom, newcomer: Seat) -> None:
        """Calls of members may be recorded with what they hear: whoever comes has a say in that."""
        for seat in opened.seats.values():
            if seat is not newcomer and seat.live.call.running("call") is not None:
                call_recording.joined(self._runner, seat.live, self.others(seat.leg))

    def _recording_fact(self, fact: CallFact) -> None:
        if isinstance(fact, RecordingRequested):
            for opened in self._rooms.values() if fact.source == "conference" else ():
                if opened.recording is not None and any(
                    seat.live.id == fact.call for seat in opened.seats.values()
                ):
                    self._book.recorded(opened.id, fact.recording)
                    opened.recording.hear(fact)
            return
        for recording in tuple(self._recordings):
            recording.hear(fact)
            if recording.over:
                self._recordings.remove(recording)

    def control_recording(
        self, opened: OpenRoom, to: RoomRecordingState, *, skip: bool = False
    ) -> None:
        """Pause what is recorded of a room, go on with it, or stop it. Raises `Refused`.

        ``skip``: a pause leaves nothing, where it would be silence.
        """
        recording = opened.recording
        if recording is None or not recording.open or recording.state == "stopped":
            raise Refused("not_found", "nothing is recorded in this conference")
        recording.state = to
        for seat in tuple(opened.seats.values()):
            room_voices.as_wished(self._runner, seat, recording, keep_time=not skip)

    def _forget(self, opened: OpenRoom) -> None:
        if opened.recording is not None:
            opened.recording.close(self._clock.now())
            if opened.recording.over and opened.recording in self._recordings:
                self._recordings.remove(opened.recording)
        self._rooms.pop(opened.id, None)
        if self._names.get(opened.name) == opened.id:
            del self._names[opened.name]

    # -- what is heard outside the mix --------------------------------------------------------

    def change_wait(self, opened: OpenRoom, seat: Seat, heard: Heard | None) -> None:
        """Let a member hear something else until the room begins."""
        seat.wait = heard
        member = opened.room.member(seat.leg)
        if member is not None and member.state == "waiting":
            self._audio.stop_aside(seat.live, seat.leg)
            self._let_hear(seat, heard)

    def _resume(self, opened: OpenRoom, leg: LegId) -> None:
        """Let a member who is not in the mix hear what they heard before."""
        seat, member = opened.seats.get(leg), opened.room.member(leg)
        if seat is None or member is None:
            return
        if member.state == "waiting":
            self._let_hear(seat, seat.wait)
        elif member.state in {"held", "parked"}:
            self._let_hear(seat, seat.hold)

    def _let_hear(self, seat: Seat, heard: Heard | None) -> None:
        self._hush(seat)
        if heard is None:
            self._play_music(seat)
        elif heard.url:
            seat.narrator = Narrator(
                self._host,
                self._clock,
                seat.live,
                Source(url=heard.url, method="GET" if heard.method == "GET" else "POST"),
                lambda clips, loop, done: self._audio.play_aside(
                    seat.live, seat.leg, clips, done, loop=loop
                ),
                lambda _heard: self._play_music(seat),  # it ends only where it cannot be had
                again=True,
            )
            seat.narrator.begin()

    def _play_music(self, seat: Seat) -> None:
        self._audio.play_aside(seat.live, seat.leg, (HOUSE_MUSIC,), lambda _heard: None, loop=0)

    def _hush(self, seat: Seat) -> None:
        if seat.narrator is not None:
            seat.narrator.stop()
            seat.narrator = None
