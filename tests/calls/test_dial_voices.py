"""Whose voices a dial's recording holds."""

import pytest

from ringfence.calls.dial_voices import both_voices, chosen
from ringfence.calls.leg import Leg
from ringfence.kernel.clock import Ms
from ringfence.kernel.ids import LegId, PartyId


def leg(name: str) -> Leg:
    return Leg(
        LegId(name),
        role="callee",
        state="up",
        placed_at=Ms(0),
        party=PartyId(f"PA-{name}"),
        person=True,
    )


@pytest.mark.parametrize(
    ("track", "voices"),
    [("both", ["PA-a", "PA-b"]), ("inbound", ["PA-a"]), ("outbound", ["PA-b"])],
)
def test_the_sides_asked_for(track, voices):
    both = both_voices(leg("a"), leg("b"))
    assert all(channel.incoming for channel in both)
    assert [channel.party for channel in chosen(both, track)] == voices
