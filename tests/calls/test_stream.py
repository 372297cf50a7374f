"""The table of a stream: every way ends in ``over``."""

from ringfence.calls.stream import STREAM_TABLE, Stream, StreamOrder
from ringfence.kernel.ids import LegId, StreamId

ORDER = StreamOrder(url="wss://media.example.com", parameters=(("who", "Ann"),))


def test_every_state_leads_to_the_end() -> None:
    for state, row in STREAM_TABLE.items():
        assert state == "over" or row["ended"] == "over"
    assert STREAM_TABLE["over"] == {}


def test_a_step_that_is_not_in_the_table_changes_nothing() -> None:
    stream = Stream(StreamId("MZ1"), leg=LegId("LG1"), order=ORDER)
    assert stream.running
    assert stream.step("began")
    assert not stream.step("began")
    assert stream.step("stop")
    assert not stream.running
    assert stream.step("ended")
    assert not stream.step("stop")


def test_an_order_shows_neither_address_nor_parameters() -> None:
    assert "example" not in repr(ORDER)
    assert "Ann" not in repr(ORDER)
