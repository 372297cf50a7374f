"""Rights of a proof; on a real platform: tests/system/test_prove_erasure.py."""

import asyncio

from ringfence.cli.proof_rights import (
    ask_for_rights,
    be_answered,
    be_demanded,
    be_left_alone,
    words_of,
)
from ringfence.cli.proof_ways import Trip, make_tracers
from ringfence.kernel.entropy import SeededEntropy


def test_nothing_is_counted_in_public_figures_unless_that_was_asked_for(office):
    (who,) = make_tracers(1, entropy=SeededEntropy(4))
    trip = Trip(who, office, "", "", "", "", "")
    asyncio.run(be_demanded(trip))
    assert office.asked == []
    assert [what for what, _ in trip.unwalked] == ["a demand of an authority, an incident"]


def test_nothing_is_left_for_an_officer_to_settle(office):
    (who,) = make_tracers(1, entropy=SeededEntropy(4))
    trip = Trip(who, office, "", "", "", "", "")
    office.answers |= {"privacy.rights.ask": {}, "privacy.case.open": {"sid": "CS7"}}
    for name in ("case.archive", "case.answer", "case.withdraw", "child.report", "restrict"):
        office.answers[f"privacy.{name}"] = {}
    real, own = {"says": "She is nine."}, {"says": words_of(trip)}
    words = {"CS1": real, "CS2": own, "CS3": real}
    office.answers |= {
        "call.list": {"calls": []},
        "privacy.child.list": [{"sid": sid} for sid in words],
        "privacy.child.show": lambda args: {"words": words[args["sid"]]},
        "privacy.child.clear": {},
    }

    async def go():
        await ask_for_rights(trip)
        await be_answered(trip)
        await be_left_alone(trip)

    asyncio.run(go())
    asked = dict(office.asked)
    assert "privacy.grievance.file" not in asked  # it would be counted in public
    assert ("a grievance", trip.unwalked[0][1]) == trip.unwalked[0]
    assert asked["privacy.case.withdraw"] == {"sid": "CS7"}
    assert [args["sid"] for name, args in office.asked if name == "privacy.child.clear"] == ["CS2"]


def test_a_thorough_proof_takes_its_grievance_back(office):
    (who,) = make_tracers(1, entropy=SeededEntropy(4))
    trip = Trip(who, office, "", "", "", "", "", thorough=True)
    office.answers |= {"privacy.rights.ask": {}, "privacy.grievance.take_back": {}}
    office.answers["privacy.grievance.file"] = {"reference": "abc"}
    asyncio.run(ask_for_rights(trip))
    assert office.asked[-1] == ("privacy.grievance.take_back", {"reference": "abc"})


def test_words_hold_every_value():
    (who,) = make_tracers(1, entropy=SeededEntropy(4))
    said = words_of(Trip(who, None, "", "", "", "", ""))
    assert all(value in said for value in (who.name, who.secret, who.number.e164))
