"""Shapes of conferences and queues."""

import msgspec

from ringfence.api import views_rooms as views


def test_shapes_name_nobody():
    for shape in (views.Conference, views.Participant, views.Queue, views.Member):
        assert not {"number", "caller", "called", "address"} & set(shape.__struct_fields__)


def test_a_member_as_json():
    member = views.Member(queue="QU1", call="CA1", position=1, since=5, wait_s=2)
    assert msgspec.json.decode(msgspec.json.encode(member))["position"] == 1
