"""Status callbacks of a whole call."""

from ringfence.calls import events
from ringfence.calls.causes import Cause
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import AccountId, CallId, LegId, PartyId, RecordingId
from ringfence.kernel.phone import Phone
from ringfence.markup.context import Context
from ringfence.markup.telling import (
    RECORDING_STEPS,
    STEPS,
    WITHDRAWN,
    RecordingCallback,
    RecordingTeller,
    StatusCallback,
    StatusTeller,
    outcome,
)

CALL, LEG, ACCOUNT = CallId("CA1"), LegId("LG1"), AccountId("AC1")
PARTY = PartyId("PA1")
AT = Ms(1_700_000_000_000)
PLACED = events.CallPlaced(at=AT, call=CALL, account=ACCOUNT, leg=LEG, caller=PARTY, called=PARTY)
OTHER_LEG = events.LegEnded(
    at=AT, call=CALL, leg=LegId("LG2"), role="callee", cause=Cause.BUSY, by_far_end=True, status=486
)
RANG = events.CallRang(at=Ms(AT + 1_000), call=CALL)
ANSWERED = events.CallAnswered(at=Ms(AT + 2_000), call=CALL)
RECORDED = events.RecordingSaved(
    at=AT, call=CALL, recording=RecordingId("RE1"), source="call", reason="leg_closed",
    duration_ms=60_900, size=1, sha256=(),
)  # fmt: skip


def ended(cause: Cause = Cause.NORMAL, *, answered: bool = True) -> events.CallEnded:
    return events.CallEnded(
        at=Ms(AT + 70_000), call=CALL, account=ACCOUNT, direction="outbound", cause=cause,
        hung_up_by="callee", missed=False, offered_at=AT, rang_at=None,
        answered_at=Ms(AT + 2_000) if answered else None, answered_by_person_at=None,
        ended_at=Ms(AT + 63_400), duration_ms=61_400 if answered else 0, talk_ms=0,
    )  # fmt: skip


def teller(*steps: str) -> StatusTeller:
    context = Context(
        call=CALL, account=ACCOUNT, caller=Phone("+12025550100"), called=Phone("+12025550123"),
        direction="outbound", public_url="https://pbx.example.com",
    )  # fmt: skip
    wanted = StatusCallback(url="https://example.com/s", method="GET", steps=steps or STEPS)
    return StatusTeller(context, wanted)


def told(one: StatusTeller, *facts: events.CallFact) -> list[dict[str, object]]:
    return [
        dict(callback.params)
        for fact in facts
        for callback in one.hear(fact)
        if not callback.pledged
    ]


def test_every_step_is_told_with_its_place_in_order() -> None:
    said = told(teller(), PLACED, RANG, ANSWERED, RECORDED, OTHER_LEG, ended())
    assert [one["CallStatus"] for one in said] == [
        "initiated", "ringing", "in-progress", "completed",
    ]  # fmt: skip
    assert [one["SequenceNumber"] for one in said] == ["0", "1", "2", "3"]
    assert {one["CallbackSource"] for one in said} == {"call-progress-events"}
    last = said[-1]
    assert (last["CallDuration"], last["Duration"], last["SipResponseCode"]) == ("61", "2", "200")
    assert last["RecordingUrl"] == (
        "https://pbx.example.com/2010-04-01/Accounts/AC1/Recordings/RE1"
    )
    assert last["RecordingDuration"] == "61"
    assert last["Timestamp"] == "Tue, 14 Nov 2023 22:14:23 +0000"
    assert last["To"] == Phone("+12025550123")


def test_only_what_was_asked_for_is_told() -> None:
    said = told(teller("completed"), PLACED, RANG, ended(Cause.NO_ANSWER, answered=False))
    assert [(one["CallStatus"], one["SequenceNumber"]) for one in said] == [("no-answer", "0")]
    assert (said[0]["CallDuration"], said[0]["SipResponseCode"]) == ("0", "480")


