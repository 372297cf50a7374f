"""Lets legs hear a document: while they wait or are on hold, or as an announcement.

The document is an `Aside`; what it says is played by whoever made the narrator, on one leg or on
many. It lives as long as the call it asks the world for, unless it is given another (`move`).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from ringfence.calls import commands, notices
from ringfence.kernel.clock import Clock
from ringfence.kernel.ids import ClipId
from ringfence.markup.aside import Aside
from ringfence.markup.context import Source
from ringfence.markup.exchange import Answer, Begin, ClipReady, Params
from ringfence.markup.exchange import Request as Asked
from ringfence.observe.logs import get_logger
from ringfence.switch.live import LiveCall
from ringfence.switch.program_host import ProgramHost

log = get_logger(__name__)

Play = Callable[[tuple[ClipId, ...], int, Callable[[bool], None]], None]
"""Plays clips some times (0: until stopped) and says whether they were heard to their end."""


class Narrator:
    """See the module. ``again``: from the beginning at its end. ``done``: told whether it could
    be heard."""

    def __init__(
        self,
        host: ProgramHost,
        clock: Clock,
        live: LiveCall,
        source: Source,
        play: Play,
        done: Callable[[bool], None],
        *,
        again: bool = False,
        more: Callable[[], Params] = tuple,
    ) -> None:
        self._host = host
        self._clock = clock
        self._live = live
        self._play = play
        self._done = done
        self._inbox: deque[Answer | notices.Notice] = deque()
        self._asked: dict[int, Asked] = {}
        """What the world has not answered yet, by its number."""
        self._clips: list[ClipId] = []
        """What it was given to play."""
        self._driving = False
        self._over = live.program is None
        self._timer: asyncio.TimerHandle | None = None
        if live.program is not None:
            self._aside = Aside(live.program.context, source, again=again, more=more)

    def begin(self) -> None:
        """Read the document."""
        if self._over:
            self._done(False)
            return
        self._aside.do(Begin(), self._clock.now())
        self._drive()

    def stop(self) -> None:
        """Say nothing more, and tell nobody."""
        self._over = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def move(self, live: LiveCall) -> bool:
        """Go on for another call, as the one before is leaving; False where that cannot be.

        What the world has not answered yet is asked again: the end of a call breaks that off.
        """
        if self._over or live.program is None:
            return False
        self._host.hand_over(self._clips, self._live.id, live.id)
        self._live = live
        self._aside.move(live.program.context)
        for request in tuple(self._asked.values()):
            self._ask(request)
        self._drive()
        return True

    def _ask(self, request: Asked) -> None:
        number = getattr(request, "request", None)
        if number is not None:
            self._asked[number] = request

        def told(answer: Answer) -> None:
            if self._live is live and number in self._asked:
                self._answered(answer)
                self._drive()

        live = self._live
        at_once = self._host.perform(live.id, request, told)
        if at_once is not None:
            self._answered(at_once)

    def _answered(self, answer: Answer) -> None:
        self._asked.pop(answer.request, None)
        if isinstance(answer, ClipReady):
            self._clips.append(answer.clip)
        self._inbox.append(answer)

    def _hear(self, news: notices.Notice) -> None:
        self._inbox.append(news)
        self._drive()

    def _drive(self) -> None:
        if self._driving or self._over:
            return
        self._driving = True
        try:
            self._turn()
        except Exception:
            log.exception("narrator_failed", call=self._live.id)
            self.stop()
        finally:
            self._driving = False
        self._arm()

    def _turn(self) -> None:
        aside = self._aside
        while not self._over:
            for item in aside.take_output():
                self._carry_out(item)
            if self._inbox:
                aside.receive(self._inbox.popleft(), self._clock.now())
            elif aside.finished:
                self.stop()
                self._done(not aside.failed)
            else:
                return

    def _carry_out(self, item: commands.Command | Asked) -> None:
        match item:
            case commands.Play(play=number, clips=clips, loop=loop):
                self._play(clips, loop, lambda heard: self._played(number, heard=heard))
            case commands.PlayTone(play=number):
                self._played(number, heard=True)
            case commands.SendDigits():
                self._hear(notices.DigitsSent(failed=True))
            case commands.Note():
                if not self._live.call.ending:
                    self._live.call.do(item, self._clock.now())
            case commands.StopPlay() | commands.Hangup():
                pass
            case _ if isinstance(item, Asked):
                self._ask(item)
            case _:
                log.warning("command_not_here", command=type(item).__name__)

    def _played(self, number: int, *, heard: bool) -> None:
        self._hear(notices.PlayFinished(play=number, reason="done" if heard else "stopped"))

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due = None if self._over else self._aside.deadline()
        if due is not None:
            delay = max(due - self._clock.now(), 0) / 1000
            self._timer = asyncio.get_running_loop().call_later(delay, self._fire)

    def _fire(self) -> None:
        self._timer = None
        if not self._over:
            self._aside.fire(self._clock.now())
            self._drive()
