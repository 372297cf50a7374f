"""What every activity does unless it says otherwise: nothing."""

from __future__ import annotations

from ringfence.calls.activity import Activity
from ringfence.calls.causes import Cause
from ringfence.calls.core import CallCore, CallSettings
from ringfence.calls.leg import Leg
from ringfence.kernel.clock import Ms
from ringfence.kernel.entropy import SeededEntropy
from ringfence.kernel.ids import AccountId, CallId, LegId


def test_the_hooks_do_nothing() -> None:
    core = CallCore(
        CallId("CA-1"),
        account=AccountId("AC-1"),
        entropy=SeededEntropy(1),
        settings=CallSettings(),
    )
    leg = Leg(LegId("LG-1"), role="caller", state="up", placed_at=Ms(0), party=None)
    activity = Activity(core)
    activity.leg_rang(leg, early_media=True)
    activity.leg_up(leg)
    activity.leg_over(leg)
    activity.play_ended(leg, -1, "done")
    activity.digits_sent(leg)
    activity.bridge_failed(Cause.SERVER_ERROR)
    activity.hear(object())
    activity.timer("")
    activity.stop(Cause.NORMAL)
    activity.call_over()
    assert not activity.survives(leg)
    assert not activity.accepts_partner
    assert activity.digit(leg, "1") is False
    assert (core.effects, core.facts, core.notices) == ([], [], [])
