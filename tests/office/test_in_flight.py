"""A SID of a call in progress is the call's own, or a dialled leg's."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from ringfence.kernel.ids import CallId, LegId, own_call
from ringfence.office.in_flight import find

FIRST, DIALLED = LegId("LG" + "1" * 32), LegId("LG" + "2" * 32)
CALL = CallId("CA" + "9" * 32)


def office(**more: Any) -> Any:
    live = SimpleNamespace(id=CALL, call=SimpleNamespace(first_leg=FIRST))
    legs = {leg: SimpleNamespace(id=leg, call=CALL) for leg in (FIRST, DIALLED)}
    runner = SimpleNamespace(legs=legs)
    calls = {CALL: live} | more
    return cast(
        "Any",
        SimpleNamespace(live=SimpleNamespace(runner=runner), live_call=calls.get),
    )


def test_a_call_and_a_leg_of_its_dial() -> None:
    live, leg = find(office(), CALL)
    assert live is not None
    assert leg is None
    live, leg = find(office(), own_call(DIALLED))
    assert (live is not None, leg is not None and leg.id) == (True, DIALLED)


def test_the_first_leg_is_no_call_of_its_own_and_strangers_are_none() -> None:
    assert find(office(), own_call(FIRST)) == (None, None)
    assert find(office(), CallId("CA" + "7" * 32)) == (None, None)
