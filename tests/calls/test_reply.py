"""What the far end answered goes to the program, and into no repr."""

from __future__ import annotations

from typing import Any

import pytest

from ringfence.calls import inputs, notices
from ringfence.calls.causes import Cause
from ringfence.calls.reply import Reply
from ringfence.kernel.ids import LegId

SAID = Reply(status=200, call_id="id-of-alice", headers=(("X-Ticket", "of-alice"),))
NO = Reply(status=486, call_id="id-of-bob", headers=(("X-Ticket", "of-bob"),))


def test_nothing_of_it_is_printed() -> None:
    whole = Reply(
        status=200, call_id="alice", headers=(("X", "alice"),), returned=(("R", "alice"),)
    )
    assert repr(whole) == "Reply(status=200)"
    assert "alice" not in repr(inputs.LegHungUp(leg=LegId("LG1"), returned=(("R", "alice"),)))


def test_a_dial_tells_what_the_leg_that_answered_said_and_gave_back(rig: Any) -> None:
    rig.answered()
    (leg,) = rig.dial("agent")
    rig.hear(inputs.LegAnswered(leg=leg, reply=SAID))
    rig.hear(inputs.LegHungUp(leg=leg, returned=(("Result", "paid"),)))
    (done,) = rig.told(notices.DialFinished)
    assert done.reply is not None
    assert (done.reply.headers, done.reply.returned) == (SAID.headers, (("Result", "paid"),))


@pytest.mark.parametrize("hangs_up", [True, False])
def test_whoever_ends_it_the_answer_is_told(rig: Any, hangs_up: bool) -> None:
    rig.answered()
    first, second = rig.dial("one", "two")
    rig.hear(inputs.LegRefused(leg=first, cause=Cause.BUSY, status=486, reply=NO))
    if hangs_up:
        rig.hear(inputs.LegAnswered(leg=second, reply=SAID))
        rig.hear(inputs.LegHungUp(leg=LegId("LG-caller")))
    else:
        rig.wait(30_000)
    (done,) = rig.told(notices.DialFinished)
    assert done.reply == (SAID if hangs_up else NO)
