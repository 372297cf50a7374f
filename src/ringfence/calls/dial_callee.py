"""What a dial does with whoever answers, before they are connected: a screen, then the notice.

    ringing ─answered─▶ digits ─▶ screen ─▶ key ─▶ notice ─▶ consent ─▶ accepted

Each step is there where the target asks for it (`ringfence.calls.attempt`); the dial itself
(`ringfence.calls.dial`) rings and connects.
"""

from __future__ import annotations

from ringfence.calls.activity import Activity
from ringfence.calls.attempt import Attempt
from ringfence.calls.commands import Dial
from ringfence.calls.core import CallCore
from ringfence.calls.leg import Leg
from ringfence.calls.words import PlayEnd, RecordingAnswer
from ringfence.kernel.ids import LegId


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

    # --- screening --------------------------------------------------------------------------------

    def _screen(self, attempt: Attempt) -> None:
        screen = attempt.target.screen
        if screen is None:
            self._accept(attempt)
            return
        core = self.core
        if attempt.leg.peer is not None:
            core.unbridge(attempt.leg)  # early audio was let through; now it is between us
        attempt.state = "screen"
        if screen.clips:
            attempt.play = core.own_play()
            core.play(attempt.leg, attempt.play, screen.clips)
        else:
            self._ask_key(attempt)

    def _ask_key(self, attempt: Attempt) -> None:
        screen = attempt.target.screen
        if screen is not None and not screen.accept:
            self._accept(attempt)
        elif screen is not None:
            attempt.state = "key"
            self.core.timers.set("activity", self.core.now + screen.wait_ms, attempt.leg.id)

    def play_ended(self, leg: Leg, play: int, reason: PlayEnd) -> None:
        """The screen was heard (or could not be played): now a key is due."""
        attempt = self._attempts.get(leg.id)
        if attempt is None or attempt.play != play:
            return
        if attempt.state == "screen":
            self._ask_key(attempt)
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
