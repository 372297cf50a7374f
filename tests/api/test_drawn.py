"""What was written of a view lives as long as the view."""

import msgspec

from ringfence.api import views
from ringfence.api.drawn import Drawn


def view(sid: str = "CA1") -> views.Call:
    return views.Call(sid=sid, direction="inbound", status="ended", offered=1)


def test_what_was_written_of_a_view_is_found_by_that_very_view() -> None:
    drawn, one, alike = Drawn(), view(), view()
    written = msgspec.Raw(b"{}")
    drawn.keep(one, written)
    assert drawn.get(one) is written
    assert alike == one
    assert drawn.get(alike) is None


def test_it_is_gone_when_the_view_is() -> None:
    drawn = Drawn()
    for n in range(100):
        one = view(f"CA{n}")
        assert drawn.get(one) is None  # also where a new view lies where an old one lay
        drawn.keep(one, msgspec.Raw(b"{}"))
        assert len(drawn) == 1 or n == 0 or len(drawn) == 2
    del one
    assert len(drawn) == 0


def test_several_are_looked_for_at_once() -> None:
    drawn, one, other = Drawn(), view("CA1"), view("CA2")
    drawn.keep(other, msgspec.Raw(b"2"))
    assert [None if raw is None else bytes(raw) for raw in drawn.of([one, other])] == [None, b"2"]
