"""What the members of a room are told aside: one announcement after the other.

Several may be wished at once, for everybody or for one. Nobody hears two together, and everybody
hears them in the order they were wished: an announcement waits until the last before it has ended
for all whom it is for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ringfence.calls.commands import Heard
from ringfence.kernel.clock import Clock
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId, ClipId, LegId
from ringfence.kernel.limits import ROOM_ANNOUNCEMENTS_MAX
from ringfence.markup.context import Source
from ringfence.markup.exchange import Params
from ringfence.switch.audio import AudioDesk
from ringfence.switch.narrator import Narrator
from ringfence.switch.program_host import ProgramHost
from ringfence.switch.seats import Announced, Expected, OpenRoom, Seat


@dataclass(slots=True)
class Announcements:
    """See the module. ``hush``: ends what a member hears by itself; ``resume``: begins it again."""

    host: ProgramHost
    clock: Clock
    audio: AudioDesk
    hush: Callable[[Seat], None]
    resume: Callable[[OpenRoom, LegId], None] = field(repr=False)

    def announce(self, opened: OpenRoom, heard: Heard, seats: Iterable[Seat]) -> None:
        """Let these members hear a document; their music goes on behind it. Raises `Refused`."""
        legs = [seat.leg for seat in seats]
        if not legs:
            raise Refused("not_found", "nobody is in this conference")
        if len(opened.announced) >= ROOM_ANNOUNCEMENTS_MAX:
            raise Refused("too_many_requests", "too many announcements wait in this conference")
        opened.announced.append(Announced(heard, legs))
        self._go_on(opened)

    def once_in(self, expected: Expected, heard: Heard) -> None:
        """Let somebody who is being called in hear a document first. Raises `Refused`."""
        if len(expected.announced) >= ROOM_ANNOUNCEMENTS_MAX:
            raise Refused("too_many_requests", "too many announcements wait in this conference")
        expected.announced.append(heard)

    def came_in(self, opened: OpenRoom, expected: Expected, seat: Seat) -> None:
        """Let somebody who is in now hear what waits for them; the room's bound is for wishes."""
        opened.announced += [Announced(heard, [seat.leg]) for heard in expected.announced]
        self._go_on(opened)

    def never_came(self, opened: OpenRoom, expected: Expected) -> None:
        """Nobody will hear what waits for somebody who was called in."""
        for heard in expected.announced:
            self._unheard(opened, heard)

    def parted(self, opened: OpenRoom, call: CallId, legs: Iterable[LegId]) -> None:
        """Somebody left: what was for them alone is over.

        What is asked for in their name is asked for in the next one's whom it is for.
        """
        gone = set(legs)
        for one in tuple(opened.announced):
            one.legs = [leg for leg in one.legs if leg not in gone]
            if not one.legs or (one.call == call and not self._move(opened, one)):
                self._silence(opened, one)
        self._go_on(opened)

    def _move(self, opened: OpenRoom, one: Announced) -> bool:
        for leg in one.legs:
            seat = opened.seats.get(leg)
            if seat is not None and one.narrator is not None and one.narrator.move(seat.live):
                one.call = seat.live.id
                return True
        return False

    def hearing(self, opened: OpenRoom) -> set[LegId]:
        """Return the members who hear an announcement now."""
        return {leg for one in opened.announced if one.narrator for leg in one.legs}

    def ended(self, opened: OpenRoom) -> None:
        """The room is over."""
        for one in tuple(opened.announced):
            self._silence(opened, one)
        for expected in opened.dialled.values():
            self.never_came(opened, expected)

    def _go_on(self, opened: OpenRoom) -> None:
        """Begin what nobody whom it is for has to wait for."""
        begun = True
        while begun:  # what cannot be played is over at once, and may be what another waits for
            begun, busy = False, set[LegId]()
            for one in tuple(opened.announced):
                if one.narrator is None and busy.isdisjoint(one.legs):
                    self._begin(opened, one)
                    begun = True
                    break
                busy |= set(one.legs)

    def _begin(self, opened: OpenRoom, one: Announced) -> None:
        seats = [opened.seats[leg] for leg in one.legs if leg in opened.seats]
        if not seats:
            self._silence(opened, one)
            return

        def play(clips: tuple[ClipId, ...], loop: int, done: Callable[[bool], None]) -> None:
            there = [opened.seats[leg] for leg in one.legs if leg in opened.seats]
            waiting = len(there)
            complete = True

            def played(was_heard: bool) -> None:
                nonlocal waiting, complete
                waiting -= 1
                complete = complete and was_heard
                if not waiting:
                    done(complete)

            for seat in there:
                self.audio.play_aside(seat.live, seat.leg, clips, played, loop=max(loop, 1))
            if not there:
                done(False)

        one.call = seats[0].live.id
        one.narrator = Narrator(
            self.host,
            self.clock,
            seats[0].live,
            Source(url=one.heard.url, method="GET" if one.heard.method == "GET" else "POST"),
            play,
            lambda was_heard: self._over(opened, one, was_heard=was_heard),
        )
        for seat in seats:
            self.hush(seat)
        self._say(opened, "announcement-start", one.heard)
        one.narrator.begin()

    def _over(self, opened: OpenRoom, one: Announced, *, was_heard: bool) -> None:
        if one in opened.announced:
            opened.announced.remove(one)
        if was_heard:
            self._say(opened, "announcement-end", one.heard)
        else:
            self._unheard(opened, one.heard)
        self._go_on(opened)
        busy = self.hearing(opened)
        for leg in one.legs:
            if leg not in busy:
                self.resume(opened, leg)

    def _silence(self, opened: OpenRoom, one: Announced) -> None:
        if one in opened.announced:
            opened.announced.remove(one)
            if one.narrator is not None:
                one.narrator.stop()
            self._unheard(opened, one.heard, "whoever it was asked for has left")

    def _unheard(
        self, opened: OpenRoom, heard: Heard, why: str = "the document could not be played"
    ) -> None:
        """Nobody will hear a document, or nobody has heard it to its end."""
        self._say(opened, "announcement-fail", heard, (("ReasonAnnouncementFailed", why),))

    def _say(self, opened: OpenRoom, event: str, heard: Heard, more: Params = ()) -> None:
        params: Params = (("AnnounceUrl", heard.url), *more)
        opened.news.say("announcement", event, self.clock.now(), params)
