"""What is told after a kill says what the living server would have said."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from ringfence.calls import events
from ringfence.calls.causes import Cause
from ringfence.calls.events import CallFact
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import AccountId, CallId, LegId, PartyId, RecordingId, own_call
from ringfence.kernel.phone import Phone
from ringfence.markup.context import Context
from ringfence.markup.leg_telling import LegTeller
from ringfence.markup.owed import end_of_call, end_of_dialled, end_of_leg, is_dialled
from ringfence.markup.telling import STEPS, StatusCallback, StatusTeller
from ringfence.office.deliveries import plain

CALL, LEG, FIRST, ACCOUNT = CallId("CA9"), LegId("LG7"), LegId("LG1"), AccountId("AC1")
PARTY = PartyId("PA1")
NOW = Ms(1_700_000_000_000)
AT: dict[str, Any] = {"at": NOW, "call": CALL}
ENDED = events.LegEnded(
    **AT, leg=LEG, role="callee", cause=Cause.INTERRUPTED, by_far_end=False, up_ms=4_400
)
STORY: list[CallFact] = [
    events.CallOffered(**AT, leg=FIRST, account=ACCOUNT, caller=PARTY, called=PARTY),
    events.CallRang(**AT),
    events.CallAnswered(**AT),
    events.AnswererDetected(**AT, answered_by="human"),
    events.LegPlaced(**AT, leg=LEG, role="callee", party=PARTY, caller=PARTY),
    events.LegAlerted(**AT, leg=LEG),
    events.LegConnected(**AT, leg=LEG),
    events.LegsBridged(**AT, a=FIRST, b=LEG),
    events.RecordingSaved(
        **AT, recording=RecordingId("RE1"), source="call", reason="leg_closed",
        duration_ms=3_000, size=1, sha256=(),
    ),
    ENDED,
    events.CallEnded(
        **AT, account=ACCOUNT, direction="inbound", cause=Cause.INTERRUPTED, hung_up_by="system",
        missed=False, offered_at=NOW, rang_at=NOW, answered_at=NOW, answered_by_person_at=None,
        ended_at=Ms(NOW + 63_400), duration_ms=63_400, talk_ms=0,
    ),
]  # fmt: skip


def context(**more: Any) -> Context:
    return Context(
        call=CALL, account=ACCOUNT, caller=Phone("+12025550123"), called=Phone("+12025550100"),
        public_url="https://pbx.example.com", **more,
    )  # fmt: skip


@pytest.mark.parametrize("steps", [STEPS, ("completed",)])
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"direction": "outbound", "parent": CallId("CA2")},
        {"caller_name": "Somebody", "forwarded_from": Phone("+12025550177")},
    ],
)
def test_the_end_of_a_call_is_what_the_living_would_have_said(
    steps: tuple[Any, ...], more: dict[str, Any]
) -> None:
    teller = StatusTeller(context(**more), StatusCallback(url="https://x.example", steps=steps))
    pledge, *_, last = [c for fact in STORY for c in teller.hear(fact)]
    assert pledge.pledged
    said = plain(pledge.params)
    assert not is_dialled(said)
    found = end_of_call(said, STORY)
    assert found is not None
    assert dict(found) == dict(plain(last.params))
    assert dict(found)["CallStatus"] == "completed"


def test_a_call_that_is_not_over_has_no_end() -> None:
    teller = StatusTeller(context(), StatusCallback(url="https://x.example"))
    (pledge,) = teller.pledge()
    assert end_of_call(plain(pledge.params), STORY[:-1]) is None
    assert end_of_call(plain(pledge.params), []) is None


def test_a_call_that_nobody_answered_was_not_completed() -> None:
    (pledge,) = StatusTeller(context(), StatusCallback(url="https://x.example")).pledge()
    last = STORY[-1]
    assert isinstance(last, events.CallEnded)
    last = replace(last, answered_at=None, duration_ms=0)
    found = end_of_call(plain(pledge.params), [STORY[0], last])
    assert found is not None
    assert dict(found)["CallStatus"] == "failed"


def test_the_end_of_a_leg_is_what_the_living_would_have_said() -> None:
    teller = LegTeller(
        context(), LEG, Phone("+12025550124"), StatusCallback(url="https://x.example")
    )
    (pledge,) = teller.pledge()
    (last,) = [c for fact in STORY for c in teller.hear(fact)]
    found = end_of_leg(LEG, plain(pledge.params), STORY)
    assert found is not None
    assert dict(found) == dict(plain(last.params))
    at_once = [replace(fact, up_ms=0) if fact is ENDED else fact for fact in STORY]
    brief = dict(end_of_leg(LEG, plain(pledge.params), at_once) or ())
    assert (brief["CallStatus"], brief["SipResponseCode"]) == ("completed", "200")
    assert end_of_leg(LegId("LG8"), plain(pledge.params), STORY) is None


@pytest.mark.parametrize(
    ("steps", "number"), [("completed", "0"), ("initiated ringing answered completed", "3")]
)
def test_the_end_of_a_dialled_leg_counts_the_steps_that_were_told(steps: str, number: str) -> None:
    said = [("CallSid", own_call(LEG)), ("To", "+12025550124"), ("StatusCallbackEvent", steps)]
    assert is_dialled(said)
    found = end_of_dialled(LEG, said, STORY)
    assert found is not None
    told = dict(found)
    assert "StatusCallbackEvent" not in told
    at_once = [replace(fact, up_ms=0) if fact is ENDED else fact for fact in STORY]
    assert dict(end_of_dialled(LEG, said, at_once) or ())["CallStatus"] == "completed"
    assert (told["CallStatus"], told["CallDuration"]) == ("completed", "4")
    assert (told["SequenceNumber"], told["To"]) == (number, "+12025550124")
    unanswered = [replace(ENDED, up_ms=0)]
    assert dict(end_of_dialled(LEG, said, unanswered) or ())["CallStatus"] == "failed"
    assert end_of_dialled(LEG, said, STORY[:5]) is None
