"""The shape of a simulation."""

import msgspec

from ringfence.api import views_simulation as views


def test_lines_come_in_order_with_their_time():
    lines = [views.Line(at=at, what="key", text="1") for at in (0, 150)]
    made = views.Simulation(call="CA1", fetched=False, lines=lines)
    shown = msgspec.json.decode(msgspec.json.encode(made))
    assert [line["at"] for line in shown["lines"]] == [0, 150]
