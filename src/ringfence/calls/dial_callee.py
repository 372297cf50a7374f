"""What a dial does with whoever answers, before they are connected: screens, then the notice.

    ringing ─answered─▶ digits ─▶ waiting ─▶ notice ─▶ consent ─▶ accepted
                                   │   ▲ ▲     ▲
                                   ▼   │ └─ key│
                                  screen ──────┴─▶ hung up

Each step is there where the target asks for it (`ringfence.calls.attempt`); the dial itself
(`ringfence.calls.dial`) rings and connects.
"""

from __future__ import annotations

from ringfence.calls import notices
from ringfence.calls.activity import Activity
from ringfence.calls.attempt import Attempt
from ringfence.calls.commands import Dial
from ringfence.calls.core import CallCore
from ringfence.calls.leg import Leg
from ringfence.calls.targets import Screen
from ringfence.calls.words import PlayEnd, RecordingAnswer
from ringfence.kernel.ids import LegId
from ringfence.kernel.limits import SCREEN_DIGITS_MAX, SCREEN_WAIT_MS


class CalleeSide(Activity):
    """The callees of one dial."""

    __slots__ = ("_attempts", "_command")

    def __init__(self, core: CallCore, command: Dial) -> None:
        super().__init__(core)
        self._command = command
        self._attempts: dict[LegId, Attempt] = {}

    def _accept(self, attempt: Attempt) -> None:
        """Whoever answered is to be connected."""
        raise NotImplementedError

    def _dismiss(self, attempt: Attempt) -> None:
        """Whoever answered is hung up, and counts as not answered."""
        raise NotImplementedError

    # --- screening --------------------------------------------------------------------------------

    def _screen(self, attempt: Attempt) -> None:
        """Whoever answered is connected, or the program says first what they hear."""
        if not attempt.target.screen:
            self._accept(attempt)
            return
        if attempt.leg.peer is not None:
            self.core.unbridge(attempt.leg)  # early audio was let through; now it is between us
        self._wait(attempt, None)

    def _wait(self, attempt: Attempt, digits: str | None) -> None:
        core, leg = self.core, attempt.leg.id
        attempt.state, attempt.keys = "waiting", ""
        core.timers.set("activity", core.now + SCREEN_WAIT_MS, leg)
        target = attempt.target
        core.tell(
            notices.CalleeWaits(
                screen=target.screen, leg=leg, shown=target.shown_phone, digits=digits
            )
        )

    def screened(self, leg: LegId, screen: Screen | None) -> None:
        """The program has decided: they are connected, or hear what comes next."""
        attempt = self._attempts.get(leg)
        if attempt is None or attempt.state != "waiting":
            return  # gone or given up meanwhile
        core = self.core
        core.timers.clear("activity", leg)
        attempt.screen = screen
        if screen is not None and screen.clips:
            attempt.state, attempt.play = "screen", core.own_play()
            core.play(attempt.leg, attempt.play, screen.clips)
        else:
            self._screen_heard(attempt)

    def _screen_heard(self, attempt: Attempt) -> None:
        screen = attempt.screen
        if screen is None:
            self._accept(attempt)
        elif screen.asks:
            self._await_key(attempt, screen)
        elif screen.ends:
            self._dismiss(attempt)
        else:
            self._accept(attempt)

    def _await_key(self, attempt: Attempt, screen: Screen) -> None:
        attempt.state = "key"
        self.core.timers.set("activity", self.core.now + screen.wait_ms, attempt.leg.id)

    def _pressed(self, attempt: Attempt, digit: str) -> None:
        """A key of whoever is asked. Nobody needs to hear the question out."""
        screen = attempt.screen
        if screen is None or not screen.asks or attempt.state == "waiting":
            return
        if attempt.state == "screen":
            self.core.stop_play(attempt.leg)
        finished = digit in screen.finish_on
        if not finished:
            attempt.keys += digit
        if finished or len(attempt.keys) >= (screen.max_digits or SCREEN_DIGITS_MAX):
            self._wait(attempt, attempt.keys)
        else:
            self._await_key(attempt, screen)

    def _time_over(self, attempt: Attempt) -> None:
        """No key, or no further one; or no word from the program."""
        if attempt.state == "key":
            self._wait(attempt, attempt.keys)
        else:
            self._dismiss(attempt)

    def play_ended(self, leg: Leg, play: int, reason: PlayEnd) -> None:
        """The clips were heard, or could not be played."""
        attempt = self._attempts.get(leg.id)
        if attempt is None or attempt.play != play:
            return
        if attempt.state == "screen":
            self._screen_heard(attempt)
        elif attempt.state == "notice":
            self._notice_heard(attempt, reason)

    # --- the recording ----------------------------------------------------------------------------

    def _notify(self, attempt: Attempt) -> bool:
        """Tell the callee of the recording, or ask them, where they have a right to it."""
        core, notice, leg = self.core, attempt.target.notice, attempt.leg
        recorded = self._command.record != "never" or self._command.covers
        if notice is None or not recorded or core.permits.denied("dial"):
            return False
        if attempt.state in {"notice", "consent"} or core.permits.owes("dial", leg.party) == "none":
            return False
        if leg.peer is not None:
            core.unbridge(leg)
        attempt.state = "notice"
        core.timers.clear("activity", leg.id)
        attempt.play = core.own_play()
        core.play(leg, attempt.play, notice.clips)
        return True

    def _notice_heard(self, attempt: Attempt, reason: PlayEnd) -> None:
        notice = attempt.target.notice
        if notice is None:
            return
        if reason == "failed":
            self._told(attempt, "not_said")
        elif not notice.ask:
            self._told(attempt, "heard" if reason == "done" else "not_said")
        elif reason == "done":
            attempt.state = "consent"
            self.core.timers.set("activity", self.core.now + notice.wait_ms, attempt.leg.id)

    def _answered_notice(self, attempt: Attempt, digit: str) -> None:
        """A key: yes, or anything else, which is no. Nobody needs to hear the question out."""
        notice = attempt.target.notice
        if notice is not None and notice.ask:
            self.core.stop_play(attempt.leg)
            self._told(attempt, "yes" if digit == notice.yes else "no")

    def _told(self, attempt: Attempt, answer: RecordingAnswer) -> None:
        notice = attempt.target.notice
        if notice is None:
            return
        self.core.timers.clear("activity", attempt.leg.id)
        attempt.state = "consent"
        self.core.told(attempt.leg.id, attempt.leg.party, "dial", notice, answer)
        self._accept(attempt)
