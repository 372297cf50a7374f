"""Who sits in a room."""

from types import SimpleNamespace
from typing import Any

import pytest

from ringfence.calls.commands import JoinConference
from ringfence.kernel.clock import Ms
from ringfence.kernel.errors import Refused
from ringfence.kernel.ids import CallId, ConferenceId, LegId
from ringfence.kernel.phone import Phone
from ringfence.switch.seats import OpenRoom, Seat, address_of, rate_of

OURS, THEIRS = Phone("+12025550100"), Phone("+12025550123")


def seat(direction: str = "inbound", codec: str = "PCMU") -> Seat:
    context = SimpleNamespace(caller=THEIRS, called=OURS, direction=direction)
    leg = SimpleNamespace(session=SimpleNamespace(codec=codec))
    live: Any = SimpleNamespace(
        id=CallId("CA1"), program=SimpleNamespace(context=context), legs={LegId("LG1"): leg}
    )
    return Seat(live, LegId("LG1"), JoinConference(name="r"), Ms(0))


def test_a_member_is_whoever_is_not_us():
    assert address_of(seat()) == THEIRS
    assert address_of(seat("outbound")) == OURS  # whom we called
    nobody = seat()
    nobody.live.program = None
    assert address_of(nobody) == ""


def test_a_mix_is_wide_where_its_first_member_is():
    assert (rate_of(seat()), rate_of(seat(codec="G722"))) == (8_000, 16_000)


def test_a_member_is_found_by_their_call():
    nothing: Any = None
    room = OpenRoom(ConferenceId("CF1"), "r", nothing, nothing, opened=Ms(0), touched=Ms(0))
    room.seats[LegId("LG1")] = seat()
    assert room.seat_of(CallId("CA1")).leg == "LG1"
    with pytest.raises(Refused):
        room.seat_of(CallId("CA2"))