def test_how_and_where_is_kept() -> None:
    (callback,) = teller("initiated").hear(PLACED)
    assert (callback.url, callback.method, callback.event) == (
        "https://example.com/s", "GET", "initiated",
    )  # fmt: skip
    assert "example.com" not in repr(callback)


def test_its_end_is_pledged_when_it_begins_under_the_key_of_whoever_it_is_with() -> None:
    pledge, first, *_ = [c for fact in (PLACED, RANG, ANSWERED) for c in teller().hear(fact)]
    assert (pledge.outcome, pledge.pledged, pledge.party) == (CALL, ("completed",), PARTY)
    assert (first.event, first.outcome, first.party) == ("initiated", "", PARTY)
    one = teller()
    one.hear(PLACED)
    (last,) = one.hear(ended())
    assert (last.event, last.outcome) == ("completed", CALL)
    assert not any(c.pledged for c in teller("answered").hear(PLACED))
    (withdrawn,) = teller("answered").pledge()
    assert withdrawn.pledged == (WITHDRAWN,)


def recording_facts() -> list[events.CallFact]:
    about = {"call": CALL, "recording": RecordingId("RE1")}
    return [
        events.RecordingRequested(
            at=AT, **about, source="call", legs=(LEG, LEG), parties=(PARTY, None), asked_by="api",
        ),
        events.RecordingStarted(at=AT, call=CALL, recording=RecordingId("RE2")),
        events.RecordingStarted(at=AT, **about),
        events.RecordingSaved(
            at=AT, **about, source="call", reason="stopped", duration_ms=2_600, size=1,
        ),
        events.RecordingFailed(at=AT, **about, source="call", reason="refused"),
    ]  # fmt: skip


def test_a_recording_is_told_of_from_its_beginning_to_its_end() -> None:
    context = teller()._context
    wanted = RecordingCallback(url="https://example.com/r", steps=RECORDING_STEPS)
    one = RecordingTeller(context, RecordingId("RE1"), wanted)
    pledge, *told = [c for fact in recording_facts() for c in one.hear(fact)]
    assert (pledge.outcome, pledge.pledged) == ("RE1", ("completed", "absent"))
    assert [c.outcome for c in told] == ["", "RE1", "RE1"]
    said = [dict(c.params) for c in told]
    assert [step["RecordingStatus"] for step in said] == ["in-progress", "completed", "absent"]
    assert said[1]["RecordingDuration"] == "3"
    assert said[1]["RecordingChannels"] == "2"
    assert said[1]["RecordingSource"] == "StartCallRecordingAPI"
    assert said[1]["RecordingStartTime"] == "Tue, 14 Nov 2023 22:13:20 +0000"
    silent = RecordingTeller(context, RecordingId("RE1"), RecordingCallback(url="https://x"))
    told = [c for fact in recording_facts() for c in silent.hear(fact) if not c.pledged]
    assert len(told) == 1
    begun = RecordingCallback(url="https://x", steps=("in-progress",))
    only = RecordingTeller(context, RecordingId("RE1"), begun)
    assert not any(c.pledged for fact in recording_facts() for c in only.hear(fact))


def test_what_was_pledged_is_filled_in_once_the_outcome_is_known() -> None:
    pledged = [("CallStatus", "in-progress"), ("RecordingDuration", "0"), ("From", "x")]
    said = outcome(pledged, "completed", duration_ms=2_600, began=Ms(1_000))
    assert sorted(said) == [
        ("CallStatus", "completed"), ("From", "x"), ("RecordingDuration", "3"),
        ("RecordingStartTime", "Thu, 01 Jan 1970 00:00:01 +0000"),
        ("RecordingStatus", "completed"),
    ]  # fmt: skip
    said = outcome(pledged, "absent", duration_ms=0, began=None)
    assert dict(said)["RecordingStatus"] == "absent"
    assert "RecordingStartTime" not in dict(said)
