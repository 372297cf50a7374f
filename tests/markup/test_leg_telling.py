"""A dialled leg is told of from its facts, under the parameters of a dial's own callbacks."""

from __future__ import annotations

from typing import Any

import pytest

from ringfence.calls import events
from ringfence.calls.causes import Cause
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import AccountId, CallId, LegId, own_call
from ringfence.markup.context import Context
from ringfence.markup.leg_telling import LegTeller
from ringfence.markup.telling import STEPS, WITHDRAWN, StatusCallback

LEG, OTHER = LegId("LG1"), LegId("LG2")
CALL = CallId("CA9")
AT: dict[str, Any] = {"at": Ms(1_700_000_000_000), "call": CALL}


def teller(*steps: Any) -> LegTeller:
    context = Context(
        call=CALL, account=AccountId("AC1"), caller="+12025550123", called="+12025550100"
    )
    wanted = StatusCallback(url="https://example.com/s", steps=steps or STEPS)
    return LegTeller(context, LEG, "+12025550124", wanted, shown="+12025550100")


def ended(leg: LegId = LEG, up_ms: int = 4_000, **how: Any) -> events.LegEnded:
    return events.LegEnded(**AT, leg=leg, role="callee", up_ms=up_ms, by_far_end=True, **how)


def test_its_way_with_who_answered() -> None:
    told = teller()
    facts: list[events.CallFact] = [
        events.LegAlerted(**AT, leg=LEG),
        events.LegConnected(**AT, leg=LEG),
        events.AnswererDetected(**AT, answered_by="human", leg=LEG),
        ended(cause=Cause.NORMAL),
    ]
    params = [dict(callback.params) for fact in facts for callback in told.hear(fact)]
    assert [one["CallStatus"] for one in params] == ["ringing", "in-progress", "completed"]
    assert [one["SequenceNumber"] for one in params] == ["0", "1", "2"]
    assert {one["CallSid"] for one in params} == {own_call(LEG)}
    assert {one["ParentCallSid"] for one in params} == {CALL}
    assert {one["To"] for one in params} == {"+12025550124"}
    assert {one["From"] for one in params} == {"+12025550100"}, "the number that the leg shows"
    last = params[-1]
    assert (last["AnsweredBy"], last["CallDuration"], last["Duration"]) == ("human", "4", "1")
    assert last["SipResponseCode"] == "200"


@pytest.mark.parametrize(
    ("cause", "status", "word"),
    [
        (Cause.BUSY, 486, "busy"),
        (Cause.NO_ANSWER, 0, "no-answer"),
        (Cause.CANCELLED, 0, "canceled"),
    ],
)
def test_a_leg_that_nobody_answered(cause: Cause, status: int, word: str) -> None:
    (callback,) = teller("completed").hear(ended(up_ms=0, cause=cause, status=status))
    assert dict(callback.params)["CallStatus"] == word


def test_other_legs_and_steps_nobody_asked_for_are_not_told() -> None:
    told = teller("completed")
    assert told.hear(events.LegConnected(**AT, leg=LEG)) == []
    assert told.hear(ended(leg=OTHER, cause=Cause.NORMAL)) == []
    assert told.hear(events.DialStarted(**AT, targets=1, sequential=False)) == []


def test_its_end_is_pledged_and_telling_it_settles_that() -> None:
    told = teller("completed")
    (pledge,) = told.pledge()
    assert (pledge.outcome, pledge.pledged) == (LEG, ("completed",))
    (last,) = told.hear(ended(cause=Cause.NORMAL))
    assert last.outcome == LEG
    (withdrawn,) = teller("answered").pledge()
    assert withdrawn.pledged == (WITHDRAWN,)
