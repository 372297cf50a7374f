"""What a call says and to whom: effects to the switch, notices to the program, facts for ever."""

from __future__ import annotations

from ringfence.calls import effects, events, notices
from ringfence.calls.timers import Timers
from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import Entropy
from ringfence.kernel.ids import AccountId, CallId

_AFTER_OVER = frozenset(
    {
        notices.RecordingFinished,
        notices.RecordingMissing,
        notices.DialFinished,
        notices.DialProgress,
        notices.ConferenceFinished,
        notices.QueueFinished,
        notices.StreamFinished,
    }
)
"""What a program may still hear after `notices.CallOver`."""


class Outlets:
    """The three outlets of one call, its clock and its timers.

    ``now`` is the instant of the input at hand and never goes back. ``over``: the program has been
    told that the call is over.
    """

    __slots__ = (
        "account",
        "call",
        "effects",
        "entropy",
        "facts",
        "notices",
        "now",
        "over",
        "timers",
    )

    def __init__(self, call: CallId, *, account: AccountId, entropy: Entropy) -> None:
        self.call = call
        self.account = account
        self.entropy = entropy
        self.now = Ms(0)
        self.over = False
        self.timers = Timers()
        self.effects: list[effects.Effect] = []
        self.facts: list[events.CallFact] = []
        self.notices: list[notices.Notice] = []

    def tell(self, notice: notices.Notice) -> None:
        """Tell the program, unless the call is over and the notice would only confuse it."""
        if not self.over or type(notice) in _AFTER_OVER:
            self.notices.append(notice)

    def note(self, code: str, text: str = "", level: str = "info") -> None:
        """Write a line on the timeline; constants and counts only."""
        self.facts.append(
            events.TimelineNoted(at=self.now, call=self.call, code=code, text=text, level=level)
        )
