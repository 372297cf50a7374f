"""What is counted of calls, recordings and faults."""

from ringfence.calls import events
from ringfence.calls.causes import Cause
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import AccountId, CallId, LegId, PartyId, RecordingId
from ringfence.observe.metrics import METRICS
from ringfence.tally import Tally

CALL, RECORDING = CallId("CA1"), RecordingId("RE1")


def test_each_kind_of_fact_is_counted_by_its_name_in_the_metrics() -> None:
    tally = Tally()
    who = {"caller": PartyId("PA1"), "called": PartyId("PA2"), "leg": LegId("LG1")}
    about = {"at": Ms(1), "call": CALL}
    facts = (
        events.CallOffered(**about, **who, account=AccountId("AC1")),  # type: ignore[arg-type]
        events.CallPlaced(**about, **who, account=AccountId("AC1")),  # type: ignore[arg-type]
        events.CallAnswered(at=Ms(1), call=CALL),
        events.RecordingFailed(
            at=Ms(1), call=CALL, recording=RECORDING, source="call", reason="empty"
        ),
        events.CallEnded(
            at=Ms(2), call=CALL, account=AccountId("AC1"), direction="inbound", cause=Cause.BUSY,
            hung_up_by="callee", missed=False, offered_at=Ms(1), rang_at=None, answered_at=None,
            answered_by_person_at=None, ended_at=Ms(2), duration_ms=0, talk_ms=0,
        ),
    )  # fmt: skip
    assert {type(fact) for fact in facts} < set(tally.watched)
    for fact in facts * 2:
        tally.watch((fact,))
    tally.malformed += 3
    tally.media_lost += 1
    assert tally.figures() == {
        "ringfence_calls_offered_total": {"inbound": 2, "outbound": 2},
        "ringfence_calls_answered_total": 2,
        "ringfence_calls_ended_total": {"busy": 2.0},
        "ringfence_recordings_total": {"saved": 0, "failed": 2},
        "ringfence_sip_malformed_total": 3,
        "ringfence_media_restarts_total": 1,
    }
    assert tally.figures().keys() <= {metric.name for metric in METRICS}
