"""After the end a program hears only what is for the record."""

from __future__ import annotations

from ringfence.calls import notices
from ringfence.calls.causes import Cause
from ringfence.calls.events import TimelineNoted
from ringfence.calls.outlets import Outlets
from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import SeededEntropy
from ringfence.kernel.ids import AccountId, CallId


def outlets() -> Outlets:
    return Outlets(CallId("CA-1"), account=AccountId("AC-1"), entropy=SeededEntropy(1))


def test_a_note_is_a_dated_fact() -> None:
    it = outlets()
    it.now = Ms(77)
    it.note("clip_skipped", "One clip was not audio.", "warning")
    assert it.facts == [
        TimelineNoted(
            at=Ms(77),
            call=CallId("CA-1"),
            code="clip_skipped",
            text="One clip was not audio.",
            level="warning",
        )
    ]


def test_before_the_end_everything_is_told() -> None:
    it = outlets()
    it.tell(notices.Answered())
    it.tell(notices.DigitHeard(digit="1"))
    assert len(it.notices) == 2


def test_after_the_end_only_outcomes_are_told() -> None:
    it = outlets()
    it.over = True
    outcome = notices.DialFinished(status="failed", cause=Cause.BUSY, hung_up=True)
    it.tell(notices.Answered())
    it.tell(notices.PlayFinished(play=1, reason="stopped"))
    it.tell(outcome)
    assert it.notices == [outcome]
