"""Rights of a proof; on a real platform: tests/system/test_prove_erasure.py."""

import asyncio

from ringfence.cli.proof_rights import be_demanded, words_of
from ringfence.cli.proof_ways import Trip, make_tracers
from ringfence.kernel.entropy import SeededEntropy


def test_nothing_is_counted_in_public_figures_unless_that_was_asked_for(office):
    (who,) = make_tracers(1, entropy=SeededEntropy(4))
    trip = Trip(who, office, "", "", "", "", "")
    asyncio.run(be_demanded(trip))
    assert office.asked == []
    assert [what for what, _ in trip.unwalked] == ["a demand of an authority, an incident"]


def test_words_hold_every_value():
    (who,) = make_tracers(1, entropy=SeededEntropy(4))
    said = words_of(Trip(who, None, "", "", "", "", ""))
    assert all(value in said for value in (who.name, who.secret, who.number.e164))
