"""Shapes of the event stream."""

import msgspec

from ringfence.api.views_events import Event


def test_an_event_is_written_as_json():
    event = Event(id=1, type="CallEnded", at=2, data={"missed": True})
    assert msgspec.json.decode(msgspec.json.encode(event), type=Event) == event
