"""Facts about recordings; how they look like any other fact is in ``test_events``."""

from ringfence.calls import events, recording_events
from ringfence.calls.fact import CallFact

OWN = {
    value
    for value in vars(recording_events).values()
    if isinstance(value, type) and issubclass(value, CallFact) and value is not CallFact
}
BEFORE_THERE_IS_ONE = {recording_events.RecordingRuled, recording_events.RecordingTold}


def test_each_is_a_fact_of_calls_by_its_own_name() -> None:
    assert set(events.FACTS) >= OWN
    assert all(getattr(events, kind.name()) is kind for kind in OWN)


def test_whoever_follows_a_recording_knows_it_by_its_id() -> None:
    """All but what comes before there is one: a ruling, and what parties were told."""
    named = {kind for kind in OWN if "recording" in kind.__struct_fields__}
    assert named == OWN - BEFORE_THERE_IS_ONE


def test_a_recording_begins_with_a_request_and_has_one_of_two_ends() -> None:
    """``source`` at both ends: a room's voices are told from a call's by either fact alone."""
    for kind in (events.RecordingRequested, events.RecordingSaved, events.RecordingFailed):
        assert "source" in kind.__struct_fields__
